"""Strategies that generate and are updated, as techniques."""

import random
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from deap import algorithms, base, cma, tools

from dlopt_deap.core import AskTell, Problem, Stop, Values
from dlopt_deap.core.results.logbook_file import logbook_csv
from dlopt_deap.errors import RunFolderError, SettingError
from dlopt_deap.networks import NetworkSpec

DIMENSION = 5


class Sphere(Problem):
    """Find a vector of ones."""

    def __init__(self, targets: dict[str, int] | None = None) -> None:
        super().__init__(targets or {"distance": -1})

    def random_solution(self) -> Any:
        return self.solution(np.array([random.random() for _ in range(DIMENSION)]))

    def repair(self, solution: Any) -> Any:
        solution[:] = np.clip(solution, -2, 2)
        return solution

    def decode(self, solution: Any) -> NetworkSpec:
        return NetworkSpec(1, (1,), 1, 1)

    def evaluate(self, solution: Any, seed: int = 0) -> Values:
        return Values([float(np.square(np.asarray(solution) - 1).sum())] * len(self.targets))

    def network_weights(self, solution: Any, seed: int = 0) -> Any:
        return np.zeros(self.decode(solution).num_weights, np.float32)

    def toolbox(self, seed: int = 0, **overrides: Any) -> base.Toolbox:
        toolbox = base.Toolbox()
        toolbox.register("individual", self.random_solution)
        toolbox.register("population", tools.initRepeat, list, toolbox.individual)
        self.register_evaluate(toolbox, seed)
        for alias, function in overrides.items():
            toolbox.register(alias, function)
        return toolbox

    def settings(self) -> dict[str, Any]:
        return {"name": "Sphere"}


def strategy_of(name: str, sigma: float = 0.5) -> Any:
    start = np.zeros(DIMENSION)
    if name == "cma":
        return cma.Strategy(start, sigma, lambda_=6)
    return cma.StrategyOnePlusLambda(Sphere().solution(start), sigma, lambda_=6)


def outcome(result: Any) -> Any:
    population = [(one.genes.tolist(), one.fitness.values) for one in result.population]
    best = [(one.genes.tolist(), one.fitness.values) for one in result.hall_of_fame]
    return population, best, logbook_csv(result.logbook)


@pytest.mark.parametrize("name", ["cma", "1+lambda"])
def test_a_strategy_of_deap_finds_the_optimum(name: str) -> None:
    result = AskTell(strategy_of(name)).optimize(Sphere(), 1200, seed=1)
    assert result.fitness["distance"] < 1e-6
    assert result.evaluations == 1200
    assert result.stopped_by == "max_evaluations"


def test_generations_are_those_of_deaps_own_loop() -> None:
    """DEAP's ``eaGenerateUpdate`` in one long call, from the same random state, makes the same vectors."""
    problem = Sphere()
    result = AskTell(strategy_of("cma")).optimize(problem, 60, seed=4)

    from dlopt_deap.seeding import seed_run

    seed_run(4)
    strategy = strategy_of("cma")
    toolbox = problem.toolbox()
    toolbox.register("generate", strategy.generate, lambda vector: problem.repair(problem.solution(vector)))
    toolbox.register("update", strategy.update)
    population, _ = algorithms.eaGenerateUpdate(toolbox, ngen=10, verbose=False)
    np.testing.assert_allclose([one.genes for one in population], [one.genes for one in result.population], rtol=1e-9)


@pytest.mark.parametrize("name", ["cma", "1+lambda"])
def test_each_run_begins_with_the_strategy_as_it_was_given(name: str) -> None:
    technique = AskTell(strategy_of(name))
    first, second = (outcome(technique.optimize(Sphere(), 60, seed=2)) for _ in range(2))
    assert first == second
    assert first != outcome(technique.optimize(Sphere(), 60, seed=3))


@pytest.mark.parametrize("name", ["cma", "1+lambda"])
@pytest.mark.parametrize("evaluations", [6, 17, 36])
def test_a_resumed_strategy_goes_on_as_if_nothing_had_happened(tmp_path: Path, name: str, evaluations: int) -> None:
    expected = outcome(AskTell(strategy_of(name)).optimize(Sphere(), 60, seed=2))
    AskTell(strategy_of(name)).optimize(Sphere(), evaluations, seed=2, run=tmp_path / "run")
    assert outcome(AskTell(strategy_of(name)).optimize(Sphere(), 60, seed=2, run=tmp_path / "run")) == expected


def test_a_run_with_another_strategy_is_refused_by_what_differs(tmp_path: Path) -> None:
    AskTell(strategy_of("cma")).optimize(Sphere(), 12, seed=2, run=tmp_path / "run")
    with pytest.raises(RunFolderError, match=r"strategy\.sigma: 0\.5 in the run.*0\.25"):
        AskTell(strategy_of("cma", 0.25)).optimize(Sphere(), 24, seed=2, run=tmp_path / "run")


