"""Checks of what a series is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.checks import check_integer, check_number, did_you_mean, items_of, listed, shortened, shown
from dlopt_deap.data.transformers import check_transformer
from dlopt_deap.errors import DataError, SettingError

RANGE: Final = (-1.0, 1.0)
MIN_MAX: Final = "min-max"
STANDARD: Final = "standard"
"""Names of scalings: to ``RANGE``, and to a mean of 0 with a standard deviation of 1."""

LARGEST: Final = 1e150
"""The largest value: the squares of errors twice as large can still be summed over ten million rows."""


def check_table(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """Return values, finite or not, as a table of float64 of its own."""
    try:
        if np.iscomplexobj(values):
            raise TypeError("a complex number is none")
        table = np.array(values, dtype=np.float64, order="C")
    except (TypeError, ValueError, OverflowError) as error:
        raise DataError(
            f"The values of the series {shown(name)} must be a table of real numbers: {shortened(str(error))}."
        ) from error
    table = table[:, np.newaxis] if table.ndim == 1 else table
    if table.ndim != 2 or table.size == 0:
        raise DataError(
            f"The values of the series {shown(name)} must have the shape (rows, columns) or (rows,), "
            f"with at least one of each, got the shape {table.shape}."
        )
    return table


def check_values(values: ArrayLike, name: str) -> NDArray[np.float64]:
    """Return the values as a read-only table of finite float64, none so large that errors cannot be told."""
    table = check_table(values, name)
    if not np.isfinite(table).all():
        row, column = np.argwhere(~np.isfinite(table))[0]
        raise DataError(
            f"The values of the series {shown(name)} must be finite, got {table[row, column]} in row {row}, column "
            f"{column} (counted from 0); fill or remove it."
        )
    if (np.abs(table) > LARGEST).any():
        row, column = np.argwhere(np.abs(table) > LARGEST)[0]
        raise DataError(
            f"The values of the series {shown(name)} must lie in [-{LARGEST:g}, {LARGEST:g}], since no number holds "
            f"the squares of larger errors, got {table[row, column]:g} in row {row}, column {column} (counted from 0); "
            "give them in a larger unit."
        )
    return read_only(table + 0.0)  # adding zero makes -0.0 and 0.0 one value, with one fingerprint


def check_columns(columns: Sequence[str] | None, number: int, name: str) -> tuple[str, ...]:
    """Return the names of all columns."""
    if columns is None:
        return ("value",) if number == 1 else tuple(f"value_{position}" for position in range(1, number + 1))
    names = _strings("columns", columns)
    if len(names) != number:
        raise DataError(
            f"`columns` of the series {shown(name)} must name its {number} columns, got {len(names)} names: "
            f"{listed(names)}."
        )
    if twice := sorted(column for column, count in Counter(names).items() if count > 1):
        raise DataError(f"`columns` of the series {shown(name)} must differ, got {listed(twice)} more than once.")
    return names


def check_chosen(argument: str, chosen: Sequence[str] | None, columns: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Return the columns chosen as inputs or targets."""
    names = columns if chosen is None else _strings(argument, chosen)
    for column in names:
        if column not in columns:
            hint = did_you_mean(column, columns)
            raise DataError(
                f"The series {shown(name)} has no column {shown(column)} (in `{argument}`){hint or '.'} "
                f"Its columns are: {listed(columns)}."
            )
    if not names or len(set(names)) < len(names):
        raise DataError(
            f"`{argument}` of the series {shown(name)} must name one or more different columns, got {shown(names)}."
        )
    return names


def _strings(argument: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return column names as a tuple; a single name stands for itself."""
    found = [names] if isinstance(names, str) else items_of(names)
    strings = tuple(name for name in found or [] if isinstance(name, str))
    if found is None or len(strings) < len(found):
        raise SettingError(f"`{argument}` must hold column names (strings), got {shown(names)}.")
    return strings


def check_index(index: ArrayLike | None, rows: int, name: str) -> NDArray[Any]:
    """Return the index as a read-only array with one entry a row."""
    try:
        entries = np.arange(rows) if index is None else np.array(index)
    except ValueError as error:
        raise DataError(
            f"`index` of the series {shown(name)} must have one entry for each row: {shortened(str(error))}."
        ) from error
    if entries.shape != (rows,):
        raise DataError(
            f"`index` of the series {shown(name)} must have one entry for each of its {rows} rows, "
            f"got the shape {entries.shape}."
        )
    return read_only(entries)


def check_scale(scale: object) -> Any:
    """Return the range of the scaled training values, ``"standard"``, a copy of a transformer, or ``None``."""
    if scale is None:
        return None
    if isinstance(scale, str) and scale in (MIN_MAX, STANDARD):
        return RANGE if scale == MIN_MAX else STANDARD
    if hasattr(scale, "fit") or hasattr(scale, "transform"):
        return check_transformer(scale)
    if not isinstance(scale, Sequence) or isinstance(scale, str) or len(scale) != 2:
        hint = did_you_mean(scale, (MIN_MAX, STANDARD), end=".")
        raise SettingError(
            f"`scale` must be (low, high) or None, or {MIN_MAX!r}, {STANDARD!r} or a transformer of scikit-learn, got "
            f"{shown(scale)}{hint}"
        )
    low, high = check_number("scale", scale[0]), check_number("scale", scale[1])
    if low >= high:
        raise SettingError(f"`scale` must be (low, high) with low < high, got {shown(scale)}.")
    return low, high


def check_labels(frequency: object, time: object) -> tuple[str | float | None, str | None]:
    """Return the step from row to row, and the name of the time."""
    if frequency is not None and not isinstance(frequency, str):
        frequency = check_number("frequency", frequency, above=0.0)
    if time is not None and not isinstance(time, str):
        raise SettingError(f"`time` must be the name of the column of times, got {shown(time)}.")
    return frequency, time


def check_season(season: object, training: int, name: str) -> int | None:
    """Return the rows of a season, of which at least one must lie before the validation split."""
    if season is None:
        return None
    rows = check_integer("season", season, low=1)
    if rows > training:
        raise DataError(
            f"`season` of the series {shown(name)} must be at most {training}, its rows of training, so that there is "
            f"a value one season ago, got {rows}; use a shorter season, or a longer series."
        )
    return rows


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Forbid writing to an array, and return it."""
    array.setflags(write=False)
    return array
