"""From a table to a series: which columns and which rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.checks import did_you_mean, items_of, listed, shown
from dlopt_deap.data.readers.options import SeriesOptions
from dlopt_deap.data.readers.table import Table
from dlopt_deap.data.series import TimeSeries
from dlopt_deap.data.steps.gaps import check_steps
from dlopt_deap.errors import DataError, SettingError


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of a table without a gap, in the chosen columns.

    Attributes:
        columns: The names of the columns.
        values: Shape (rows, columns), finite, in own units.
        index: The time of each row, if there is one.
        frequency: The step of the time, if it has one.
        time: The name of the time, if there is one.
    """

    columns: list[str]
    values: NDArray[np.float64]
    index: NDArray[Any] | None = None
    frequency: str | float | None = None
    time: str | None = None


def build_series(table: Table, options: SeriesOptions) -> TimeSeries:
    """Make a series of a table.

    Raises:
        DataError: If the table cannot be used; it names the place.
        SettingError: If an option is not as it must be.
    """
    targets = _chosen(table, options) if options.targets is None else known_columns("targets", options.targets, table)
    inputs = known_columns("inputs", options.inputs, table) if options.inputs is not None else targets
    rows = read_rows(table, list(dict.fromkeys([*inputs, *targets])), options)
    try:
        return TimeSeries(
            rows.values,
            columns=rows.columns,
            inputs=inputs,
            targets=targets,
            index=rows.index,
            name=table.name if options.name is None else options.name,
            scale=options.scale,
            shares=options.shares,
            split_rows=options.split_rows,
            split_times=options.split_times,
            season=options.season,
            frequency=rows.frequency,
            time=rows.time,
            reading={**table.reading, **options.treatment},
        )
    except DataError as error:
        raise DataError(f"{table.source} holds no usable series. {error}") from error


def read_rows(table: Table, columns: list[str], options: SeriesOptions) -> Rows:
    """Read columns and time, and treat what is missing.

    Raises:
        DataError: If that cannot be done.
    """
    time = options.time
    if time is not None and not table.has_time(time):
        time = known_columns("time", [time], table)[0]
    values = np.stack([table.numbers(column) for column in columns], axis=1)
    kept, values = _treat_missing(table, columns, values, options.missing)
    times = table.times(time, kept)
    if times is None:
        if options.frequency is not None or options.fills_gaps:
            asked = "frequency" if options.frequency is not None else "gaps"
            raise SettingError(
                f"`{asked}` is about the time of the rows, but {table.source} has no time; name the column by `time`."
            )
        return Rows(columns, values)
    steps = check_steps(table, times, kept, options)
    if steps is None:
        return Rows(columns, values, times.values, time=times.name)
    if options.fills_gaps:
        return Rows(columns, steps.fill(values, options.gaps), steps.filled_times(), steps.name, times.name)
    return Rows(columns, values, times.values, steps.name, times.name)


def known_columns(argument: str, columns: str | Sequence[str | None], table: Table) -> list[str]:
    """Return names of columns after a check that the table has them."""
    names = [columns] if isinstance(columns, str) else items_of(columns)
    if names is None:
        raise SettingError(f"`{argument}` must hold column names (strings), got {shown(columns)}.")
    header = table.header
    for name in names:
        if not isinstance(name, str) or name not in header:
            raise DataError(
                f"{table.source} has no column {shown(name)} (in `{argument}`)"
                f"{did_you_mean(name, header) or '.'} Its columns are: {listed(header)}."
            )
    if not names:
        raise DataError(f"`{argument}` must name at least one column of {table.source}: {listed(header)}.")
    return [str(name) for name in names]


def _chosen(table: Table, options: SeriesOptions) -> list[str]:
    """Return the numeric column of a table that has only one beside the time; all if nobody gave them names."""
    names = [name for name in table.header if name != options.time]
    if table.unnamed and names:
        return names
    numeric = [name for name in names if table.is_numeric(name)] if len(names) > 1 else names
    if len(numeric) != 1:
        found = f"the numeric columns {listed(numeric)}" if numeric else "no numeric column"
        raise DataError(
            f"`targets` must name what to predict, since {table.source} has {found}; "
            f"all its columns are: {listed(table.header)}.{'' if numeric else table.hint(names)}"
        )
    return numeric


def _treat_missing(
    table: Table, columns: list[str], values: NDArray[np.float64], missing: str
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return which rows are kept, and their values without a gap."""
    kept = np.arange(len(values))
    if missing == "drop":
        kept = kept[~np.isnan(values).any(axis=1)]
        values = values[kept]
    elif missing != "refuse" and np.isnan(values).any():
        import pandas as pd

        frame = pd.DataFrame(values)
        frame = frame.ffill() if missing == "previous" else frame.interpolate(limit_area="inside")
        values = frame.to_numpy(dtype=np.float64)
    if len(values) == 0:
        raise DataError(f"{table.source} must have a row without a missing value in {listed(columns)}, but has none.")
    if np.isnan(values).any():
        row, column = np.argwhere(np.isnan(values))[0]
        reason = {
            "refuse": "is missing; fill it, or set `missing` to 'interpolate', 'previous' or 'drop'",
            "previous": "is missing, and there is no value before it to repeat; remove the line",
            "interpolate": "is missing, and has no value on both sides to interpolate between; remove the line",
        }[missing]
        raise DataError(f"{table.place(int(row))}, column {shown(columns[column])}: the value {reason}.")
    return kept, values
