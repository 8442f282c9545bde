import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlopt_deap.errors import SettingError
from dlopt_deap.sampling import METRICS, mape, smape

RANDOM = np.random.default_rng(1)
PREDICTIONS = RANDOM.standard_normal((7, 50, 2)).astype(np.float32)
Y = RANDOM.standard_normal((50, 2)).astype(np.float32)

FORMULAS = {
    "mae": lambda p, y: np.mean(abs(p - y)),
    "mse": lambda p, y: np.mean((p - y) ** 2),
    "rmse": lambda p, y: np.sqrt(np.mean((p - y) ** 2)),
    "mape": lambda p, y: 100 * np.mean(abs((p - y) / y)),
    "smape": lambda p, y: 100 * np.mean(2 * abs(p - y) / (abs(p) + abs(y))),
    "median_ae": lambda p, y: np.quantile(abs(p - y), 0.5),
    "cross_entropy": lambda p, y: np.mean((-y * np.log(np.clip(p, 1e-7, 1 - 1e-7))).sum(axis=-1)),
    "error_rate": lambda p, y: np.mean(p.argmax(axis=-1) != y.argmax(axis=-1)),
}


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_follows_its_formula_for_each_sample(name):
    expected = [FORMULAS[name](sample.astype(float), Y.astype(float)) for sample in PREDICTIONS]
    errors = METRICS[name](PREDICTIONS, Y)
    assert errors.dtype == np.float64
    assert errors.tolist() == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("name", METRICS)
@settings(deadline=None)
@given(windows=st.integers(1, 300), outputs=st.integers(1, 3), samples=st.integers(1, 6))
def test_the_error_of_a_sample_does_not_depend_on_the_others(name, windows, outputs, samples):
    random = np.random.default_rng([windows, outputs, samples])
    predictions = random.standard_normal((samples, windows, outputs), dtype=np.float32)
    y = random.standard_normal((windows, outputs), dtype=np.float32)
    y[y == 0] = 1  # mape has no error for a target of zero
    together = METRICS[name](predictions, y)
    assert together.tolist() == [METRICS[name](sample[np.newaxis], y)[0] for sample in predictions]


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_prediction_that_is_not_finite_spoils_its_own_sample_alone(name, value):
    predictions = PREDICTIONS.copy()
    predictions[2, 5, 1] = value
    finite = np.isfinite(METRICS[name](predictions, Y))
    assert finite.tolist() == [True, True, False, True, True, True, True]


@pytest.mark.parametrize("name", METRICS)
def test_how_the_predictions_lie_in_memory_does_not_change_a_bit(name):
    turned = np.asfortranarray(PREDICTIONS)
    assert METRICS[name](turned, Y).tolist() == METRICS[name](PREDICTIONS, Y).tolist()
    flat = PREDICTIONS.reshape(7, 100)
    assert METRICS[name](np.asfortranarray(flat), Y.ravel()).tolist() == METRICS[name](flat, Y.ravel()).tolist()


@pytest.mark.parametrize("name", METRICS)
def test_no_samples_have_no_errors(name):
    assert METRICS[name](PREDICTIONS[:0], Y).shape == (0,)


@pytest.mark.parametrize("windows", [4, 5])
def test_the_median_does_not_see_how_far_the_worse_half_is_off(windows):
    y = np.zeros((windows, 1), np.float32)
    near, far = (np.array([[[1.0], [2.0], [3.0], [last], [last]]], np.float32)[:, :windows] for last in (4.0, 1e30))
    assert METRICS["median_ae"](near, y).tolist() == METRICS["median_ae"](far, y).tolist() == [windows / 2 + 0.5]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_one_prediction_that_is_not_finite_is_seen_by_the_median_too(value):
    predictions = np.zeros((1, 101, 1), np.float32)
    predictions[0, 40] = value
    assert not np.isfinite(METRICS["median_ae"](predictions, np.zeros((101, 1), np.float32)))


def test_errors_are_summed_in_double_precision():
    predictions = np.full((1, 1_000_000, 1), 0.1, np.float32)
    assert METRICS["mae"](predictions, np.zeros((1_000_000, 1), np.float32))[0] == pytest.approx(
        float(np.float32(0.1)), rel=1e-14
    )


def test_a_percentage_of_zero_is_refused_with_the_way_out():
    y = Y.copy()
    y[3, 0] = 0
    with pytest.raises(SettingError, match="no target that is zero, got 1 of 100; use `smape`"):
        mape(PREDICTIONS, y)


def test_zero_predicted_as_zero_is_no_error_for_smape():
    assert smape(np.zeros((1, 2, 1), np.float32), np.array([[0], [1]], np.float32)).tolist() == [100.0]
