"""Where validation and testing begin: by share, by row or by time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.checks import as_float, check_integer, check_number, items_of, shown
from dlopt_deap.errors import DataError, SettingError

SHARES: Final = (0.64, 0.16, 0.2)
"""Shares of the rows for training, validation and testing, as in DLOPT."""

LEAST_TRAINING: Final = 2
"""Rows of training, below which nothing varies."""

_DATE: Final = re.compile(r"\d{4}(-\d{2}(-\d{2}([T ]\d{2}(:\d{2}(:\d{2}(\.\d{1,9})?)?)?)?)?)?")
"""What numpy reads as a date; its other forms, such as ``"today"``, are none that a study should rest on."""


def resolve_splits(
    name: str,
    index: NDArray[Any],
    shares: object,
    split_rows: object,
    split_times: object,
) -> tuple[tuple[float, float, float] | None, tuple[int, int]]:
    """Return the shares, if the split is by share, and the first rows of validation and of testing.

    Args:
        name: What messages call the series.
        index: The time of each row, shape (rows,).
        shares: See :class:`TimeSeries`, as the others; ``None``: not given.
        split_rows: The first row of validation and of testing.
        split_times: The first time of validation and of testing.

    Raises:
        SettingError: If more than one way is given, or one is not as it must be.
        DataError: If a split has no row, or the index is no time.
    """
    ways = {"shares": shares, "split_rows": split_rows, "split_times": split_times}
    given = [way for way, value in ways.items() if value is not None]
    if len(given) > 1:
        values = " and ".join(f"{way}={shown(ways[way])}" for way in given)
        raise SettingError(f"A series is split in one way, by shares, by row or by time, got {values}; leave one.")
    if split_rows is not None:
        first, second = (check_integer("split_rows", row, low=0) for row in _pair("split_rows", split_rows))
        return None, _checked(name, len(index), (first, second), f"split_rows={(first, second)}")
    if split_times is not None:
        pair = _pair("split_times", split_times)
        return None, _checked(name, len(index), _rows_at(name, index, pair), f"split_times={shown(split_times)}")
    checked = check_shares(SHARES if shares is None else shares)
    bounds = round(checked[0] * len(index)), round((checked[0] + checked[1]) * len(index))
    return checked, _checked(name, len(index), bounds, f"shares of {checked}", "`shares`")


def check_shares(shares: object) -> tuple[float, float, float]:
    """Return the shares of the rows."""
    if not isinstance(shares, Sequence) or isinstance(shares, str) or len(shares) != 3:
        raise SettingError(f"`shares` must be three numbers (training, validation, testing), got {shown(shares)}.")
    first, second, third = (check_number("shares", share, above=0.0) for share in shares)
    if abs(first + second + third - 1.0) > 1e-9:
        raise SettingError(f"`shares` must sum to 1, got {shown(shares)}, which sum to {first + second + third}.")
    return first, second, third


def time_of(argument: str, value: object) -> np.datetime64:
    """Return a date, given as one of Python's, numpy's or pandas' or as text in ISO 8601, in UTC if it has an offset.

    Raises:
        SettingError: If it is none.

    Examples:
        >>> time_of("split_times", "2020-01"), time_of("split_times", "2020-01-01T01:00+01:00")
        (np.datetime64('2020-01'), np.datetime64('2020-01-01T00:00:00.000000'))
    """
    try:
        if isinstance(value, str) and not _DATE.fullmatch(value):
            value = datetime.fromisoformat(value)
        if isinstance(value, datetime) and value.tzinfo is not None:
            value = value.astimezone(UTC).replace(tzinfo=None)
        if isinstance(value, str | date | np.datetime64):
            time = np.datetime64(value)
            if not np.isnat(time):
                return time
    except (ValueError, OverflowError):
        pass
    raise SettingError(f"`{argument}` must hold dates, such as '2026-01-31' or '2026-01-31 18:30', got {shown(value)}.")


def _pair(argument: str, value: object) -> list[object]:
    """Return the beginnings of validation and of testing."""
    pair = None if isinstance(value, str) else items_of(value)
    if pair is None or len(pair) != 2:
        raise SettingError(f"`{argument}` must be two, (first of validation, first of testing), got {shown(value)}.")
    return pair


def _rows_at(name: str, index: NDArray[Any], pair: list[object]) -> tuple[int, int]:
    """Return the first rows at or after two times."""
    if index.dtype.kind == "M":
        times: list[Any] = [time_of("split_times", value) for value in pair]
    elif index.dtype.kind in "iuf":
        times = [_number(value, index) for value in pair]
    else:
        raise DataError(
            f"`split_times` needs times, but the index of the series {shown(name)} holds neither dates nor numbers "
            f"(its first entry is {shown(index[0])}); split by `split_rows`."
        )
    if not (index[:-1] < index[1:]).all():
        raise DataError(
            f"`split_times` needs times that increase from row to row, but the index of {shown(name)} does not."
        )
    for time in times:
        if not index[0] <= time <= index[-1]:
            raise DataError(
                f"`split_times` must lie in the series {shown(name)}, from {index[0]} to {index[-1]}, got {time}."
            )
    if not times[0] < times[1]:
        raise SettingError(f"`split_times` must be (first of validation, first of testing), got {shown(pair)}.")
    first, second = (int(np.searchsorted(index, time)) for time in times)
    return first, second


def _number(value: object, index: NDArray[Any]) -> float:
    """Return a time as a number, as those of the index are."""
    number = as_float(value)
    if not np.isfinite(number):
        raise SettingError(
            f"`split_times` must be numbers, since the times of the series are ({index[0]} ... {index[-1]}), got "
            f"{shown(value)}."
        )
    return number


def _checked(name: str, rows: int, bounds: tuple[int, int], how: str, argument: str | None = None) -> tuple[int, int]:
    """Refuse bounds that leave a split without rows."""
    first, second = bounds
    if not LEAST_TRAINING <= first < second < rows:
        raise DataError(
            f"The series {shown(name)} must have a row to validate on, a row to test on and two to train on; "
            f"with {rows} rows and {how} they are {first}, {second - first} and {rows - second} rows to train, "
            f"validate and test on; use more rows, or other {argument or 'bounds'}."
        )
    return bounds
