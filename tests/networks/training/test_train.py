"""Training as a user calls it: what it gives, when it ends, and what it refuses."""

import math
from typing import Any

import numpy as np
import pytest
from networks.strategies import windows

from dlopt_deap.data import TimeSeries, sine
from dlopt_deap.errors import DataError, DloptError, SettingError, TrainingError
from dlopt_deap.networks import NetworkSpec, TrainingSettings, initial_weights, predict, train, train_windows

CELLS = ["lstm", "gru", "simple_rnn"]
OPTIMIZERS = ["sgd", "rmsprop", "adam", "adagrad", "adadelta", "adamax", "nadam"]
SPEC = NetworkSpec(1, (6,), 1, 5)
NOISE = TimeSeries(np.random.default_rng(0).uniform(-1, 1, 120))


@pytest.mark.parametrize("cell", CELLS)
def test_training_makes_the_sine_wave_predictable(cell: str) -> None:
    series = sine()
    spec = NetworkSpec(1, (8,), 1, 10, cell=cell)
    training = train(spec, series, 40, TrainingSettings(learning_rate=0.01))
    x, y = series.validation.windows(10)
    error = np.abs(predict(spec, training.weights, x) - y).mean()
    assert error < 0.1 * np.abs(x[:, -1] - y).mean() + 0.02
    assert training.history["val_loss"][-1] == pytest.approx(
        np.mean((predict(spec, training.weights, x) - y) ** 2), rel=1e-3
    )


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_lowers_the_loss(optimizer: str) -> None:
    training = train(SPEC, sine(), 5, TrainingSettings(optimizer=optimizer))
    assert training.history["loss"][-1] < training.history["loss"][0]


def test_equal_arguments_give_equal_bits() -> None:
    settings = TrainingSettings(dropout=0.2)
    first, second = (train(SPEC, sine(), 3, settings, seed=5) for _ in range(2))
    assert np.array_equal(first.weights, second.weights)
    assert first.history == second.history


def test_another_seed_gives_other_weights_and_another_order() -> None:
    assert not np.array_equal(train(SPEC, sine(), 0, seed=1).weights, train(SPEC, sine(), 0, seed=2).weights)
    start = initial_weights(SPEC)
    first, second = (train(SPEC, sine(), 1, weights=start, seed=seed) for seed in (1, 2))
    assert not np.array_equal(first.weights, second.weights)


def test_without_shuffling_and_with_given_weights_the_seed_does_not_matter() -> None:
    start, settings = initial_weights(SPEC), TrainingSettings(shuffle=False)
    first, second = (train(SPEC, sine(), 2, settings, weights=start, seed=seed) for seed in (1, 2))
    assert np.array_equal(first.weights, second.weights)


def test_given_weights_are_not_changed() -> None:
    start = initial_weights(SPEC)
    copy = start.copy()
    train(SPEC, sine(), 1, weights=start)
    assert np.array_equal(start, copy)


def test_no_epochs_give_the_weights_to_begin_with() -> None:
    training = train(SPEC, sine(), 0, seed=3)
    assert np.array_equal(training.weights, initial_weights(SPEC, seed=3))
    assert training.history == {"loss": [], "val_loss": []}
    assert (training.epochs, training.best_epoch, training.stopped_by) == (0, 0, "epochs")


def test_patience_gives_the_weights_of_the_best_epoch() -> None:
    training = train(SPEC, NOISE, 500, TrainingSettings(learning_rate=0.02, patience=5))
    assert training.stopped_by == "patience"
    assert training.best_epoch < training.epochs < 500
    shorter = train(SPEC, NOISE, training.best_epoch, TrainingSettings(learning_rate=0.02))
    assert np.array_equal(training.weights, shorter.weights)
    assert training.epochs == training.best_epoch + 5


def test_the_best_weights_are_given_when_the_epochs_end_before_the_patience() -> None:
    training = train(SPEC, NOISE, 40, TrainingSettings(learning_rate=0.05, patience=39))
    assert (training.epochs, training.stopped_by) == (40, "epochs")
    assert training.best_epoch < 40
    shorter = train(SPEC, NOISE, training.best_epoch, TrainingSettings(learning_rate=0.05))
    assert np.array_equal(training.weights, shorter.weights)


