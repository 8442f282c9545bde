"""Architecture search by training, and the two-stage search."""

import json
import os
import pickle
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from deap import tools

from dlopt_deap.architecture import RandomSamplingProblem, Space, TrainingProblem, train_best
from dlopt_deap.core import Evolution, Guarded, compare_forecasts
from dlopt_deap.data import TimeSeries, sine, sunspots
from dlopt_deap.errors import DataError, EvaluationError, SettingError
from dlopt_deap.networks import TrainingSettings, predict
from dlopt_deap.seeding import derive

SPACE = Space(look_back=(2, 6), layers=(1, 2), units=(1, 4))
SEARCHED = Space((2, 6), (1, 2), (1, 4), dropout=(0.0, 0.4), learning_rate=(1e-3, 0.1), batch_size=(4, 32))


def problem(space: Space = SPACE, **settings: Any) -> TrainingProblem:
    return TrainingProblem(sine(stop=20.0), space, **{"epochs": 2, "final_epochs": 4, "final_repeats": 2} | settings)


def test_an_evaluation_follows_from_problem_genes_seed_and_epochs_alone() -> None:
    one = problem().evaluate([3, 4, 2], seed=5)
    random.seed(99)
    assert pickle.loads(pickle.dumps(problem())).evaluate([3, 4, 2], seed=5) == one
    assert problem(epochs=9).evaluate([3, 4, 2], seed=5, epochs=2) == one
    assert problem().evaluate([3, 4, 2], seed=6) != one
    assert problem().evaluate([3, 4, 2], seed=5, epochs=3) != one


def test_the_fitness_is_the_error_on_the_validation_split() -> None:
    searched = problem(targets={"mae": -1, "mse": -1})
    training = searched.train([3, 4, 2], 2, derive(5, [3, 4, 2], "training", 0))
    x, y = searched.series.validation.windows(3)
    deviations = predict(searched.decode([3, 4, 2]), training.weights, x).astype(float) - y
    assert searched.evaluate([3, 4, 2], seed=5) == pytest.approx((np.abs(deviations).mean(), (deviations**2).mean()))


def test_repeats_are_trainings_from_different_weights_and_give_mean_and_spread() -> None:
    values = problem(repeats=3).evaluate([3, 4], seed=5)
    singles = [problem().train([3, 4], 2, derive(5, [3, 4], "training", repeat)) for repeat in range(3)]
    assert len({training.weights.tobytes() for training in singles}) == 3
    assert values.metrics["mae_std"] > 0
    assert values.metrics["epochs"] == 6


def test_genes_of_training_go_before_the_settings() -> None:
    searched = problem(SEARCHED, training=TrainingSettings(batch_size=7, learning_rate=0.5))
    genes = [3, 0.0, 0.01, 16, 4]
    same = problem(training=TrainingSettings(batch_size=16, learning_rate=0.01))
    seed = derive(1, "any")
    assert np.array_equal(searched.train(genes, 2, seed).weights, same.train([3, 4], 2, seed).weights)
    assert searched.describe(genes)["learning_rate"] == 0.01


def test_a_search_over_genes_of_training_ends_in_a_model_that_was_trained_for_long() -> None:
    searched = problem(SEARCHED)
    result = Evolution(population_size=4, hall_of_fame=2).optimize(searched, 12, seed=1)
    assert SEARCHED.contains(list(result.best))
    assert result.failures == 0
    finals = searched.final_trainings(result.best, seed=1)
    best = min(finals, key=lambda training: min(training.history["val_loss"]))
    assert np.array_equal(result.weights, best.weights)
    assert result.candidates[0].metrics["epochs"] > 2


def test_costs_are_targets_beside_errors() -> None:
    result = Evolution(population_size=8).optimize(problem(targets={"mae": -1, "num_weights": -1}), 24, seed=1)
    assert all(one.values[1] == result.problem.decode(one.solution).num_weights for one in result.candidates)


def test_nsga3_runs_on_the_toolbox_in_place_of_nsga2() -> None:
    searched = problem(targets={"mae": -1, "num_weights": -1, "multiply_adds": -1})
    toolbox = searched.toolbox()
    points = tools.uniform_reference_points(nobj=3, p=4)
    toolbox.register("select", tools.selNSGA3, ref_points=points)
    toolbox.register("select_survivors", tools.selNSGA3, ref_points=points)
    result = Evolution(population_size=8).optimize(searched, 24, seed=1, toolbox=toolbox)
    assert result.failures == 0
    assert result.knee in result.candidates


def test_a_training_that_diverges_is_a_failed_evaluation_with_its_reason() -> None:
    wild = problem(
        training=TrainingSettings(optimizer="sgd", learning_rate=1e6), space=Space(3, 1, 4, activation="linear")
    )
    values = Guarded(wild.evaluate, wild.weights)([3, 4])
    assert values.metrics["status"] == "failed"
    assert "diverged" in values.metrics["reason"]
    assert "learning_rate" in values.metrics["reason"]


