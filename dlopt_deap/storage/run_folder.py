"""A run: a folder that survives whatever ends its process."""

import os
import platform
import socket
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dlopt_deap.errors import RunFolderError
from dlopt_deap.storage import schema
from dlopt_deap.storage.codec import dumps
from dlopt_deap.storage.difference import MAX_SHOWN, differences
from dlopt_deap.storage.lock import FolderLock
from dlopt_deap.storage.reading import read_found, state_digest
from dlopt_deap.storage.records import Evaluation, Found, Generation
from dlopt_deap.storage.writer import Statement, Writer

SNAPSHOTS_KEPT = 3
"""The latest snapshots that are kept; the logbook and the evaluations are kept all."""

WORTH_WAITING = 30.0
"""An evaluation that took so many times longer than writing takes is on the disk before the search goes on."""

KEEP_ARRAY = "INSERT INTO arrays VALUES (?, ?, NULL) ON CONFLICT (digest) DO UPDATE SET generations = NULL"
KEEP_ARRAY_FOR_SNAPSHOT = (
    "INSERT INTO arrays VALUES (?, ?, ?) ON CONFLICT (digest) "
    "DO UPDATE SET generations = excluded.generations WHERE generations IS NOT NULL"
)
"""An array that an evaluation names is kept for good; one that only snapshots name, as long as the last of them."""

INSERT_EVALUATION = f"INSERT OR REPLACE INTO evaluations VALUES ({', '.join('?' * 13)})"
INSERT_LINEAGE = "INSERT OR REPLACE INTO lineage VALUES (?, ?, ?)"
INSERT_GENERATION = "INSERT OR REPLACE INTO generations VALUES (?, ?, ?)"
INSERT_SESSION = f"INSERT OR REPLACE INTO sessions VALUES ({', '.join('?' * 10)})"


