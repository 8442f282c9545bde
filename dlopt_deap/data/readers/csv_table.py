"""The cells of a CSV file, with the line in which each row stands in an editor."""

from __future__ import annotations

import csv
import io
import os
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dlopt_deap import limits
from dlopt_deap.checks import listed, shown
from dlopt_deap.data.readers.csv_bytes import read_text
from dlopt_deap.data.readers.table import joined_name
from dlopt_deap.errors import DataError, SettingError
from dlopt_deap.files import as_path

BLANKS: Final = " "
DELIMITERS: Final = ("\t", ";", ",", BLANKS)
"""What separates cells, in the order of trust: a comma may be a decimal comma, a blank may part date and time."""

COMMENT: Final = "#"
LINES_TO_JUDGE: Final = 100


@dataclass(frozen=True)
class CsvTable:
    """The text of a CSV file, or of several with the same columns, one after another.

    Attributes:
        source: Where it came from.
        header: The name of each column; a column without one is called ``"column_3"``, say.
        rows: The cells of each row as text, without the blanks around them.
        lines: The line of each row in its file, counted from 1.
        starts: The first row of each file, and the file.
    """

    source: str
    header: list[str]
    rows: list[list[str]]
    lines: list[int]
    starts: list[tuple[int, Path]]

    def column(self, name: str) -> list[str]:
        """Return the cells of a column."""
        position = self.header.index(name)
        return [row[position] for row in self.rows]

    def place(self, row: int) -> str:
        """Name a row by its file, and its line as an editor counts it."""
        _, path = self.starts[bisect_right([start for start, _ in self.starts], row) - 1]
        return f"{path}, line {self.lines[row]}"


def read_tables(paths: Sequence[str | os.PathLike[str]], delimiter: str | None, decimal: str) -> CsvTable:
    """Read CSV files with the same columns as one table; see :func:`read_table`.

    Raises:
        DataError: If a file is none, its columns are others than those of the first, or there are too many cells.
        SettingError: If ``delimiter`` is not one character.
    """
    first, *others = parts = [read_table(path, delimiter, decimal) for path in paths]
    for part in others:
        if part.header != first.header:
            raise DataError(
                f"{part.source} must have the columns of {first.source}, {listed(first.header)}, got "
                f"{listed(part.header)}; name and order them alike in all files."
            )
    starts = [(sum(len(part.rows) for part in parts[:number]), part.starts[0][1]) for number, part in enumerate(parts)]
    if sum(len(part.rows) for part in parts) * len(first.header) > limits.MAX_CSV_CELLS:
        raise DataError(
            f"{joined_name(paths)} must have at most {limits.MAX_CSV_CELLS} cells together; leave out files, rows or "
            "columns that are not needed, or widen `dlopt_deap.limits.MAX_CSV_CELLS`."
        )
    rows = [row for part in parts for row in part.rows]
    return CsvTable(joined_name(paths), first.header, rows, [line for part in parts for line in part.lines], starts)


def read_table(path: str | os.PathLike[str], delimiter: str | None, decimal: str) -> CsvTable:
    """Read a CSV file whose first line names the columns; empty lines and lines that begin with # are skipped.

    Args:
        path: The file, in UTF-8.
        delimiter: What separates cells; a blank stands for any number of blanks; ``None``: found out.
        decimal: ``"."`` or ``","``, the decimal mark; needed to find out the delimiter.

    Raises:
        DataError: If there is no such file, or it is no table with a header, and one row or more of equal length.
        SettingError: If ``delimiter`` is not one character.
    """
    if delimiter is not None and (not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '"\r\n'):
        raise SettingError(f"`delimiter` must be one character, or None to find it out, got {shown(delimiter)}.")
    source = as_path(path)
    # Unlike splitlines, this breaks lines only where an editor does.
    lines = list(io.StringIO(read_text(source), newline=""))
    useful = [line for line in lines if line.strip() and not line.startswith(COMMENT)]
    records = _records(source, lines, delimiter or _find_delimiter(useful[:LINES_TO_JUDGE], decimal))
    if not records:
        raise DataError(f"{source} must hold a line of column names and lines of numbers, but it is empty.")
    header_line, header = records[0]
    names = _names(source, header_line, header)
    if len(records) == 1:
        raise DataError(
            f"{source} must hold rows of numbers below the column names, but it ends after line {header_line} "
            f"({listed(names)})."
        )
    for line, cells in records[1:]:
        if len(cells) != len(names):
            raise DataError(
                f"{source}, line {line} must have {len(names)} cells as line {header_line} has, got {len(cells)}; "
                "repair the line, or name the right `delimiter`."
            )
    rows, places = [cells for _, cells in records[1:]], [line for line, _ in records[1:]]
    return CsvTable(str(source), names, rows, places, [(0, source)])