def test_a_constant_series_and_a_batch_larger_than_the_data_train() -> None:
    constant = TrainingProblem(TimeSeries(np.full(60, 3.0), scale=(-1, 1)), Space(2, 1, 2), epochs=1)
    assert np.isfinite(constant.evaluate([2, 2])[0])
    huge = TrainingProblem(sunspots(), Space(2, 1, 2), epochs=1, training=TrainingSettings(batch_size=10_000))
    assert np.isfinite(huge.evaluate([2, 2])[0])


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"targets": {"maee": -1}}, SettingError, "did you mean 'mae'"),
        ({"targets": {"mae": 1}}, SettingError, "must have the sign -1, to be minimised, got 1"),
        ({"epochs": 0}, SettingError, "`epochs`"),
        ({"repeats": 0}, SettingError, "`repeats`"),
        ({"final_epochs": 0}, SettingError, "`final_epochs`"),
        ({"engine": "kera"}, SettingError, "did you mean 'keras'"),
        ({"space": Space(look_back=(2, 400))}, DataError, r"look.back"),
    ],
)
def test_a_wrong_setting_is_told_before_anything_is_trained(
    settings: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        problem(**settings)


def test_percentages_of_zero_are_refused_before_anything_is_trained() -> None:
    with pytest.raises(SettingError, match="mape"):
        TrainingProblem(TimeSeries(np.zeros(100)), SPACE, targets={"mape": -1})


def test_random_sampling_refuses_genes_that_only_training_has() -> None:
    with pytest.raises(SettingError, match="must leave out dropout, learning_rate, batch_size"):
        RandomSamplingProblem(sine(), SEARCHED)


def test_the_settings_are_json_values() -> None:
    settings = problem(SEARCHED).settings()
    assert json.loads(json.dumps(settings)) == settings
    assert (settings["engine"], settings["engine_used"]) == ("auto", "native")
    assert "compiled kernel" in settings["engine_why"]


def test_the_best_of_a_random_sampling_are_trained_and_ranked_by_what_they_forecast() -> None:
    series = sine(stop=20.0)
    sampling = RandomSamplingProblem(series, SPACE, num_samples=10, final_samples=20)
    first = Evolution(population_size=4).optimize(sampling, 20, seed=1)
    result = train_best(first, problem(), k=3)
    assert len(result.candidates) == 3
    errors = [candidate.values[0] for candidate in result.candidates]
    assert errors == sorted(errors)
    assert {tuple(one) for one in result.hall_of_fame} == {tuple(one) for one in first.hall_of_fame[:3]}
    assert set(result.candidates[0].metrics["first_stage"]) == {"log_p"}
    assert result.problem.targets == {"mae": -1}
    assert np.array_equal(result.weights, problem().network_weights(result.best, seed=1))
    assert train_best(first, problem(), k=3).hall_of_fame == result.hall_of_fame


def test_if_no_training_of_the_second_stage_succeeds_the_reason_is_told() -> None:
    linear = Space(look_back=3, layers=1, units=4, activation="linear")
    sampling = RandomSamplingProblem(sine(stop=20.0), linear, num_samples=10, final_samples=20)
    first = Evolution(population_size=2).optimize(sampling, 4, seed=1)
    wild = problem(linear, training=TrainingSettings(optimizer="sgd", learning_rate=1e6))
    with pytest.raises(EvaluationError, match=r"None of \d trainings succeeded; .*diverged"):
        train_best(first, wild)


def test_a_forecast_compares_the_network_with_naive_ones_on_the_same_rows() -> None:
    series = sunspots()
    searched = TrainingProblem(series, SPACE, epochs=1)
    weights = searched.network_weights([3, 2])
    forecast = compare_forecasts(series, searched.decode([3, 2]), weights, season=11)
    rows = series.testing.rows
    own = series.values[:, 0]
    assert list(forecast.errors) == ["network", "last value", "season ago", "training mean", "linear autoregression"]
    assert np.array_equal(forecast.truth[:, 0], own[rows])
    last = np.abs(own[rows] - own[rows.start - 1 : rows.stop - 1]).mean()
    assert forecast.errors["last value"]["mae"] == pytest.approx(last)
    season = np.abs(own[rows] - own[rows.start - 11 : rows.stop - 11]).mean()
    assert forecast.errors["season ago"]["mae"] == pytest.approx(season)
    mean = np.abs(own[rows] - own[series.training.rows].mean()).mean()
    assert forecast.errors["training mean"]["mae"] == pytest.approx(mean)
    assert {len(said) for said in forecast.predictions.values()} == {len(forecast.truth)}
    assert "linear autoregression" in forecast.to_csv().splitlines()[0]
    assert set(forecast.beaten) <= set(forecast.errors)


def test_a_linear_autoregression_finds_a_linear_law() -> None:
    values = [1.0, 0.5]
    for _ in range(98):
        values.append(1.6 * values[-1] - 0.9 * values[-2] + 0.1)
    series = TimeSeries(np.array(values), scale=(-1, 1))
    searched = TrainingProblem(series, SPACE, epochs=1)
    forecast = compare_forecasts(series, searched.decode([2, 1]), searched.network_weights([2, 1]))
    assert forecast.errors["linear autoregression"]["mae"] < 1e-5


def test_a_season_longer_than_what_came_before_is_refused() -> None:
    searched = problem()
    with pytest.raises(DataError, match=r"look.back"):
        compare_forecasts(searched.series, searched.decode([3, 2]), searched.network_weights([3, 2]), season=5000)


@pytest.mark.slow
def test_a_fresh_machine_compiles_each_kernel_once_however_many_workers_there_are(tmp_path: Path) -> None:
    program = (
        "from dlopt_deap import Evolution, data\n"
        "from dlopt_deap.architecture import Space, TrainingProblem\n"
        "from dlopt_deap.parallel import open_map\n"
        "problem = TrainingProblem(data.sine(stop=20.0), Space((2, 4), (1, 1), (1, 4)), epochs=1, final_epochs=1)\n"
        "with open_map(workers=2) as map_:\n"
        "    Evolution(population_size=4).optimize(problem, 8, seed=1, toolbox=problem.toolbox(map=map_))\n"
    )
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path), "NUMBA_DEBUG_CACHE": "1"}
    told = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    compiled = [line for line in (told.stdout + told.stderr).splitlines() if "data saved to" in line]
    assert compiled
    assert len(compiled) == len(set(compiled))
