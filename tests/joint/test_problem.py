"""Architectures and weights searched jointly."""

import json
import pickle
import random
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlopt_deap.architecture import Space, inherit_weights, overlay
from dlopt_deap.core import Evolution, Result, Stop, forecast_errors
from dlopt_deap.core.results.logbook_file import logbook_csv
from dlopt_deap.data import TimeSeries, sine
from dlopt_deap.errors import DataError, RunFolderError, SettingError
from dlopt_deap.joint import FinalEvolution, InnerEvolution, JointProblem
from dlopt_deap.networks import TrainingSettings, initial_weights
from dlopt_deap.parallel import PoolMap
from dlopt_deap.seeding import derive, random_state, seed_run
from dlopt_deap.weight import Objective, OpenAIES, SeparableCMAES, evolve_weights

SPACE = Space((2, 6), (1, 2), (1, 4), activation="linear")
INHERITANCES = ("lamarckian", "baldwinian")
GENES = [[3, 4], [5, 2, 3], [2, 1], [6, 4, 4]]


def problem(inheritance: str = "lamarckian", space: Space = SPACE, **settings: Any) -> JointProblem:
    small = {"inner_evaluations": 60, "final": FinalEvolution(evaluations=120, repeats=2)}
    return JointProblem(sine(stop=20.0), space, inheritance=inheritance, **{**small, **settings})


def evaluated(searched: JointProblem, genes: list[int], seed: int = 5) -> Any:
    solution = searched.solution(genes)
    solution.fitness.values = searched.evaluate(solution, seed)
    return solution


def child_of(searched: JointProblem, parent: Any, genes: list[int]) -> Any:
    """Let the toolbox make a child with other genes."""

    def become(individual: Any) -> Any:
        individual[:] = genes
        return (individual,)

    toolbox = searched.toolbox(mutate=become)
    (child,) = toolbox.mutate(toolbox.clone(parent))
    del child.fitness.values
    return child


def told(values: Any) -> Any:
    """Everything of an evaluation that must be the same."""
    trained = None if values.trained is None else (values.trained[0], values.trained[1].tobytes())
    return tuple(values), values.metrics, trained


@pytest.mark.parametrize("inheritance", INHERITANCES)
def test_an_evaluation_follows_from_problem_genes_and_seed_alone(inheritance: str) -> None:
    searched = problem(inheritance)
    one = [told(searched.evaluate(genes, seed=5)) for genes in GENES]
    seed_run(99)
    again = pickle.loads(pickle.dumps(problem(inheritance)))
    assert [told(again.evaluate(genes, seed=5)) for genes in reversed(GENES)] == one[::-1]
    assert told(again.evaluate(GENES[0], seed=6)) != one[0]
    assert len({values for values, _, _ in one}) == len(GENES)


@pytest.mark.slow
@pytest.mark.parametrize("inheritance", INHERITANCES)
def test_processes_give_the_same_values_as_this_one(inheritance: str) -> None:
    searched = problem(inheritance)
    parent = evaluated(searched, [4, 3])
    solutions = [searched.solution(genes) for genes in GENES] + [child_of(searched, parent, [5, 3, 2])]
    here = [told(searched.evaluate(solution, seed=5)) for solution in solutions]
    with PoolMap(2) as map_:
        assert [told(values) for values in map_(partial(searched.evaluate, seed=5), solutions)] == here


@pytest.mark.parametrize("strategy", [OpenAIES, partial(SeparableCMAES, sigma=0.1)])
def test_a_search_inside_an_evaluation_leaves_the_outer_random_streams_alone(strategy: Any) -> None:
    searched = problem(inner=InnerEvolution(strategy), inner_evaluations=100)
    streams = str(random_state())
    solution = evaluated(searched, [3, 4])
    searched.reestimate(solution, seed=5)
    searched.network_weights(solution, seed=5)
    searched.settings()
    searched.prepare()
    assert str(random_state()) == streams


def test_the_fitness_is_the_validation_error_of_weights_evolved_on_the_training_split() -> None:
    searched = problem(targets={"mae": -1, "mse": -1, "num_weights": -1})
    solution = evaluated(searched, [3, 4])
    spec, weights = solution.fitness.trained
    errors = forecast_errors(searched.series.validation, spec, weights)
    assert solution.fitness.values == (errors["mae"], errors["mse"], spec.num_weights)
    own = derive(5, [3, 4], "evolution")
    objective = Objective(searched.series, spec, "mse")
    assert np.array_equal(searched.evolve([3, 4], 60, own, initial_weights(spec, seed=own)).weights, weights)
    start = float(objective.errors(initial_weights(spec, seed=own)[np.newaxis])[0, 0])
    assert float(objective.errors(weights[np.newaxis])[0, 0]) < start


