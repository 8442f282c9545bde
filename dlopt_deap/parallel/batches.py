"""Evaluating several individuals in one call, for functions that have a faster way for many than for one.

Such a function has an attribute ``batch``, a function of a list of items that gives the list of their values; they are
the same as those of one call an item.
"""

import math
from collections.abc import Callable, Generator, Sequence
from typing import Any, Final

MOST: Final = 128
"""Items of a call at most: enough to make the cost of a call small, few enough to look at the clock between calls."""

Completions = Generator[tuple[int, Any] | None, None, None]
"""Positions and results in the order in which they are completed; ``None`` is a heartbeat."""

Calls = Callable[[Callable[..., Any], Sequence[tuple[Any, ...]]], Completions]


class Batch:
    """A call of a function for several items, such that losing it costs none of them.

    Args:
        function: The function that has a ``batch``.
    """

    def __init__(self, function: Any) -> None:
        self.function = function

    def __call__(self, items: Sequence[Any]) -> list[Any]:
        """Give the values of all items."""
        return list(self.function.batch(items))

    def failed(self, *_: Any, **__: Any) -> None:
        """Give nothing: one of the items ended the process, and nobody knows which."""


def has_batch(function: Callable[..., Any]) -> bool:
    """Whether a function has a faster way for many items."""
    return callable(getattr(function, "batch", None))


def in_batches(calls: Calls, workers: int, function: Callable[..., Any], items: Sequence[Any]) -> Completions:
    """Give the position and the value of each item, as a map's ``completions`` does.

    What was lost together is evaluated again, each item alone, so that only the one whose fault it is fails.

    Args:
        calls: The map's own way to call a function.
        workers: How many share the work.
        function: The function that has a ``batch``.
        items: The items.
    """
    size = min(MOST, math.ceil(len(items) / workers))
    batches = [(list(items[first : first + size]),) for first in range(0, len(items), size)]
    alone: list[int] = []
    for completion in calls(Batch(function), batches):
        if completion is None:
            yield None
            continue
        first, values = completion[0] * size, completion[1]
        if values is None:
            alone += range(first, first + len(batches[completion[0]][0]))
        else:
            yield from enumerate(values, start=first)
    for completion in calls(function, [(items[position],) for position in alone]) if alone else ():
        yield None if completion is None else (alone[completion[0]], completion[1])
