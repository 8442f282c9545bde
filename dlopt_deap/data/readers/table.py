"""A table of any source, as far as a series is made of it."""

from __future__ import annotations

import itertools
import os
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.checks import items_of, listed, shown
from dlopt_deap.errors import DataError, SettingError

Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
"""One file, or several that continue each other."""

NUMBER: Final = "number"
TIME: Final = "time"
"""What a column may hold that is of use; of others it is said what they hold."""


@dataclass(frozen=True, eq=False)
class Times:
    """The times of some rows.

    Attributes:
        values: Numbers, or dates in UTC if the source knew an offset from it, shape (rows,).
        wall: Those dates as clocks showed them where they were taken, if an offset is known: days and months are
            counted by them, so that daylight saving makes no difference.
        name: What they are called.
    """

    values: NDArray[Any]
    wall: NDArray[Any] | None
    name: str


class Table(ABC):
    """Rows of named columns, with the words for a place in it.

    Attributes:
        source: What messages call it: a file, or several.
        name: What a series made of it is called.
        header: The names of all columns.
        unnamed: Whether those are no names that anybody gave: then all columns are meant.
        index: Times that are no column.
        reading: How the text of a file was read, where that was said: ``delimiter`` and ``decimal``.
    """

    source: str
    name: str
    header: list[str]
    unnamed: bool = False
    index: Times | None = None
    reading: Mapping[str, str] = MappingProxyType({})

    def has_time(self, name: str | None) -> bool:
        """Tell whether a column is called so, or the times that are no column."""
        return name in self.header or (self.index is not None and name == self.index.name)

    @abstractmethod
    def place(self, row: int) -> str:
        """Name a row as whoever repairs it finds it: by file and line."""

    @abstractmethod
    def is_numeric(self, column: str) -> bool:
        """Tell whether a column is meant to hold numbers."""

    def holds_dates(self, column: str) -> bool:  # noqa: ARG002
        """Tell whether a column holds dates, as far as a look at it tells."""
        return False

    def hint(self, columns: Sequence[str]) -> str:  # noqa: ARG002
        """Say what would make numbers of columns that hold none; nothing, if nobody knows."""
        return ""

    @abstractmethod
    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return a column as numbers, NaN where a value is missing, or raise a ``DataError`` with the place."""

    @abstractmethod
    def times(self, column: str | None, rows: NDArray[np.intp]) -> Times | None:
        """Return the times of some rows, which increase; ``None``: those of the table itself, if it has such."""


@dataclass(frozen=True, eq=False)
class ArrayTable(Table):
    """A table whose columns are arrays, read when they are asked for.

    Attributes:
        source: See :class:`Table`, as the next.
        name: What a series made of it is called.
        kinds: What each column holds: ``"number"``, ``"time"``, or a word for what is of no use.
        rows: The number of rows.
        read: Gives a column as an array of numbers, NaN where a value is missing.
        read_times: Gives a column of numbers or dates as times.
        index: See :class:`Table`, as the last.
        starts: The first row of each part, and what it is called, if there are several.
        unnamed: Whether its names are made up.
    """

    source: str
    name: str
    kinds: dict[str, str]
    rows: int
    read: Callable[[str], NDArray[np.float64]]
    read_times: Callable[[str], Times]
    index: Times | None = None
    starts: Sequence[tuple[int, str]] = ()
    unnamed: bool = False

    @property
    def header(self) -> list[str]:  # type: ignore[override]
        """The names of all columns."""
        return list(self.kinds)

    def place(self, row: int) -> str:
        """Name a row by its number, counted from 0, and its part."""
        if not self.starts:
            return f"{self.source}, row {row} (counted from 0)"
        first, part = self.starts[bisect_right([start for start, _ in self.starts], row) - 1]
        return f"{part}, row {row - first} (counted from 0)"

    def is_numeric(self, column: str) -> bool:
        """Tell whether a column holds numbers."""
        return self.kinds[column] == NUMBER

    def holds_dates(self, column: str) -> bool:
        """Tell whether a column holds dates."""
        return self.kinds[column] == TIME

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return a column as numbers, NaN where a value is missing."""
        if self.kinds[column] != NUMBER:
            raise DataError(
                f"{self.source}, column {shown(column)} must hold numbers, but it holds {self.kinds[column]}; turn it "
                "into numbers, or choose other columns."
            )
        values = self.read(column)
        if np.isinf(values).any():
            row = int(np.isinf(values).argmax())
            raise DataError(
                f"{self.place(row)}, column {shown(column)} must hold a finite number, got {values[row]}; repair it, "
                "or make it a missing value."
            )
        return values

    def times(self, column: str | None, rows: NDArray[np.intp]) -> Times | None:
        """Return the times of some rows, which increase."""
        times = self.index
        if column in self.kinds:
            if self.kinds[column] not in (NUMBER, TIME):
                raise DataError(
                    f"{self.source}, column {shown(column)} must hold dates or numbers to be the time, but it holds "
                    f"{self.kinds[column]}; turn it into dates, as `pandas.to_datetime` does."
                )
            times = self.read_times(column)
        if times is None:
            return None
        chosen = Times(times.values[rows], None if times.wall is None else times.wall[rows], times.name)
        check_increasing(self, chosen, rows)
        return chosen


