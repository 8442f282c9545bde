"""A run as it stands, read without keeping whoever writes it from writing, and without changing a byte."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlopt_deap.errors import RunFolderError
from dlopt_deap.storage import schema
from dlopt_deap.storage.codec import loads
from dlopt_deap.storage.reading import read_array, read_found, read_settings
from dlopt_deap.storage.records import Evaluation, Found, Individual

UNREADABLE = (RunFolderError, ValueError, TypeError, OverflowError)
"""What reading a damaged value may raise, beside SQLite's own errors."""


@dataclass(frozen=True)
class Session:
    """One session of a run.

    Attributes:
        began: When it began (UTC).
        host: Where.
        process: Which process.
        options: The options of its program, by name.
        stop: Its criteria.
        seconds: The seconds of the search at its end, all sessions together; ``None`` if it has not ended.
        stopped_by: What ended it; ``""`` if it has not ended, or was killed.
    """

    began: str
    host: str
    process: int
    options: dict[str, Any]
    stop: dict[str, Any]
    seconds: float | None
    stopped_by: str


class RunView:
    """What the file of a run holds, as it stood when it was opened; see :func:`view_run`."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def settings(self) -> dict[str, Any]:
        """Give the settings of the run by field: ``seed``, ``technique``, ``problem``, ``toolbox``, ``versions``."""
        with self._explained():
            return read_settings(self._connection)

    def found(self) -> Found:
        """Give what going on with the run would need, its latest snapshot among it."""
        return read_found(self._connection, self._path)

    def sessions(self) -> list[Session]:
        """Give the sessions, oldest first."""
        wanted = "SELECT began, host, process, options, stop, seconds, stopped_by FROM sessions ORDER BY number"
        with self._explained():
            return [_session(*row) for row in self._connection.execute(wanted)]

    def rows(self) -> list[dict[str, Any]]:
        """Give the rows of the logbook, oldest first, each with the ``seconds`` of the search until then."""
        with self._explained():
            texts = self._connection.execute("SELECT logbook FROM generations ORDER BY number").fetchall()
            return [_mapping("a row of the logbook", loads(text)) for (text,) in texts]

    def populations(self) -> list[list[Individual]]:
        """Give the population after each row of the logbook, as far as its evaluations are written down."""
        with self._explained():
            known = {one.number: one for one in self.evaluations("search")}
            texts = self._connection.execute("SELECT population FROM generations ORDER BY number").fetchall()
            numbers = [_numbers(loads(text)) for (text,) in texts]
        return [[_individual(known[number]) for number in several if number in known] for several in numbers]

    def counts(self) -> list[tuple[str, str, str, int]]:
        """Count the evaluations that are written down, by stage, status and reason."""
        wanted = (
            "SELECT stage, status, COALESCE(reason, ''), COUNT(*) FROM evaluations GROUP BY 1, 2, 3 ORDER BY 4 DESC"
        )
        with self._explained():
            found = self._connection.execute(wanted).fetchall()
            return [(str(stage), str(status), str(reason), int(count)) for stage, status, reason, count in found]

    def evaluations(self, stage: str | None = None) -> Iterator[Evaluation]:
        """Give the evaluations that are written down, in their order, without what each learnt.

        Args:
            stage: Those of one stage; of all stages, the search first, if ``None``.
        """
        columns = "stage, e.number, generation, genes, fitness, metrics, seconds, worker, traceback, finished"
        wanted = (
            f"SELECT {columns}, parents, operators FROM evaluations e LEFT JOIN lineage l "
            "ON e.number = l.number AND stage = 'search' WHERE ? IN (stage, '') ORDER BY stage DESC, e.number"
        )
        with self._explained():
            for row in self._connection.execute(wanted, (stage or "",)):
                yield self._evaluation(*row)

    def _evaluation(self, *row: Any) -> Evaluation:
        """Make the record of an evaluation."""
        stage, number, generation, genes, fitness, metrics, seconds, worker, trace, finished, parents, operators = row
        return Evaluation(
            *(str(stage), int(number), int(generation or 0)),
            loads(genes, lambda digest: read_array(self._connection, digest)),
            _mapping("the fitness of an evaluation", loads(fitness)),
            _mapping("the metrics of an evaluation", loads(metrics)),
            *(float(seconds or 0.0), str(worker or ""), str(trace or "")),
            finished=str(finished or ""),
            parents=tuple(_numbers(loads(parents))) if parents else (),
            operators=tuple(str(one) for one in loads(operators)) if operators else (),
        )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say of whatever cannot be read that the file is damaged."""
        try:
            yield
        except sqlite3.Error as error:
            raise schema.explain(error, self._path) from error
        except UNREADABLE as error:
            raise RunFolderError(f"The run's file {self._path} is damaged: {error}") from error


