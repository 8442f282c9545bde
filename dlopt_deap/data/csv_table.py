"""The cells of a CSV file, with the line in which each row stands in an editor."""

from __future__ import annotations

import csv
import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dlopt_deap.errors import DataError, SettingError

BLANKS: Final = " "
DELIMITERS: Final = ("\t", ";", ",", BLANKS)
"""What separates cells, in the order of trust: a comma may be a decimal comma, a blank may part date and time."""

COMMENT: Final = "#"
LINES_TO_JUDGE: Final = 100


@dataclass(frozen=True)
class CsvTable:
    """The text of a CSV file.

    Attributes:
        path: Where it came from.
        header: The name of each column; a column without one is called ``"column_3"``, say.
        rows: The cells of each row as text, without the blanks around them.
        lines: The line of each row in the file, counted from 1.
    """

    path: Path
    header: list[str]
    rows: list[list[str]]
    lines: list[int]

    def column(self, name: str) -> list[str]:
        """Return the cells of a column."""
        position = self.header.index(name)
        return [row[position] for row in self.rows]


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
        raise SettingError(f"`delimiter` must be one character, or None to find it out, got {delimiter!r}.")
    source = Path(path)
    # Unlike splitlines, this breaks lines only where an editor does.
    lines = list(io.StringIO(_text(source), newline=""))
    useful = [line for line in lines if line.strip() and not line.startswith(COMMENT)]
    if not useful:
        raise DataError(f"{source} must hold a line of column names and lines of numbers, but it is empty.")
    records = _records(source, lines, delimiter or _find_delimiter(useful[:LINES_TO_JUDGE], decimal))
    header_line, header = records[0]
    names = _names(source, header_line, header)
    if len(records) == 1:
        raise DataError(
            f"{source} must hold rows of numbers below the column names, but it ends after line {header_line} "
            f"({', '.join(names)})."
        )
    for line, cells in records[1:]:
        if len(cells) != len(names):
            raise DataError(
                f"{source}, line {line} must have {len(names)} cells as line {header_line} has, got {len(cells)}; "
                "repair the line, or name the right `delimiter`."
            )
    return CsvTable(source, names, [cells for _, cells in records[1:]], [line for line, _ in records[1:]])


def _text(path: Path) -> str:
    """Return the content of a text file in UTF-8."""
    if path.is_dir():
        raise DataError(f"{path} must be a CSV file, but it is a folder.")
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"{path} must be a CSV file, but there is no such file.") from None
    except OSError as error:
        raise DataError(f"{path} must be a readable CSV file: {error.strerror or error}.") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{path} must be text in UTF-8, but line {line} holds the byte 0x{content[error.start]:02x}, which is "
            "none; save the file as UTF-8."
        ) from error


def _records(path: Path, lines: list[str], delimiter: str) -> list[tuple[int, list[str]]]:
    """Return the cells of each record, and the line where it ends."""
    records = []
    # Lines that are skipped become empty ones, so that they still count.
    blanked = ("\n" if line.startswith(COMMENT) else line for line in lines)
    try:
        if delimiter == BLANKS:
            found = [(line, cells) for line, text in enumerate(blanked, start=1) if (cells := text.split())]
        else:
            reader = csv.reader(blanked, delimiter=delimiter, skipinitialspace=True, strict=True)
            found = [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise DataError(f"{path}, line {reader.line_num} must be a line of a CSV file: {error}.") from error
    for line, cells in found:
        stripped = [cell.strip() for cell in cells]
        if len(stripped) > 1 or any(stripped):
            records.append((line, stripped))
    return records


def _find_delimiter(lines: list[str], decimal: str) -> str:
    """Return the delimiter that parts most lines into as many cells as the first line; a tab if there is one column."""
    # A single column shows no delimiter, and a tab, unlike a comma, never stands inside a number.
    best, most = "\t", 0.0
    for delimiter in DELIMITERS:
        first, *others = [_count_cells(line, delimiter) for line in lines]
        alike = sum(number == first for number in others) / len(others) if others else 1.0
        if delimiter != decimal and first > 1 and alike > most:
            best, most = delimiter, alike
    return best


def _count_cells(line: str, delimiter: str) -> int:
    """Return how many cells a line has."""
    return len(line.split() if delimiter == BLANKS else next(csv.reader([line], delimiter=delimiter)))


def _names(path: Path, line: int, header: list[str]) -> list[str]:
    """Return the column names, after a check that they are names and differ."""
    if all(_is_number(cell) for cell in header):
        raise DataError(
            f"{path}, line {line} must name the columns, but it holds numbers only ({', '.join(header)}); "
            "put a line of names above it."
        )
    names = [name or f"column_{position}" for position, name in enumerate(header, start=1)]
    for position, name in enumerate(names):
        if name in names[:position]:
            raise DataError(
                f"{path}, line {line} must give each column a name of its own, but columns "
                f"{names.index(name) + 1} and {position + 1} are both called {name!r}; rename one."
            )
    return names


def _is_number(cell: str) -> bool:
    """Tell whether a cell of the header is a number, with a decimal point or a decimal comma."""
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True
