"""Series from CSV files."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.checks import check_choice, did_you_mean, items_of, listed, shown
from dlopt_deap.data.csv_table import CsvTable, read_table
from dlopt_deap.data.csv_time import parse_time
from dlopt_deap.data.series import TimeSeries
from dlopt_deap.data.splits import SHARES
from dlopt_deap.errors import DataError, SettingError

MISSING: Final = ("refuse", "interpolate", "previous", "drop")
MISSING_CELLS: Final = frozenset({"", "-", "?", "na", "n/a", "#n/a", "nan", "null", "none"})
"""What a cell without a value holds, in lower case."""

MOSTLY: Final = 0.5
"""A column in which more than this share of the values are numbers is a numeric one: its text is then a mistake."""


def read_csv(
    path: str | os.PathLike[str],
    inputs: Sequence[str] | None = None,
    targets: Sequence[str] | None = None,
    time: str | None = None,
    scale: tuple[float, float] | None = (-1, 1),
    delimiter: str | None = None,
    decimal: str = ".",
    missing: str = "refuse",
    shares: tuple[float, float, float] = SHARES,
) -> TimeSeries:
    r"""Read a series from a CSV file in UTF-8 whose first line names the columns.

    Empty lines, lines that begin with ``#``, and columns that are neither input nor target are ignored. Cells that are
    empty or hold ``NA``, ``NaN``, ``null``, ``none``, ``-`` or ``?`` are missing values.

    Args:
        path: The file.
        inputs: The columns that networks read; the targets unless given.
        targets: The columns that networks predict; the numeric column unless given, if the file has only one.
        time: The column that holds the time of each row: numbers, or dates best written as 2026-01-31 or
            2026-01-31 18:30. It must increase from row to row, becomes the index and is not seen by networks. Times
            with an offset from UTC become UTC.
        scale: The range to which the training rows are scaled, or ``None``; see :class:`TimeSeries`.
        delimiter: What separates cells; found out among comma, semicolon, tab and blanks unless given.
        decimal: The decimal mark, ``"."`` or ``","``.
        missing: What to do about missing values in the columns used: ``"refuse"`` them; ``"interpolate"`` them
            linearly between the rows before and after (which lets the later row be seen early); repeat the
            ``"previous"`` value; or ``"drop"`` the row, so that its neighbours become neighbours.
        shares: The shares of the rows for training, validation and testing.

    Raises:
        DataError: If the file cannot be used; it names the file, the line as an editor counts it, and the column. A
            file that is larger than :mod:`dlopt_deap.limits` allows is one of these.
        SettingError: If an argument is none of the above.

    Examples:
        >>> path = getfixture("tmp_path") / "load.csv"
        >>> _ = path.write_text("day;load\n" + "".join(f"{day};{day % 7},5\n" for day in range(50)))
        >>> series = read_csv(path, time="day", decimal=",")
        >>> series, series.values[0, 0]
        (TimeSeries('load', 50 rows, load -> load), np.float64(0.5))
    """
    check_choice("decimal", decimal, (".", ","))
    check_choice("missing", missing, MISSING)
    table = read_table(path, delimiter, decimal)
    cells = _Cells(table, decimal)
    wanted_time = _known("time", [time], table) if time is not None else []
    wanted_targets = _known("targets", targets, table) if targets is not None else [cells.only_numeric(time)]
    wanted_inputs = _known("inputs", inputs, table) if inputs is not None else wanted_targets
    columns = list(dict.fromkeys([*wanted_inputs, *wanted_targets]))
    values = np.stack([cells.numbers(column) for column in columns], axis=1)
    kept, values = _treat_missing(table, columns, values, missing)
    index = None
    if wanted_time:
        index = parse_time(table, wanted_time[0], kept, decimal)
    try:
        return TimeSeries(
            values,
            columns=columns,
            inputs=wanted_inputs,
            targets=wanted_targets,
            index=index,
            name=table.path.stem,
            scale=scale,
            shares=shares,
        )
    except DataError as error:
        raise DataError(f"{table.path} holds no usable series. {error}") from error


@dataclass(frozen=True)
class _Cells:
    """The cells of a table as numbers."""

    table: CsvTable
    decimal: str

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return a column as numbers, NaN where a value is missing."""
        numbers = np.empty(len(self.table.rows))
        for row, cell in enumerate(self.table.column(column)):
            number = parse_number(cell, self.decimal)
            if number is None or math.isinf(number):
                raise self._no_number(row, column, cell, number)
            numbers[row] = number
        return numbers

    def _no_number(self, row: int, column: str, cell: str, number: float | None) -> DataError:
        """Make the error that tells of a cell without a finite number."""
        where = f"{self.table.path}, line {self.table.lines[row]}, column {shown(column)}"
        if number is not None:
            return DataError(
                f"{where} must hold a finite number, got {shown(cell)}; repair it, or leave the cell empty."
            )
        other = "." if self.decimal == "," else ","
        hint = f"set `decimal` to {other!r}" if parse_number(cell, other) is not None else "repair it"
        return DataError(f"{where} must hold a number, got {shown(cell)}; {hint}, or choose other columns.")

    def only_numeric(self, time: str | None) -> str:
        """Return the numeric column of a file that has only one beside ``time``."""
        names = [name for name in self.table.header if name != time]
        numeric = [name for name in names if self._is_numeric(name)] if len(names) > 1 else names
        if len(numeric) != 1:
            found = f"the numeric columns {listed(numeric)}" if numeric else "no numeric column"
            raise DataError(
                f"`targets` must name what to predict, since {self.table.path} has {found}; "
                f"all its columns are: {listed(self.table.header)}."
            )
        return numeric[0]

    def _is_numeric(self, column: str) -> bool:
        """Tell whether most values of a column are numbers."""
        cells = [cell for cell in self.table.column(column) if cell.lower() not in MISSING_CELLS]
        return sum(parse_number(cell, self.decimal) is not None for cell in cells) > MOSTLY * len(cells)


