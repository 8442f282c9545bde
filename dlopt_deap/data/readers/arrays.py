"""Series from arrays and lists of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.checks import shown
from dlopt_deap.data.readers.building import build_series
from dlopt_deap.data.readers.options import Options, make_options
from dlopt_deap.data.readers.table import NUMBER, TIME, ArrayTable, Times
from dlopt_deap.data.series import TimeSeries
from dlopt_deap.data.series_checks import check_columns, check_table
from dlopt_deap.errors import DataError


def from_array(values: ArrayLike, columns: Sequence[str] | None = None, **options: Unpack[Options]) -> TimeSeries:
    """Make a series of an array, or of a list of numbers; NaN is a missing value.

    Args:
        values: Shape (rows,) or (rows, columns), oldest first.
        columns: The names of the columns; ``"value"``, or ``"value_1"``, ``"value_2"``, ... unless given.
        **options: See :class:`SeriesOptions`; all columns are targets unless some are named.

    Raises:
        DataError: If the values cannot be used.
        SettingError: If an option is not as it must be.

    Examples:
        >>> from_array([[1.0, 5.0]] * 20, targets="value_2")
        TimeSeries('series', 20 rows, value_2 -> value_2)
    """
    return build_series(array_table(values, "The array", "series", columns), make_options(options))


def array_table(
    values: ArrayLike,
    source: str,
    name: str,
    columns: Sequence[str] | None = None,
    fitting: Sequence[Sequence[str]] = (),
) -> ArrayTable:
    """Make a table of an array whose columns have no names of their own.

    Args:
        values: Shape (rows,) or (rows, columns).
        source: What messages call it.
        name: What a series made of it is called.
        columns: The names of the columns.
        fitting: What the columns may be called otherwise: the first of these that are as many.
    """
    try:
        table = check_table(values, name)
        fit = next((names for names in fitting if len(names) == table.shape[1]), None)
        names = check_columns(fit if columns is None else columns, table.shape[1], name)
    except DataError as error:
        raise DataError(f"{source} holds no usable series. {error}") from error
    made = column_table(dict(zip(names, table.T, strict=True)), source, name)
    return replace(made, unnamed=columns is None)


def column_table(columns: dict[str, NDArray[Any]], source: str, name: str) -> ArrayTable:
    """Make a table of arrays of one length, shape (rows,), with their names."""

    def numbers(column: str) -> NDArray[np.float64]:
        return columns[column].astype(np.float64)

    def times(column: str) -> Times:
        array = columns[column]
        return Times(array if array.dtype.kind == "M" else array.astype(np.float64), None, column)

    kinds = {column: _kind(array) for column, array in columns.items()}
    return ArrayTable(source, name, kinds, len(next(iter(columns.values()))), numbers, times)


def _kind(array: NDArray[Any]) -> str:
    """Say what an array holds."""
    if array.dtype.kind in "biuf":
        return NUMBER
    return TIME if array.dtype.kind == "M" else f"values of the type {shown(array.dtype)}"
