"""What a weight vector is worth, beside formulas written by hand."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from weight.cases import SERIES, SPEC, problem

from dlopt_deap.data import TimeSeries, sine
from dlopt_deap.errors import DataError, SettingError
from dlopt_deap.networks import NetworkSpec, predict, predict_recursive
from dlopt_deap.sampling import AsymmetricError, OutsideTolerance, QuantileError
from dlopt_deap.weight import Objective

COUNT = SPEC.num_weights
TWO_COLUMNS = TimeSeries(np.random.default_rng(0).normal(size=(60, 2)), ["a", "b"], targets=["a"])


def vectors(number: int, scale: float = 0.5) -> Any:
    return np.random.default_rng(number).normal(0, scale, (number, COUNT)).astype(np.float32)


def largest(predictions: Any, y: Any) -> Any:
    return np.abs(predictions.astype(np.float64) - y).max(axis=(1, 2))


FORMULAS = {
    "mae": lambda distances: np.mean(np.abs(distances)),
    "mse": lambda distances: np.mean(distances**2),
    "median_ae": lambda distances: np.median(np.abs(distances)),
}


@pytest.mark.parametrize("metric", FORMULAS)
@pytest.mark.parametrize("split", ["training", "validation"])
@pytest.mark.parametrize("weight_decay", [0.0, 0.25])
def test_an_error_is_that_of_the_formula_on_the_split_and_the_sum_of_squared_weights_is_added(
    metric: str, split: str, weight_decay: float
) -> None:
    weights = vectors(4)
    found = Objective(SERIES, SPEC, metric, split, weight_decay=weight_decay).errors(weights)
    x, y = getattr(SERIES, split).windows(SPEC.look_back)
    for vector, error in zip(weights, found[0], strict=True):
        distances = predict(SPEC, vector, x).astype(np.float64) - y
        decay = weight_decay * sum(float(weight) ** 2 for weight in vector)
        assert error == pytest.approx(FORMULAS[metric](distances) + decay, rel=1e-12)


@pytest.mark.keras
@pytest.mark.parametrize("cell", ["lstm", "gru", "simple_rnn"])
def test_an_error_is_that_of_keras(cell: str) -> None:
    from dlopt_deap.networks import keras_model

    spec = NetworkSpec(1, (3, 2), 1, look_back=4, cell=cell)
    objective = Objective(SERIES, spec, "mse")
    weights = np.random.default_rng(1).normal(0, 0.5, spec.num_weights).astype(np.float32)
    model = keras_model(spec, weights)
    model.compile(loss="mse")
    x, y = SERIES.training.windows(4)
    loss = model.evaluate(np.array(x), np.array(y), verbose=0)
    assert objective.errors(weights[np.newaxis])[0, 0] == pytest.approx(loss, rel=1e-5)


def test_over_a_horizon_every_step_of_the_closed_loop_counts() -> None:
    weights = vectors(3)
    found = Objective(SERIES, SPEC, "mae", horizon=4).errors(weights)[0]
    rows = SERIES.scaled_targets[SERIES.training.rows, 0].astype(np.float64)
    for vector, error in zip(weights, found, strict=True):
        distances = []
        for first in range(SPEC.look_back, len(rows) - 3):
            read = np.float32(rows[first - SPEC.look_back : first]).reshape(1, -1, 1)
            forecast = predict_recursive(SPEC, vector, read, 4).reshape(4)
            distances += list(np.abs(forecast - rows[first : first + 4]))
        assert error == pytest.approx(np.mean(distances), rel=1e-6)


def test_a_horizon_of_one_step_is_no_loop_and_a_longer_one_is_another_error() -> None:
    weights = vectors(2)
    errors = [Objective(SERIES, SPEC, "mae", horizon=horizon).errors(weights).tolist() for horizon in (1, 2, 3)]
    assert errors[0] == Objective(SERIES, SPEC, "mae").errors(weights).tolist()
    assert errors[0] != errors[1] != errors[2]


def test_several_errors_come_in_their_order_each_as_alone() -> None:
    weights = vectors(5)
    metrics = ["median_ae", largest, "mse", OutsideTolerance(0.2)]
    both = Objective(SERIES, SPEC, metrics, weight_decay=0.1)
    assert list(both.metrics) == ["median_ae", "largest", "mse", "outside_0.2"]
    for row, metric in zip(both.errors(weights), metrics, strict=True):
        assert row.tolist() == Objective(SERIES, SPEC, metric, weight_decay=0.1).errors(weights)[0].tolist()


def test_a_function_of_the_user_is_given_forecasts_and_truth() -> None:
    weights = vectors(2)
    x, y = SERIES.training.windows(SPEC.look_back)
    expected = [np.abs(predict(SPEC, vector, x).astype(np.float64) - y).max() for vector in weights]
    assert Objective(SERIES, SPEC, largest).errors(weights)[0].tolist() == expected


@pytest.mark.parametrize(
    ("metric", "name"),
    [
        (OutsideTolerance(0.5), "outside_0.5"),
        (AsymmetricError(under=3, over=1), "asymmetric_under_3_over_1"),
        (QuantileError(0.9), "quantile_0.9"),
        (largest, "largest"),
    ],
)
def test_a_metric_made_from_settings_or_by_a_user_names_its_target(metric: Any, name: str) -> None:
    assert problem(metric=metric).targets == {name: -1}
    assert problem(metric=["mse", metric]).targets == {"mse": -1, name: -1}
    json.dumps(problem(metric=metric).settings())


def test_two_metrics_of_one_class_with_other_settings_are_two_targets_and_two_settings() -> None:
    of = problem(metric=[QuantileError(0.1), QuantileError(0.9)])
    assert list(of.targets) == ["quantile_0.1", "quantile_0.9"]
    low, high = (problem(metric=QuantileError(share)).settings() for share in (0.1, 0.9))
    assert low["objective"] != high["objective"]


@given(st.integers(0, 2**40), st.integers(0, 1000))
def test_the_windows_of_a_mini_batch_are_a_function_of_seed_and_number_alone(seed: int, number: int) -> None:
    objective = Objective(SERIES, SPEC, "mae", batch_size=7)
    weights = vectors(2)
    first = objective.errors(weights, batch=number, seed=seed).tolist()
    np.random.default_rng(0).random(100)
    again = Objective(SERIES, SPEC, "mae", batch_size=7)
    again.errors(weights, batch=number + 1, seed=seed)
    assert again.errors(weights, batch=number, seed=seed).tolist() == first


def read_windows(objective: Objective, batch: int, seed: int, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Give the windows that the network reads for a mini-batch."""
    seen: list[Any] = []

    def watched(spec: Any, weights: Any, x: Any, threads: int) -> Any:
        seen.append(x)
        return predict(spec, weights, x, threads)

    with monkeypatch.context() as patch:
        patch.setattr("dlopt_deap.weight.objective.predict", watched)
        objective.errors(vectors(1), batch=batch, seed=seed)
    return [window.tobytes() for window in np.array(seen[0])]


