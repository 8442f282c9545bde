"""A function and the items that it is to be called with: what is waiting, what was tried, and how long it takes."""

import hashlib
import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from dlopt_deap.parallel.child import remember
from dlopt_deap.parallel.limits import Limits
from dlopt_deap.parallel.outcomes import Lost, Outcome

PIECE_SECONDS = 0.05
"""Work of about so long is given out at once: far more than it takes to hand over, and soon over."""


class Pace:
    """How long the calls of a function take.

    Attributes:
        calls: The number of calls so far.
        seconds: Their time, all together.
        longest: The longest of them.
    """

    def __init__(self) -> None:
        self.calls = 0
        self.seconds = self.longest = 0.0

    def add(self, seconds: float) -> None:
        """Note one call."""
        self.calls += 1
        self.seconds += seconds
        self.longest = max(self.longest, seconds)

    def merge(self, other: "Pace") -> None:
        """Note the calls that another one noted."""
        self.calls += other.calls
        self.seconds += other.seconds
        self.longest = max(self.longest, other.longest)

    @property
    def piece(self) -> int:
        """The number of calls that make a piece of work; one until it is known how long they take."""
        return 1 if not self.calls else max(1, int(PIECE_SECONDS * self.calls / max(self.seconds, 1e-6)))


class Paces:
    """The paces of the latest functions, by their digests."""

    def __init__(self) -> None:
        self._known: dict[bytes, Pace] = {}

    def of(self, digest: bytes) -> Pace:
        """Give the pace of a function."""
        if digest not in self._known:
            remember(self._known, digest, Pace())
        return self._known[digest]


class Work:
    """The calls of one function, each of which is finished exactly once.

    Args:
        function: The function's digest and its pickle.
        calls: The arguments of each call.
        limits: How often a call is tried again.
        pace: What is known of how long a call takes.
    """

    def __init__(
        self, function: tuple[bytes, bytes], calls: Sequence[tuple[Any, ...]], limits: Limits, pace: Pace
    ) -> None:
        self.function = function
        self.limits = limits
        self.pace = pace
        self._calls = calls
        self._waiting = deque(range(len(calls)))
        self._unfinished = set(self._waiting)
        self._tries: dict[int, int] = {}

    @property
    def finished(self) -> bool:
        """Whether every call is."""
        return not self._unfinished

    @property
    def waiting(self) -> int:
        """The number of calls that nobody is doing."""
        return len(self._waiting)

    def take(self, workers: int, most: int | None = None) -> list[int]:
        """Take the next piece of work, small enough that all ``workers`` have some; what is tried again goes alone.

        It is empty if others have finished meanwhile what was given back.
        """
        share = math.ceil(len(self._waiting) / workers)
        size = min(self.pace.piece, share, len(self._waiting) if most is None else most)
        piece: list[int] = []
        while self._waiting and len(piece) < size:
            again = self._waiting[0] in self._tries
            if again and piece:
                break
            position = self._waiting.popleft()
            piece += [position] * (position in self._unfinished)
            if again and piece:
                break
        return piece

    def items(self, positions: Iterable[int]) -> bytes:
        """Pickle the arguments of calls."""
        import cloudpickle

        return bytes(cloudpickle.dumps([self._calls[position] for position in positions]))

    def give_back(self, positions: Iterable[int]) -> None:
        """Put calls that were taken, and not done, to the front again."""
        waiting = set(self._waiting)
        again = [one for one in positions if one in self._unfinished and one not in waiting]
        self._waiting.extendleft(reversed(again))

    def finish(self, position: int, outcome: Outcome, final: bool = False) -> list[tuple[int, Outcome]]:
        """Note what became of a call, and give it, unless it was known or the call is to be tried again.

        It is not tried again if this is ``final``.
        """
        if position not in self._unfinished:
            return []
        if not final and (isinstance(outcome, Lost) or outcome.out_of_memory):
            self._tries[position] = self._tries.get(position, 0) + 1
            if self._tries[position] <= self.limits.retries:
                self.give_back([position])
                return []
        self._unfinished.discard(position)
        return [(position, outcome)]


def pickle_function(function: Callable[..., Any]) -> tuple[bytes, bytes]:
    """Pickle a function, of a notebook too, and give its digest and the pickle."""
    import cloudpickle

    pickled = bytes(cloudpickle.dumps(function))
    return hashlib.blake2b(pickled, digest_size=16).digest(), pickled
