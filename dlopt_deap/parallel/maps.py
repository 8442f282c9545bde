"""Maps: where the evaluations of a generation are carried out.

A map is called as Python's own, ``map(function, individuals)``, and gives the results in order, as they come. Since an
evaluation is a pure function, the results are the same whichever map it is.
"""

import signal
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, Self

from dlopt_deap.checks import check_integer
from dlopt_deap.errors import WorkerError
from dlopt_deap.parallel.signals import (
    die_quietly_unless_origin,
    interrupts_blocked,
    scoop_is_running,
    signals_reach_this_greenlet,
)
from dlopt_deap.parallel.threads import bound_threads, thread_environment

CHUNKS_PER_WORKER = 4
"""So many pieces a worker: few enough to send the problem seldom, enough to even out what takes long."""


class Map(ABC):
    """A map with the workers behind it; use it in a ``with`` block, which ends the workers.

    Attributes:
        workers: The number of processes that evaluate.
        description: One line for people: where the work is done.
    """

    workers: int
    description: str

    @abstractmethod
    def __call__(self, function: Callable[..., Any], *iterables: Iterable[Any]) -> Iterator[Any]:
        """Give ``function`` of each item, in the items' order."""

    def close(self) -> None:  # noqa: B027 - only a map with workers of its own has something to end
        """End the workers."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class SerialMap(Map):
    """Evaluate in this process, one after the other."""

    workers = 1
    description = "one process"

    def __call__(self, function: Callable[..., Any], *iterables: Iterable[Any]) -> Iterator[Any]:
        """Give ``function`` of each item, in the items' order."""
        return map(function, *iterables)


class PoolMap(Map):
    """Evaluate in a pool of processes on this machine.

    The processes are started afresh (not forked), by loky: functions and classes of a notebook or a script reach them,
    and neither TensorFlow nor threads of this process can deadlock them.

    Args:
        workers: Processes; as many as there are usable cores if ``None``.

    Raises:
        WorkerError: From a call, if a worker died.
    """

    def __init__(self, workers: int | None = None) -> None:
        import loky

        self.workers = check_integer("workers", loky.cpu_count() if workers is None else workers, low=1)
        self.description = f"a local pool of {self.workers} processes"
        self._executor = loky.ProcessPoolExecutor(
            self.workers, initializer=_start_worker, env=thread_environment(), timeout=None
        )

    def __call__(self, function: Callable[..., Any], *iterables: Iterable[Any]) -> Iterator[Any]:
        """Give ``function`` of each item, in the items' order."""
        with interrupts_blocked():
            futures = [
                self._executor.submit(_call_chunk, function, chunk) for chunk in _chunks(iterables, self.workers)
            ]
        return self._results(futures)

    def close(self) -> None:
        """End the workers, and drop what they have not begun."""
        self._executor.shutdown(wait=True, kill_workers=True)

    def _results(self, futures: Sequence[Any]) -> Iterator[Any]:
        """Hand over results chunk by chunk; when nobody wants more, drop the rest."""
        from loky.process_executor import BrokenProcessPool

        try:
            for future in futures:
                yield from future.result()
        except BrokenProcessPool as error:
            raise WorkerError(
                f"A worker of {self.description} died: {error} Start fewer workers if memory ran out."
            ) from error
        finally:
            for future in futures:
                future.cancel()


class ScoopMap(Map):
    """Evaluate on the workers that ``python -m scoop`` started, on this host or on many.

    Raises:
        WorkerError: If the program was not started by ``python -m scoop``: SCOOP would silently evaluate serially.
    """

    def __init__(self) -> None:
        if not scoop_is_running():
            raise WorkerError("SCOOP has no workers; start the program by `python -m scoop PROGRAM`.")
        import scoop

        self.workers = int(scoop.SIZE)
        self.description = f"{self.workers} SCOOP worker{'s' if self.workers > 1 else ''}"

    def __call__(self, function: Callable[..., Any], *iterables: Iterable[Any]) -> Iterator[Any]:
        """Give ``function`` of each item, in the items' order."""
        from scoop import futures

        submitted = [futures.submit(_call_chunk, function, chunk) for chunk in _chunks(iterables, self.workers)]
        return self._results(submitted)

    def _results(self, submitted: Sequence[Any]) -> Iterator[Any]:
        """Hand over results chunk by chunk."""
        for future in submitted:
            with signals_reach_this_greenlet():
                results = future.result()
            yield from results


def open_map(workers: int | None = None) -> Map:
    """Open the map that fits how the program was started.

    Args:
        workers: Processes of a local pool; 1 evaluates in this process, ``None`` takes every usable core. Under
            ``python -m scoop`` the number is SCOOP's (its option ``-n``), and this one is not looked at.

    Returns:
        A :class:`ScoopMap` under ``python -m scoop``, otherwise a :class:`PoolMap` or a :class:`SerialMap`.

    Raises:
        SettingError: If ``workers`` is below 1.
    """
    if workers is not None:
        check_integer("workers", workers, low=1)
    if scoop_is_running():
        return ScoopMap()
    return SerialMap() if workers == 1 else PoolMap(workers)


def _chunks(iterables: Sequence[Iterable[Any]], workers: int) -> list[list[tuple[Any, ...]]]:
    """Cut the calls into consecutive pieces of nearly the same length."""
    calls = list(zip(*iterables, strict=False))
    size = max(1, len(calls) // (workers * CHUNKS_PER_WORKER))
    return [calls[start : start + size] for start in range(0, len(calls), size)]


def _call_chunk(function: Callable[..., Any], calls: Sequence[tuple[Any, ...]]) -> list[Any]:
    """Do one piece of the work, in a worker."""
    bound_threads()
    die_quietly_unless_origin()
    return [function(*arguments) for arguments in calls]


def _start_worker() -> None:
    """Prepare a worker of the pool: Ctrl-C is for the process that leads it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    bound_threads()
