"""The techniques that evolve weights, by name: each with the settings that served best where nothing else was known."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from deap import base, cma

from dlopt_deap.checks import check_choice, check_integer, check_number
from dlopt_deap.core import AskTell, Evolution, ModelOptimization, RandomSearch, ea_truncation
from dlopt_deap.errors import SettingError
from dlopt_deap.weight.mutation import mut_gaussian
from dlopt_deap.weight.problem import WeightProblem
from dlopt_deap.weight.strategies import DifferentialEvolution, ExponentialDecay, OpenAIES, SeparableCMAES
from dlopt_deap.weight.strategies.strategy import LARGEST, SMALLEST

MOST_FOR_COVARIANCES: Final = 5_000
"""Weights up to which a technique may keep their covariances: a matrix of so many rows and columns takes 200 MB."""


@dataclass(frozen=True)
class Kind:
    """A technique and its settings.

    Attributes:
        make: Makes it of the population size and sigma.
        population_size: The population size that it has unless told otherwise.
        sigma: The standard deviation of its first steps; of the genetic algorithm that of its mutation.
        least: The least population size.
        keeps_covariances: Whether it keeps a matrix of covariances of all weights.
    """

    make: Callable[[int, float], ModelOptimization]
    population_size: int
    sigma: float
    least: int = 2
    keeps_covariances: bool = False


def _openai_es(size: int, sigma: float) -> ModelOptimization:
    # Both shrink to a twentieth in some 600 generations, without which it comes near the optimum and goes round it.
    steps = ExponentialDecay(sigma, 0.995, sigma / 20), ExponentialDecay(0.05, 0.995, 0.0025)
    return AskTell(partial(OpenAIES, population_size=size, sigma=steps[0], learning_rate=steps[1]))


def _separable_cma_es(size: int, sigma: float) -> ModelOptimization:
    return AskTell(partial(SeparableCMAES, population_size=size, sigma=sigma))


def _cma_es(size: int, sigma: float) -> ModelOptimization:
    return AskTell(partial(cma.Strategy, lambda_=size, sigma=sigma))


def _one_plus_lambda(size: int, sigma: float) -> ModelOptimization:
    return AskTell(partial(cma.StrategyOnePlusLambda, lambda_=size, sigma=sigma))


def _differential_evolution(size: int, sigma: float) -> ModelOptimization:
    return AskTell(partial(DifferentialEvolution, population_size=size, sigma=sigma))


def _genetic(size: int, sigma: float) -> ModelOptimization:  # noqa: ARG001 - its sigma is that of the mutation
    return Evolution(ea_truncation, population_size=size, truncation_size=max(size // 8, 1))


def _random(size: int, sigma: float) -> ModelOptimization:  # noqa: ARG001 - it takes no steps
    return RandomSearch(size)


TECHNIQUES: Final = {
    "openai_es": Kind(_openai_es, 64, 0.05),
    "separable_cma_es": Kind(_separable_cma_es, 32, 0.1),
    "cma_es": Kind(_cma_es, 32, 0.1, least=4, keeps_covariances=True),
    "one_plus_lambda": Kind(_one_plus_lambda, 8, 0.1, least=1, keeps_covariances=True),
    "differential_evolution": Kind(_differential_evolution, 64, 0.5, least=4),
    "genetic": Kind(_genetic, 64, 0.1),
    "random": Kind(_random, 64, 1.0, least=1),
}
"""By name. What each is, and its source, is told by the class or function that makes it."""


def technique(
    name: str, problem: WeightProblem, population_size: int | None = None, sigma: float | None = None, **toolbox: Any
) -> tuple[ModelOptimization, base.Toolbox]:
    """Make a technique that evolves weights, and the toolbox that it needs.

    Args:
        name: One of :data:`TECHNIQUES`.
        problem: The problem.
        population_size: Individuals a generation; what the technique has unless given.
        sigma: The standard deviation of the first steps; likewise.
        **toolbox: Functions to register in the toolbox in place of the problem's own, such as ``map``.

    Returns:
        The technique and the toolbox, for ``technique.optimize(problem, ..., toolbox=toolbox)``.

    Raises:
        SettingError: If the name is unknown, the population too small, sigma not in [1e-30, 1e30], or the network too
            large for a technique that keeps a matrix of covariances.

    Examples:
        >>> from dlopt_deap.data import sine
        >>> from dlopt_deap.networks import NetworkSpec
        >>> problem = WeightProblem(sine(), NetworkSpec(1, (4,), 1, look_back=8), metric="mae")
        >>> openai_es, toolbox = technique("openai_es", problem)
        >>> result = openai_es.optimize(problem, max_evaluations=650, seed=1, toolbox=toolbox)
        >>> result.fitness["mae"] < 0.5
        True
    """
    kind = TECHNIQUES[check_choice("technique", name, TECHNIQUES)]
    size = kind.population_size if population_size is None else population_size
    check_integer("population_size", size, low=kind.least, limit="MAX_POPULATION")
    step = check_number("sigma", kind.sigma if sigma is None else sigma, above=0.0)
    check_number("sigma", step, SMALLEST, LARGEST)
    count = problem.spec.num_weights
    if kind.keeps_covariances and count > MOST_FOR_COVARIANCES:
        raise SettingError(
            f"The technique {name!r} keeps the covariances of all weights, so there may be at most "
            f"{MOST_FOR_COVARIANCES}, got {count}; use 'separable_cma_es' or 'openai_es'."
        )
    if name == "genetic":
        toolbox = {"mutate": partial(mut_gaussian, sigma=step, indpb=0.3)} | toolbox
    return kind.make(size, step), problem.toolbox(**toolbox)
