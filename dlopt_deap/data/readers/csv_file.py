"""Series from CSV files."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, Unpack

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.checks import check_choice, listed, shown
from dlopt_deap.data.readers.building import build_series
from dlopt_deap.data.readers.csv_table import CsvTable, read_tables
from dlopt_deap.data.readers.csv_time import looks_like_dates, parse_time
from dlopt_deap.data.readers.options import MoreOptions, make_options
from dlopt_deap.data.readers.table import Paths, Table, Times, as_paths, check_increasing
from dlopt_deap.data.series import TimeSeries
from dlopt_deap.errors import DataError
from dlopt_deap.files import as_path

MISSING_CELLS: Final = frozenset({"", "-", "?", "na", "n/a", "#n/a", "nan", "null", "none"})
"""What a cell without a value holds, in lower case."""

FIRST_CELLS: Final = 20
"""So many cells of a column are looked at to tell whether it holds dates."""

MOSTLY: Final = 0.5
"""A column in which more than this share of the values are numbers is a numeric one: its text is then a mistake."""


def read_csv(
    path: Paths,
    inputs: str | Sequence[str] | None = None,
    targets: str | Sequence[str] | None = None,
    time: str | None = None,
    scale: Any = (-1, 1),
    delimiter: str | None = None,
    decimal: str = ".",
    missing: str = "refuse",
    shares: tuple[float, float, float] | None = None,
    **options: Unpack[MoreOptions],
) -> TimeSeries:
    r"""Read a series from a CSV file in UTF-8 whose first line names the columns, or from several such files.

    Empty lines, lines that begin with ``#``, and columns that are neither input nor target are ignored. Cells that are
    empty or hold ``NA``, ``NaN``, ``null``, ``none``, ``-`` or ``?`` are missing values.

    Args:
        path: The file; or a list of files with the same columns, the earliest first.
        inputs: The columns that networks read; the targets unless given.
        targets: The columns that networks predict; the numeric column unless given, if the file has only one.
        time: The column that holds the time of each row: numbers, or dates best written as 2026-01-31 or
            2026-01-31 18:30. It must increase from row to row, becomes the index and is not seen by networks. Times
            with an offset from UTC become UTC.
        scale: How networks see the columns, fitted on the training rows; see :class:`TimeSeries`.
        delimiter: What separates cells; found out among comma, semicolon, tab and blanks unless given.
        decimal: The decimal mark, ``"."`` or ``","``.
        missing: What to do about missing values in the columns used: ``"refuse"`` them; ``"interpolate"`` them
            linearly between the rows before and after (which lets the later row be seen early); repeat the
            ``"previous"`` value; or ``"drop"`` the row, so that its neighbours become neighbours.
        shares: The shares of the rows for training, validation and testing.
        **options: ``frequency``, ``gaps``, ``split_rows``, ``split_times``, ``season`` and ``name``; see
            :class:`SeriesOptions`.

    Warns:
        DataWarning: If rows are missing, or the times have no step; see ``gaps`` of :class:`SeriesOptions`.

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
    settings = {
        "inputs": inputs,
        "targets": targets,
        "time": time,
        "scale": scale,
        "missing": missing,
        "shares": shares,
    }
    return build_series(open_csv(path, delimiter, decimal), make_options(settings | options))


def open_csv(path: Paths, delimiter: str | None = None, decimal: str = ".") -> Table:
    """Read the cells of a CSV file, or of several; see :func:`read_csv`.

    Raises:
        DataError: If a file is none.
        SettingError: If an argument is not as it must be.
    """
    check_choice("decimal", decimal, (".", ","))
    paths = as_paths(path)
    cells = read_tables(paths, delimiter, decimal)
    reading = ({} if delimiter is None else {"delimiter": delimiter}) | ({} if decimal == "." else {"decimal": decimal})
    return _Cells(cells, decimal, as_path(paths[0]).stem, reading)


class _Cells(Table):
    """The cells of CSV files as numbers and times."""

    def __init__(self, cells: CsvTable, decimal: str, name: str, reading: Mapping[str, str]) -> None:
        self.cells, self.decimal, self.reading = cells, decimal, reading
        self.source, self.name, self.header = cells.source, name, cells.header

    def place(self, row: int) -> str:
        """Name a row by its file, and its line as an editor counts it."""
        return self.cells.place(row)

    def is_numeric(self, column: str) -> bool:
        """Tell whether most values of a column are numbers."""
        return self._is_numeric(column, self.decimal)

    def holds_dates(self, column: str) -> bool:
        """Tell whether the first cells of a column are dates."""
        return looks_like_dates([cell for cell in self.cells.column(column) if cell][:FIRST_CELLS])

    def hint(self, columns: Sequence[str]) -> str:
        """Name the other decimal mark, if columns hold numbers with that."""
        numeric = [column for column in columns if self._is_numeric(column, _other(self.decimal))]
        if not numeric:
            return ""
        return f" With `decimal` set to {_other(self.decimal)!r} there are numbers in {listed(numeric)}."

    def _is_numeric(self, column: str, decimal: str) -> bool:
        """Tell whether most values of a column are numbers, if that is their decimal mark."""
        cells = [cell for cell in self.cells.column(column) if cell.lower() not in MISSING_CELLS]
        return sum(parse_number(cell, decimal) is not None for cell in cells) > MOSTLY * len(cells)

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return a column as numbers, NaN where a value is missing."""
        numbers = np.empty(len(self.cells.rows))
        for row, cell in enumerate(self.cells.column(column)):
            number = parse_number(cell, self.decimal)
            if number is None or math.isinf(number):
                raise self._no_number(row, column, cell, number)
            numbers[row] = number
        return numbers

    def times(self, column: str | None, rows: NDArray[np.intp]) -> Times | None:
        """Return the times of some rows, which increase; a file has none of its own."""
        if column is None:
            return None
        times, texts = parse_time(self.cells, column, rows, self.decimal)
        check_increasing(self, times, rows, texts)
        return times

    def _no_number(self, row: int, column: str, cell: str, number: float | None) -> DataError:
        """Make the error that tells of a cell without a finite number."""
        where = f"{self.place(row)}, column {shown(column)}"
        if number is not None:
            return DataError(
                f"{where} must hold a finite number, got {shown(cell)}; repair it, or leave the cell empty."
            )
        other = _other(self.decimal)
        hint = f"set `decimal` to {other!r}" if parse_number(cell, other) is not None else "repair it"
        return DataError(f"{where} must hold a number, got {shown(cell)}; {hint}, or choose other columns.")


def _other(decimal: str) -> str:
    """Give the decimal mark that was not announced."""
    return "." if decimal == "," else ","


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
