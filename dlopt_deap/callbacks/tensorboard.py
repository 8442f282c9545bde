"""What TensorBoard shows of a search."""

import json
import math
import os
from collections.abc import Iterator, Mapping
from typing import Any

from dlopt_deap.callbacks.event_file import EventFile, check_tensorboard
from dlopt_deap.core import SearchState
from dlopt_deap.files import as_path

FAILED = ("", "failures")
"""Ends of a search that failed: by an exception, or by too many failed evaluations in a row."""


class TensorBoard:
    """A callback that writes what TensorBoard shows: a point a generation, and the settings as hyperparameters.

    The step of a point is the number of evaluations so far, so that runs with other populations can be compared. Tags
    are ``best/TARGET``; ``population/CHAPTER_STATISTIC`` for each entry of the logbook's chapters, such as
    ``population/mae_avg``; and ``search/failures``, ``search/cache_hits``, ``search/evaluations_per_second``. The
    dashboard HPARAMS has the seed and all settings of technique, problem and criteria, and the best values as metrics.

    TensorFlow is not imported. When a run is resumed, a new file voids the points that are made again.

    Args:
        folder: The folder of the run; ``tensorboard --logdir`` takes the one above it to compare several.

    Raises:
        SettingError: If TensorBoard is not installed.
        RunFolderError: From the call, if the folder cannot be written.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = as_path(folder)
        check_tensorboard()
        self._file: EventFile | None = None

    def __call__(self, search: SearchState) -> None:
        """Write the point of the generation."""
        if self._file is None:
            is_first = len(search.logbook) == 1 and not search.taken_over
            self._file = EventFile(self.folder, None if is_first else search.evaluations)
            metrics = [f"best/{name}" for name in search.targets]
            self._file.hparams({"seed": str(search.seed), **dict(_flat(search.settings))}, metrics)
        self._file.scalars(_point(search), search.evaluations)

    def end(self, search: SearchState) -> None:
        """Write how the search ended, and close the file."""
        if self._file is not None:
            self._file.close(succeeded=search.stopped_by not in FAILED)
            self._file = None


def _point(search: SearchState) -> dict[str, float]:
    """Give the numbers of a generation by their tags."""
    values = {f"best/{name}": value for name, value in search.best.items()}
    for chapter, rows in search.logbook.chapters.items():
        names = set(rows[-1]) - set(search.logbook[-1])
        values |= {f"population/{chapter}_{name}": rows[-1][name] for name in sorted(names)}
    values["search/failures"] = search.failures
    values["search/cache_hits"] = search.cache_hits
    values["search/evaluations_per_second"] = search.evaluations_per_second
    return {tag: float(value) for tag, value in values.items() if _is_finite(value)}


def _is_finite(value: Any) -> bool:
    """Whether a value is a number that can be drawn."""
    try:
        return math.isfinite(value)
    except (TypeError, OverflowError):
        return False


def _flat(settings: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, bool | float | str]]:
    """Give nested settings by their paths, as what hyperparameters can be."""
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        elif isinstance(value, bool):
            yield f"{prefix}{name}", value
        elif isinstance(value, int | float) and _is_finite(value):
            yield f"{prefix}{name}", float(value)
        else:
            yield f"{prefix}{name}", value if isinstance(value, str) else json.dumps(value, default=str)
