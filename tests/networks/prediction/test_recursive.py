"""Forecasts of many steps in a closed loop, against Keras and against a loop over ``predict``."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks.strategies import SEEDS, normal_weights, trained_like_weights, windows
from numpy.typing import NDArray

from dlopt_deap.errors import SettingError
from dlopt_deap.networks import NetworkSpec, keras_model, predict, predict_recursive

CELLS = ["lstm", "gru", "simple_rnn"]
ACTIVATIONS = ["linear", "tanh", "sigmoid", "relu"]
SPEC = NetworkSpec(2, (5, 3), 2, 6)

SPECS = st.builds(
    lambda columns, units, look_back, cell, activation: NetworkSpec(
        columns, units, columns, look_back, cell, activation
    ),
    st.integers(1, 3),
    st.lists(st.integers(1, 20), min_size=1, max_size=3),
    st.integers(1, 12),
    st.sampled_from(CELLS),
    st.sampled_from(ACTIVATIONS),
)


def sliding(model: Callable[[NDArray[np.float32]], NDArray[np.float32]], x: NDArray[np.float32], steps: int):
    """Forecast with a model that is asked for one step at a time: shape (windows, steps, outputs)."""
    forecasts = []
    for _ in range(steps):
        forecasts.append(model(x))
        x = np.concatenate([x[:, 1:], forecasts[-1][:, np.newaxis]], axis=1)
    return np.stack(forecasts, axis=1)


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("units", [(5,), (6, 4)])
@pytest.mark.parametrize("cell", CELLS)
def test_a_closed_loop_is_what_keras_gives_window_after_window(cell: str, units: tuple[int, ...], columns: int) -> None:
    spec = NetworkSpec(columns, units, columns, 5, cell=cell, activation="linear")
    weights, x = trained_like_weights(spec, 1), windows(spec, 2, 40)
    model = keras_model(spec, weights)
    expected = sliding(lambda window: model(window).numpy(), x, 12)
    np.testing.assert_allclose(predict_recursive(spec, weights, x, 12), expected, rtol=0, atol=1e-5)
    assert np.abs(np.diff(expected, axis=1)).max() > 1e-3  # the loop moves: a network at rest would prove nothing


@settings(max_examples=100, deadline=None)
@given(SPECS, SEEDS, st.integers(1, 15))
def test_a_closed_loop_is_a_loop_over_predict_to_the_last_bit(spec: NetworkSpec, seed: int, steps: int) -> None:
    weights, x = normal_weights(spec, seed)[0], windows(spec, seed)
    expected = sliding(lambda window: predict(spec, weights, window), x, steps)
    assert np.array_equal(predict_recursive(spec, weights, x, steps), expected, equal_nan=True)


@settings(max_examples=50, deadline=None)
@given(SPECS, SEEDS)
def test_one_step_is_a_prediction_to_the_last_bit(spec: NetworkSpec, seed: int) -> None:
    weights, x = normal_weights(spec, seed, 3), windows(spec, seed)
    assert np.array_equal(predict_recursive(spec, weights, x, 1)[:, :, 0], predict(spec, weights, x))


@settings(max_examples=30, deadline=None)
@given(SPECS, SEEDS)
def test_neither_threads_nor_other_networks_nor_other_windows_change_a_bit(spec: NetworkSpec, seed: int) -> None:
    weights, x = normal_weights(spec, seed, 5), windows(spec, seed, 70)
    together = predict_recursive(spec, weights, x, 7)
    assert np.array_equal(together, predict_recursive(spec, weights, x, 7, threads=3), equal_nan=True)
    alone = np.stack([predict_recursive(spec, vector, x, 7) for vector in weights])
    assert np.array_equal(together, alone, equal_nan=True)
    assert np.array_equal(together[:, 33:50], predict_recursive(spec, weights, x[33:50], 7), equal_nan=True)


def test_the_first_steps_do_not_depend_on_how_many_follow() -> None:
    weights, x = normal_weights(SPEC, 0, 3), windows(SPEC, 0)
    assert np.array_equal(predict_recursive(SPEC, weights, x, 20)[:, :, :4], predict_recursive(SPEC, weights, x, 4))


@pytest.mark.parametrize("number", [1, 15, 16, 17, 31, 32, 33, 100])
def test_any_number_of_windows_is_forecast(number: int) -> None:
    weights, x = normal_weights(SPEC, 0)[0], windows(SPEC, 0, number)
    expected = sliding(lambda window: predict(SPEC, weights, window), x, 5)
    assert np.array_equal(predict_recursive(SPEC, weights, x, 5), expected)


def test_windows_are_left_as_they_were_and_may_be_read_only() -> None:
    weights, x = normal_weights(SPEC, 0, 3), windows(SPEC, 0)
    before = x.copy()
    x.flags.writeable = False
    predict_recursive(SPEC, weights, x, 5)
    assert np.array_equal(x, before)


def test_one_vector_gives_windows_by_steps_and_many_give_a_stack() -> None:
    weights, x = normal_weights(SPEC, 0, 4), windows(SPEC, 0, 9)
    many = predict_recursive(SPEC, weights, x, 3)
    assert many.shape == (4, 9, 3, 2)
    assert many.dtype == np.float32
    assert many.flags.c_contiguous
    assert predict_recursive(SPEC, weights[0], x, 3).shape == (9, 3, 2)
    assert predict_recursive(SPEC, weights[:0], x, 3).shape == (0, 9, 3, 2)
    assert predict_recursive(SPEC, weights, x[:0], 3).shape == (4, 0, 3, 2)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_a_weight_that_is_not_finite_gives_nan_at_every_step(cell: str, wrong: float) -> None:
    spec = NetworkSpec(1, (4,), 1, 3, cell=cell)
    for place in range(spec.num_weights):
        weights = normal_weights(spec, place, 2)
        weights[0, place] = wrong
        forecasts = predict_recursive(spec, weights, windows(spec, 0), 5)
        assert np.isnan(forecasts[0]).all()
        assert np.isfinite(forecasts[1]).all()


@pytest.mark.parametrize("activation", ["linear", "relu"])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("columns", [1, 2])
def test_a_forecast_that_overflows_makes_all_later_ones_of_its_window_nan(
    cell: str, activation: str, columns: int
) -> None:
    # The dense layer's sum overflows, while no weight is infinite and all states lie in [-1, 1].
    spec = NetworkSpec(columns, (3,), columns, 2, cell=cell, activation=activation)
    arrays = spec.unpack(trained_like_weights(spec, 0))
    arrays[-1] = np.full(columns, 3e38, np.float32)
    arrays[-2] = np.full((3, columns), 3e38, np.float32)
    weights = spec.pack(arrays)
    forecasts = predict_recursive(spec, weights, windows(spec, 0), 6)
    assert np.array_equal(forecasts[:, 0], predict(spec, weights, windows(spec, 0)))
    infinite = np.isinf(forecasts[:, 0]).any(axis=1)
    assert infinite.any()
    assert np.isnan(forecasts[infinite, 1:]).all()


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("cell", CELLS)
def test_a_window_with_nan_stays_nan_and_leaves_the_others_alone(cell: str, activation: str) -> None:
    spec = NetworkSpec(1, (5, 3), 1, 4, cell=cell, activation=activation)
    weights, x = trained_like_weights(spec, 0), windows(spec, 0)
    clean = predict_recursive(spec, weights, x, 9)
    x[7, 0] = np.nan
    forecasts = predict_recursive(spec, weights, x, 9)
    assert np.isnan(forecasts[7]).all()
    assert np.array_equal(np.delete(forecasts, 7, axis=0), np.delete(clean, 7, axis=0))


def test_one_step_and_many_share_one_compiled_kernel() -> None:
    from dlopt_deap.networks.kernels._forward import forward

    weights, x = normal_weights(SPEC, 0, 4), windows(SPEC, 0)
    predict(SPEC, weights, x)
    compiled = len(forward.signatures)  # type: ignore[attr-defined]
    predict_recursive(SPEC, weights, x, 5)
    assert len(forward.signatures) == compiled  # type: ignore[attr-defined]


@pytest.mark.parametrize(("inputs", "outputs"), [(2, 1), (1, 2)])
def test_a_network_that_does_not_forecast_what_it_reads_is_refused(inputs: int, outputs: int) -> None:
    spec = NetworkSpec(inputs, (3,), outputs, 4)
    message = f"as many outputs as inputs, got {inputs} inputs and {outputs} outputs; forecast every column"
    with pytest.raises(SettingError, match=message):
        predict_recursive(spec, np.zeros(spec.num_weights), windows(spec, 0), 2)


@pytest.mark.parametrize("steps", [0, -1, 2.0, True, None])
def test_steps_that_are_no_positive_whole_number_are_refused(steps: object) -> None:
    with pytest.raises(SettingError, match="`steps` must be a whole number of at least 1"):
        predict_recursive(SPEC, np.zeros(SPEC.num_weights), windows(SPEC, 0), steps)  # type: ignore[arg-type]


def test_more_steps_than_a_series_may_have_rows_are_refused() -> None:
    with pytest.raises(SettingError, match=r"`steps` must be a whole number of at most .*, or widen .*MAX_ROWS"):
        predict_recursive(SPEC, np.zeros(SPEC.num_weights), windows(SPEC, 0), 10**12)


@pytest.mark.parametrize(
    ("weights_shape", "x_shape", "message"),
    [((10,), (9, 6, 2), r"`weights` must have the shape .*got \(10,\)"), (None, (9, 6), r"`x` must have the shape")],
)
def test_a_wrong_shape_is_refused(
    weights_shape: tuple[int, ...] | None, x_shape: tuple[int, ...], message: str
) -> None:
    weights = np.zeros((SPEC.num_weights,) if weights_shape is None else weights_shape)
    with pytest.raises(SettingError, match=message):
        predict_recursive(SPEC, weights, np.zeros(x_shape), 2)


def test_less_than_one_thread_is_refused() -> None:
    with pytest.raises(SettingError, match="`threads` must be a whole number of at least 1, got 0"):
        predict_recursive(SPEC, np.zeros(SPEC.num_weights), windows(SPEC, 0), 2, threads=0)
