"""Logbooks as CSV, and back; also from the rows that the file of a run holds."""

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from deap import tools

from dlopt_deap.checks import as_float, shown
from dlopt_deap.core.individuals.statistics import LOGBOOK_HEADER, STATISTICS
from dlopt_deap.errors import RunFolderError
from dlopt_deap.files import read_regular

LOGBOOK_FILE = "logbook.csv"


def logbook_csv(logbook: tools.Logbook, timings: Sequence[float | None] = ()) -> str:
    """Write a logbook as CSV: a row a generation, and a column ``chapter_statistic`` for each entry of a chapter.

    Args:
        logbook: The logbook.
        timings: The seconds of the search at each row, for the column ``seconds``; no such column unless given. The
            logbook itself has none, since it is the same however long the search took.
    """
    rows = logbook_rows(logbook, timings)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def logbook_rows(logbook: tools.Logbook, timings: Sequence[float | None] = (), first: int = 0) -> list[dict[str, Any]]:
    """Give the rows of a logbook: their own entries, the seconds, and those of the chapters, as a table has them.

    Args:
        logbook: The logbook.
        timings: The seconds of the search at each row, such as ``result.timings``; no ``seconds`` unless given.
        first: The rows before this one are left out.

    Examples:
        >>> logbook = tools.Logbook()
        >>> logbook.record(gen=0, evaluations=4, mae={"avg": 0.5, "min": 0.25})
        >>> logbook_rows(logbook, [1.5])
        [{'gen': 0, 'evaluations': 4, 'seconds': 1.5, 'mae_avg': 0.5, 'mae_min': 0.25}]
    """
    rows = [dict(row) for row in logbook[first:]]
    for row, seconds in zip(rows, timings[first:], strict=False):
        row["seconds"] = seconds
    for name, chapter in logbook.chapters.items():
        for row, entries in zip(rows, chapter[first:], strict=True):
            row |= {f"{name}_{key}": value for key, value in entries.items() if key not in row}
    return rows


def read_logbook(path: Path) -> tools.Logbook:
    r"""Read a logbook that a result wrote as CSV.

    Args:
        path: The file.

    Raises:
        RunFolderError: If it is missing, damaged or too large.

    Examples:
        >>> path = getfixture("tmp_path") / "logbook.csv"
        >>> _ = path.write_text("gen,evaluations,mae_avg,mae_min\n0,4,0.5,0.25\n1,8,,\n")
        >>> logbook = read_logbook(path)
        >>> logbook.select("evaluations"), logbook.chapters["mae"].select("min")
        ([4, 8], [0.25, None])
    """
    content = read_regular(path, "a logbook", "MAX_CSV_BYTES", RunFolderError)
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8")), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise RunFolderError(f"{path} is damaged: {error}; put a copy back.") from None
    return logbook_of_rows((_with_chapters(path, row) for row in rows), path)


def logbook_of_rows(rows: Iterable[Mapping[str, Any]], path: Path) -> tools.Logbook:
    """Make a logbook of its rows: numbers by name, and those of chapters as mappings within.

    Args:
        rows: The rows, oldest first.
        path: Where they come from, for messages.

    Raises:
        RunFolderError: If a row is no such mapping, or has other chapters than those before it.
    """
    logbook = tools.Logbook()
    chapters: list[str] | None = None
    for number, row in enumerate(rows, start=1):
        here = [name for name, value in row.items() if isinstance(value, Mapping)]
        if chapters is not None and here != chapters:
            raise _damaged(path, number, f"its chapters are {shown(here)}, and before they were {shown(chapters)}")
        chapters = here
        _check_row(path, number, row)
        logbook.record(**row)
    logbook.header = [*[name for name in LOGBOOK_HEADER if logbook and name in logbook[0]], *(chapters or [])]
    for name in chapters or []:
        logbook.chapters[name].header = [key for key in logbook.chapters[name][0] if key in STATISTICS]
    return logbook


def _with_chapters(path: Path, row: Mapping[str | None, Any]) -> dict[str, Any]:
    """Put the columns of each chapter into a mapping of its own."""
    made: dict[str, Any] = {}
    for column, cell in row.items():
        if column is None or not isinstance(cell, str):
            raise RunFolderError(f"{path} is damaged: a line has more or fewer cells than the first; put a copy back.")
        chapter, _, statistic = column.rpartition("_")
        home = made.setdefault(chapter, {}) if chapter and statistic in STATISTICS else made
        home[statistic if home is not made else column] = _number(cell)
    return made


def _number(cell: str) -> Any:
    """Read a cell: a number, or nothing; the text itself if it is neither."""
    if not cell:
        return None
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            continue
    return cell


def _check_row(path: Path, number: int, row: Mapping[str, Any]) -> None:
    """Refuse a row that holds anything but numbers by usual names, and the evaluations made so far."""
    if math.isnan(as_float(row.get("evaluations"))):
        raise _damaged(path, number, f"`evaluations` must be a number, got {shown(row.get('evaluations'))}")
    for name, value in row.items():
        values = value if isinstance(value, Mapping) else {name: value}
        for inner, one in values.items():
            if not isinstance(inner, str) or inner == "self" or not (one is None or not math.isnan(as_float(one))):
                raise _damaged(path, number, f"`{shown(inner)[1:-1]}` must be a number, got {shown(one)}")


def _damaged(path: Path, number: int, what: str) -> RunFolderError:
    return RunFolderError(f"{path} is damaged: in row {number} of the logbook {what}; put a copy back.")
