import json
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm

from dlopt_deap.errors import SettingError
from dlopt_deap.sampling import METRICS, AsymmetricError, OutsideTolerance, QuantileError, SamplingSettings

OBJECTIVES = [OutsideTolerance(0.3), AsymmetricError(3, 0.5), QuantileError(0.9)]
each_objective = pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda objective: objective.name)

NUMBERS = st.floats(-100, 100, width=32)
SHAPES = st.tuples(st.integers(1, 20), st.integers(1, 3))
FORECASTS = SHAPES.flatmap(
    lambda shape: st.tuples(arrays(np.float32, shape, elements=NUMBERS), arrays(np.float32, shape, elements=NUMBERS))
)
COSTS = st.floats(0.01, 100)


def one(objective, prediction, y):
    """Take the error of a single sample."""
    return objective(prediction[np.newaxis], y)[0]


@given(FORECASTS, st.floats(0, 50))
def test_outside_tolerance_is_the_share_of_forecasts_that_are_further_off(forecasts, tolerance):
    prediction, y = forecasts
    further = [abs(float(p) - float(t)) > tolerance for p, t in zip(prediction.flat, y.flat, strict=True)]
    assert one(OutsideTolerance(tolerance), prediction, y) == pytest.approx(sum(further) / len(further), rel=1e-14)


@given(FORECASTS, COSTS, COSTS)
def test_the_asymmetric_error_follows_its_formula(forecasts, under, over):
    prediction, y = forecasts
    off = y.astype(float) - prediction
    expected = np.mean(under * np.maximum(off, 0) + over * np.maximum(-off, 0))
    assert one(AsymmetricError(under, over), prediction, y) == pytest.approx(expected, rel=1e-12, abs=1e-300)


@given(FORECASTS, st.floats(0.001, 0.999))
def test_the_quantile_error_follows_the_formula_of_koenker_and_bassett(forecasts, quantile):
    prediction, y = forecasts
    off = y.astype(float) - prediction
    expected = np.mean(off * (quantile - (off < 0)))
    assert one(QuantileError(quantile), prediction, y) == pytest.approx(expected, rel=1e-12, abs=1e-300)


@given(FORECASTS, COSTS)
def test_equal_costs_are_that_cost_times_the_mean_absolute_error(forecasts, cost):
    prediction, y = forecasts
    expected = cost * one(METRICS["mae"], prediction, y)
    assert one(AsymmetricError(cost, cost), prediction, y) == pytest.approx(expected, rel=1e-12, abs=1e-300)


@given(FORECASTS, COSTS, COSTS)
def test_exchanging_the_costs_is_exchanging_forecast_and_truth(forecasts, under, over):
    prediction, y = forecasts
    assert one(AsymmetricError(under, over), prediction, y) == one(AsymmetricError(over, under), y, prediction)


@pytest.mark.parametrize(
    ("objective", "level"), [(QuantileError(0.9), 0.9), (QuantileError(0.25), 0.25), (AsymmetricError(3, 1), 0.75)]
)
def test_the_best_constant_forecast_is_the_quantile(objective, level):
    y = norm.ppf((np.arange(2_000) + 0.5) / 2_000).astype(np.float32)[:, np.newaxis]
    guesses = np.linspace(-2, 2, 401)
    errors = objective(np.broadcast_to(guesses[:, None, None], (401, *y.shape)), y)
    assert guesses[np.argmin(errors)] == pytest.approx(norm.ppf(level), abs=0.01)


def test_a_forecast_exactly_at_the_tolerance_is_inside():
    y = np.zeros((4, 1), np.float32)
    prediction = np.array([[0.5], [-0.5], [np.nextafter(np.float32(0.5), np.float32(1))], [-0.75]], np.float32)
    assert one(OutsideTolerance(0.5), prediction, y) == 0.5


