"""The compiled training, against derivatives written out in numpy."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks.gradients import derivatives, loss_of
from networks.strategies import SEEDS, SPECS, trained_like_weights, windows
from numpy.typing import NDArray

from dlopt_deap.networks import NetworkSpec, TrainingSettings, initial_weights, predict, train_windows
from dlopt_deap.networks.training.native import NativeTrainer
from dlopt_deap.networks.training.record import Windows

CELLS = ["lstm", "gru", "simple_rnn"]
LOSSES = ["mse", "mae", "huber"]


def some_windows(spec: NetworkSpec, seed: int, number: int, spread: float = 1.0) -> Windows:
    y = np.random.default_rng(seed + 1).uniform(-spread, spread, (number, spec.outputs)).astype(np.float32)
    return Windows(windows(spec, seed, number), y)


def gradient_of(
    spec: NetworkSpec, weights: NDArray[np.float32], data: Windows, **chosen: object
) -> tuple[float, NDArray[np.float32]]:
    chosen = {"batch_size": len(data.x)} | chosen
    return NativeTrainer(spec, weights, TrainingSettings(**chosen), 0).gradient(data)  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(SPECS, SEEDS, st.sampled_from(LOSSES), st.integers(1, 40))
def test_gradients_agree_with_exact_derivatives_to_1e_4(spec: NetworkSpec, seed: int, loss: str, number: int) -> None:
    weights, data = trained_like_weights(spec, seed), some_windows(spec, seed, number, spread=2)
    value, gradient = gradient_of(spec, weights, data, loss=loss)
    chosen = np.random.default_rng(seed).choice(spec.num_weights, min(30, spec.num_weights), replace=False)
    exact = derivatives(spec, weights, data.x, data.y, loss, chosen)
    assert np.abs(gradient[chosen] - exact).max() <= 1e-4 * np.abs(gradient).max() + 1e-7
    assert value == pytest.approx(loss_of(spec, weights.astype(complex), data.x, data.y, loss).real, rel=1e-5)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("units", [(64,), (70, 33), (129, 8)])
def test_gradients_of_layers_wider_than_a_tile_agree_with_exact_derivatives(cell: str, units: tuple[int, ...]) -> None:
    spec = NetworkSpec(2, units, 10, 3, cell=cell)
    weights, data = trained_like_weights(spec, 0), some_windows(spec, 0, 41)
    _, gradient = gradient_of(spec, weights, data)
    chosen = np.random.default_rng(0).choice(spec.num_weights, 30, replace=False)
    exact = derivatives(spec, weights, data.x, data.y, "mse", chosen)
    assert np.abs(gradient[chosen] - exact).max() <= 1e-4 * np.abs(gradient).max()


@pytest.mark.parametrize("cell", CELLS)
def test_the_gradient_of_a_long_look_back_agrees_with_exact_derivatives(cell: str) -> None:
    spec = NetworkSpec(1, (5,), 1, 150, cell=cell)
    weights, data = trained_like_weights(spec, 3), some_windows(spec, 3, 7)
    _, gradient = gradient_of(spec, weights, data)
    exact = derivatives(spec, weights, data.x, data.y, "mse", np.arange(spec.num_weights))
    assert np.abs(gradient - exact).max() <= 1e-4 * np.abs(gradient).max()


def test_a_batch_computed_in_parts_has_the_gradient_of_the_whole() -> None:
    spec = NetworkSpec(1, (5, 4), 2, 6)
    weights, data = trained_like_weights(spec, 0), some_windows(spec, 0, 70)
    whole = gradient_of(spec, weights, data)[1]
    one_by_one = [gradient_of(spec, weights, Windows(data.x[n : n + 1], data.y[n : n + 1]))[1] for n in range(70)]
    np.testing.assert_allclose(whole, np.mean(one_by_one, axis=0), rtol=0, atol=1e-6)


@pytest.mark.parametrize("cell", CELLS)
def test_units_that_fill_up_a_layer_stay_zero(cell: str) -> None:
    spec = NetworkSpec(1, (5, 9), 3, 4, cell=cell)
    data = some_windows(spec, 0, 20)
    trainer = NativeTrainer(spec, initial_weights(spec), TrainingSettings(dropout=0.2), 0)
    for _ in range(5):
        trainer.train_epoch(data)
    assert not np.delete(trainer._weights, trainer._layout.places).any()


@settings(max_examples=30, deadline=None)
@given(SPECS, SEEDS)
def test_the_validation_loss_is_that_of_the_predictions(spec: NetworkSpec, seed: int) -> None:
    weights, data = trained_like_weights(spec, seed), some_windows(spec, seed, 21)
    value = NativeTrainer(spec, weights, TrainingSettings(batch_size=4, loss="mse"), 0).evaluate(data)
    assert value == pytest.approx(np.mean((predict(spec, weights, data.x) - data.y) ** 2), rel=1e-4, abs=1e-7)


@pytest.mark.parametrize("cell", CELLS)
def test_a_training_in_pieces_is_the_same_as_a_whole(cell: str) -> None:
    spec = NetworkSpec(1, (5,), 1, 4, cell=cell)
    data, chosen = some_windows(spec, 0, 50), TrainingSettings(dropout=0.3, optimizer="nadam")
    whole = train_windows(spec, data.x, data.y, 6, chosen, seed=3)
    trainer = NativeTrainer(spec, initial_weights(spec, seed=3), chosen, 3)
    losses = [trainer.train_epoch(data) for _ in range(6)]
    assert losses == whole.history["loss"]
    assert np.array_equal(trainer.weights, whole.weights)


def test_trainings_in_threads_are_the_same_as_one_after_another() -> None:
    spec = NetworkSpec(1, (6, 5), 1, 5)
    data = some_windows(spec, 0, 60)

    def trained(seed: int) -> NDArray[np.float32]:
        return train_windows(spec, data.x, data.y, 5, TrainingSettings(dropout=0.1), seed=seed).weights

    alone = [trained(seed) for seed in range(4)]
    with ThreadPoolExecutor(4) as executor:
        for weights, expected in zip(executor.map(trained, range(4)), alone, strict=True):
            assert np.array_equal(weights, expected)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_dropout_zeroes_its_share_and_keeps_the_mean(rate: float) -> None:
    from dlopt_deap.networks.kernels._dropout import drop, key_of

    count = 200_000
    work = np.ones(2 * count, np.float32)
    drop(work, 0, count, count, rate, np.uint64(key_of(1, 2)))
    kept = work[count:] != 0
    # Five standard deviations.
    assert kept.mean() == pytest.approx(1 - rate, abs=5 * np.sqrt(rate * (1 - rate) / count))
    assert np.unique(work[count:][kept]).tolist() == [np.float32(1 / (1 - rate))]
    assert abs(np.corrcoef(kept[1:], kept[:-1])[0, 1]) < 5 / np.sqrt(count)


def test_each_step_and_each_layer_has_masks_of_its_own() -> None:
    from dlopt_deap.networks.kernels._dropout import drop, key_of

    masks = []
    for counter in range(20):
        work = np.ones(2_000, np.float32)
        drop(work, 0, 0, 2_000, 0.5, np.uint64(key_of(7, counter)))
        masks.append(work != 0)
    agreement = [(a == b).mean() for k, a in enumerate(masks) for b in masks[:k]]
    assert min(agreement) > 0.44
    assert max(agreement) < 0.56


@pytest.mark.parametrize("cell", CELLS)
def test_the_gradient_with_dropout_is_that_of_the_loss_with_the_same_masks(cell: str) -> None:
    spec = NetworkSpec(2, (9, 6), 1, 4, cell=cell)
    weights, data = trained_like_weights(spec, 0), some_windows(spec, 0, 40)
    _, gradient = gradient_of(spec, weights, data, dropout=0.4)
    direction = gradient / np.linalg.norm(gradient)
    # Small enough for the curve, large enough for the rounding of float32.
    step = np.float32(5e-3)
    up, down = (gradient_of(spec, weights + s * direction, data, dropout=0.4)[0] for s in (step, -step))
    assert (up - down) / (2 * step) == pytest.approx(np.linalg.norm(gradient), rel=1e-2)


def test_dropout_changes_the_gradient_but_not_the_evaluation() -> None:
    spec = NetworkSpec(1, (9,), 1, 4)
    weights, data = trained_like_weights(spec, 0), some_windows(spec, 0, 40)
    assert not np.array_equal(gradient_of(spec, weights, data)[1], gradient_of(spec, weights, data, dropout=0.4)[1])
    plain, dropping = (NativeTrainer(spec, weights, TrainingSettings(dropout=rate), 0) for rate in (0.0, 0.4))
    assert plain.evaluate(data) == dropping.evaluate(data)


def test_a_dropout_of_next_to_nothing_changes_nothing() -> None:
    spec = NetworkSpec(1, (9, 5), 1, 4)
    data = some_windows(spec, 0, 40)
    plain, dropping = (
        train_windows(spec, data.x, data.y, 3, TrainingSettings(dropout=rate)).weights for rate in (0.0, 1e-12)
    )
    assert np.array_equal(plain, dropping)