def test_bounds_are_kept_and_the_strategy_learns_from_what_was_evaluated() -> None:
    seen = []

    class Watched(cma.Strategy):  # type: ignore[misc]
        def update(self, population: Any) -> None:
            seen.extend(one.genes.max() for one in population)
            super().update(population)

    result = AskTell(Watched(np.full(DIMENSION, 1.9), 1.0, lambda_=6)).optimize(Sphere(), 60, seed=1)
    assert max(seen) == 2.0
    assert all(abs(one.genes).max() <= 2 for one in result.population)


def test_a_strategy_that_runs_away_ends_the_run_and_what_was_found_is_kept() -> None:
    class Away(cma.Strategy):  # type: ignore[misc]
        def update(self, population: Any) -> None:
            self.centroid = self.centroid + np.inf

    result = AskTell(Away(np.zeros(DIMENSION), 0.5, lambda_=6)).optimize(Sphere(), 60, seed=1)
    assert result.stopped_by == "diverged"
    assert result.evaluations == 6


def test_a_strategy_whose_covariances_are_no_numbers_any_more_ends_the_run_without_a_warning() -> None:
    class Away(cma.Strategy):  # type: ignore[misc]
        def update(self, population: Any) -> None:
            self.C = self.C * np.float64(1e308) * 10
            super().update(population)

    result = AskTell(Away(np.zeros(DIMENSION), 0.5, lambda_=6)).optimize(Sphere(), 60, seed=1)
    assert result.stopped_by == "diverged"
    assert result.evaluations >= 6


@pytest.mark.parametrize("strategy", [None, 3, "cma"])
def test_what_is_no_strategy_and_makes_none_is_refused(strategy: Any) -> None:
    with pytest.raises(SettingError, match=r"`strategy` must be an object with the methods.*or a function"):
        AskTell(strategy)


def test_a_function_that_makes_no_strategy_is_refused_when_it_is_called() -> None:
    with pytest.raises(SettingError, match=r"but that raises: .*sigma"):
        AskTell(cma.Strategy).optimize(Sphere(), 12, seed=1)
    with pytest.raises(SettingError, match=r"got a function that makes 5"):
        AskTell(len).optimize(Sphere(), 12, seed=1)


@pytest.mark.parametrize("kind", [cma.Strategy, cma.StrategyOnePlusLambda])
def test_a_function_makes_a_strategy_around_a_solution_of_the_run(tmp_path: Path, kind: Any) -> None:
    technique = AskTell(partial(kind, sigma=0.5, lambda_=6))
    expected = outcome(technique.optimize(Sphere(), 60, seed=2))
    assert expected != outcome(technique.optimize(Sphere(), 60, seed=3))
    technique.optimize(Sphere(), 30, seed=2, run=tmp_path / "run")
    assert outcome(technique.optimize(Sphere(), 60, seed=2, run=tmp_path / "run")) == expected


def test_several_targets_are_refused() -> None:
    problem = Sphere({"distance": -1, "again": -1})
    with pytest.raises(SettingError, match=r"one target, got distance, again; use `Evolution`"):
        AskTell(strategy_of("cma")).optimize(problem, 20)


def test_a_strategy_of_several_targets_is_refused() -> None:
    def many(individual: Any) -> Any:
        individual.fitness.values = (1.0,)
        return cma.StrategyMultiObjective([individual], sigma=0.5, mu=4, lambda_=4)

    with pytest.raises(SettingError, match=r"StrategyMultiObjective, which needs several; use deap.cma.Strategy"):
        AskTell(many).optimize(Sphere(), 12, seed=1)


@pytest.mark.parametrize("settings", [{"lambda_": 1}, {"lambda_": 0}, {"cmatrix": 3}])
def test_what_stops_deap_at_making_a_strategy_is_told_in_one_sentence(settings: Any) -> None:
    with pytest.raises(SettingError, match=r"`strategy` must make one of an individual, but that raises: "):
        AskTell(partial(cma.Strategy, sigma=0.5, **settings)).optimize(Sphere(), 12, seed=1)


def test_a_strategy_whose_state_cannot_be_saved_is_refused_only_with_a_folder(tmp_path: Path) -> None:
    class Odd(cma.Strategy):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(np.zeros(DIMENSION), 0.5, lambda_=6)
            self.helper = object()

    assert AskTell(Odd()).optimize(Sphere(), 12, seed=1).evaluations == 12
    with pytest.raises(SettingError, match=r"`strategy` belongs to an object of Odd.*`state_dict`"):
        AskTell(Odd()).optimize(Sphere(), 12, seed=1, run=tmp_path / "run")


def test_criteria_end_it_as_any_technique() -> None:
    result = AskTell(strategy_of("cma")).optimize(
        Sphere(), stop=Stop(max_generations=200, target_fitness={"distance": 0.01}), seed=1
    )
    assert result.stopped_by == "target_fitness"
    assert result.logbook.select("gen")[:3] == [0, 1, 2]
