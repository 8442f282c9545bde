"""Steps of time as somebody names them: offset aliases of pandas, and numbers."""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from dlopt_deap.checks import as_float, shortened, shown
from dlopt_deap.data.steps.steps import BusinessStep, FixedStep, MonthStep, NumberStep, OffsetStep, Step
from dlopt_deap.errors import SettingError

UNITS: Final = {
    "W": "W",
    "D": "D",
    "h": "h",
    "H": "h",
    "min": "m",
    "T": "m",
    "s": "s",
    "S": "s",
    "ms": "ms",
    "us": "us",
}
"""Units of fixed length by their offset alias, as numpy names them."""

MONTHS: Final = {"MS": 1, "ME": 1, "M": 1, "QS": 3, "QE": 3, "Q": 3, "YS": 12, "YE": 12, "Y": 12, "AS": 12, "A": 12}


def make_step(frequency: object, dates: bool) -> Step:
    """Return the step that somebody named.

    Args:
        frequency: An offset alias for dates, a number for numbers.
        dates: Whether the times are dates.

    Raises:
        SettingError: If it is no such step.

    Examples:
        >>> make_step("15min", dates=True)
        FixedStep(name='15min', length=np.timedelta64(15,'m'))
        >>> make_step("QS", dates=True)
        MonthStep(name='QS', months=3, end=False)
        >>> make_step("D", dates=False)
        Traceback (most recent call last):
        dlopt_deap.errors.SettingError: `frequency` must be a number above 0, since the times are numbers, got 'D'.
    """
    if not dates:
        if not 0 < (number := as_float(frequency)) < np.inf:
            raise SettingError(
                f"`frequency` must be a number above 0, since the times are numbers, got {shown(frequency)}."
            )
        return NumberStep(number)
    if not isinstance(frequency, str):
        raise SettingError(
            f"`frequency` must be an offset alias of pandas, such as 'D' or 'MS', since the times are dates, got "
            f"{shown(frequency)}."
        )
    plain = re.fullmatch(r"([1-9]\d{0,4})?([A-Za-z]+)(-[A-Z]{3})?", frequency)
    if plain is not None:
        number, unit, anchor = int(plain[1] or 1), plain[2], plain[3]
        if unit in UNITS and anchor is None:
            return FixedStep(frequency, np.timedelta64(number, UNITS[unit]))  # type: ignore[call-overload,unused-ignore]
        if unit in MONTHS:
            return MonthStep(frequency, number * MONTHS[unit], not unit.endswith("S"))
        if frequency == "B":
            return BusinessStep()
    return _offset_step(frequency)


def _offset_step(frequency: str) -> Step:
    """Return a step as pandas understands it."""
    import pandas as pd

    try:
        offset = pd.tseries.frequencies.to_offset(frequency)
        if offset is None or offset.n < 1:
            raise ValueError("it does not go forward")
        length = getattr(offset, "delta", None) or (offset.nanos if isinstance(offset, pd.offsets.Tick) else None)
    except Exception as error:  # pandas raises errors of many kinds
        raise SettingError(
            f"`frequency` must be an offset alias of pandas, such as 'D', 'h' or 'MS', got {shown(frequency)}: "
            f"{shortened(str(error))}."
        ) from error
    return (
        OffsetStep(frequency)
        if length is None
        else FixedStep(frequency, np.timedelta64(pd.Timedelta(length).value, "ns"))
    )
