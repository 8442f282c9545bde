"""A rehearsal finds what is wrong with a technique before anything is evaluated or written."""

import random
from functools import partial
from typing import Any, ClassVar

import numpy as np
import pytest
from deap import algorithms, tools

from dlopt_deap import Evolution, NetworkSpec, RandomSearch, Stop, WeightProblem, data
from dlopt_deap.architecture import RandomSamplingProblem, Space, mut_gaussian
from dlopt_deap.core import ea_truncation
from dlopt_deap.errors import SettingError
from dlopt_deap.tools.rehearsal import rehearse
from dlopt_deap.weight import technique

SPACE = Space((2, 5), (1, 2), (1, 4))
STOP = Stop(max_evaluations=50)


class Unevaluated(RandomSamplingProblem):
    """A problem that notes whether it is evaluated."""

    evaluated: ClassVar[list[Any]] = []
    evaluate_batch = None

    def evaluate(self, solution: Any, seed: int = 0) -> Any:
        self.evaluated.append(solution)
        return super().evaluate(solution, seed)


@pytest.fixture(scope="module")
def problem() -> RandomSamplingProblem:
    return Unevaluated(data.sunspots(), SPACE, num_samples=2)


def test_nothing_is_evaluated_and_the_streams_are_left_as_they_were(problem: RandomSamplingProblem) -> None:
    random.seed(3)
    np.random.seed(3)  # noqa: NPY002 - DEAP draws from it
    wanted = [random.random() for _ in range(3)], np.random.random(3).tolist()  # noqa: NPY002
    random.seed(3)
    np.random.seed(3)  # noqa: NPY002
    rehearse(problem, Evolution(population_size=6), problem.toolbox(), STOP)
    assert ([random.random() for _ in range(3)], np.random.random(3).tolist()) == wanted  # noqa: NPY002
    assert not Unevaluated.evaluated


@pytest.mark.parametrize(
    "searching",
    [
        Evolution(population_size=1, cxpb=0.0),
        Evolution(ea_truncation, population_size=6),
        Evolution(algorithms.eaMuCommaLambda, population_size=3, offspring_size=6),
        Evolution(population_size=6, restarts=3),
        RandomSearch(4),
    ],
    ids=["one", "truncation", "comma", "restarts", "random"],
)
def test_what_works_is_taken(problem: RandomSamplingProblem, searching: Any) -> None:
    rehearse(problem, searching, problem.toolbox(), STOP)


def test_every_technique_for_weights_can_be_rehearsed() -> None:
    weights = WeightProblem(data.sunspots(), NetworkSpec(1, (2,), 1, look_back=3))
    for name in ("openai_es", "separable_cma_es", "cma_es", "one_plus_lambda", "differential_evolution", "genetic"):
        rehearse(weights, *technique(name, weights), STOP)


def test_an_operator_that_raises_is_told_by_its_setting(problem: RandomSamplingProblem) -> None:
    toolbox = problem.toolbox(mutate=partial(mut_gaussian, space=SPACE, sigma="much", indpb=1.0))
    with pytest.raises(SettingError, match=r"`operators\.mutate` does not work so: `sigma` must be a finite number"):
        rehearse(problem, Evolution(population_size=6), toolbox, STOP, ["mutate"])
    toolbox = problem.toolbox(mutate=tools.mutShuffleIndexes)
    with pytest.raises(SettingError, match=r"`operators\.mutate` does not work so: TypeError: mutShuffleIndexes"):
        rehearse(problem, Evolution(population_size=6), toolbox, STOP, ["mutate"])


def test_an_algorithm_that_raises_is_told(problem: RandomSamplingProblem) -> None:
    def broken(population: Any, toolbox: Any, ngen: int, stats: Any, halloffame: Any, verbose: bool) -> Any:
        raise KeyError("fitness")

    with pytest.raises(SettingError, match="The technique does not work with these settings: KeyError: 'fitness'"):
        rehearse(problem, Evolution(broken), problem.toolbox(), STOP)


@pytest.mark.parametrize(
    ("searching", "alias"),
    [(Evolution(population_size=4), "select"), (RandomSearch(4), "mutate"), (RandomSearch(4), "select_parents")],
)
def test_an_operator_that_is_never_used_is_told(problem: RandomSamplingProblem, searching: Any, alias: str) -> None:
    with pytest.raises(SettingError, match=f"`operators.{alias}` is not used by this technique"):
        rehearse(problem, searching, problem.toolbox(), STOP, [alias])


def test_criteria_are_those_of_the_search(problem: RandomSamplingProblem) -> None:
    with pytest.raises(SettingError, match="`target_fitness` names 'log_q'"):
        rehearse(problem, Evolution(), problem.toolbox(), Stop(50, target_fitness={"log_q": 1.0}))
    with pytest.raises(SettingError, match="`restarts` share"):
        rehearse(problem, Evolution(restarts=2), problem.toolbox(), Stop(max_seconds=3.0))
    rehearse(problem, Evolution(population_size=20), problem.toolbox(), Stop(max_evaluations=1))