def test_without_patience_the_last_weights_are_given() -> None:
    settings = TrainingSettings(learning_rate=0.05)
    training = train(SPEC, NOISE, 40, settings)
    assert training.best_epoch < training.epochs == 40
    x, y = NOISE.validation.windows(5)
    assert training.history["val_loss"][-1] == pytest.approx(
        np.mean((predict(SPEC, training.weights, x) - y) ** 2), rel=1e-4
    )


def test_an_improvement_below_min_delta_does_not_count_for_patience() -> None:
    training = train(SPEC, sine(), 50, TrainingSettings(patience=3, min_delta=100.0))
    assert (training.epochs, training.stopped_by) == (4, "patience")
    assert training.best_epoch == 4


def test_no_epoch_begins_after_max_seconds() -> None:
    training = train(SPEC, sine(), 10_000, TrainingSettings(max_seconds=1e-9))
    assert (training.epochs, training.stopped_by) == (1, "max_seconds")


@pytest.mark.parametrize("settings", [{}, {"clipnorm": 1.0}, {"global_clipnorm": 1.0}, {"clipvalue": 1e30}])
@pytest.mark.parametrize("cell", CELLS)
def test_a_training_that_diverges_is_an_error_that_says_when_and_what_to_do(
    cell: str, settings: dict[str, float]
) -> None:
    spec = NetworkSpec(1, (6,), 1, 5, cell=cell, activation="linear")
    with pytest.raises(TrainingError, match=r"diverged in epoch \d+ .*'sgd' at a learning rate of 1e\+38") as caught:
        train(spec, sine(), 50, TrainingSettings(optimizer="sgd", learning_rate=1e38, **settings))  # type: ignore[arg-type]
    assert isinstance(caught.value, DloptError)
    assert isinstance(caught.value, RuntimeError)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("activation", ["tanh", "linear"])
def test_a_learning_rate_of_a_million_diverges_with_an_error_or_stays_finite(optimizer: str, activation: str) -> None:
    spec = NetworkSpec(1, (6,), 1, 5, activation=activation)
    try:
        training = train(spec, sine(), 20, TrainingSettings(optimizer=optimizer, learning_rate=1e6))
    except TrainingError:
        return
    assert np.isfinite(training.weights).all()
    assert all(math.isfinite(loss) for losses in training.history.values() for loss in losses)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_constant_series_can_be_trained_on(cell: str, optimizer: str) -> None:
    spec = NetworkSpec(1, (3,), 1, 4, cell=cell)
    training = train(spec, TimeSeries(np.zeros(60)), 3, TrainingSettings(optimizer=optimizer))
    assert np.isfinite(training.weights).all()
    assert np.isfinite(training.history["loss"]).all()


def test_one_window_can_be_trained_on() -> None:
    training = train_windows(SPEC, windows(SPEC, 0, 1), [[0.5]], 300, TrainingSettings(learning_rate=0.01))
    assert training.history["loss"][-1] < 1e-4


def test_a_batch_larger_than_the_data_is_the_data() -> None:
    x, y = windows(SPEC, 0, 20), np.zeros((20, 1))
    larger, equal = (train_windows(SPEC, x, y, 3, TrainingSettings(batch_size=size)) for size in (10**9, 20))
    assert np.array_equal(larger.weights, equal.weights)


def test_the_last_batch_may_be_smaller() -> None:
    x, y = windows(SPEC, 0, 20), np.zeros((20, 1))
    settings = TrainingSettings(batch_size=15, shuffle=False, optimizer="sgd")
    both = train_windows(SPEC, x, y, 1, settings)
    first = train_windows(SPEC, x[:15], y[:15], 1, settings)
    second = train_windows(SPEC, x[15:], y[15:], 1, settings, weights=first.weights)
    assert np.array_equal(both.weights, second.weights)
    assert both.history["loss"][0] == pytest.approx(
        (15 * first.history["loss"][0] + 5 * second.history["loss"][0]) / 20
    )


def test_no_validation_gives_no_validation_loss() -> None:
    training = train_windows(SPEC, windows(SPEC, 0, 20), np.zeros((20, 1)), 2)
    assert list(training.history) == ["loss"]