class RunFolder:
    """An open run folder: what an earlier session left there, and the place where this one writes.

    Use it in a ``with`` block, which writes what waits and gives the folder back. Nothing is written before something
    is evaluated, so a run that has ended already stays as it is, and one whose settings are refused leaves nothing.

    Args:
        path: The folder, which exists; see :func:`~dlopt_deap.storage.open_run`.
        accept_versions: Whether to go on with a run that was made with other versions of Python and of packages.
        is_made: Whether the folder was made for this run, and goes again if nothing is written.

    Attributes:
        path: The folder.
        found: What an earlier session left.
        options: The options of this session's program, as JSON values, kept for whoever resumes the run.
        stop: The criteria of this session, as JSON values.
        changed: Whether this session wrote anything.

    Raises:
        RunFolderError: If the folder is in use, or its file is damaged or no run.
    """

    def __init__(self, path: Path, accept_versions: bool = False, is_made: bool = False) -> None:
        self.path = path
        self._is_made = is_made
        self._accept_versions = accept_versions
        self.options: dict[str, Any] = {}
        self.changed = False
        self.stop: dict[str, Any] = {}
        self.found = Found()
        self._file = path / schema.NAME
        self._waiting: list[Statement] = []
        self._session = 1
        self._writer: Writer | None = None
        self._lock = FolderLock(path)
        try:
            if self._is_begun():
                self._open()
        except BaseException:
            self._lock.release()
            raise

    def settle(self, settings: dict[str, Any]) -> None:
        """Write down the settings of a new run, or see that those of an old one are the same.

        Args:
            settings: JSON values by field; fields that the run does not have yet are added to it.

        Raises:
            RunFolderError: If they differ, naming each field with both values.
        """
        given = settings | {"versions": versions()}
        stored = {field: value for field, value in self.found.settings.items() if field in given}
        plain = {field: value for field, value in given.items() if field in stored}
        if self._accept_versions:
            stored["versions"] = plain["versions"] = given["versions"]
        found = differences(stored, plain)
        if found:
            shown = "; ".join(found[:MAX_SHOWN]) + ("; and more" if len(found) > MAX_SHOWN else "")
            only_versions = all(difference.startswith("versions.") for difference in found)
            way = "accept other versions, or install the old ones" if only_versions else "use the old settings"
            raise RunFolderError(
                f"The run in {self.path} was made with other settings, so it cannot go on with these: {shown}. To "
                f"resume it {way}; to start anew choose another folder."
            )
        new = {field: value for field, value in given.items() if field not in stored}
        self.found.settings |= new
        self._waiting += [
            ("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, dumps(value))) for name, value in new.items()
        ]

    def write_evaluations(self, evaluations: Iterable[Evaluation]) -> None:
        """Write down evaluations, all of them or none; wait for the disk if that is little beside what they took."""
        statements: list[Statement] = []
        longest = 0.0
        for one in evaluations:
            arrays: dict[str, bytes] = {}
            row = _evaluation_row(one, arrays)
            statements += [(KEEP_ARRAY, named) for named in arrays.items()]
            statements.append((INSERT_EVALUATION, row))
            if one.parents:
                statements.append((INSERT_LINEAGE, (one.number, dumps(list(one.parents)), dumps(list(one.operators)))))
            longest = max(longest, one.seconds)
        if longest > WORTH_WAITING * self._write(statements).latency:
            self.flush()

    def write_generations(self, number: int, generations: Sequence[Generation], state: Any) -> None:
        """Write down that generations are complete, and where the search stands after them, in one piece.

        Args:
            number: The rows of the logbook so far.
            generations: Those of them that are new, the latest last.
            state: Everything that going on from here needs.
        """
        arrays: dict[str, bytes] = {}
        text = dumps(state, arrays)
        statements: list[Statement] = [(KEEP_ARRAY_FOR_SNAPSHOT, (*named, number)) for named in arrays.items()]
        statements += [
            (INSERT_GENERATION, (place, dumps({**one.row, "seconds": one.seconds}), dumps(list(one.population))))
            for place, one in enumerate(generations, start=number - len(generations) + 1)
        ]
        statements.append(("INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?)", (number, text, state_digest(text))))
        statements.append(
            (
                "DELETE FROM snapshots WHERE generations NOT IN "
                "(SELECT generations FROM snapshots ORDER BY generations DESC LIMIT ?)",
                (SNAPSHOTS_KEPT,),
            )
        )
        statements.append(("DELETE FROM arrays WHERE generations < (SELECT MIN(generations) FROM snapshots)", ()))
        self._write(statements)

    def end_session(self, stopped_by: str, seconds: float) -> None:
        """Write down what ended the search, unless nothing has changed."""
        if self.changed or stopped_by != self.found.stopped_by:
            ended = "UPDATE sessions SET ended = ?, seconds = ?, stopped_by = ? WHERE number = ?"
            self._write([(ended, (_now(), seconds, stopped_by, self._session))])
            self.found.stopped_by = stopped_by
        self.flush()

    def flush(self) -> None:
        """Wait until everything is on the disk."""
        if self._writer is not None:
            self._writer.flush()

    def close(self) -> None:
        """Write what waits, close the file and give the folder back; doing it twice does no harm."""
        try:
            if self._writer is not None:
                self._writer.close()
        finally:
            self._lock.release()
            if self._is_made and not self._file.exists():
                with suppress(OSError):  # a folder in which anything is stays
                    self.path.rmdir()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _is_begun(self) -> bool:
        """Whether something was written to the file; it is empty if a process was killed just as it made it."""
        return self._file.exists() and self._file.stat().st_size > 0

    def _open(self) -> Writer:
        """Open the file, read what an earlier session left, and have a writer for it."""
        is_old = self._is_begun()
        connection = schema.open_database(self._file)
        try:
            if is_old:
                self.found = read_found(connection, self._file)
                self._session = 1 + connection.execute("SELECT COUNT(*) FROM sessions").fetchone()[0]
            self._writer = Writer(connection, self._file)
        except BaseException:
            connection.close()
            raise
        return self._writer

    def _write(self, statements: list[Statement]) -> Writer:
        """Hand statements to the writer, the first time with what tells of this session; give the writer."""
        writer = self._writer or self._open()
        if self.changed:
            writer.write([*self._waiting, *statements])
        else:
            began = (self._session, _now(), socket.gethostname(), os.getpid(), dumps(versions()))
            session = (*began, dumps(self.stop), dumps(self.options), None, None, None)
            writer.write([*self._waiting, (INSERT_SESSION, session), *statements])
        # A second Ctrl-C may come between: then the same rows are written once more, which does no harm.
        self._waiting = []
        self.changed = True
        return writer


def versions() -> dict[str, str]:
    """Name the versions that the last digits of a result depend on."""
    packages = ("dlopt_deap", "deap", "cmaes", "numpy", "numba", "tensorflow", "keras")
    return {"python": platform.python_version()} | {name: version(name) for name in packages}


def _evaluation_row(one: Evaluation, arrays: dict[str, bytes]) -> tuple[Any, ...]:
    """Give the columns of an evaluation, and the arrays that they name."""
    genes, metrics = dumps(one.genes, arrays), dumps(dict(one.metrics))
    extra = None if one.extra is None else dumps(one.extra, arrays)
    status, reason = _text(one.metrics.get("status", "ok")), _text(one.metrics.get("reason"))
    told = (one.stage, one.number, one.generation, genes, dumps(dict(one.fitness)), status, reason)
    return (*told, _text(one.traceback), metrics, extra, one.seconds, _text(one.worker), _now())


def _text(value: Any) -> str | None:
    """Give a text that SQLite can hold; a message may have halves of characters in it, such as odd names of files."""
    return str(value).encode("utf-8", "backslashreplace").decode() if value else None


def _now() -> str:
    """Give the time of day (UTC), for people: nothing is decided by it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
