"""The one call, from data to a result."""

import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlopt_deap import evolve
from dlopt_deap.architecture import Space
from dlopt_deap.core import Result, Search
from dlopt_deap.data import TimeSeries, sine, sunspots
from dlopt_deap.errors import DataError, RunFolderError, SettingError
from dlopt_deap.forecasting import one_call

QUICK: dict[str, Any] = {"evaluations": 6, "finalists": 2, "final_epochs": 5, "seed": 1, "workers": 1}
SPACE = Space((2, 5), (1, 2), (1, 4), activation="linear")


def outcome(result: Result) -> Any:
    found = [(list(one.solution), one.values) for one in result.candidates]
    return found, result.weights.tobytes(), result.evaluations


@pytest.mark.parametrize(
    "kind",
    [
        list,
        np.asarray,
        lambda values: np.asarray(values)[:, np.newaxis],
        lambda values: TimeSeries(values, scale=(-1, 1)),
    ],
)
def test_values_may_come_as_a_list_an_array_or_a_series(kind: Any) -> None:
    values = sunspots().values[:, 0]
    assert outcome(evolve(kind(list(values)), **QUICK)) == outcome(evolve(values, **QUICK))


def test_a_file_needs_only_the_name_of_its_target(tmp_path: Path) -> None:
    path = tmp_path / "load.csv"
    path.write_text("day,load,wind\n" + "".join(f"{day},{day % 7},{day % 3}\n" for day in range(60)))
    result = evolve(path, "load", **QUICK)
    assert result.problem.series is not None
    assert (result.problem.series.inputs, result.problem.series.targets) == (("load",), ("load",))
    both = evolve(path, "load", inputs=["load", "wind"], **QUICK)
    assert both.spec.inputs == 2


def test_the_same_seed_and_evaluations_give_the_same_result_with_any_number_of_workers() -> None:
    one = evolve(sunspots(), space=SPACE, **QUICK)
    assert outcome(evolve(sunspots(), space=SPACE, **QUICK)) == outcome(one)
    assert outcome(evolve(sunspots(), space=SPACE, **QUICK | {"workers": 2})) == outcome(one)
    assert outcome(evolve(sunspots(), space=SPACE, **QUICK | {"seed": 2})) != outcome(one)
    assert SPACE.contains(list(one.best))


def test_a_budget_of_seconds_tells_how_to_repeat_what_it_came_to() -> None:
    by_time = evolve(sine(stop=20.0), budget=2, space=SPACE, seed=5, workers=1)
    repeat = by_time.settings["repeat"]
    assert by_time.stopped_by == "max_seconds"
    assert set(repeat) == {"evaluations", "finalists", "final_epochs", "seed"}
    assert outcome(evolve(sine(stop=20.0), space=SPACE, workers=1, **repeat)) == outcome(by_time)


def test_of_a_budget_and_evaluations_what_comes_first_ends_the_search() -> None:
    assert evolve(sunspots(), budget="1 h", **QUICK).stopped_by == "max_evaluations"
    fast = evolve(sunspots(), budget=0.01, **QUICK | {"evaluations": 10**6})
    assert (fast.stopped_by, fast.evaluations) == ("max_seconds", 1)


def test_without_either_it_is_200_evaluations_within_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {}

    class SeenError(Exception):
        pass

    def solve(*arguments: Any, **settings: Any) -> None:
        given.update(settings)
        raise SeenError

    monkeypatch.setattr(one_call, "solve", solve)
    with pytest.raises(SeenError):
        evolve(sunspots(), workers=1)
    assert (given["stop"].max_evaluations, given["budget"].seconds) == (200, 60.0)


def test_a_budget_too_short_for_others_to_start_is_spent_in_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    opened = one_call.open_map
    monkeypatch.setattr(one_call, "open_map", lambda workers: asked.append(workers) or opened(1))
    for budget in (5.0, "1 h"):
        evolve(sine(stop=10.0), budget=budget, space=SPACE, evaluations=2, finalists=1, final_epochs=1)
    assert asked == [1, None]


def test_random_streams_of_the_caller_stay_as_they_were() -> None:
    random.seed(7)
    np.random.seed(7)  # noqa: NPY002
    expected = random.Random(7).random(), np.random.RandomState(7).random()
    evolve(sine(stop=10.0), space=SPACE, **QUICK)
    assert (random.random(), np.random.random()) == expected  # noqa: NPY002


def test_a_fresh_seed_is_told() -> None:
    first = evolve(sine(stop=10.0), space=SPACE, **QUICK | {"seed": None})
    assert outcome(evolve(sine(stop=10.0), space=SPACE, **QUICK | {"seed": first.seed})) == outcome(first)


def test_the_best_are_those_that_were_trained_for_long_and_not_those_that_the_search_saw() -> None:
    result = evolve(sunspots(), **QUICK)
    assert len(result.candidates) == 2
    assert [one.values for one in result.candidates] == sorted(one.values for one in result.candidates)
    assert all(one.reestimated is not None and one.metrics["epochs"] == 15 for one in result.candidates)
    assert result.problem.noisy