def test_a_mini_batch_is_drawn_without_replacement_and_in_time_every_window_takes_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    series = TimeSeries(np.random.default_rng(0).normal(size=80))
    objective = Objective(series, SPEC, "mae", batch_size=12)
    windows = {window.tobytes() for window in np.array(series.training.windows(SPEC.look_back)[0])}
    drawn = [read_windows(objective, batch, 5, monkeypatch) for batch in range(60)]
    assert all(len(set(batch)) == 12 for batch in drawn)
    assert {window for batch in drawn for window in batch} == windows
    assert len({frozenset(batch) for batch in drawn}) == 60
    assert read_windows(objective, 0, 6, monkeypatch) != drawn[0]


def test_a_mini_batch_of_all_windows_is_no_mini_batch() -> None:
    weights = vectors(3)
    count = len(SERIES.training.windows(SPEC.look_back)[1])
    whole = Objective(SERIES, SPEC, "mae").errors(weights)
    assert Objective(SERIES, SPEC, "mae", batch_size=count).errors(weights, batch=3).tolist() == whole.tolist()
    assert Objective(SERIES, SPEC, "mae", batch_size=2).errors(weights).tolist() == whole.tolist()  # none was named


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("horizon", [1, 3])
def test_neither_threads_nor_company_change_a_bit(threads: int, horizon: int) -> None:
    objective = Objective(SERIES, SPEC, ["mae", "median_ae", "mse"], horizon=horizon, batch_size=9, weight_decay=0.1)
    weights = vectors(23)
    together = objective.errors(weights, batch=2, seed=4, threads=threads)
    alone = [objective.errors(vector[np.newaxis], batch=2, seed=4)[:, 0] for vector in weights]
    backwards = objective.errors(weights[::-1], batch=2, seed=4, threads=threads)[:, ::-1]
    assert together.T.tolist() == [errors.tolist() for errors in alone]
    assert together.tolist() == backwards.tolist()