@pytest.mark.parametrize("budget", [10, 18, 19, 60])
def test_the_budget_of_weight_vectors_is_kept_exactly(budget: int, monkeypatch: pytest.MonkeyPatch) -> None:
    searched = problem(inner_evaluations=budget)
    measure, asked = Objective.errors, []

    def counted(objective: Objective, vectors: Any, *arguments: Any, **settings: Any) -> Any:
        asked.append(len(vectors))
        return measure(objective, vectors, *arguments, **settings)

    monkeypatch.setattr(Objective, "errors", counted)
    values = searched.evaluate([3, 4], seed=5)
    assert values.metrics["inner_evaluations"] == budget
    assert sum(asked) - 1 == budget, "an objective measures one vector of zeros when it is made"


def test_a_lamarckian_child_begins_with_the_weights_of_its_parent() -> None:
    searched = problem()
    parent = evaluated(searched, [3, 4])
    child = child_of(searched, parent, [5, 3, 2])
    spec, own = searched.decode(child), derive(5, [5, 3, 2], "evolution")
    expected = overlay(spec, initial_weights(spec, seed=own), *parent.fitness.trained)
    errors = forecast_errors(searched.series.validation, spec, expected)
    assert tuple(searched.evaluate(child, seed=5, inner_evaluations=0)) == (errors["mae"],)
    assert not np.array_equal(expected, initial_weights(spec, seed=own))


def test_a_lamarckian_child_of_the_same_shape_goes_on_from_where_its_parent_was() -> None:
    searched = problem()
    parent = evaluated(searched, [3, 4])
    child = child_of(searched, parent, [3, 4])
    assert tuple(searched.evaluate(child, seed=5, inner_evaluations=0)) == parent.fitness.values
    objective = Objective(searched.series, searched.decode([3, 4]))
    losses = [
        float(objective.errors(weights[np.newaxis])[0, 0])
        for _, weights in (parent.fitness.trained, searched.evaluate(child, seed=5).trained)
    ]
    assert losses[1] < losses[0]


def test_a_baldwinian_child_begins_anew() -> None:
    searched = problem("baldwinian")
    orphan = evaluated(searched, [5, 3, 2])
    child = child_of(searched, evaluated(searched, [3, 4]), [5, 3, 2])
    child.inherited = problem().evaluate([3, 4], seed=5).trained
    assert told(searched.evaluate(child, seed=5)) == told(searched.evaluate(orphan, seed=5))
    assert orphan.fitness.trained is None
    assert tuple(searched.evaluate([5, 3, 2], 5)) == tuple(problem().evaluate([5, 3, 2], 5)), "of an orphan"


def test_operators_registered_later_hand_weights_on_once_the_toolbox_is_told_again() -> None:
    searched = problem()
    toolbox = searched.toolbox()
    toolbox.register("mutate", lambda individual: (individual,))
    parent = evaluated(searched, [3, 4])
    (child,) = inherit_weights(toolbox).mutate(toolbox.clone(parent))
    assert child.inherited is parent.fitness.trained


def test_the_final_weights_are_the_best_of_several_long_evolutions() -> None:
    searched = problem("baldwinian", final=FinalEvolution(evaluations=200, repeats=3))
    finals = searched.final_weights([3, 4], seed=5)
    assert len({weights.tobytes() for weights in finals}) == 3
    spec = searched.decode([3, 4])
    errors = [forecast_errors(searched.series.validation, spec, weights) for weights in finals]
    values = searched.reestimate([3, 4], seed=5)
    assert values[0] == pytest.approx(np.mean([one["mae"] for one in errors]))
    assert values.metrics["mae_std"] > 0
    assert values.metrics["inner_evaluations"] == 600
    best = min(range(3), key=lambda place: errors[place]["mse"])
    assert np.array_equal(searched.network_weights([3, 4], seed=5), finals[best])


def test_with_lamarckian_inheritance_what_the_search_learnt_is_not_lost_at_the_end() -> None:
    searched = problem(final=FinalEvolution(evaluations=18, repeats=1))
    solution = searched.solution([3, 4])
    solution.fitness.values = searched.evaluate(solution, 5, inner_evaluations=3_000)
    spec, learnt = solution.fitness.trained
    kept = forecast_errors(searched.series.validation, spec, searched.network_weights(solution, 5))["mse"]
    assert kept <= forecast_errors(searched.series.validation, spec, learnt)["mse"]
    anew = min(forecast_errors(searched.series.validation, spec, one)["mse"] for one in searched.final_weights([3, 4]))
    assert kept < anew


def test_weights_of_the_search_that_no_final_evolution_improves_are_kept_as_they_are() -> None:
    final = FinalEvolution(evaluations=500, repeats=1)
    shifted = TimeSeries(np.where(np.arange(200) < 128, np.sin(np.arange(200) / 2), 0.8))
    # What is learnt of the training split of this series is wrong of the rows that follow.
    searched = JointProblem(shifted, SPACE, inner_evaluations=60, final=final)
    solution = evaluated(searched, [3, 4])
    spec, learnt = solution.fitness.trained
    better = Objective(searched.series, spec, split="validation")
    weights = evolve_weights(better, OpenAIES(learnt, sigma=0.05, learning_rate=0.05), 4_000).weights
    solution.fitness.trained = (spec, weights)
    assert np.array_equal(searched.network_weights(solution, 5), weights)


