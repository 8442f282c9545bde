"""The best network so far, as a file."""

import json
import logging
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.checks import check_number
from dlopt_deap.core import SearchState, has_failed
from dlopt_deap.core.individuals.plain_values import json_genes
from dlopt_deap.errors import SettingError, TrainingError
from dlopt_deap.files import as_path, replacing
from dlopt_deap.networks import NetworkSpec, save_keras

SUFFIXES = (".keras", ".npz")

_LOGGER = logging.getLogger(__name__)


class Checkpoint:
    """A callback that writes the best network so far whenever a better one was found.

    With several targets it is the best by the first of them. Its weights are those that the result would have
    (``Problem.network_weights``): a ``TrainingProblem`` trains it for long, a ``RandomSamplingProblem`` samples it
    anew. Where that takes long, ``interval`` bounds how often it is done.

    Args:
        path: The file. ``.keras`` is what Keras reads; ``.npz`` holds the arrays ``weights`` (num_weights,), in the
            order of the network's spec, and the JSON texts ``spec``, ``genes`` and ``fitness``. It is replaced whole.
        interval: The least seconds between two files; what is missed meanwhile is written when the search ends.

    Raises:
        SettingError: If the path has another suffix, or the interval is negative.
        RunFolderError: From the call, if the file cannot be written.
    """

    def __init__(self, path: str | os.PathLike[str], interval: float = 0.0) -> None:
        self.path = as_path(path)
        if self.path.suffix not in SUFFIXES:
            raise SettingError(f"`path` must end with {' or '.join(SUFFIXES)}, got {str(self.path)!r}.")
        self.interval = check_number("interval", interval, low=0.0)
        self._kept: tuple[float, ...] | None = None
        self._next = -math.inf

    def __call__(self, search: SearchState) -> None:
        """Write the best network, if there is a better one and it is time."""
        if search.session_seconds >= self._next:
            self._write(search)

    def end(self, search: SearchState) -> None:
        """Write the best network, if a better one is not written yet, and be ready for another search."""
        self._write(search)
        self._kept, self._next = None, -math.inf

    def _write(self, search: SearchState) -> None:
        """Write the best network, if it is better than the one that was written."""
        best = next((one for one in search.hall_of_fame if not has_failed(one)), None)
        if best is None or (self._kept is not None and best.fitness.wvalues <= self._kept):
            return
        self._kept = tuple(best.fitness.wvalues)
        try:
            weights = search.problem.network_weights(best, search.seed)
        except TrainingError as error:  # the search goes on: its result may be another one
            _LOGGER.warning("The best network so far, %s, cannot be trained: %s", list(best)[:20], error)
            return
        save_network(self.path, search.problem.decode(best), weights, _told(search, best))
        self._next = search.session_seconds + self.interval


def save_network(path: Path, spec: NetworkSpec, weights: NDArray[np.float32], told: dict[str, Any]) -> None:
    """Write a network, whole or not at all.

    Args:
        path: A file with the suffix ``.keras`` or ``.npz``.
        spec: The network.
        weights: Its weights, shape (num_weights,).
        told: What else is told in a ``.npz`` file, as JSON values.
    """
    if path.suffix == ".keras":
        save_keras(spec, weights, path)
        return
    arrays: dict[str, Any] = {name: np.array(json.dumps(value)) for name, value in told.items()}
    arrays |= {"weights": weights, "spec": np.array(json.dumps(spec.to_dict()))}
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **arrays)


def _told(search: SearchState, best: Any) -> dict[str, Any]:
    """Tell what a network is worth."""
    return {"genes": json_genes(best), "fitness": dict(zip(search.targets, best.fitness.values, strict=True))}
