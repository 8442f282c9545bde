"""Steps of time: of fixed length, of months, of business days, of other offsets of pandas, and of plain numbers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dlopt_deap import limits
from dlopt_deap.checks import shortened
from dlopt_deap.errors import DataError, SettingError

Positions = NDArray[np.int64]

TOLERANCE: Final = 0.01
"""The share of a step by which numeric times may miss it, since they were written with few digits."""

DAY: Final = np.timedelta64(1, "D")


class Step(ABC):
    """What parts a row from the next.

    Attributes:
        name: The step as an offset alias of pandas, or as a number.
    """

    name: str | float

    @abstractmethod
    def positions(self, times: NDArray[Any]) -> tuple[Positions, NDArray[np.bool_]]:
        """Return how many steps each time lies after the first, and whether it lies on a step at all."""

    @abstractmethod
    def at(self, times: NDArray[Any], positions: Positions) -> NDArray[Any]:
        """Return the times so many steps after the first of ``times``."""


@dataclass(frozen=True)
class FixedStep(Step):
    """A step of fixed length, such as an hour or a week; also a day, by the clock."""

    name: str
    length: np.timedelta64

    def positions(self, times: NDArray[Any]) -> tuple[Positions, NDArray[np.bool_]]:
        """Divide what has passed by the length."""
        passed = times - times[0]
        return (passed // self.length).astype(np.int64), passed % self.length == np.timedelta64(0)

    def at(self, times: NDArray[Any], positions: Positions) -> NDArray[Any]:
        """Add so many lengths."""
        moved: NDArray[Any] = times[0] + positions * self.length
        return moved.astype(times.dtype)


@dataclass(frozen=True)
class MonthStep(Step):
    """A step of whole months, on one day of the month; on its last one where a month is too short, or if ``end``."""

    name: str
    months: int
    end: bool = False

    def positions(self, times: NDArray[Any]) -> tuple[Positions, NDArray[np.bool_]]:
        """Count months, and compare days and clocks with those of the other rows."""
        passed = _month(times) - _month(times)[0]
        on_day = times == self._days(times, _month(times))
        return passed // self.months, on_day & (passed % self.months == 0)

    def at(self, times: NDArray[Any], positions: Positions) -> NDArray[Any]:
        """Go so many months on."""
        return self._days(times, _month(times)[0] + positions * self.months).astype(times.dtype)

    def _days(self, times: NDArray[Any], months: Positions) -> NDArray[Any]:
        """Return the time in each of some months (counted from 1970) that is in step with ``times``."""
        days = day_of_month(times)
        cut = (times[0].astype("datetime64[D]") + DAY).astype("datetime64[M]") > times[0].astype("datetime64[M]")
        # A row at the end of its month may be there only because the month is too short for the day of the others.
        day = np.int64(31) if self.end else days.max() if cut else days[0]
        begin = months.astype("datetime64[M]")
        length = ((begin + 1).astype("datetime64[D]") - begin.astype("datetime64[D]")) // DAY
        clock = times[0] - times[0].astype("datetime64[D]")
        moved: NDArray[Any] = begin.astype("datetime64[D]") + (np.minimum(day, length) - 1) * DAY + clock
        return moved


@dataclass(frozen=True)
class BusinessStep(Step):
    """A step from one weekday, Monday to Friday, to the next."""

    name: str = "B"

    def positions(self, times: NDArray[Any]) -> tuple[Positions, NDArray[np.bool_]]:
        """Count the weekdays between."""
        days = times.astype("datetime64[D]")
        counted = np.busday_count(days[0], days).astype(np.int64)
        clock = times - days
        return counted, np.is_busday(days) & (clock == clock[0])

    def at(self, times: NDArray[Any], positions: Positions) -> NDArray[Any]:
        """Go so many weekdays on."""
        day = times[0].astype("datetime64[D]")
        moved: NDArray[Any] = np.busday_offset(day, positions, roll="backward") + (times[0] - day)
        return moved.astype(times.dtype)


@dataclass(frozen=True)
class OffsetStep(Step):
    """Any other offset of pandas, such as ``"W-SUN"``, ``"BME"`` or ``"SMS"``."""

    name: str

    def positions(self, times: NDArray[Any]) -> tuple[Positions, NDArray[np.bool_]]:
        """Look each time up among all that the offset gives."""
        import pandas as pd

        # An offset that is none of the above comes at most once an hour.
        hours = (times[-1] - times[0]) // np.timedelta64(1, "h")
        if hours > limits.MAX_ROWS:
            raise DataError(
                f"`frequency` {self.name!r} cannot be looked up over {hours} hours, more than {limits.MAX_ROWS}; give "
                "a step of fixed length, or widen `dlopt_deap.limits.MAX_ROWS`."
            )
        try:
            grid = pd.date_range(times[0], times[-1], freq=self.name).to_numpy()
        except (ValueError, OverflowError) as error:
            raise SettingError(f"`frequency` {self.name!r} cannot be followed: {shortened(str(error))}.") from error
        if len(grid) == 0:
            return np.zeros(len(times), np.int64), np.zeros(len(times), np.bool_)
        found = np.minimum(np.searchsorted(grid, times), len(grid) - 1)
        return found.astype(np.int64), grid[found] == times

    def at(self, times: NDArray[Any], positions: Positions) -> NDArray[Any]:
        """Take so many of the times that the offset gives."""
        import pandas as pd

        grid = pd.date_range(times[0], periods=int(positions.max()) + 1, freq=self.name).to_numpy()
        taken: NDArray[Any] = grid[positions]
        return taken.astype(times.dtype)


@dataclass(frozen=True)
class NumberStep(Step):
    """A step between times that are numbers, such as years or seconds, up to a hundredth of it."""

    name: float

    def positions(self, times: NDArray[Any]) -> tuple[Positions, NDArray[np.bool_]]:
        """Round what parts each row from the one before to whole steps."""
        with np.errstate(over="ignore"):
            ratios = np.minimum(np.diff(times) / self.name, 2.0**62)
        steps = np.rint(ratios).astype(np.int64)
        near = (np.abs(ratios - steps) <= TOLERANCE) & (steps > 0)
        return np.concatenate([[0], np.cumsum(steps)]), np.concatenate([[True], near])

    def at(self, times: NDArray[Any], positions: Positions) -> NDArray[Any]:
        """Add so many steps."""
        moved: NDArray[Any] = times[0] + positions * self.name
        return moved


def day_of_month(times: NDArray[Any]) -> NDArray[np.int64]:
    """Return the day of the month of each time, from 1."""
    day: NDArray[np.int64] = (times.astype("datetime64[D]") - times.astype("datetime64[M]")) // DAY + 1
    return day


def _month(times: NDArray[Any]) -> Positions:
    """Return the month of each time, counted from January 1970."""
    return times.astype("datetime64[M]").astype(np.int64)
