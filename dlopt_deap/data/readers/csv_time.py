"""The time of each row of a CSV file: numbers or dates that increase."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.checks import shown
from dlopt_deap.data.readers.csv_table import CsvTable
from dlopt_deap.data.readers.table import Times
from dlopt_deap.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

DATE_FORMATS: Final = (
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%Y/%m/%d",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%b %Y",
    "%B %Y",
)
"""Ways to write a date beside ISO 8601 (2026-01-31); each may be followed by a time of day."""

CLOCK: Final = ("now", "today")
"""Words that pandas takes for the time at which it reads them."""

OFFSET: Final = re.compile(r"([T ]\d{2}[\d:.,]*) ?(?:Z|[+-]\d{2}(?::?\d{2})?)$")
"""A time of day in ISO 8601 with its offset from UTC."""

TIME_FORMATS: Final = ("", " %H:%M", " %H:%M:%S")


def parse_time(table: CsvTable, column: str, rows: NDArray[Any], decimal: str) -> tuple[Times, list[str]]:
    """Return the times of some rows as numbers (float64) or as dates (datetime64, UTC if they had an offset).

    Returns:
        The times, and their cells.

    Raises:
        DataError: If a time is missing or not a time, or dates can be read in two ways.
    """
    column_cells = table.column(column)
    cells = [column_cells[row] for row in rows]
    for row, cell in zip(rows, cells, strict=True):
        if not cell:
            raise DataError(f"{table.place(row)}, column {shown(column)}: the time is missing; fill it.")
        if cell.lower() in CLOCK:
            raise DataError(
                f"{table.place(row)}, column {shown(column)} must hold a date, got {cell!r}, which "
                "is another one each day; write dates as 2026-01-31."
            )
    times = _numbers(cells, decimal)
    if times is not None:
        return Times(times, None, column), cells
    dates = _dates(table, column, rows, cells)
    return Times(dates, _wall(cells, dates), column), cells


def looks_like_dates(cells: list[str]) -> bool:
    """Tell whether cells are dates, written in one way, and no numbers.

    Examples:
        >>> looks_like_dates(["31.1.2026", "1.2.2026"]), looks_like_dates(["2026"]), looks_like_dates(["now"])
        (True, False, False)
    """
    if not cells or _numbers(cells, ".") is not None or any(cell.lower() in CLOCK for cell in cells):
        return False
    return any(_read(cells, form) is not None for form in _formats(cells[0]))


def _wall(cells: list[str], dates: NDArray[Any]) -> NDArray[Any] | None:
    """Return dates without their offsets from UTC; ``None`` if there are none."""
    plain = [OFFSET.sub(r"\1", cell) for cell in cells]
    wall = None if plain == cells else _read(plain, "ISO8601")
    return None if wall is None or np.array_equal(wall, dates) else wall


def _numbers(cells: list[str], decimal: str) -> NDArray[np.float64] | None:
    """Return the times as finite numbers, or ``None`` if one is no number."""
    try:
        times = np.array([float(cell.replace(decimal, ".")) for cell in cells])
    except ValueError:
        return None
    return times if np.isfinite(times).all() else None


def _dates(table: CsvTable, column: str, rows: NDArray[Any], cells: list[str]) -> NDArray[Any]:
    """Return the times as dates, read in the only way in which all of them can be read."""
    readings = [reading for form in _formats(cells[0]) if (reading := _read(cells, form)) is not None]
    if not readings:
        row = _first_unreadable(cells)
        raise DataError(
            f"{table.place(rows[row])}, column {shown(column)} must hold a number or a date written "
            f"as the others, got {shown(cells[row])}; write dates as 2026-01-31 or 2026-01-31 18:30."
        )
    if any(not np.array_equal(readings[0], other) for other in readings[1:]):
        raise DataError(
            f"{table.source}, column {shown(column)} holds dates that can be read in two ways, as day and month or as "
            f"month and day ({table.place(rows[0])}: {shown(cells[0])}); write dates as 2026-01-31."
        )
    return readings[0]


def _formats(cell: str) -> list[str]:
    """Return the ways in which a cell can be read as a date."""
    forms = ["ISO8601", *(date + time for date in DATE_FORMATS for time in TIME_FORMATS)]
    return [form for form in forms if _read([cell], form) is not None]


def _read(cells: list[str], form: str) -> NDArray[Any] | None:
    """Return all cells as dates in one form, or ``None`` if one is not of that form."""
    dates = _dates_in_form(cells, form)
    return None if dates.isna().any() else dates.dt.tz_localize(None).to_numpy()


def _first_unreadable(cells: list[str]) -> int:
    """Return the cell at which the form that lasts longest breaks; the first one if it has no form at all."""
    return max((int(_dates_in_form(cells, form).isna().argmax()) for form in _formats(cells[0])), default=0)


def _dates_in_form(cells: list[str], form: str) -> pd.Series[Any]:
    """Return the cells as dates in UTC, or as missing where they are not of that form."""
    import pandas as pd

    return pd.to_datetime(pd.Series(cells), format=form, errors="coerce", utc=True)