def test_the_training_says_which_engine_was_used_and_why() -> None:
    training = train(SPEC, sine(), 1)
    assert training.engine == "native"
    assert "kernel for the cell 'lstm'" in training.why
    assert "asked for" in train(SPEC, sine(), 1, engine="native").why


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"epochs": -1}, SettingError, "`epochs` must be a whole number of at least 0, got -1"),
        ({"engine": "kears"}, SettingError, "did you mean 'keras'"),
        ({"seed": -1}, SettingError, "`seed` must be"),
        ({"x": np.zeros((3, 4, 1))}, SettingError, r"windows `x` must have the shape \(3, 5, 1\)"),
        ({"x": 1.0}, SettingError, "windows `x` must have the shape"),
        ({"y": np.zeros(3)}, SettingError, r"windows `y` must have the shape \(3, 1\)"),
        ({"x": np.zeros((0, 5, 1)), "y": np.zeros((0, 1))}, DataError, "at least one window, got none"),
        ({"y": np.full((3, 1), np.nan)}, DataError, "windows `y` must be finite"),
        ({"validation": (np.zeros((0, 5, 1)), np.zeros((0, 1)))}, DataError, "one validation window, got none"),
        ({"weights": np.zeros(3)}, SettingError, r"`weights` must be finite and have the shape \(199,\)"),
        ({"weights": np.full(199, np.nan)}, SettingError, "NaN or infinity"),
        ({"settings": TrainingSettings(patience=3)}, SettingError, "`patience` needs `validation`"),
    ],
)
def test_a_wrong_argument_is_refused(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    given: dict[str, Any] = {"x": np.zeros((3, 5, 1)), "y": np.zeros((3, 1)), "epochs": 1} | arguments
    with pytest.raises(error, match=message):
        train_windows(SPEC, **given)


def test_a_network_that_does_not_fit_the_series_is_refused() -> None:
    with pytest.raises(SettingError, match=r"inputs \(1\) and predict its targets \(1\), got NetworkSpec\(inputs=2"):
        train(NetworkSpec(2, (3,), 1, 4), sine(), 1)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"batch_size": 0}, "`batch_size` must be a whole number of at least 1, got 0"),
        ({"loss": "mea"}, "did you mean"),
        ({"optimizer": "adamw"}, "did you mean 'adam"),
        ({"learning_rate": 0}, "`learning_rate` must be a finite number above 0.0"),
        ({"learning_rate": math.nan}, "`learning_rate` must be a finite number"),
        ({"momentum": 0.9}, "`momentum` is a setting of the optimizer 'sgd', got 0.9 with 'adam'"),
        ({"momentum": 1.0, "optimizer": "sgd"}, "`momentum` must be at least 0 and less than 1, got 1.0"),
        ({"dropout": 1.0}, "`dropout` must be at least 0 and less than 1, got 1.0"),
        ({"clipnorm": 1.0, "clipvalue": 1.0}, "in one way only, got clipnorm and clipvalue"),
        ({"patience": 0}, "`patience` must be a whole number of at least 1"),
        ({"min_delta": -1}, "`min_delta` must be"),
        ({"max_seconds": 0}, "`max_seconds` must be"),
        ({"shuffle": 1}, "`shuffle` must be True or False, got 1"),
        ({"initializer": "glorot"}, "`initializer` must be one of keras, uniform"),
    ],
)
def test_a_wrong_setting_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        TrainingSettings(**settings)


@pytest.mark.parametrize("cell", CELLS)
def test_keras_initial_weights_are_glorot_orthogonal_and_zero(cell: str) -> None:
    spec = NetworkSpec(3, (20, 30), 2, 5, cell=cell)
    arrays = spec.unpack(initial_weights(spec))
    for kernel, recurrent, bias in (arrays[:3], arrays[3:6]):
        limit = math.sqrt(6 / sum(kernel.shape))
        assert 0.9 * limit < np.abs(kernel).max() <= limit
        np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(len(recurrent)), atol=1e-6)
        units = len(recurrent)
        expected = np.zeros_like(bias)
        if cell == "lstm":
            expected[units : 2 * units] = 1
        assert np.array_equal(bias, expected)
    assert not arrays[-1].any()


def test_uniform_initial_weights_fill_the_range_of_dlopt() -> None:
    weights = initial_weights(NetworkSpec(3, (50,), 2, 5), "uniform")
    assert -0.5 <= weights.min() < -0.49
    assert 0.49 < weights.max() <= 0.5
