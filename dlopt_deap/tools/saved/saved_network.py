"""A network that was saved: in a run folder, with the description of its series, or as a Keras file alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.checks import shown
from dlopt_deap.data import SeriesDescription, TimeSeries
from dlopt_deap.data.scaling import TransformerRecord
from dlopt_deap.data.vocabulary import Vocabulary, make_vocabulary
from dlopt_deap.errors import DataError, RunFolderError, SettingError
from dlopt_deap.files import as_path
from dlopt_deap.networks import NetworkSpec
from dlopt_deap.networks import load_keras as load_network
from dlopt_deap.tools.quiet import load_keras
from dlopt_deap.tools.saved.saved_result import NAME as RESULT
from dlopt_deap.tools.saved.saved_result import SAMPLING, read_result

MODEL = "best.keras"
"""The network of a run folder."""


@dataclass(frozen=True, eq=False)
class SavedNetwork:
    """A network with what is known of its series.

    Attributes:
        path: Where it was saved.
        spec: The network.
        weights: Its weights, shape (num_weights,).
        series: The description of its series; ``None`` of a Keras file alone, and of a network of tokens.
        tokens: The vocabulary of a network of tokens.
    """

    path: Path
    spec: NetworkSpec
    weights: NDArray[np.float32]
    series: SeriesDescription | None = None
    tokens: Vocabulary | None = None

    def described(self, training: TimeSeries | None = None) -> SeriesDescription:
        """Give the description of its series, with a scaling that is known.

        Args:
            training: The series that it was trained with, made as it was then; for a network without a description, or
                whose scaling is no straight line.

        Raises:
            SettingError: If the series is needed, or has other numbers of inputs and targets than the network.
            DataError: If it is another series than that which is described.
        """
        if self.tokens is not None:
            raise SettingError(f"The network in {self.path} is one of tokens; give it a text, by `data.kind` text.")
        found = self.series
        if training is not None:
            found = training.described() if found is None else found.fitted_again(training)
        elif found is not None and isinstance(found.scaling, TransformerRecord):
            raise SettingError(
                f"The scaling of {self.path} by {found.scaling.transformer} is no straight line, and must be fitted "
                "again; give the data that it was trained with in `training`, with the settings that they had."
            )
        if found is None:
            raise SettingError(
                f"{self.path} does not say how its series was scaled; name the run folder of the model instead, or "
                "give the data that it was trained with in `training`, with the settings that they had."
            )
        if (len(found.inputs), len(found.targets)) != (self.spec.inputs, self.spec.outputs):
            raise SettingError(
                f"The network in {self.path} has {self.spec.inputs} inputs and {self.spec.outputs} outputs, and the "
                f"series {found.name!r} has {len(found.inputs)} and {len(found.targets)}; give that of its training."
            )
        return found


def load_saved(path: str | Path) -> SavedNetwork:
    """Read a network from a run folder or a Keras file; nothing in either is run.

    Args:
        path: The folder of a run that has ended, or a ``.keras`` file.

    Raises:
        RunFolderError: If there is no such folder, it has no model, or its result is damaged.
        ModelFileError: If the Keras file is damaged, or holds a network that this package does not know.
    """
    where = as_path(path)
    if not where.is_dir():
        if where.suffix != ".keras":
            raise RunFolderError(f"There is no folder {where}; name the folder of a run, or a .keras file.")
        load_keras()
        return SavedNetwork(where, *load_network(where))
    result = read_result(where)
    if result.kind == SAMPLING:
        raise RunFolderError(
            f"{where} holds a sampling, which leaves no network; name the folder of a search or a training."
        )
    is_of_tokens = result.series is not None and result.series.get("kind") == "tokens"
    try:
        vocabulary = _vocabulary(result.series or {}) if is_of_tokens else None
        series = None if result.series is None or is_of_tokens else SeriesDescription.from_dict(result.series)
    except (DataError, SettingError) as error:
        raise RunFolderError(f"{where / RESULT} is damaged: {error}") from error
    load_keras()
    spec, weights = load_network(where / MODEL)
    if result.candidates[0].layers != spec.layers or result.candidates[0].look_back != spec.look_back:
        raise RunFolderError(
            f"The network in {where / MODEL} is not that of {RESULT}: its layers are {shown(spec.layers)} with "
            f"look-back {spec.look_back}, and those of the result {shown(result.candidates[0].layers)} with "
            f"{result.candidates[0].look_back}; put a whole copy back."
        )
    if vocabulary is not None and len(vocabulary.tokens) != spec.outputs:
        raise RunFolderError(
            f"The network in {where / MODEL} tells {spec.outputs} tokens apart, and {RESULT} names "
            f"{len(vocabulary.tokens)}; put a whole copy back."
        )
    return SavedNetwork(where, spec, weights, series, vocabulary)


def _vocabulary(entries: Mapping[str, Any]) -> Vocabulary:
    """Read the vocabulary of a saved description of tokens."""
    tokens = entries.get("vocabulary")
    if not isinstance(tokens, list) or not isinstance(entries.get("name"), str):
        raise DataError(f"`vocabulary` of described tokens must be a list of them, with a `name`, got {shown(tokens)}.")
    return make_vocabulary((), 0, tokens, entries.get("unknown"), entries["name"])
