"""A row a generation, written as it is made."""

import csv
import os
from pathlib import Path

from dlopt_deap.core import SearchState
from dlopt_deap.core.results.logbook_file import logbook_csv, logbook_rows
from dlopt_deap.errors import RunFolderError
from dlopt_deap.files import as_path, write_text


class CsvLog:
    """A callback that writes the logbook to a CSV file, a row a generation, so that others can follow it.

    The file holds what ``logbook.csv`` of a result does. When a run is resumed, no row is doubled: those of
    generations that an earlier session had not completed are written anew.

    Args:
        path: The file. One that holds the beginning of the same run is gone on with; any other is left alone.

    Raises:
        RunFolderError: From the call, if the file holds something else or cannot be written.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = as_path(path)
        self._columns: list[str] = []

    def __call__(self, search: SearchState) -> None:
        """Write the row of the generation."""
        (row,) = logbook_rows(search.logbook, search.timings, len(search.logbook) - 1)
        if self._columns:
            self._append(row)
        else:
            self._begin(search)
            self._columns = list(row)

    def end(self, search: SearchState) -> None:  # noqa: ARG002 - the callbacks' contract
        """Be ready for another search."""
        self._columns = []

    def _begin(self, search: SearchState) -> None:
        """Write all rows so far, if the file holds no others."""
        text = logbook_csv(search.logbook, search.timings)
        lines = text.splitlines(keepends=True)
        earlier = len(lines) > 2 or search.taken_over > 0  # the latest row may have been cut short then
        expected = "".join(lines[:-1] if earlier else lines).encode()
        there = _content(self.path, len(expected))
        if not expected.startswith(there):
            raise RunFolderError(f"{self.path} holds something else than this run's log; choose another file.")
        write_text(self.path, text)

    def _append(self, row: dict[str, object]) -> None:
        """Write one row."""
        try:
            with self.path.open("a", encoding="utf-8", newline="") as file:
                csv.DictWriter(file, self._columns, lineterminator="\n").writerow(row)
        except OSError as error:
            raise RunFolderError(f"Cannot write {self.path}: {error.strerror or error}.") from error


def _content(path: Path, most: int) -> bytes:
    """Read the beginning of a file; nothing if there is none."""
    try:
        with path.open("rb") as file:
            return file.read(most)
    except FileNotFoundError:
        return b""
    except (OSError, ValueError) as error:
        raise RunFolderError(f"Cannot write {path}: {getattr(error, 'strerror', None) or error}.") from error
