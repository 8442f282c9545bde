"""Evolving the weights of one network by themselves: what gradient training is to ``networks.train``."""

import copy
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.checks import check_integer, shown
from dlopt_deap.core import WORST
from dlopt_deap.errors import SettingError
from dlopt_deap.seeding import derive
from dlopt_deap.weight.encoding import Encoding, check_encoding
from dlopt_deap.weight.objective import Objective
from dlopt_deap.weight.strategies import Strategy

Weights = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Evolved:
    """What came of an evolution of weights.

    Attributes:
        weights: The best vector that was evaluated, shape (num_weights,); the strategy's centroid if none was.
        loss: Its error; infinite if nothing was evaluated.
        evaluations: Vectors evaluated, the centroid before the first generation among them.
        history: The least error so far: of the centroid, and after each generation.
    """

    weights: Weights
    loss: float
    evaluations: int
    history: list[float]


def evolve_weights(
    objective: Objective,
    strategy: Strategy,
    max_evaluations: int,
    seed: int = 0,
    encoding: Encoding | None = None,
    threads: int = 1,
) -> Evolved:
    """Evolve the weights of one network, one call of the kernels a generation.

    Unlike :class:`~dlopt_deap.AskTell` it keeps no record, and leaves the random streams of the process alone: it can
    be a step inside another search. In pseudo-code::

        best = strategy.centroid
        while another evaluation is allowed:
            vectors = strategy.ask()
            best = the best of best and vectors
            strategy.tell(vectors, errors of vectors)

    Args:
        objective: What a vector is worth: one error, on all windows.
        strategy: Where the search begins and how it goes on; a copy of it is used.
        max_evaluations: Vectors to evaluate at most, from 0. Of a last generation that does not fit, the first vectors
            are evaluated, and the strategy is told nothing of them.
        seed: What the strategy draws is derived from it.
        encoding: The bounds to keep to; none unless given.
        threads: Threads to compute with, which change no bit.

    Returns:
        The best vector that was evaluated and how it came about: the same bits for the same arguments.

    Raises:
        SettingError: If an argument is not as above, or strategy, encoding and network do not fit.

    Examples:
        >>> from dlopt_deap.data import sine
        >>> from dlopt_deap.networks import NetworkSpec, initial_weights
        >>> from dlopt_deap.weight import OpenAIES
        >>> spec = NetworkSpec(1, (4,), 1, look_back=8)
        >>> evolved = evolve_weights(Objective(sine(), spec), OpenAIES(initial_weights(spec)), 1_000)
        >>> evolved.evaluations, evolved.loss < 0.1 * evolved.history[0]
        (1000, True)
    """
    check_evolvable(objective)
    encoding = Encoding(objective.spec) if encoding is None else encoding
    _check_fit(objective, strategy, encoding)
    left = check_integer("max_evaluations", max_evaluations, low=0)
    check_integer("seed", seed, low=0)
    strategy = copy.deepcopy(strategy)
    rng = random.Random(derive(seed, "evolution"))
    vectors = _within(encoding, strategy.centroid[np.newaxis])
    best, loss, history = vectors[0], np.inf, list[float]()
    while left > 0:
        losses = _losses(objective, vectors[:left], threads)
        if losses.min() < loss:
            best, loss = vectors[losses.argmin()], float(losses.min())
        if history and len(losses) == len(vectors):
            strategy.tell(vectors, losses)
        history.append(loss)
        left -= len(losses)
        vectors = _within(encoding, strategy.ask(rng)) if left else vectors
    return Evolved(best.copy(), loss, max_evaluations - left, history)


def check_evolvable(objective: Objective) -> None:
    """Refuse an objective by which vectors of different generations cannot be compared.

    Raises:
        SettingError: If it has several errors, or judges by mini-batches.
    """
    if len(objective.metrics) != 1:
        raise SettingError(f"Weights are evolved for one error, got {', '.join(objective.metrics)}; choose one.")
    if objective.batch_size is not None:
        raise SettingError(
            f"The best of all generations is kept, so all must be judged on all windows, got a `batch_size` of "
            f"{objective.batch_size}; leave it out, or use `AskTell` with a `WeightProblem`."
        )


def strategy_around(make: Callable[[Any], Strategy], start: Weights) -> Strategy:
    """Make a strategy around a vector of shape (num_weights,).

    Args:
        make: A class of strategies, or a function that makes one, such as ``partial(OpenAIES, sigma=0.1)``.
        start: The vector.

    Raises:
        SettingError: If it makes none.
    """
    wanted = (
        "`strategy` must make a strategy of dlopt_deap.weight around a vector of weights, such as "
        "partial(OpenAIES, sigma=0.1)"
    )
    if not callable(make):
        raise SettingError(f"{wanted}, got {shown(make)}.")
    try:
        strategy = make(start)
    except TypeError as error:
        raise SettingError(f"{wanted}, but it raises: {error}.") from error
    if not isinstance(strategy, Strategy):
        raise SettingError(f"{wanted}, got a function that makes {shown(strategy)}.")
    return strategy


def _check_fit(objective: Objective, strategy: object, encoding: Encoding) -> None:
    """Refuse a strategy or an encoding of another network."""
    if not isinstance(strategy, Strategy):
        raise SettingError(
            f"`strategy` must be one of dlopt_deap.weight, such as OpenAIES(weights), got {type(strategy).__name__}."
        )
    check_encoding(encoding, objective.spec)
    if strategy.num_weights != objective.spec.num_weights:
        raise SettingError(
            f"`strategy` must be of the network {objective.spec} with {objective.spec.num_weights} weights, "
            f"got {strategy.num_weights}."
        )


def _within(encoding: Encoding, vectors: NDArray[np.float64]) -> Weights:
    """Round vectors to what networks compute with, and bring each within the bounds."""
    return np.stack([encoding.repair(vector) for vector in vectors.astype(np.float32)])


def _losses(objective: Objective, vectors: Weights, threads: int) -> NDArray[np.float64]:
    """Measure vectors; what is not finite is the worst."""
    errors = objective.errors(vectors, threads=threads)[0]
    return np.where(np.isfinite(errors), np.clip(errors, -WORST, WORST), WORST)