def test_gradient_training_at_the_end_leaves_no_network_worse() -> None:
    plain = problem("baldwinian")
    finished = problem("baldwinian", final=FinalEvolution(120, 2, epochs=30, training=TrainingSettings(batch_size=8)))
    spec = plain.decode([3, 4])
    before, after = (
        [forecast_errors(one.series.validation, spec, weights)["mse"] for weights in one.final_weights([3, 4], seed=5)]
        for one in (plain, finished)
    )
    assert all(new <= old for new, old in zip(after, before, strict=True))
    assert sum(after) < 0.9 * sum(before)


@pytest.mark.parametrize("inheritance", INHERITANCES)
def test_a_small_run_ends_far_below_the_error_of_its_first_random_network(inheritance: str) -> None:
    searched = problem(inheritance, inner_evaluations=200, final=FinalEvolution(evaluations=2_000, repeats=1))
    random.seed(derive(1, "run"))
    first = searched.random_solution()
    spec = searched.decode(first)
    before = forecast_errors(searched.series.validation, spec, initial_weights(spec))["mae"]
    result = Evolution(population_size=6, hall_of_fame=2).optimize(searched, 24, seed=1)
    assert result.failures == 0
    assert SPACE.contains(list(result.best))
    assert result.fitness["mae"] < 0.2 * before
    assert forecast_errors(searched.series.validation, result.spec, result.weights)["mae"] < 0.2 * before


class Killed(BaseException):
    """Stands for what ends a process in the middle."""


def outcome(result: Result) -> Any:
    candidates = [(list(one.solution), one.values, one.metrics) for one in result.candidates]
    weights = [one.fitness.trained and one.fitness.trained[1].tobytes() for one in result.population]
    return candidates, weights, logbook_csv(result.logbook), result.weights.tobytes(), str(random_state())


@pytest.mark.slow
@pytest.mark.parametrize("inheritance", INHERITANCES)
@pytest.mark.parametrize("fatal", [3, 9, 14])
def test_a_run_that_was_interrupted_ends_as_one_that_was_not(inheritance: str, fatal: int, tmp_path: Path) -> None:
    def run(folder: Path | None, fatal: int = -1) -> Result:
        searched, calls = problem(inheritance), 0
        evaluate = searched.evaluate

        def counted(solution: Any, seed: int = 0) -> Any:
            nonlocal calls
            calls += 1
            if calls == fatal:
                raise Killed
            return evaluate(solution, seed)

        toolbox = searched.toolbox(seed=1)
        toolbox.register("evaluate", counted, seed=1)
        technique = Evolution(population_size=4, hall_of_fame=2)
        return technique.optimize(searched, stop=Stop(max_evaluations=16), seed=1, toolbox=toolbox, run=folder)

    whole = outcome(run(None))
    with pytest.raises(Killed):
        run(tmp_path / "run", fatal)
    assert outcome(run(tmp_path / "run")) == whole


def test_a_run_is_not_resumed_with_another_inner_search(tmp_path: Path) -> None:
    technique = Evolution(population_size=2, hall_of_fame=1)
    technique.optimize(problem(), 4, seed=1, run=tmp_path / "run")
    other = problem(inner=InnerEvolution(partial(OpenAIES, sigma=0.3, population_size=8)))
    with pytest.raises((SettingError, RunFolderError), match="sigma"):
        technique.optimize(other, 4, seed=1, run=tmp_path / "run")


def test_the_settings_are_json_values() -> None:
    settings = problem("baldwinian", final=FinalEvolution(training=TrainingSettings())).settings()
    assert json.loads(json.dumps(settings)) == settings
    assert settings["inheritance"] == "baldwinian"
    assert settings["inner"]["strategy"]["function"].endswith("OpenAIES")


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"targets": {"maee": -1}}, SettingError, "did you mean 'mae'"),
        ({"inner_evaluations": 0}, SettingError, "`inner_evaluations`"),
        ({"inner_evaluations": 9}, SettingError, "at least 10, got 9"),
        ({"inheritance": "lamarkian"}, SettingError, "did you mean 'lamarckian'"),
        ({"space": Space((2, 400))}, DataError, r"look.back"),
        ({"inner": partial(OpenAIES, sigma=0.1)}, SettingError, r"`inner` must be of InnerEvolution, such as"),
        ({"final": 500}, SettingError, r"`final` must be of FinalEvolution, such as FinalEvolution\(\), got 500"),
        ({"space": Space(2, 1, 2, dropout=(0.0, 0.5))}, SettingError, "must leave out dropout"),
    ],
)
def test_a_wrong_setting_is_told_before_anything_is_evolved(
    settings: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        problem(**settings)


def test_a_metric_that_the_series_does_not_allow_is_told_before_anything_is_evolved() -> None:
    with pytest.raises(SettingError, match="mape"):
        JointProblem(TimeSeries(np.zeros(100)), SPACE, inner=InnerEvolution(metric="mape"))


def test_weights_are_drawn_by_the_initializer_that_was_asked_for() -> None:
    searched = problem(inner=InnerEvolution(initializer="uniform"))
    spec = searched.decode([3, 4])
    assert np.array_equal(searched.start([3, 4], seed=7), initial_weights(spec, "uniform", 7))
