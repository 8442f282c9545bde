"""Forecasts of rows that follow known ones, in own units."""

from typing import Any

import numpy as np
import pytest

from dlopt_deap.core import Result, forecast_ahead, forecast_following
from dlopt_deap.data import TimeSeries, sine
from dlopt_deap.errors import DataError, SettingError
from dlopt_deap.forecasting import evolve
from dlopt_deap.networks import NetworkSpec, initial_weights, predict, predict_recursive

ROWS = np.column_stack([10 * np.sin(np.arange(60.0)), 5 + np.cos(np.arange(60.0)), np.arange(60.0)])
COLUMNS = ["load", "price", "wind"]


def series(inputs: list[str], targets: list[str], scale: Any = (-1, 1)) -> TimeSeries:
    return TimeSeries(ROWS, COLUMNS, inputs, targets, scale=scale)


def network(one: TimeSeries, look_back: int = 4) -> tuple[TimeSeries, NetworkSpec, Any]:
    spec = NetworkSpec(len(one.inputs), (3,), len(one.targets), look_back)
    return one, spec, initial_weights(spec, "uniform", seed=1)


def test_what_follows_known_rows_is_what_the_windows_of_the_series_give() -> None:
    one, spec, weights = network(series(["wind", "load"], ["load"]))
    following = forecast_following(one, spec, weights, ROWS[:, [2, 0]])
    x, _ = one.testing.windows(4)
    expected = one.testing.to_own_units(predict(spec, weights, x))
    assert following.shape == (57, 1)
    assert np.allclose(following[-13:-1], expected, rtol=1e-5)


@pytest.mark.parametrize("scale", [None, (-1, 1), "standard"])
def test_many_steps_ahead_are_those_of_a_closed_loop_in_scaled_units(scale: Any) -> None:
    one, spec, weights = network(series(["load", "price"], ["load", "price"], scale))
    window = one.scaled_inputs[-4:][np.newaxis]
    expected = one.testing.to_own_units(predict_recursive(spec, weights, window, steps=6))[0]
    assert np.allclose(forecast_ahead(one, spec, weights, 6), expected, rtol=1e-3)


def test_inputs_and_targets_in_any_order_read_their_own_columns() -> None:
    one, spec, weights = network(series(["wind", "price", "load"], ["load", "price"]))
    future = np.array([[60.0], [61.0]])
    ahead = forecast_ahead(one, spec, weights, 3, future=future)
    rows = ROWS[:, [2, 1, 0]]
    for step in range(3):
        assert np.allclose(ahead[step], forecast_following(one, spec, weights, rows)[-1], rtol=1e-4)
        rows = np.vstack([rows, [60.0 + step, ahead[step, 1], ahead[step, 0]]])


def test_a_target_that_is_no_input_needs_the_inputs_of_the_rows_to_come_alone() -> None:
    one, spec, weights = network(series(["wind", "price"], ["load"]))
    future = {"wind": [60.0, 61.0], "price": [5.0, 5.5]}
    table = np.column_stack([future["wind"], future["price"]])
    assert forecast_ahead(one, spec, weights, 3, future=table).shape == (3, 1)
    assert forecast_ahead(one, spec, weights, 1).shape == (1, 1)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"steps": 0}, SettingError, "`steps`"),
        ({"steps": 3}, DataError, "the inputs wind are not forecast, so their future must be given: 2 rows"),
        ({"steps": 3, "future": [[1.0]]}, DataError, r"has the shape \(1, 1\).*that is the shape \(2, 1\)"),
        ({"steps": 3, "future": [[1.0], [np.nan]]}, DataError, "must hold finite numbers"),
        ({"steps": 1, "history": ROWS[:3, [2, 0]]}, DataError, "looks back 4 rows.*got 3"),
        ({"steps": 1, "history": ROWS}, DataError, r"the inputs of the series \(wind, load\)"),
        ({"steps": 1, "history": np.full((9, 2), np.inf)}, DataError, "must be finite, got inf in row 0 of 'wind'"),
        ({"steps": 1, "history": sine()}, DataError, "has no column wind, load"),
    ],
)
def test_a_future_or_a_history_that_does_not_fit_is_refused(
    settings: dict[str, Any], error: type[Exception], message: str
) -> None:
    one, spec, weights = network(series(["wind", "load"], ["load"]))
    with pytest.raises(error, match=message):
        forecast_ahead(one, spec, weights, **settings)


def result() -> Result:
    return evolve(series(["load", "wind"], ["load"]), evaluations=2, finalists=1, final_epochs=2, seed=1, workers=1)


def test_a_result_forecasts_each_row_of_its_series_or_of_another_from_those_before() -> None:
    found = result()
    one = found.problem.series
    assert one is not None
    forecasts = found.predict()
    count = found.spec.look_back
    assert forecasts.shape == (60, 1)
    assert np.isnan(forecasts[:count]).all()
    assert np.isfinite(forecasts[count:]).all()
    assert np.allclose(forecasts[one.testing.rows], found.forecast().predictions["network"], rtol=1e-5)
    other = TimeSeries(ROWS[::-1, ::-1], COLUMNS[::-1])
    assert np.array_equal(found.predict(other), found.predict(ROWS[::-1, [0, 2]]), equal_nan=True)


def test_a_result_goes_on_from_the_end_of_its_series_or_from_another_history() -> None:
    found = result()
    future = np.arange(60.0, 70.0)[:, np.newaxis]
    ahead = found.forecast_ahead(3, future)
    whole = np.vstack([ROWS, np.column_stack([np.zeros(1), np.zeros(1), np.zeros(1)])])
    assert ahead[0] == pytest.approx(found.predict(whole[:, [0, 2]])[-1], rel=1e-5)
    earlier = found.forecast_ahead(3, future, history=ROWS[:-5, [0, 2]])
    assert earlier[0] == pytest.approx(found.predict()[-5], rel=1e-5)
    with pytest.raises(DataError, match="the inputs wind"):
        found.forecast_ahead(3)