def parse_number(cell: str, decimal: str) -> float | None:
    """Return a cell as a number, NaN if its value is missing, ``None`` if it is text."""
    if cell.lower() in MISSING_CELLS:
        return math.nan
    # Python's float would take 1_000, and a decimal point where a decimal comma was announced.
    if "_" in cell or (decimal == "," and "." in cell):
        return None
    try:
        return float(cell.replace(decimal, "."))
    except ValueError:
        return None


def _known(argument: str, columns: Sequence[str | None], table: CsvTable) -> list[str]:
    """Return names of columns after a check that the file has them."""
    names = [columns] if isinstance(columns, str) else items_of(columns)
    if names is None:
        raise SettingError(f"`{argument}` must hold column names (strings), got {shown(columns)}.")
    for name in names:
        if not isinstance(name, str) or name not in table.header:
            raise DataError(
                f"{table.path} has no column {shown(name)} (in `{argument}`)"
                f"{did_you_mean(name, table.header) or '.'} Its columns are: {listed(table.header)}."
            )
    if not names:
        raise DataError(f"`{argument}` must name at least one column of {table.path}: {listed(table.header)}.")
    return [str(name) for name in names]


def _treat_missing(
    table: CsvTable, columns: list[str], values: NDArray[np.float64], missing: str
) -> tuple[NDArray[Any], NDArray[np.float64]]:
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
        raise DataError(f"{table.path} must have a row without a missing value in {listed(columns)}, but has none.")
    if np.isnan(values).any():
        row, column = np.argwhere(np.isnan(values))[0]
        reason = {
            "refuse": "is missing; fill it, or set `missing` to 'interpolate', 'previous' or 'drop'",
            "previous": "is missing, and there is no value before it to repeat; remove the line",
            "interpolate": "is missing, and has no value on both sides to interpolate between; remove the line",
        }[missing]
        raise DataError(f"{table.path}, line {table.lines[row]}, column {shown(columns[column])}: the value {reason}.")
    return kept, values
