"""Checks of arguments, so that every module refuses a wrong value with the same kind of sentence."""

import math
import operator
from collections.abc import Collection
from difflib import get_close_matches
from numbers import Real
from typing import SupportsIndex, cast

from dlopt_deap.errors import SettingError


def check_integer(name: str, value: object, low: int | None = None, high: int | None = None) -> int:
    """Return ``value`` as an ``int`` that lies in [``low``, ``high``].

    Raises:
        SettingError: If it is no whole number, or lies outside.

    Examples:
        >>> check_integer("num_samples", 30, low=1)
        30
        >>> check_integer("num_samples", 0, low=1)
        Traceback (most recent call last):
        dlopt_deap.errors.SettingError: `num_samples` must be a whole number of at least 1, got 0.
    """
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(cast(SupportsIndex, value))
    except TypeError:
        raise SettingError(f"`{name}` must be a whole number{_bounds(low, high)}, got {value!r}.") from None
    if (low is not None and number < low) or (high is not None and number > high):
        raise SettingError(f"`{name}` must be a whole number{_bounds(low, high)}, got {number}.")
    return number


def check_number(
    name: str,
    value: object,
    low: float | None = None,
    high: float | None = None,
    *,
    above: float | None = None,
) -> float:
    """Return ``value`` as a finite ``float`` that lies in [``low``, ``high``] and above ``above``.

    Raises:
        SettingError: If it is no number, not finite, or lies outside.

    Examples:
        >>> check_number("threshold", 0.01, low=0.0)
        0.01
        >>> check_number("sigma", 0, above=0.0)
        Traceback (most recent call last):
        dlopt_deap.errors.SettingError: `sigma` must be a finite number above 0.0, got 0.
    """
    wanted = f" above {above}" if above is not None else _bounds(low, high)
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise SettingError(f"`{name}` must be a finite number{wanted}, got {value!r}.")
    number = float(value)
    outside = (low is not None and number < low) or (high is not None and number > high)
    if outside or (above is not None and number <= above):
        raise SettingError(f"`{name}` must be a finite number{wanted}, got {value!r}.")
    return number


def check_choice(name: str, value: object, choices: Collection[str]) -> str:
    """Return ``value`` if it is one of ``choices``; otherwise name the nearest.

    Raises:
        SettingError: If it is none of them.

    Examples:
        >>> check_choice("cell", "lstn", ["lstm", "gru"])
        Traceback (most recent call last):
        dlopt_deap.errors.SettingError: `cell` must be one of lstm, gru, got 'lstn'; did you mean 'lstm'?
    """
    if isinstance(value, str) and value in choices:
        return value
    message = f"`{name}` must be one of {', '.join(choices)}, got {value!r}"
    raise SettingError(message + did_you_mean(value, choices, end="."))


def did_you_mean(value: object, choices: Collection[str], end: str = "") -> str:
    """Return ``"; did you mean 'x'?"`` for the choice nearest to ``value``, or ``end`` if none is near."""
    near = get_close_matches(str(value), list(choices), n=1)
    return f"; did you mean {near[0]!r}?" if near else end


def _bounds(low: float | None, high: float | None) -> str:
    """Say in words which numbers are allowed."""
    if low is not None and high is not None:
        return f" in [{low}, {high}]"
    if low is not None:
        return f" of at least {low}"
    return f" of at most {high}" if high is not None else ""