def test_forecasts_that_are_not_finite_make_the_error_so_and_that_of_no_other() -> None:
    spec = NetworkSpec(1, (2,), 1, look_back=3, cell="simple_rnn", activation="linear")
    objective = Objective(SERIES, spec, "mse")
    weights = np.random.default_rng(3).normal(size=(3, spec.num_weights)).astype(np.float32)
    expected = objective.errors(weights)[0]
    weights[1, -3:] = np.finfo(np.float32).max
    found = objective.errors(weights)[0]
    assert not np.isfinite(found[1])
    assert found[[0, 2]].tolist() == expected[[0, 2]].tolist()


@pytest.mark.parametrize("weight_decay", [1e300, 1e-300])
def test_an_immense_penalty_is_infinite_without_a_warning(weight_decay: float) -> None:
    weights = np.full((1, COUNT), np.finfo(np.float32).max)
    found = Objective(SERIES, SPEC, "mae", weight_decay=weight_decay).errors(weights)
    assert np.isfinite(found[0, 0]) == (weight_decay < 1)


def raises(predictions: Any, y: Any) -> Any:
    raise TypeError("the metric's own mistake")


COUNT_OF_WINDOWS = len(SERIES.training.windows(SPEC.look_back)[1])
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"metric": "mee"}, r"`metric` must be one of .*got 'mee'; did you mean 'm[as]e'\?"),
    ({"metric": 5}, r"`metric` must be one of .*got 5"),
    ({"metric": []}, r"`metric` must name at least one error, each once, got \[\]"),
    ({"metric": ["mae", "mae"]}, r"`metric` must name at least one error, each once"),
    ({"metric": ["mae", 3]}, r"`metric` must be one of .*got 3"),
    ({"metric": lambda predictions, y: 1.0}, r"metric '<lambda>' must give one error a sample.*\(1,\), got \(\)"),
    ({"metric": lambda predictions, y: predictions[:, 0]}, r"one error a sample.*got \(1, 1\)"),
    ({"split": "testing"}, r"`split` must be one of training, validation, got 'testing'"),
    ({"horizon": 0}, r"`horizon` must be a whole number of at least 1, got 0"),
    ({"horizon": 1.5}, r"`horizon` must be a whole number of at least 1, got 1\.5"),
    ({"batch_size": 0}, r"`batch_size` must be a whole number in \[1, \d+\], got 0"),
    ({"batch_size": COUNT_OF_WINDOWS + 1}, rf"`batch_size` must be .*in \[1, {COUNT_OF_WINDOWS}\], got"),
    ({"weight_decay": -1}, r"`weight_decay` must be a finite number of at least 0\.0, got -1"),
    ({"weight_decay": np.nan}, r"`weight_decay` must be a finite number"),
    ({"spec": NetworkSpec(2, (2,), 1, 3)}, r"inputs \(1\) and forecast its targets \(1\), got .*inputs=2"),
    ({"spec": NetworkSpec(1, (2,), 2, 3)}, r"inputs \(1\) and forecast its targets \(1\), got .*outputs=2"),
    (
        {"series": TWO_COLUMNS, "spec": NetworkSpec(2, (2,), 1, 3), "horizon": 2},
        r"`horizon` of 2 needs a network that forecasts what it reads.*\['a', 'b'\].*\['a'\]|\('a', 'b'\).*\('a',\)",
    ),
]


@pytest.mark.parametrize(("settings", "message"), WRONG)
def test_what_cannot_be_is_refused_by_its_name(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        Objective(**{"series": SERIES, "spec": SPEC} | settings)


@pytest.mark.parametrize("settings", [{"spec": NetworkSpec(1, (2,), 1, 500)}, {"horizon": 500}])
def test_a_series_that_is_too_short_is_told(settings: dict[str, Any]) -> None:
    with pytest.raises(DataError, match=r"must be at most \d+ .*got 500.*longer series"):
        Objective(**{"series": sine(stop=12.0), "spec": SPEC} | settings)


def test_an_error_that_a_metric_raises_is_not_taken_for_one_of_the_settings() -> None:
    with pytest.raises(TypeError, match="the metric's own mistake"):
        problem(metric=raises)
    with pytest.raises(SettingError, match=r"An objective takes no argument `horizn`; did you mean 'horizon'\?"):
        problem(horizn=2)
