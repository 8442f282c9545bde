"""A run as TensorBoard shows it, written from its logbook when it is over."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from deap import tools

from dlopt_deap.callbacks import TensorBoard
from dlopt_deap.core import SearchState
from dlopt_deap.errors import RunFolderError
from dlopt_deap.tools.saved.run_record import RunRecord


@dataclass
class _Replay:
    """A search as the callback sees it, made of rows of a logbook."""

    settings: dict[str, Any]
    seed: int | None
    targets: dict[str, int]
    logbook: tools.Logbook
    stopped_by: str
    best: dict[str, float]
    taken_over: bool = False
    cache_hits: float = math.nan
    evaluations_per_second: float = math.nan

    @property
    def evaluations(self) -> int:
        """The evaluations so far."""
        return int(self.logbook[-1]["evaluations"])

    @property
    def failures(self) -> int:
        """Those of them that failed."""
        return int(self.logbook[-1].get("failures") or 0)


def export_to_tensorboard(record: RunRecord, folder: Path) -> None:
    """Write the logbook of a run as event files, with the tags of :class:`~dlopt_deap.callbacks.TensorBoard`.

    What no logbook holds, how fast the search was and what it knew already, is left out.

    Args:
        record: The run.
        folder: The folder of the event files.

    Raises:
        RunFolderError: If the run has no logbook, or the folder cannot be written.
        SettingError: If TensorBoard is not installed.
    """
    if not record.logbook:
        raise RunFolderError(f"The run in {record.folder} has no logbook, so there is nothing to show of it.")
    callback = TensorBoard(folder)
    search = _Replay(record.settings, record.seed, record.targets, tools.Logbook(), record.stopped_by or "killed", {})
    for row in _rows(record.logbook):
        search.logbook.record(**row)
        for name, sign in record.targets.items():
            value = row.get(name, {}).get("max" if sign > 0 else "min")
            known = search.best.get(name)
            if value is not None and (known is None or sign * (value - known) > 0):
                search.best[name] = value
        callback(cast(SearchState, search))
    callback.end(cast(SearchState, search))


def _rows(logbook: tools.Logbook) -> Iterator[dict[str, Any]]:
    """Give the rows of a logbook as they were recorded: chapters as mappings, without what stands beside them."""
    for place, row in enumerate(logbook):
        chapters = {
            name: {key: value for key, value in chapter[place].items() if key not in row}
            for name, chapter in logbook.chapters.items()
        }
        yield {**row, **chapters}