@contextmanager
def view_run(folder: str | Path) -> Iterator[RunView]:
    """Look at a run, whether it has ended, was killed, or goes on in another process.

    A copy is looked at: what the file holds belongs together, and a process that writes it waits no longer than the
    copying takes. A transaction that a killed process left is undone in the copy alone.

    Args:
        folder: The folder of the run.

    Raises:
        RunFolderError: If there is no run, or its file is damaged.

    Examples:
        >>> from dlopt_deap.storage import Evaluation, open_run
        >>> folder = getfixture("tmp_path") / "run"
        >>> with open_run(folder) as run:
        ...     run.write_evaluations([Evaluation("search", 1, 0, [3, 5], {"mae": 0.5}, {"status": "ok"})])
        >>> with view_run(folder) as view:
        ...     view.counts(), [one.genes for one in view.evaluations()]
        ([('search', 'ok', '', 1)], [[3, 5]])
    """
    path = Path(folder) / schema.NAME
    if not path.exists() or path.stat().st_size == 0:
        raise RunFolderError(f"There is no run in {folder}; start one there, or name another folder.")
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / schema.NAME
        try:
            schema.check_header(path)
            _copy(path, copy)
            connection = schema.open_database(copy)
        except RunFolderError as error:
            raise RunFolderError(str(error).replace(str(copy), str(path))) from error
        except (OSError, sqlite3.Error) as error:
            raise schema.explain(error, path) from error
        with closing(connection):
            yield RunView(connection, path)


def _copy(path: Path, copy: Path) -> None:
    """Copy a database as it stands between two transactions."""
    source = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=schema.BUSY_SECONDS)
    with closing(source), closing(sqlite3.connect(copy)) as target:
        try:
            source.backup(target)
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_READONLY_ROLLBACK":
                raise
    # Its writer is gone, and left a journal by which the copy is mended when it is opened.
    for name in (path.name, f"{path.name}-journal"):
        shutil.copyfile(path.with_name(name), copy.with_name(name))


def _individual(one: Evaluation) -> Individual:
    """Make of an evaluation the individual that it was of."""
    return Individual(one.number, one.genes, one.fitness, one.parents, one.operators)


def _numbers(value: Any) -> list[int]:
    """Return the numbers of evaluations, without the unknown ones."""
    if not isinstance(value, list) or not all(one is None or type(one) is int for one in value):
        raise RunFolderError(f"the numbers of evaluations must be whole numbers, got {value!r:.100}.")
    return [one for one in value if one is not None]


def _session(began: Any, host: Any, process: Any, options: Any, stop: Any, seconds: Any, stopped_by: Any) -> Session:
    """Make the record of a session."""
    return Session(
        *(str(began), str(host), int(process)),
        *(_mapping("the options of a session", loads(options)), _mapping("the criteria of a session", loads(stop))),
        *(None if seconds is None else float(seconds), str(stopped_by or "")),
    )


def _mapping(what: str, value: Any) -> dict[str, Any]:
    """Return names with values."""
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise RunFolderError(f"{what} must be names with values, got {value!r:.100}.")
    return value
