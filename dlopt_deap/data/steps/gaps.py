"""Rows that are missing: found by the step of the time, told, refused or put in."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dlopt_deap import limits
from dlopt_deap.checks import shown
from dlopt_deap.data.readers.options import SeriesOptions
from dlopt_deap.data.readers.table import Table, Times, spoken_time
from dlopt_deap.data.steps.named_steps import make_step
from dlopt_deap.data.steps.step_search import find_step, most_common
from dlopt_deap.data.steps.steps import FixedStep, Step
from dlopt_deap.errors import DataError, DataWarning

TOLD: Final = 3
"""Gaps that a message names."""


@dataclass(frozen=True, eq=False)
class Steps:
    """Times that are in step, maybe with gaps.

    Attributes:
        times: The times.
        clock: The same, as the step counts them: in UTC, or as clocks showed them.
        step: The step.
        positions: How many steps each lies after the first, shape (rows,).
    """

    times: NDArray[Any]
    clock: NDArray[Any]
    step: Step
    positions: NDArray[np.int64]

    @property
    def name(self) -> str | float:
        """The step as an offset alias, or a number."""
        return self.step.name

    def fill(self, values: NDArray[np.float64], how: str) -> NDArray[np.float64]:
        """Put rows in where there are none.

        Args:
            values: Shape (rows, columns).
            how: ``"interpolate"`` between the rows before and after, or repeat the ``"previous"`` row.
        """
        every = np.arange(self.positions[-1] + 1)
        if how == "previous":
            return np.asarray(values[self._before(every)])
        return np.stack([np.interp(every, self.positions, column) for column in values.T], axis=1)

    def filled_times(self) -> NDArray[Any]:
        """Return the time of every step; those that are there stay as they are."""
        every = np.arange(self.positions[-1] + 1)
        times = self.step.at(self.clock, every)
        if self.clock is not self.times:
            # A row that was put in is as far from UTC as the row before it.
            times = times + (self.times - self.clock)[self._before(every)]
        times[self.positions] = self.times
        return times

    def _before(self, every: NDArray[np.int64]) -> NDArray[np.intp]:
        """Return the row at or before each step."""
        return np.searchsorted(self.positions, every, side="right") - 1


def check_steps(table: Table, times: Times, rows: NDArray[np.intp], options: SeriesOptions) -> Steps | None:
    """Find the step of the time, and tell of gaps; ``None`` if there is no step.

    Args:
        table: Where the times come from.
        times: The times of ``rows``.
        rows: The rows of the table that are used: what was dropped between them on purpose is no gap.
        options: Which step there should be, and what to do about gaps.

    Raises:
        DataError: If there are gaps and they are refused, or too many to be put in; or a time is not in the step named.
        SettingError: If the step named is none.
    """
    steps = _given(table, times, rows, options.frequency) if options.frequency is not None else _found(times)
    if steps is None:
        if len(rows) > 2:
            _tell(_irregular(table, times, rows), options.gaps != "report")
        return None
    lacking = np.diff(steps.positions) - np.diff(rows)
    if not (lacking > 0).any():
        return steps
    if not options.fills_gaps:
        _tell(_gaps(table, times, rows, steps, lacking), options.gaps == "refuse")
    elif steps.positions[-1] >= limits.MAX_ROWS:
        raise DataError(
            f"{table.source} has gaps of {lacking[lacking > 0].sum()} rows with a step of {shown(steps.name)}, and "
            f"would have more than {limits.MAX_ROWS} rows without; name the right `frequency`, or widen "
            "`dlopt_deap.limits.MAX_ROWS`."
        )
    return steps


def _given(table: Table, times: Times, rows: NDArray[np.intp], frequency: object) -> Steps:
    """Return the times in the step that was named."""
    step = make_step(frequency, times.values.dtype.kind == "M")
    clock = times.values if times.wall is None or _is_short(step) else times.wall
    positions, on_step = step.positions(clock)
    on_step[1:] &= np.diff(positions) > 0
    if not on_step.all():
        row = int(on_step.argmin())
        raise DataError(
            f"{table.place(int(rows[row]))}, column {shown(times.name)}: the time must be in step with `frequency` "
            f"{shown(frequency)} from {spoken_time(clock[0])} on, got {spoken_time(clock[row])}; "
            "name the right step, or leave it out."
        )
    return Steps(times.values, clock, step, positions)


def _found(times: Times) -> Steps | None:
    """Return the times in the step that they have: hours by UTC, days and months by the clock."""
    step, clock = find_step(times.values), times.values
    if times.wall is not None and (step is None or not _is_short(step)):
        step, clock = find_step(times.wall), times.wall
    return None if step is None else Steps(times.values, clock, step, step.positions(clock)[0])


def _is_short(step: Step) -> bool:
    """Tell whether a step is shorter than a day, and so goes on through daylight saving."""
    return isinstance(step, FixedStep) and step.length % np.timedelta64(1, "D") != np.timedelta64(0)


def _gaps(table: Table, times: Times, rows: NDArray[np.intp], steps: Steps, lacking: NDArray[Any]) -> str:
    """Say how many rows are missing, and where."""
    places = np.flatnonzero(lacking > 0)
    told = [
        f"{lacking[one]} after {table.place(int(rows[one]))} ({spoken_time(times.values[one])})"
        for one in places[:TOLD]
    ]
    more = f", and in {len(places) - TOLD} more places" if len(places) > TOLD else ""
    dates = "" if times.values.dtype.kind == "M" else "; if these are dates, write them as 2026-01-31"
    return (
        f"{table.source} lacks {lacking[places].sum()} rows, for the time in column {shown(times.name)} goes on in "
        f"steps of {shown(steps.name)}: {', '.join(told)}{more}. Networks would take the rows around a gap for "
        "neighbours; set `gaps` to 'interpolate' or 'previous' to put rows in"
        f"{dates}."
    )


def _irregular(table: Table, times: Times, rows: NDArray[np.intp]) -> str:
    """Say that the time has no step, and where it is lost."""
    clock = times.values if times.wall is None else times.wall
    differences = np.diff(clock)
    usual = most_common(differences)
    dates = "" if clock.dtype.kind == "M" else "; if these are dates, write them as 2026-01-31"
    row = int((differences != usual).argmax())
    return (
        f"{table.source} has no step of time in column {shown(times.name)}: rows mostly follow after {_spoken(usual)}, "
        f"but {table.place(int(rows[row + 1]))} ({spoken_time(clock[row + 1])}) after {_spoken(differences[row])}. "
        "Networks would take rows for equally far apart; resample the "
        f"data{dates}."
    )


def _spoken(difference: Any) -> str:
    """Return a difference in time as it is read."""
    if not isinstance(difference, np.timedelta64):
        return f"{difference:g}"
    import pandas as pd

    return str(pd.Timedelta(difference))


def _tell(message: str, refuse: bool) -> None:
    """Refuse by an error, or warn."""
    if refuse:
        raise DataError(message)
    warnings.warn(message, DataWarning, stacklevel=6)