@each_objective
@pytest.mark.parametrize("shape", [(50,), (50, 2), (50, 4, 2)])
def test_an_objective_gives_one_double_a_sample_whatever_the_shape_of_a_forecast(objective, shape):
    random = np.random.default_rng(1)
    predictions, y = random.standard_normal((7, *shape), dtype=np.float32), random.standard_normal(shape)
    errors = objective(predictions, y)
    assert errors.shape == (7,)
    assert errors.dtype == np.float64
    assert objective(predictions[:0], y).shape == (0,)


@each_objective
@settings(deadline=None)
@given(windows=st.integers(1, 300), outputs=st.integers(1, 3), samples=st.integers(1, 6))
def test_the_error_of_a_sample_does_not_depend_on_the_others(objective, windows, outputs, samples):
    random = np.random.default_rng([windows, outputs, samples])
    predictions = random.standard_normal((samples, windows, outputs), dtype=np.float32)
    y = random.standard_normal((windows, outputs), dtype=np.float32)
    together = objective(predictions, y)
    assert together.tolist() == [one(objective, sample, y) for sample in predictions]
    assert together.tolist() == objective(np.asfortranarray(predictions), y).tolist()


@each_objective
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_prediction_that_is_not_finite_spoils_its_own_sample_alone(objective, value):
    predictions = np.zeros((3, 50, 2), np.float32)
    predictions[1, 7, 1] = value
    assert np.isfinite(objective(predictions, np.zeros((50, 2), np.float32))).tolist() == [True, False, True]


@each_objective
def test_an_objective_comes_back_from_a_pickle_and_its_settings_from_json(objective):
    assert pickle.loads(pickle.dumps(objective)) == objective
    values = json.loads(json.dumps(objective.to_dict()))
    kind = values.pop("kind")
    assert type(objective)(**values) == objective
    assert kind.replace("_", "") == type(objective).__name__.lower()


def test_equal_settings_are_equal_and_have_one_name_and_others_another():
    assert AsymmetricError(1, np.float64(2)) == AsymmetricError(1.0, 2.0)
    assert hash(AsymmetricError(1, 2)) == hash(AsymmetricError(1.0, 2.0))
    assert AsymmetricError(1, 2).name == AsymmetricError(1.0, 2.0).name == "asymmetric_under_1_over_2"
    assert AsymmetricError(2, 1) != AsymmetricError(1, 2)
    assert OutsideTolerance(-0.0).name == OutsideTolerance(0).name == "outside_0"
    assert QuantileError(0.1).name != QuantileError(np.nextafter(0.1, 1)).name


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: OutsideTolerance(-0.1), "`tolerance` must be a finite number of at least 0.0, got -0.1"),
        (lambda: OutsideTolerance(np.nan), "`tolerance` must be a finite number"),
        (lambda: OutsideTolerance("0.1"), "`tolerance` must be a finite number of at least 0.0, got '0.1'"),
        (lambda: AsymmetricError(0, 1), "`under` must be a finite number above 0.0, got 0"),
        (lambda: AsymmetricError(1, -1), "`over` must be a finite number above 0.0, got -1"),
        (lambda: AsymmetricError(1, np.inf), "`over` must be a finite number above 0.0, got inf"),
        (lambda: QuantileError(0), "`quantile` must be a number between 0 and 1, .* got 0"),
        (lambda: QuantileError(1.0), "`quantile` must be a number between 0 and 1, .* got 1.0"),
        (lambda: QuantileError(90), "`quantile` must be a number between 0 and 1, .* got 90"),
        (lambda: QuantileError(np.nan), "`quantile` must be a number between 0 and 1, .* got nan"),
        (lambda: QuantileError(None), "`quantile` must be a number between 0 and 1, .* got None"),
    ],
)
def test_a_wrong_setting_is_refused(make, message):
    with pytest.raises(SettingError, match=message):
        make()


@each_objective
def test_a_random_sampling_takes_an_objective_for_a_metric(objective):
    assert SamplingSettings(metric=objective) == SamplingSettings(metric=pickle.loads(pickle.dumps(objective)))
