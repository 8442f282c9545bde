"""Checks of arguments, so that every module refuses a wrong value with the same kind of sentence."""

import math
import operator
from collections.abc import Collection, Iterable
from difflib import get_close_matches
from numbers import Real
from typing import SupportsIndex, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from dlopt_deap import limits
from dlopt_deap.errors import SettingError

Floating = TypeVar("Floating", np.float32, np.float64)

LISTED = 20
"""Names that a message lists at most."""

_COMPARABLE = 100
"""Characters of a name that is looked for among others; a comparison takes the square of it."""


def check_integer(
    name: str, value: object, low: int | None = None, high: int | None = None, *, limit: str | None = None
) -> int:
    """Return ``value`` as an ``int`` that lies in [``low``, ``high``].

    Args:
        name: What the value is called in a message.
        value: The value.
        low: The least allowed.
        high: The most allowed.
        limit: The name of a constant of :mod:`dlopt_deap.limits` that the value must not exceed either.

    Raises:
        SettingError: If it is no whole number, or lies outside.

    Examples:
        >>> check_integer("num_samples", 30, low=1)
        30
        >>> check_integer("num_samples", 0, low=1)
        Traceback (most recent call last):
        dlopt_deap.errors.SettingError: `num_samples` must be a whole number of at least 1, got 0.
        >>> check_integer("threads", 5000, low=1, limit="MAX_THREADS")
        Traceback (most recent call last):
        dlopt_deap.errors.SettingError: `threads` must be a whole number of at most 1024, got 5000; \
take less, or widen `dlopt_deap.limits.MAX_THREADS`.
    """
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(cast(SupportsIndex, value))
    except TypeError:
        raise SettingError(f"`{name}` must be a whole number{_bounds(low, high)}, got {shown(value)}.") from None
    if (low is not None and number < low) or (high is not None and number > high):
        raise SettingError(f"`{name}` must be a whole number{_bounds(low, high)}, got {shown(number)}.")
    most = None if limit is None else getattr(limits, limit)
    if most is not None and number > most:
        raise SettingError(
            f"`{name}` must be a whole number of at most {most}, got {shown(number)}; take less, or widen "
            f"`dlopt_deap.limits.{limit}`."
        )
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
    number = as_float(value)
    outside = (low is not None and number < low) or (high is not None and number > high)
    if not math.isfinite(number) or outside or (above is not None and number <= above):
        wanted = f" above {above}" if above is not None else _bounds(low, high)
        raise SettingError(f"`{name}` must be a finite number{wanted}, got {shown(value)}.")
    return number


def as_float(value: object) -> float:
    """Return a number as a ``float``; NaN if it is none, or too large for one.

    Examples:
        >>> as_float(3), as_float("3"), as_float(10**400)
        (3.0, nan, nan)
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan


def check_array(name: str, value: object, dtype: type[Floating]) -> NDArray[Floating]:
    """Return ``value`` as an array of floating-point numbers; the same one if it is one. Too large ones are infinite.

    Raises:
        SettingError: If it holds anything but real numbers, or rows of different lengths.

    Examples:
        >>> check_array("weights", [[1], [1, 2]], np.float32)
        Traceback (most recent call last):
        dlopt_deap.errors.SettingError: `weights` must be an array of real numbers, got [[1], [1, 2]].
    """
    try:
        if getattr(getattr(value, "dtype", None), "kind", "f") not in "biufO":
            raise TypeError
        with np.errstate(over="ignore"):
            return np.asarray(value, dtype=dtype)
    except (TypeError, ValueError, OverflowError):
        raise SettingError(f"`{name}` must be an array of real numbers, got {shown(value)}.") from None


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
    message = f"`{name}` must be one of {', '.join(choices)}, got {shown(value)}"
    raise SettingError(message + did_you_mean(value, choices, end="."))


def did_you_mean(value: object, choices: Collection[str], end: str = "") -> str:
    """Return ``"; did you mean 'x'?"`` for the choice nearest to ``value``, or ``end`` if none is near."""
    if not isinstance(value, str) or len(value) > _COMPARABLE:
        return end
    near = get_close_matches(value, [choice for choice in choices if len(choice) <= _COMPARABLE], n=1)
    return f"; did you mean {near[0]!r}?" if near else end


def items_of(value: object) -> list[object] | None:
    """Return what a value holds, one after the other; ``None`` if it holds nothing that can be counted up.

    Examples:
        >>> items_of((1, 2)), items_of(3), items_of(np.array(3))
        ([1, 2], None, None)
    """
    try:
        return list(cast(Iterable[object], value))
    except TypeError:  # an array of numpy without an axis has what an iterable has
        return None


def shown(value: object) -> str:
    """Return a received value as a message shows it: its ``repr``, cut short where nobody would read on.

    Examples:
        >>> shown("12"), shown(10**5000)
        ("'12'", 'an int too long to be shown')
        >>> shown("x" * 1000)[-20:]
        'xxx... (1002 in all)'
    """
    try:
        text = repr(value)
    except Exception:  # a number of too many digits, or a class of the user's
        kind = type(value).__name__
        return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind} too long to be shown"
    return shortened(text)


def shortened(text: str) -> str:
    """Return a text, such as a library's message, cut short where nobody would read on."""
    most = limits.MAX_SHOWN
    return text if len(text) <= most else f"{text[:most]}... ({len(text)} in all)"


def listed(names: Collection[str]) -> str:
    """Return names side by side, the first of them if they are many.

    Examples:
        >>> listed(["wind", "power"])
        'wind, power'
        >>> listed([str(number) for number in range(1000)])[-20:]
        '18, 19, and 980 more'
    """
    first = [name if len(name) <= _COMPARABLE else f"{name[:_COMPARABLE]}..." for name in list(names)[:LISTED]]
    rest = len(names) - len(first)
    return ", ".join(first) + (f", and {rest} more" if rest else "")


def _bounds(low: float | None, high: float | None) -> str:
    """Say in words which numbers are allowed."""
    if low is not None and high is not None:
        return f" in [{low}, {high}]"
    if low is not None:
        return f" of at least {low}"
    return f" of at most {high}" if high is not None else ""
