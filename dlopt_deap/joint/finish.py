"""Memetic finishes: gradient training after evolution, or evolution after gradient training, where that helps.

Both begin with weights that somebody found, and never give back any that forecast the validation split worse::

    result = AskTell(partial(OpenAIES, sigma=0.1)).optimize(WeightProblem(series, spec, metric="mae"), 20_000)
    finish = train_from_evolved(result.problem.objective, result.weights, epochs=50)

    training = networks.train(spec, series, epochs=50)
    finish = evolve_from_trained(Objective(series, spec, metric="mae", horizon=12), training.weights, 10_000)
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.errors import TrainingError
from dlopt_deap.networks import TrainingSettings, train
from dlopt_deap.weight import Encoding, Objective, OpenAIES, Strategy, evolve_weights
from dlopt_deap.weight.evolve import check_evolvable, strategy_around

Weights = NDArray[np.float32]

PATIENCE: Final = 25
"""The epochs without a better validation loss after which a training ends, unless the settings say otherwise."""

NEAR: Final = partial(OpenAIES, sigma=0.01, population_size=32, learning_rate=0.002)
"""Evolves near the weights that it begins with: trained ones are good already, and a wide step loses that."""


@dataclass(frozen=True, eq=False)
class Finish:
    """What came of a finish.

    Attributes:
        weights: The better of both vectors, by the error on the validation split: shape (num_weights,).
        improved: Whether that is the new one.
        before: The error of the weights that were given, on the splits ``"training"`` and ``"validation"``, as the
            objective measures it; infinite where it is not finite.
        after: That of the weights that were found.
        reason: Why nothing was found, if the training diverged.
    """

    weights: Weights
    improved: bool
    before: dict[str, float]
    after: dict[str, float]
    reason: str = ""


def train_from_evolved(
    objective: Objective,
    weights: ArrayLike,
    epochs: int,
    training: TrainingSettings | None = None,
    seed: int = 0,
    engine: str = "auto",
) -> Finish:
    """Train by gradients, beginning with evolved weights.

    Args:
        objective: What the weights were evolved for, such as ``problem.objective``; both vectors are judged by it. The
            training itself follows its own loss, one step ahead.
        weights: The evolved weights, such as ``result.weights``: shape (num_weights,).
        epochs: Epochs to train.
        training: How to train; by default with Keras' Adam, until 25 epochs in a row brought no better validation loss.
        seed: The order of the windows is derived from it.
        engine: As :func:`~dlopt_deap.networks.train` takes it.

    Returns:
        The better weights and both errors. A training that diverges leaves the weights that were given.

    Raises:
        SettingError: If the objective has several errors, or a setting makes no sense.
    """
    check_evolvable(objective)
    start = Encoding(objective.spec).checked(weights)
    settings = TrainingSettings(patience=PATIENCE) if training is None else training
    try:
        found = train(objective.spec, objective.series, epochs, settings, start, seed, engine).weights
    except TrainingError as error:
        before = _errors(objective, start)
        return Finish(start.copy(), False, before, dict.fromkeys(before, math.inf), str(error))
    return _better(objective, start, found)


def evolve_from_trained(
    objective: Objective,
    weights: ArrayLike,
    max_evaluations: int,
    strategy: Callable[[Any], Strategy] = NEAR,
    seed: int = 0,
    encoding: Encoding | None = None,
) -> Finish:
    """Evolve around trained weights, for an error that has no gradient or that training does not follow.

    Args:
        objective: What to evolve for, such as the median absolute error, or a closed loop over a ``horizon``.
        weights: The trained weights, such as ``networks.train(spec, series, epochs=50).weights``: shape (num_weights,).
        max_evaluations: Vectors to evaluate at most.
        strategy: Makes the strategy around the trained weights; by default one with small steps.
        seed: What the strategy draws is derived from it.
        encoding: The bounds to keep to; none unless given.

    Returns:
        The better weights and both errors.

    Raises:
        SettingError: If the objective has several errors or mini-batches, or a setting makes no sense.
    """
    start = Encoding(objective.spec).checked(weights)
    evolved = evolve_weights(objective, strategy_around(strategy, start), max_evaluations, seed, encoding)
    return _better(objective, start, evolved.weights)


def validation_error(objective: Objective, weights: Weights) -> float:
    """Measure weights on the validation split; infinite where the error is not finite."""
    return _errors(objective, weights)["validation"]


def _better(objective: Objective, start: Weights, found: Weights) -> Finish:
    """Choose by the validation split."""
    before, after = _errors(objective, start), _errors(objective, found)
    improved = after["validation"] < before["validation"]
    return Finish((found if improved else start).copy(), improved, before, after)


def _errors(objective: Objective, weights: Weights) -> dict[str, float]:
    """Measure weights on both splits that may be looked at."""
    errors = {name: float(objective.errors(weights[np.newaxis], name)[0, 0]) for name in ("training", "validation")}
    return {name: error if math.isfinite(error) else math.inf for name, error in errors.items()}
