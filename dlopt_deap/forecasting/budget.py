"""How long a call may take: the budget as people write it, and the clock that looks at it."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from dlopt_deap.checks import as_float, shown
from dlopt_deap.errors import SettingError

UNITS: Final = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86400.0),
}
"""The seconds of each unit of time that a budget may be written in."""

_PART: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*")
_MOST_LETTERS: Final = 100

Span = str | float | timedelta
"""A budget: text such as ``"2 min"`` or ``"1h30m"``, a number of seconds, or a ``timedelta``."""


def seconds_of(budget: object) -> float:
    """Give the seconds of a budget.

    Args:
        budget: ``"90 s"``, ``"2 min"``, ``"1h30m"``, a number of seconds, or a ``datetime.timedelta``.

    Raises:
        SettingError: If it is none of these, or not above zero.

    Examples:
        >>> seconds_of("2 min"), seconds_of("1h30m"), seconds_of(0.5), seconds_of(timedelta(minutes=1))
        (120.0, 5400.0, 0.5, 60.0)
        >>> seconds_of("2 mun")
        Traceback (most recent call last):
        dlopt_deap.errors.SettingError: `budget` must be a time above zero, such as '2 min', '90 s', '1h30m' or a \
number of seconds, got '2 mun'.
    """
    if isinstance(budget, timedelta):
        seconds = budget.total_seconds()
    elif isinstance(budget, str):
        seconds = _seconds_of_text(budget)
    else:
        seconds = as_float(budget)
    if not math.isfinite(seconds) or seconds <= 0:
        raise SettingError(
            "`budget` must be a time above zero, such as '2 min', '90 s', '1h30m' or a number of seconds, "
            f"got {shown(budget)}."
        )
    return seconds


def _seconds_of_text(text: str) -> float:
    """Add up the parts of a text, NaN if it is no time; a number without a unit is seconds."""
    if len(text) > _MOST_LETTERS:
        return math.nan
    if re.fullmatch(r"\s*\d+(\.\d+)?\s*", text):
        return float(text)
    total, place = 0.0, 0
    while place < len(text):
        part = _PART.match(text.lower(), place)
        if part is None or part[2] not in UNITS:
            return math.nan
        total += float(part[1]) * UNITS[part[2]]
        place = part.end()
    return total if text.strip() else math.nan


@dataclass
class Budget:
    """A clock that began with the call.

    Attributes:
        seconds: What the whole call may take; ``None``: as long as it takes.
        clock: Gives the time in seconds; another one in tests.
        began: When the call began, by that clock. A resumed run has begun earlier by what its search had taken.
    """

    seconds: float | None = None
    clock: Callable[[], float] = field(default=time.monotonic)
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.clock()

    def left(self) -> float:
        """Give the seconds that are left, infinite without a limit, negative if it was exceeded."""
        return math.inf if self.seconds is None else self.began + self.seconds - self.clock()

    def has_used(self, seconds: float) -> None:
        """Count what earlier sessions of the run have taken."""
        self.began -= seconds
