"""Series with several targets and exogenous inputs, from a file to a search, a training and forecasts of new rows."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dlopt_deap import Evolution, NetworkSpec, RandomSearch, WeightProblem
from dlopt_deap.architecture import RandomSamplingProblem, Space, TrainingProblem
from dlopt_deap.core import compare_forecasts
from dlopt_deap.data import SeriesDescription, TimeSeries, read_csv, read_new_rows
from dlopt_deap.data.series_checks import LARGEST
from dlopt_deap.networks import predict, train

ROWS = 150
TIME = np.arange(ROWS)
FRAME = pd.DataFrame(
    {"wind": 9 + np.sin(TIME / 5), "power": 400 + 90 * np.sin(TIME / 5 + 1), "price": 30 - np.cos(TIME / 5)},
    pd.date_range("2026-01-01", periods=ROWS, freq="h", name="hour"),
)


@pytest.fixture
def series(tmp_path: Path) -> TimeSeries:
    FRAME.to_csv(tmp_path / "plant.csv")
    return read_csv(tmp_path / "plant.csv", ["wind", "power"], ["power", "price"], "hour", scale="standard", season=24)


def test_a_search_by_training_forecasts_two_targets_with_an_exogenous_input(series: TimeSeries) -> None:
    problem = TrainingProblem(series, Space(look_back=(2, 8), layers=(1, 1), units=(2, 6)), epochs=2, final_epochs=60)
    result = Evolution(population_size=4).optimize(problem, max_evaluations=8, seed=1)
    assert (result.spec.inputs, result.spec.outputs) == (2, 2)
    forecast = result.forecast()
    assert forecast.predictions["network"].shape == (len(series.testing.index), 2)
    assert forecast.truth[:, 0].tolist() == FRAME["power"].to_numpy()[series.testing.rows].tolist()
    assert forecast.errors["network"]["mae"] < forecast.errors["training mean"]["mae"]
    described = result.to_dict()["series"]
    assert described == series.description()


def test_searches_by_sampling_and_of_weights_take_such_a_series(series: TimeSeries) -> None:
    sampled = RandomSamplingProblem(series, Space(look_back=(2, 8), layers=(1, 1), units=(2, 6)), num_samples=5)
    assert RandomSearch().optimize(sampled, max_evaluations=3, seed=1).spec.outputs == 2
    weights = WeightProblem(series, NetworkSpec(2, (3,), 2, look_back=4))
    assert RandomSearch().optimize(weights, max_evaluations=3, seed=1).weights.shape == (weights.spec.num_weights,)


def test_an_exogenous_input_is_really_read() -> None:
    random = np.random.default_rng(0)
    cause = random.normal(size=400)
    effect = np.roll(cause, 1)
    table = np.stack([cause, effect], axis=1)
    both = TimeSeries(table, ["cause", "effect"], targets=["effect"], scale="standard")
    alone = TimeSeries(table, ["cause", "effect"], ["effect"], ["effect"], scale="standard")
    errors = {}
    for name, one in (("both", both), ("alone", alone)):
        spec = NetworkSpec(len(one.inputs), (8,), 1, look_back=2, activation="linear")
        weights = train(spec, one, 100, seed=1).weights
        errors[name] = compare_forecasts(one, spec, weights).errors["network"]["mae"]
    assert errors["both"] < 0.5 * errors["alone"]


def test_a_saved_result_forecasts_the_rows_after_the_file(series: TimeSeries, tmp_path: Path) -> None:
    spec = NetworkSpec(2, (4,), 2, look_back=6)
    weights = train(spec, series, 5, seed=1).weights
    described = SeriesDescription.from_dict(json.loads(json.dumps(series.description())))
    FRAME[-10:].to_csv(tmp_path / "new.csv")
    rows = read_new_rows(described, tmp_path / "new.csv")
    own = described.to_own_units(predict(spec, weights, rows.windows(6)))
    told = compare_forecasts(series, spec, weights).predictions["network"]
    assert own[:-1] == pytest.approx(told[-4:], rel=1e-5)
    assert rows.forecast_times(6)[-1] == np.datetime64("2026-01-07T06:00")


def test_the_season_of_the_series_is_that_of_its_comparisons(series: TimeSeries) -> None:
    spec = NetworkSpec(2, (2,), 2, look_back=3)
    weights = np.zeros(spec.num_weights, np.float32)
    forecast = compare_forecasts(series, spec, weights)
    rows = series.testing.rows
    ago = FRAME[["power", "price"]].to_numpy()[rows.start - 24 : rows.stop - 24]
    assert np.array_equal(forecast.predictions["season ago"], ago)
    other = compare_forecasts(series, spec, weights, season=12)
    assert not np.array_equal(other.predictions["season ago"], ago)


def test_the_errors_of_the_largest_values_of_a_series_are_numbers() -> None:
    series = TimeSeries(LARGEST * np.sin(TIME / 5), scale="standard")
    spec = NetworkSpec(1, (2,), 1, look_back=3)
    errors = compare_forecasts(series, spec, np.zeros(spec.num_weights)).errors
    assert all(np.isfinite(error) for of_one in errors.values() for error in of_one.values())
