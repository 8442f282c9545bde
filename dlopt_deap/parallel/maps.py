"""Maps: where the evaluations of a generation are carried out.

A map is called as Python's own, ``map(function, individuals)``, and gives the results in order, as they come. Since an
evaluation is a pure function, the results are the same whichever map it is.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from types import TracebackType
from typing import Any, Self

from dlopt_deap.errors import WorkerError
from dlopt_deap.parallel.batches import Completions, has_batch, in_batches

HEARTBEAT_SECONDS = 0.5
"""A map that waits says so at least this often, so that whoever waits for it can look at the clock."""


class Map(ABC):
    """A map with the workers behind it; use it in a ``with`` block, which ends the workers.

    Attributes:
        workers: The number of processes that evaluate.
        description: One line for people: where the work is done.
        bounded: Whether evaluations have limits: then each is a call of its own, that they may hold for it alone.
    """

    workers: int
    description: str
    bounded = False

    def __call__(self, function: Callable[..., Any], *iterables: Iterable[Any]) -> Iterator[Any]:
        """Give ``function`` of each item, in the items' order; nothing begins before the first is asked for."""
        items = list(zip(*iterables, strict=False))
        alone = len(iterables) == 1
        todo = self.completions(function, [item for (item,) in items]) if alone else self.calls(function, items)
        with closing(todo) as completions:
            yield from _in_order(completions)

    def completions(self, function: Callable[..., Any], items: Sequence[Any]) -> Completions:
        """Give the position and ``function`` of each item as soon as it is completed, in any order.

        ``None`` comes at least about every half second while nothing is completed, except from a map that evaluates in
        this process. Closing the generator drops what is not completed; nobody goes on with it. A function that has a
        ``batch`` is called for many items at once, unless they have limits.
        """
        if has_batch(function) and len(items) > 1 and not self.bounded:
            return in_batches(self.calls, self.workers, function, items)
        return self.calls(function, [(item,) for item in items])

    @abstractmethod
    def calls(self, function: Callable[..., Any], calls: Sequence[tuple[Any, ...]]) -> Completions:
        """Do as :meth:`completions` does, with any number of arguments a call."""

    def close(self) -> None:  # noqa: B027 - only a map with workers of its own has something to end
        """End the workers."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class SerialMap(Map):
    """Evaluate in this process, one after the other: what ends it ends the program."""

    workers = 1
    description = "one process"

    def calls(self, function: Callable[..., Any], calls: Sequence[tuple[Any, ...]]) -> Completions:
        """Do as :meth:`completions` does, with any number of arguments a call."""
        for position, arguments in enumerate(calls):
            yield position, function(*arguments)


def _in_order(completions: Completions) -> Iterator[Any]:
    """Put results in their items' order, and leave out the heartbeats."""
    early: dict[int, Any] = {}
    following = 0
    for completion in completions:
        if completion is None:
            continue
        early[completion[0]] = completion[1]
        while following in early:
            yield early.pop(following)
            following += 1
    if early:
        raise WorkerError(f"The result of item {following} was lost; please report it.")
