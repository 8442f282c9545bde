"""Reading what an earlier session left in a run's file."""

import hashlib
import logging
import math
import sqlite3
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from dlopt_deap.checks import shown
from dlopt_deap.errors import RunFolderError
from dlopt_deap.storage.arrays import npz_to_array
from dlopt_deap.storage.codec import loads
from dlopt_deap.storage.records import Evaluation, Found, Snapshot
from dlopt_deap.storage.schema import explain

_LOGGER = logging.getLogger(__name__)


def read_found(connection: sqlite3.Connection, path: Path) -> Found:
    """Read everything that resuming a run needs.

    Raises:
        RunFolderError: If something that it needs is damaged.
    """
    try:
        found = Found(settings=read_settings(connection))
        _read_session(connection, found)
        found.snapshot, found.damaged = _latest_snapshot(connection)
        if found.damaged:
            _LOGGER.warning("%d damaged snapshot(s) in %s passed over for the one before.", found.damaged, path)
        known = found.snapshot.state["evaluations"] if found.snapshot else 0
        found.seconds = max(found.seconds, found.snapshot.state["seconds"] if found.snapshot else 0.0)
        found.evaluations = _evaluations(connection, known)
        return found
    except sqlite3.Error as error:
        raise explain(error, path) from error
    except (RunFolderError, ValueError, TypeError, OverflowError) as error:
        raise RunFolderError(f"The run's file {path} is damaged: {error}") from error


def read_settings(connection: sqlite3.Connection) -> dict[str, Any]:
    """Read the settings."""
    return {field: loads(value) for field, value in connection.execute("SELECT field, value FROM settings")}


def _read_session(connection: sqlite3.Connection, found: Found) -> None:
    """Read how the latest session was started and how it ended."""
    latest = "SELECT options, stop, stopped_by FROM sessions ORDER BY number DESC LIMIT 1"
    for options, stop, stopped_by in connection.execute(latest).fetchall():
        found.options, found.stop, found.stopped_by = loads(options), loads(stop), str(stopped_by or "")
        if not isinstance(found.options, dict) or not isinstance(found.stop, dict):
            raise RunFolderError("the options and criteria of a session are no names with values.")
    (seconds,) = connection.execute("SELECT MAX(seconds) FROM sessions").fetchone()
    found.seconds = float(seconds or 0.0)


def _latest_snapshot(connection: sqlite3.Connection) -> tuple[Snapshot | None, int]:
    """Read the latest snapshot that is whole, and count those that are not."""
    snapshots = connection.execute("SELECT generations, state, digest FROM snapshots ORDER BY generations DESC")
    damaged = 0
    for generations, text, digest in snapshots.fetchall():
        try:
            if digest != state_digest(text):
                raise RunFolderError("the digest of a snapshot does not fit.")
            state = loads(text, lambda name: read_array(connection, name))
            if not isinstance(state, dict) or not all(
                _is_count(state.get(name)) for name in ("evaluations", "seconds")
            ):
                raise RunFolderError("a snapshot holds no state of a search.")
            rows = _rows(connection, generations)
            timings = [taken_seconds(row) for row in rows]
            return Snapshot(rows, timings, state), damaged
        except RunFolderError:
            damaged += 1
    if damaged:
        raise RunFolderError(f"none of its {damaged} snapshots is whole; put a copy back, or start anew.")
    return None, 0


def _is_count(value: Any) -> bool:
    """Whether a value is a number of evaluations or of seconds."""
    return isinstance(value, int | float) and math.isfinite(value) and value >= 0


def _rows(connection: sqlite3.Connection, generations: int) -> list[dict[str, Any]]:
    """Read the first rows of the logbook."""
    wanted = "SELECT logbook FROM generations WHERE number <= ? ORDER BY number"
    rows = [loads(text) for (text,) in connection.execute(wanted, (generations,)).fetchall()]
    if len(rows) != generations or not all(isinstance(row, dict) for row in rows):
        raise RunFolderError(f"the logbook has {len(rows)} rows, and its snapshot is of {generations} generations.")
    return rows


def taken_seconds(row: dict[str, Any]) -> float | None:
    """Take the seconds of the search out of a row, which the logbook itself does not have."""
    seconds = row.pop("seconds", None)
    return float(seconds) if _is_count(seconds) else None


def _evaluations(connection: sqlite3.Connection, known: int) -> dict[tuple[str, int], Evaluation]:
    """Read the evaluations after the first ``known`` ones of the search, and those of all other stages."""
    columns = "stage, number, generation, genes, fitness, metrics, seconds, worker, traceback, extra"
    wanted = f"SELECT {columns} FROM evaluations WHERE stage != 'search' OR number > ?"
    found = {}

    def load(digest: str) -> NDArray[Any]:
        return read_array(connection, digest)

    for stage, number, generation, genes, fitness, metrics, seconds, worker, trace, extra in connection.execute(
        wanted, (known,)
    ).fetchall():
        fitness, metrics = loads(fitness), loads(metrics)
        if not isinstance(number, int):
            raise RunFolderError(f"an evaluation has {shown(number)} as its number.")
        if not isinstance(fitness, dict) or not isinstance(metrics, dict):
            raise RunFolderError(f"evaluation {number} holds no values.")
        learnt = None if extra is None else loads(extra, load)
        found[stage, number] = Evaluation(
            *(stage, number, generation or 0, loads(genes, load), fitness, metrics),
            *(float(seconds or 0.0), str(worker or ""), str(trace or ""), learnt),
        )
    return found


def read_array(connection: sqlite3.Connection, digest: str) -> NDArray[Any]:
    """Read an array by its digest."""
    rows = connection.execute("SELECT npz FROM arrays WHERE digest = ?", (digest,)).fetchall()
    if not rows:
        raise RunFolderError(f"the array {digest!r} is missing.")
    return npz_to_array(digest, rows[0][0])


def state_digest(text: str) -> str:
    """Give the SHA-256 digest of a snapshot."""
    return hashlib.sha256(str(text).encode()).hexdigest()