def _records(path: Path, lines: list[str], delimiter: str) -> list[tuple[int, list[str]]]:
    """Return the cells of each record, and the line where it ends."""
    records: list[tuple[int, list[str]]] = []
    # Lines that are skipped become empty ones, so that they still count.
    blanked = ("\n" if line.startswith(COMMENT) else line for line in lines)
    # Lines of blanks are parted in one way only, so a reader is needed for its errors alone.
    reader = csv.reader(blanked, delimiter=delimiter, skipinitialspace=True, strict=True)
    found = enumerate(map(str.split, blanked), start=1) if delimiter == BLANKS else _read(reader)
    room = limits.MAX_CSV_CELLS
    try:
        for line, cells in found:
            stripped = [cell.strip() for cell in cells]
            if len(stripped) > 1 or any(stripped):
                room -= len(stripped)
                _check_sizes(path, line, stripped, room)
                records.append((line, stripped))
    except csv.Error as error:
        whole = records[-1][0] if records else 0
        raise DataError(
            f"{path}, line {reader.line_num} must be a line of a CSV file: {error} (in what follows line {whole}); "
            "close every quote, and double those inside."
        ) from error
    return records


def _read(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Give the line in which each record ends, and its cells."""
    for cells in reader:
        yield reader.line_num, cells


def _check_sizes(path: Path, line: int, cells: list[str], room: int) -> None:
    """Refuse a record that is larger than any that is meant."""
    if len(cells) > limits.MAX_COLUMNS:
        raise DataError(
            f"{path}, line {line} must have at most {limits.MAX_COLUMNS} cells, got {len(cells)}; leave out columns, "
            "name the right `delimiter`, or widen `dlopt_deap.limits.MAX_COLUMNS`."
        )
    longest = max(map(len, cells))
    if longest > limits.MAX_CELL_LENGTH:
        raise DataError(
            f"{path}, line {line} must have cells of at most {limits.MAX_CELL_LENGTH} characters, got one of "
            f"{longest}; close every quote, or widen `dlopt_deap.limits.MAX_CELL_LENGTH`."
        )
    if room < 0:
        raise DataError(
            f"{path} must have at most {limits.MAX_CSV_CELLS} cells, but has more from line {line} on; leave out rows "
            "and columns that are not needed, or widen `dlopt_deap.limits.MAX_CSV_CELLS`."
        )


def _find_delimiter(lines: list[str], decimal: str) -> str:
    """Return the delimiter that parts most lines into as many cells as the first line; a tab if there is one column."""
    # A single column shows no delimiter, and a tab, unlike a comma, never stands inside a number.
    best, most = "\t", 0.0
    for delimiter in DELIMITERS if lines else ():
        first, *others = [_count_cells(line, delimiter) for line in lines]
        alike = sum(number == first for number in others) / len(others) if others else 1.0
        if delimiter != decimal and first > 1 and alike > most:
            best, most = delimiter, alike
    return best


def _count_cells(line: str, delimiter: str) -> int:
    """Return how many cells a line has; none if it is no line of a CSV file."""
    if delimiter == BLANKS:
        return len(line.split())
    try:
        return len(next(csv.reader([line], delimiter=delimiter)))
    except csv.Error:
        return 0


def _names(path: Path, line: int, header: list[str]) -> list[str]:
    """Return the column names, after a check that they are names and differ."""
    if all(_is_number(cell) for cell in header):
        raise DataError(
            f"{path}, line {line} must name the columns, but it holds numbers only ({listed(header)}); "
            "put a line of names above it."
        )
    names = [name or f"column_{position}" for position, name in enumerate(header, start=1)]
    places: dict[str, int] = {}
    for position, name in enumerate(names, start=1):
        first = places.setdefault(name, position)
        if first != position:
            raise DataError(
                f"{path}, line {line} must give each column a name of its own, but columns {first} and {position} "
                f"are both called {shown(name)}; rename one."
            )
    return names


def _is_number(cell: str) -> bool:
    """Tell whether a cell of the header is a number, with a decimal point or a decimal comma."""
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True
