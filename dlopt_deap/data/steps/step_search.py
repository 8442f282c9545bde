"""Which step a time has: found out from the times themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.data.steps.steps import DAY, BusinessStep, FixedStep, MonthStep, NumberStep, Step, day_of_month

MOST: Final = 0.5
"""A step is one if at least this share of the rows follow after it, or no more rows are missing than there are."""

SHORTEST_MONTH: Final = np.timedelta64(28, "D")
LONGEST_NAMES: Final = {1: "M", 3: "Q", 12: "Y"}
LENGTHS: Final = (("D", "D"), ("h", "h"), ("min", "m"), ("s", "s"), ("ms", "ms"), ("us", "us"))
"""Units of fixed length from the longest on: their offset aliases, and their names in numpy."""


def find_step(times: NDArray[Any]) -> Step | None:
    """Return the step of increasing times, of which rows may be missing; ``None`` if they have none.

    Of three rows or more, all must lie on the step. Months and years are steps although they differ in length, and
    days are business days if there is never a row at a weekend.

    Examples:
        >>> find_step(np.array(["2020-01-31", "2020-02-29", "2020-04-30"], dtype="datetime64[D]")).name
        'ME'
        >>> find_step(np.array([0.0, 0.333, 0.667, 1.333])).name
        0.33325
        >>> find_step(np.array([0.0, 1.0, 2.5, 2.9])) is None
        True
    """
    if len(times) < 3:
        return None
    for step in _candidates(times):
        positions, on_step = step.positions(times)
        if on_step.all() and _fits(np.diff(positions)):
            return step
    return None


def most_common(differences: NDArray[Any]) -> Any:
    """Return the difference that comes most often, the least of them if there are several."""
    values, counts = np.unique(differences, return_counts=True)
    return values[counts.argmax()]


def _candidates(times: NDArray[Any]) -> Iterator[Step]:
    """Give the steps that the times may have, the likeliest first."""
    differences = np.diff(times)
    if times.dtype.kind != "M":
        for middle in (np.median(differences), differences.min()):
            with np.errstate(over="ignore", invalid="ignore"):
                length = differences.sum() / np.rint(differences / middle).sum()
            if 0 < length < np.inf:
                yield NumberStep(float(f"{length:.12g}"))
        return
    if differences.min() >= SHORTEST_MONTH:
        yield from _month_steps(times)
    weekdays = (times.astype("datetime64[D]").astype(np.int64) + 3) % 7
    for length in (most_common(differences), differences.min()):
        if length == DAY and weekdays.max() < 5 and times[-1] - times[0] >= 7 * DAY:
            yield BusinessStep()
        yield _fixed(length)


def _month_steps(times: NDArray[Any]) -> Iterator[Step]:
    """Give the steps of whole months."""
    differences = np.diff(times.astype("datetime64[M]").astype(np.int64))
    last_days = day_of_month(times.astype("datetime64[D]") + DAY) == 1
    end = bool(last_days.all())
    for months in (int(most_common(differences)), int(differences.min())):
        if months > 0:
            longest = max(length for length in LONGEST_NAMES if months % length == 0)
            number = "" if months == longest else str(months // longest)
            yield MonthStep(f"{number}{LONGEST_NAMES[longest]}{'E' if end else 'S'}", months, end)


def _fixed(length: np.timedelta64) -> FixedStep:
    """Name a fixed length by the longest unit of which it is a multiple."""
    for alias, unit in LENGTHS:
        one = np.timedelta64(1, unit)  # type: ignore[call-overload,unused-ignore]
        if length % one == np.timedelta64(0):
            number = int(length // one)
            return FixedStep(alias if number == 1 else f"{number}{alias}", length)
    return FixedStep(f"{length.astype('timedelta64[ns]').astype(np.int64)}ns", length)


def _fits(steps: NDArray[np.int64]) -> bool:
    """Tell whether a step is that of most rows, or at least as many rows are there as are missing."""
    return bool((steps == 1).mean() >= MOST or (steps - 1).sum() <= len(steps))