def join_tables(parts: Sequence[ArrayTable]) -> ArrayTable:
    """Make one table of several with the same columns, which continue each other.

    Raises:
        DataError: If the columns of one are others than those of the first.
    """
    first, *others = parts
    if not others:
        return first
    for part in others:
        if part.kinds != first.kinds or (part.index is None) != (first.index is None):
            raise DataError(
                f"{part.source} must have the columns of {first.source}, {_spoken(first.kinds)}, got "
                f"{_spoken(part.kinds)}; name, type and order them alike in all files."
            )
    lengths = [0, *itertools.accumulate(part.rows for part in parts)]
    return ArrayTable(
        joined_name([part.source for part in parts]),
        first.name,
        first.kinds,
        lengths[-1],
        lambda column: np.concatenate([part.read(column) for part in parts]),
        lambda column: _joined([part.read_times(column) for part in parts]),
        None if first.index is None else _joined([part.index for part in parts if part.index is not None]),
        list(zip(lengths[:-1], [part.source for part in parts], strict=True)),
        first.unnamed,
    )


def _spoken(kinds: dict[str, str]) -> str:
    """Return columns with what they hold."""
    return listed([f"{name} ({kind})" for name, kind in kinds.items()])


def _joined(parts: Sequence[Times]) -> Times:
    """Make one of the times of several parts."""
    known = any(part.wall is not None for part in parts)
    wall = np.concatenate([part.values if part.wall is None else part.wall for part in parts]) if known else None
    return Times(np.concatenate([part.values for part in parts]), wall, parts[0].name)


def check_increasing(table: Table, times: Times, rows: NDArray[np.intp], shown_as: Sequence[str] | None = None) -> None:
    """Refuse a time that is missing, or does not increase from row to row.

    Args:
        table: Where it comes from.
        times: The times of ``rows``.
        rows: The rows of the table.
        shown_as: The times as the source writes them.

    Raises:
        DataError: If it is so; it names the first row.
    """
    values = times.values
    column = f"column {shown(times.name)}"
    missing = np.isnat(values) if values.dtype.kind == "M" else ~np.isfinite(values)
    if missing.any():
        raise DataError(f"{table.place(int(rows[missing.argmax()]))}, {column}: the time is missing; fill it.")
    late = values[:-1] >= values[1:]
    if late.any():
        after = int(late.argmax()) + 1
        before, this = (shown(shown_as[row]) if shown_as else spoken_time(values[row]) for row in (after - 1, after))
        raise DataError(
            f"{table.place(int(rows[after]))}, {column}: the time must increase from row to row, got {this} after "
            f"{before}; sort the file, remove what stands twice."
        )


def spoken_time(time: Any) -> str:
    """Return a time as it is read.

    Examples:
        >>> spoken_time(np.datetime64("2026-01-31T00:00:00.000000")), spoken_time(np.float64(3.0))
        ('2026-01-31', '3.0')
    """
    return str(time).removesuffix(".000000").removesuffix(".000").removesuffix("T00:00:00").replace("T", " ")


def as_paths(path: object) -> list[str | os.PathLike[str]]:
    """Return the names of one file, or of several.

    Raises:
        SettingError: If it is none.
    """
    items = [path] if isinstance(path, str | bytes | os.PathLike) else items_of(path)
    paths = [item for item in items or [] if isinstance(item, str | os.PathLike)]
    if not paths or items is None or len(paths) < len(items):
        raise SettingError(f"`path` must be the name of a file, or a list of such names, got {shown(path)}.")
    return paths


def joined_name(paths: Sequence[object]) -> str:
    """Return what messages call several files."""
    return listed([str(path) for path in paths])
