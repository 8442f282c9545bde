"""The evaluations of a run, read by others than the one who runs it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from dlopt_deap.errors import RunFolderError
from dlopt_deap.storage import schema
from dlopt_deap.storage.arrays import npz_to_array
from dlopt_deap.storage.codec import loads
from dlopt_deap.storage.records import Evaluation

COLUMNS = "stage, number, generation, genes, fitness, metrics, seconds, worker, traceback, finished"


def read_evaluations(folder: Path, stage: str = "search") -> Iterator[Evaluation]:
    """Read the evaluations of a stage in their order, without what they learnt; the run may go on meanwhile.

    Args:
        folder: The run folder.
        stage: ``"search"``; ``"final"`` for the fresh estimates at its end, or the name of a later stage.

    Raises:
        RunFolderError: If there is no run, or something in it is damaged.
    """
    path = _file_of(folder)
    with closing(schema.open_for_reading(path)) as connection:
        wanted = f"SELECT {COLUMNS} FROM evaluations WHERE stage = ? ORDER BY number"

        def load(digest: str) -> NDArray[Any]:
            rows = connection.execute("SELECT npz FROM arrays WHERE digest = ?", (digest,)).fetchall()
            if not rows:
                raise RunFolderError(f"the array {digest!r} is missing.")
            return npz_to_array(digest, rows[0][0])

        try:
            for name, number, generation, genes, fitness, metrics, *origin in connection.execute(wanted, (stage,)):
                told = (name, number, generation or 0, loads(genes, load), loads(fitness), loads(metrics))
                seconds, worker, trace, finished = origin
                yield Evaluation(
                    *told, float(seconds or 0.0), str(worker or ""), str(trace or ""), finished=str(finished)
                )
        except sqlite3.Error as error:
            raise schema.explain(error, path) from error
        except (RunFolderError, ValueError, TypeError) as error:
            raise RunFolderError(f"The run's file {path} is damaged: {error}") from error


def read_settings(folder: Path) -> dict[str, Any]:
    """Read the settings of a run: ``seed``, ``technique``, ``problem`` and more.

    Raises:
        RunFolderError: If there is no run, or something in it is damaged.
    """
    path = _file_of(folder)
    with closing(schema.open_for_reading(path)) as connection:
        try:
            return {field: loads(value) for field, value in connection.execute("SELECT field, value FROM settings")}
        except sqlite3.Error as error:
            raise schema.explain(error, path) from error


def _file_of(folder: Path) -> Path:
    """Name the file of a run."""
    path = folder / schema.NAME
    if not path.exists():
        raise RunFolderError(f"There is no run in {folder}; name the folder of one.")
    return path
