"""Racing."""

from pathlib import Path
from typing import Any

import pytest

from dlopt_deap.architecture import Racing, Space, TrainingProblem
from dlopt_deap.core import Evolution, Guarded
from dlopt_deap.data import sine
from dlopt_deap.errors import SettingError

SPACE = Space(look_back=(2, 6), layers=(1, 2), units=(1, 4))


def problem(**settings: Any) -> TrainingProblem:
    return TrainingProblem(sine(stop=20.0), SPACE, **{"epochs": 4, "final_epochs": 4, "final_repeats": 1} | settings)


def evaluations(searched: TrainingProblem, individuals: list[list[int]], racing: Racing | None) -> list[Any]:
    toolbox = searched.toolbox(seed=5)
    toolbox.register("evaluate", Guarded(toolbox.evaluate, searched.weights))
    return list((racing or map)(toolbox.evaluate, individuals))


def test_each_candidate_has_the_value_of_the_last_rung_that_it_reached() -> None:
    searched = problem()
    individuals = [[look_back, units] for look_back in (2, 4, 6) for units in (1, 4)]
    first = [searched.evaluate(one, seed=5, epochs=1) for one in individuals]
    best = sorted(range(6), key=lambda position: first[position][0])[:3]
    raced = evaluations(searched, individuals, Racing(searched, rungs=(1, 4), keep=0.5))
    for position, values in enumerate(raced):
        epochs = 4 if position in best else 1
        assert values == searched.evaluate(individuals[position], seed=5, epochs=epochs)
        assert values.metrics["epochs"] == epochs


def test_a_race_over_one_rung_is_the_plain_evaluation() -> None:
    individuals = [[2, 3], [5, 1, 2]]
    assert evaluations(problem(), individuals, Racing(problem_ := problem(), (4,))) == evaluations(
        problem_, individuals, None
    )


def test_a_search_may_race_and_its_final_trainings_do_not() -> None:
    searched = problem()
    racing = Racing(searched, rungs=(1, 4))
    result = Evolution(population_size=8, hall_of_fame=2).optimize(
        searched, 24, seed=1, toolbox=searched.toolbox(map=racing)
    )
    assert result.evaluations == 24
    assert racing.epochs < 24 * 4
    assert {candidate.metrics["epochs"] for candidate in result.candidates} == {4}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rungs": ()}, "`rungs` must be numbers of epochs that increase"),
        ({"rungs": (4, 1)}, "`rungs` must be numbers of epochs that increase"),
        ({"rungs": (0, 1)}, r"`rungs\[0\]`"),
        ({"rungs": (1, 2), "keep": 1.0}, "`keep`"),
        ({"rungs": (1, 2), "keep": 0.0}, "`keep`"),
    ],
)
def test_a_race_that_makes_no_sense_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        Racing(problem(), **settings)


def test_a_race_for_two_targets_is_refused() -> None:
    with pytest.raises(SettingError, match="one target"):
        Racing(problem(targets={"mae": -1, "num_weights": -1}), (1, 2))


class Killed(BaseException):
    """Stands for what ends a process in the middle."""


@pytest.mark.parametrize("fatal", [1, 5, 9, 16, 23, 27])
def test_a_search_that_races_is_resumed_to_the_same_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fatal: int
) -> None:
    def search(**options: Any) -> Any:
        searched = problem()
        toolbox = searched.toolbox(map=Racing(searched, rungs=(1, 3), keep=0.5))
        evolution = Evolution(population_size=4, hall_of_fame=3)
        result = evolution.optimize(searched, 16, seed=2, toolbox=toolbox, **options)
        population = [(list(one), one.fitness.values, one.metrics) for one in result.population]
        return population, [(list(one.solution), one.values) for one in result.candidates], str(result.logbook)

    expected = search()
    train, calls = TrainingProblem.train, []

    def killed(self: TrainingProblem, *arguments: Any, **settings: Any) -> Any:
        calls.append(1)
        if len(calls) == fatal:
            raise Killed
        return train(self, *arguments, **settings)

    monkeypatch.setattr(TrainingProblem, "prepare", lambda self: None)
    monkeypatch.setattr(TrainingProblem, "train", killed)
    with pytest.raises(Killed):
        search(run=tmp_path / "run")
    monkeypatch.setattr(TrainingProblem, "train", train)
    assert search(run=tmp_path / "run") == expected
