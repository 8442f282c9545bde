"""The compiled forward pass, against the equations written out in numpy."""

import numpy as np
import pytest
from hypothesis import given, settings
from networks.reference import reference
from networks.strategies import SEEDS, SPECS, normal_weights, trained_like_weights, windows
from numpy.typing import NDArray

from dlopt_deap.errors import SettingError
from dlopt_deap.networks import NetworkSpec, predict

CELLS = ["lstm", "gru", "simple_rnn"]
SPEC = NetworkSpec(2, (5, 3), 2, 6)


@settings(max_examples=200, deadline=None)
@given(SPECS, SEEDS)
def test_predictions_agree_with_the_equations_to_1e_5(spec: NetworkSpec, seed: int) -> None:
    weights, x = trained_like_weights(spec, seed), windows(spec, seed)
    np.testing.assert_allclose(predict(spec, weights, x), reference(spec, weights, x), rtol=0, atol=1e-5)


@settings(max_examples=200, deadline=None)
@given(SPECS, SEEDS)
def test_with_normal_weights_predictions_are_as_near_the_truth_as_float32_allows(spec: NetworkSpec, seed: int) -> None:
    # Large random weights can make a recurrent network chaotic: it then amplifies the last bit of any float32
    # computation. What can be asked is to err by no other order than the equations in numpy and float32 (14 times as
    # much is the most seen in 4,000 networks).
    weights, x = normal_weights(spec, seed)[0], windows(spec, seed)
    truth = reference(spec, weights, x)
    rounding = np.abs(reference(spec, weights, x, np.float32) - truth).max()
    assert np.abs(predict(spec, weights, x) - truth).max() <= 1e-5 + 50 * rounding


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("number", [1, 31, 32, 33, 65, 100, 128, 129, 300])
def test_any_number_of_windows_is_predicted(cell: str, number: int) -> None:
    spec = NetworkSpec(1, (3,), 1, 4, cell=cell)
    weights, x = trained_like_weights(spec, 1), windows(spec, 2, number)
    np.testing.assert_allclose(predict(spec, weights, x), reference(spec, weights, x), rtol=0, atol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_a_layer_wider_than_the_caches_agrees_with_the_equations(cell: str) -> None:
    spec = NetworkSpec(1, (130, 70), 1, 3, cell=cell)
    weights, x = trained_like_weights(spec, 1), windows(spec, 2)
    np.testing.assert_allclose(predict(spec, weights, x), reference(spec, weights, x), rtol=0, atol=1e-5)


@settings(max_examples=30, deadline=None)
@given(SPECS, SEEDS)
def test_neither_threads_nor_grouping_change_a_bit(spec: NetworkSpec, seed: int) -> None:
    weights, x = normal_weights(spec, seed, 5), windows(spec, seed)
    together = predict(spec, weights, x)
    assert np.array_equal(together, predict(spec, weights, x, threads=3))
    assert np.array_equal(together, np.stack([predict(spec, vector, x) for vector in weights]))
    assert np.array_equal(together, np.concatenate([predict(spec, weights[:2], x), predict(spec, weights[2:], x)]))


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(("start", "end"), [(33, 50), (1, 300), (32, 300), (64, 200), (100, 101), (290, 300)])
def test_which_windows_are_in_a_call_does_not_change_a_bit(cell: str, start: int, end: int) -> None:
    spec = NetworkSpec(2, (5, 3), 2, 6, cell=cell)
    weights, x = normal_weights(spec, 0)[0], windows(spec, 0, 300)
    assert np.array_equal(predict(spec, weights, x)[start:end], predict(spec, weights, x[start:end]))


def test_windows_of_any_strides_are_read_right() -> None:
    series = np.random.default_rng(0).standard_normal((50, 2)).astype(np.float32)
    x = np.lib.stride_tricks.sliding_window_view(series, SPEC.look_back, axis=0).transpose(0, 2, 1)[::-2]
    weights = normal_weights(SPEC, 0)[0]
    assert np.array_equal(predict(SPEC, weights, x), predict(SPEC, weights, np.ascontiguousarray(x)))


def test_weights_of_any_strides_are_read_right() -> None:
    weights = normal_weights(SPEC, 0, 6)
    x = windows(SPEC, 0)
    assert np.array_equal(predict(SPEC, np.asfortranarray(weights)[::2], x), predict(SPEC, weights, x)[::2])


def test_read_only_weights_are_taken_without_compiling_again() -> None:
    from dlopt_deap.networks.kernels._forward import forward

    weights, x = normal_weights(SPEC, 0, 4), windows(SPEC, 0)
    predictions = predict(SPEC, weights, x)
    compiled = len(forward.signatures)  # type: ignore[attr-defined]
    weights.flags.writeable = False
    assert np.array_equal(predict(SPEC, weights, x), predictions)
    assert len(forward.signatures) == compiled  # type: ignore[attr-defined]


def test_one_vector_gives_a_matrix_and_many_give_a_stack() -> None:
    weights, x = normal_weights(SPEC, 0, 4), windows(SPEC, 0, 9)
    assert predict(SPEC, weights, x).shape == (4, 9, 2)
    assert predict(SPEC, weights[0], x).shape == (9, 2)
    assert predict(SPEC, weights, x).dtype == np.float32


def test_no_samples_or_no_windows_give_no_predictions() -> None:
    weights, x = normal_weights(SPEC, 0, 4), windows(SPEC, 0, 9)
    assert predict(SPEC, weights[:0], x, threads=2).shape == (0, 9, 2)
    assert predict(SPEC, weights, x[:0]).shape == (4, 0, 2)


@pytest.mark.parametrize("activation", ["linear", "tanh", "sigmoid", "relu"])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_a_weight_that_is_not_finite_gives_predictions_that_are_not(cell: str, activation: str, wrong: float) -> None:
    spec = NetworkSpec(2, (5, 3), 2, 1, cell=cell, activation=activation)
    for place in range(spec.num_weights):
        weights = normal_weights(spec, place, 2)
        weights[0, place] = wrong
        predictions = predict(spec, weights, windows(spec, 0))
        assert not np.isfinite(predictions[0]).any()
        assert np.isfinite(predictions[1]).all()


@pytest.mark.parametrize("activation", ["linear", "tanh", "sigmoid", "relu"])
@pytest.mark.parametrize("cell", CELLS)
def test_a_window_with_nan_predicts_nan_and_leaves_the_others_alone(cell: str, activation: str) -> None:
    spec = NetworkSpec(1, (5, 3), 1, 4, cell=cell, activation=activation)
    weights, x = normal_weights(spec, 0)[0], windows(spec, 0)
    clean = predict(spec, weights, x)
    x[7, 0] = np.nan
    predictions = predict(spec, weights, x)
    assert np.isnan(predictions[7]).all()
    assert np.array_equal(np.delete(predictions, 7, axis=0), np.delete(clean, 7, axis=0))


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("size", [20.0, 1e10, 1e30])
def test_huge_weights_saturate_as_the_equations_do(cell: str, activation: str, size: float) -> None:
    spec = NetworkSpec(1, (6,), 2, 1, cell=cell, activation=activation)
    signs = np.sign(normal_weights(spec, 3)[0])
    x = windows(spec, 0)
    x = np.sign(x) * np.maximum(np.abs(x), 0.25)
    weights = signs * np.float32(size)
    np.testing.assert_allclose(predict(spec, weights, x), reference(spec, weights, x), rtol=0, atol=1e-5)


@pytest.mark.parametrize("size", [1e30, -1e30])
def test_tanh_and_sigmoid_of_a_huge_number_are_their_limits(size: float) -> None:
    for activation, low in (("tanh", -1.0), ("sigmoid", 0.0)):
        spec = NetworkSpec(1, (1,), 1, 1, cell="simple_rnn", activation=activation)
        weights = np.array([0, 0, 0, 0, size], np.float32)
        prediction = predict(spec, weights, np.zeros((1, 1, 1)))
        assert prediction == pytest.approx(1.0 if size > 0 else low, abs=1.5e-7)


def test_tanh_is_accurate_to_a_few_units_in_the_last_place_everywhere() -> None:
    spec = NetworkSpec(1, (1,), 1, 1, cell="simple_rnn", activation="linear")
    x: NDArray[np.float32] = np.linspace(-12, 12, 400_001, dtype=np.float32)
    values = predict(spec, np.array([1, 0, 0, 1, 0], np.float32), x[:, None, None])[:, 0]
    assert np.abs(values - np.tanh(x.astype(np.float64))).max() < 4e-7
    assert np.abs(values).max() <= 1 + 4e-7


@pytest.mark.parametrize(
    ("weights_shape", "x_shape", "message"),
    [
        ((10,), (9, 6, 2), r"`weights` must have the shape .*got \(10,\)"),
        ((), (9, 6, 2), r"`weights` must have the shape .*got"),
        ((2, 2, 256), (9, 6, 2), r"`weights` must have the shape .*got \(2, 2, 256\)"),
        (None, (9, 6), r"`x` must have the shape \(windows, 6, 2\).*got \(9, 6\)"),
        (None, (9, 5, 2), r"`x` must have the shape \(windows, 6, 2\).*got \(9, 5, 2\)"),
        (None, (9, 6, 1), r"`x` must have the shape \(windows, 6, 2\).*got \(9, 6, 1\)"),
    ],
)
def test_a_wrong_shape_is_refused(
    weights_shape: tuple[int, ...] | None, x_shape: tuple[int, ...], message: str
) -> None:
    weights = np.zeros((SPEC.num_weights,) if weights_shape is None else weights_shape)
    with pytest.raises(SettingError, match=message):
        predict(SPEC, weights, np.zeros(x_shape))


def test_less_than_one_thread_is_refused() -> None:
    with pytest.raises(SettingError, match="`threads` must be a whole number of at least 1, got 0"):
        predict(SPEC, np.zeros(SPEC.num_weights), windows(SPEC, 0), threads=0)