def test_two_stages_search_by_the_promise_and_end_with_trained_networks() -> None:
    result = evolve(sunspots(), fitness="log_p,mae", space=SPACE, **QUICK)
    assert set(result.fitness) == {"mae"}
    assert set(result.candidates[0].metrics["first_stage"]) == {"log_p"}
    assert "log_p" in result.logbook.chapters


def test_several_targets_give_a_front_of_what_was_trained_for_long() -> None:
    result = evolve(sunspots(), fitness="mae,num_weights", **QUICK | {"evaluations": 25, "finalists": 4})
    errors, sizes = zip(*(one.values for one in result.candidates), strict=True)
    assert 1 < len(errors) <= 4
    assert list(errors) == sorted(errors)
    assert list(sizes) == sorted(sizes, reverse=True)


def test_a_promise_alone_is_estimated_anew_without_any_training() -> None:
    result = evolve(sunspots(), fitness="log_p", space=SPACE, **QUICK)
    assert result.candidates[0].metrics["num_samples"] == 2_000
    assert "final_epochs" not in result.settings["repeat"]


def test_several_columns_are_forecast_together() -> None:
    rows = np.column_stack([np.sin(np.arange(80.0)), np.cos(np.arange(80.0))])
    result = evolve(TimeSeries(rows, ["a", "b"], scale=(-1, 1)), space=SPACE, **QUICK)
    assert result.forecast_ahead(4).shape == (4, 2)


def test_a_run_folder_is_resumed_and_extended_and_gives_the_same(tmp_path: Path) -> None:
    settings = {"space": SPACE, "fitness": "log_p,mae"}
    whole = evolve(sunspots(), **settings, **QUICK | {"evaluations": 30})
    evolve(sunspots(), **settings, **QUICK, run=tmp_path / "run")
    extended = evolve(sunspots(), **settings, **QUICK | {"evaluations": 30}, run=tmp_path / "run")
    assert outcome(extended) == outcome(whole)
    with pytest.raises(RunFolderError, match="other settings"):
        evolve(sine(), **settings, **QUICK, run=tmp_path / "run")


def test_what_was_trained_at_the_end_is_not_trained_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = evolve(sunspots(), space=SPACE, **QUICK, run=tmp_path)
    first.weights  # noqa: B018
    from dlopt_deap.architecture import TrainingProblem

    monkeypatch.setattr(TrainingProblem, "reestimate", lambda *_, **__: pytest.fail("trained again"))
    assert outcome(evolve(sunspots(), space=SPACE, **QUICK, run=tmp_path)) == outcome(first)


def test_a_run_that_its_budget_ended_is_given_again(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"space": SPACE, "seed": 3, "workers": 1, "budget": 3, "run": tmp_path, "finalists": 1}
    first = evolve(sine(stop=20.0), **settings)
    again = evolve(sine(stop=20.0), **settings)
    assert again.evaluations == first.evaluations
    assert list(again.best) == list(first.best)


def test_callbacks_see_each_generation_and_can_end_the_search() -> None:
    seen: list[int] = []

    def stop_soon(search: Search) -> bool:
        seen.append(search.generation)
        return len(seen) == 2

    result = evolve(sunspots(), space=SPACE, callbacks=[stop_soon], **QUICK | {"evaluations": 1000})
    assert (result.stopped_by, seen) == ("callback", [0, 1])


def test_an_interrupted_search_is_given_as_it_was_found_without_final_trainings() -> None:
    def interrupt(search: Search) -> None:
        search.interrupts.reason = "interrupted"

    result = evolve(sunspots(), space=SPACE, callbacks=[interrupt], **QUICK | {"evaluations": 1000})
    assert result.stopped_by == "interrupted"
    assert "repeat" not in result.settings
    assert result.candidates[0].reestimated is None


def test_a_bar_is_shown_where_somebody_sees_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    evolve(sine(stop=10.0), space=SPACE, **QUICK)
    assert capsys.readouterr().err == ""
    evolve(sine(stop=10.0), space=SPACE, progress=True, **QUICK)
    assert "mae" in capsys.readouterr().err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    evolve(sine(stop=10.0), space=SPACE, progress=False, **QUICK)
    assert capsys.readouterr().err == ""
    evolve(sine(stop=10.0), space=SPACE, **QUICK)
    assert "mae" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"budget": "2 mun"}, SettingError, "`budget` must be a time above zero"),
        ({"evaluations": 0}, SettingError, "`max_evaluations`"),
        ({"fitness": "maee"}, SettingError, "did you mean 'mae'"),
        ({"finalists": 0}, SettingError, "`finalists`"),
        ({"final_epochs": 0}, SettingError, "`final_epochs`"),
        ({"seed": -1}, SettingError, "`seed`"),
        ({"space": Space(look_back=(2, 400))}, DataError, r"look.back"),
        ({"workers": 0}, SettingError, "`workers`"),
    ],
)
def test_a_wrong_argument_is_told_before_anything_is_searched(
    settings: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        evolve(sunspots(), **QUICK | settings)
