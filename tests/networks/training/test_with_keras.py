"""The native training against Keras: gradients, loss curves, and the Keras engine itself."""

import os
import subprocess
import sys

import numpy as np
import pytest
from networks.strategies import trained_like_weights, windows
from numpy.typing import NDArray

from dlopt_deap.data import TimeSeries, sine
from dlopt_deap.errors import SettingError, TrainingError
from dlopt_deap.networks import (
    NetworkSpec,
    TrainingSettings,
    initial_weights,
    keras_model,
    prepare_tensorflow,
    train,
    train_windows,
)
from dlopt_deap.networks.losses import KERAS_LOSSES
from dlopt_deap.networks.optimizers import OPTIMIZERS
from dlopt_deap.networks.training.native import NativeTrainer
from dlopt_deap.networks.training.record import Windows

CURVES = [
    ("lstm", "adam", "mse", {}),
    ("gru", "adam", "huber", {}),
    ("simple_rnn", "adam", "mae", {}),
    ("lstm", "sgd", "mse", {"momentum": 0.9}),
    ("gru", "sgd", "mse", {}),
    ("simple_rnn", "rmsprop", "mse", {}),
    ("lstm", "adagrad", "huber", {}),
    ("gru", "adadelta", "mse", {"learning_rate": 1.0}),
    ("lstm", "adamax", "mae", {}),
    ("gru", "nadam", "mse", {}),
    ("gru", "sgd", "mse", {"clipnorm": 0.05, "learning_rate": 0.1}),
    ("lstm", "sgd", "mse", {"clipvalue": 0.01, "learning_rate": 0.1}),
    ("simple_rnn", "sgd", "mse", {"global_clipnorm": 0.05, "learning_rate": 0.1}),
]


def some_windows(spec: NetworkSpec, seed: int, number: int) -> Windows:
    y = np.random.default_rng(seed + 1).uniform(-2, 2, (number, spec.outputs)).astype(np.float32)
    return Windows(windows(spec, seed, number), y)


def keras_gradient(spec: NetworkSpec, weights: NDArray[np.float32], data: Windows, loss: str) -> NDArray[np.float32]:
    import keras
    import tensorflow as tf

    model = keras_model(spec, weights)
    with tf.GradientTape() as tape:
        value = getattr(keras.losses, KERAS_LOSSES[loss])()(data.y, model(data.x))
    return spec.pack([np.asarray(part) for part in tape.gradient(value, model.trainable_variables)])


@pytest.mark.keras
@pytest.mark.parametrize("seed", range(12))
def test_gradients_agree_with_the_automatic_ones_of_keras_to_1e_4(seed: int) -> None:
    rng = np.random.default_rng(seed)
    units = tuple(int(n) for n in rng.integers(1, 30, rng.integers(1, 4)))
    sizes = [int(n) for n in rng.integers(1, 4, 2)]
    cell = ["lstm", "gru", "simple_rnn"][seed % 3]
    activation = ["linear", "tanh", "sigmoid", "relu"][seed % 4]
    spec = NetworkSpec(sizes[0], units, sizes[1], int(rng.integers(1, 15)), cell=cell, activation=activation)
    weights, data = trained_like_weights(spec, seed), some_windows(spec, seed, int(rng.integers(1, 60)))
    loss = str(rng.choice(["mse", "mae", "huber"]))
    ours = NativeTrainer(spec, weights, TrainingSettings(batch_size=len(data.x), loss=loss), 0).gradient(data)[1]
    theirs = keras_gradient(spec, weights, data, loss)
    assert np.abs(ours - theirs).max() <= 1e-4 * np.abs(theirs).max()


@pytest.mark.keras
@pytest.mark.slow
@pytest.mark.parametrize(("cell", "optimizer", "loss", "chosen"), CURVES)
def test_the_loss_curve_of_20_epochs_is_that_of_keras_fit(
    cell: str, optimizer: str, loss: str, chosen: dict[str, float]
) -> None:
    import keras

    spec = NetworkSpec(1, (7, 10), 1, 6, cell=cell)
    x, y = sine(stop=20.0).training.windows(6)
    settings = TrainingSettings(optimizer=optimizer, loss=loss, shuffle=False, **chosen)  # type: ignore[arg-type]
    assert len(x) % settings.batch_size
    start = initial_weights(spec, seed=1)
    ours = train_windows(spec, x, y, 20, settings, weights=start, validation=(x, y))
    model = keras_model(spec, start)
    how = {"learning_rate": settings.rate} | chosen
    model.compile(
        getattr(keras.optimizers, OPTIMIZERS[optimizer].keras_class)(**how),
        getattr(keras.losses, KERAS_LOSSES[loss])(),
    )
    theirs = model.fit(x, y, validation_data=(x, y), batch_size=32, epochs=20, shuffle=False, verbose=0).history
    for name in ("loss", "val_loss"):
        np.testing.assert_allclose(ours.history[name], theirs[name], rtol=1e-3)
    assert theirs["loss"][-1] < theirs["loss"][0]


@pytest.mark.keras
@pytest.mark.slow
def test_both_engines_give_the_same_training_for_the_same_seed() -> None:
    spec, series = NetworkSpec(1, (6, 5), 1, 7), TimeSeries(np.random.default_rng(0).uniform(-1, 1, 120))
    settings = TrainingSettings(learning_rate=0.02, patience=4)
    native, keras = (train(spec, series, 60, settings, seed=4, engine=engine) for engine in ("native", "keras"))
    assert (native.epochs, native.stopped_by) == (keras.epochs, keras.stopped_by) == (native.epochs, "patience")
    for name in ("loss", "val_loss"):
        np.testing.assert_allclose(native.history[name], keras.history[name], rtol=1e-3)
    np.testing.assert_allclose(native.weights, keras.weights, atol=1e-3)
    assert (native.engine, keras.engine) == ("native", "keras")


@pytest.mark.keras
@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["adagrad", "nadam"])
def test_a_compiled_keras_model_is_used_again_as_if_it_were_new(optimizer: str) -> None:
    from dlopt_deap.networks.training import with_keras

    spec, settings = NetworkSpec(1, (4,), 1, 5), TrainingSettings(optimizer=optimizer, dropout=0.3)
    first = train(spec, sine(), 2, settings, engine="keras")
    kept = len(with_keras._models)
    again = train(spec, sine(), 2, settings, engine="keras")
    assert len(with_keras._models) == kept
    assert again.history == first.history
    assert np.array_equal(again.weights, first.weights)
    with_keras.forget_models()
    fresh = train(spec, sine(), 2, settings, engine="keras")
    np.testing.assert_allclose(fresh.weights, first.weights, atol=1e-6)
    other = train(spec, sine(), 2, settings, engine="keras", seed=1, weights=initial_weights(spec))
    assert other.history != first.history


@pytest.mark.keras
def test_no_epochs_in_keras_give_the_weights_to_begin_with() -> None:
    spec = NetworkSpec(1, (4,), 1, 5)
    training = train(spec, sine(), 0, engine="keras", seed=2)
    assert np.array_equal(training.weights, initial_weights(spec, seed=2))
    assert training.history == {"loss": [], "val_loss": []}


@pytest.mark.keras
@pytest.mark.slow
def test_a_training_that_diverges_in_keras_is_the_same_error() -> None:
    spec = NetworkSpec(1, (4,), 1, 5, activation="linear")
    settings = TrainingSettings(optimizer="sgd", learning_rate=1e38)
    with pytest.raises(TrainingError, match=r"diverged in epoch \d+"):
        train(spec, sine(), 20, settings, engine="keras")


def test_a_process_that_trains_natively_never_loads_tensorflow() -> None:
    code = (
        "import sys; from dlopt_deap.data import sine; from dlopt_deap.networks import NetworkSpec, train; "
        "train(NetworkSpec(1, (2,), 1, 3), sine(), 1); print('tensorflow' in sys.modules)"
    )
    fresh = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert fresh.stdout.strip() == "False"


def test_a_process_is_bound_to_one_of_its_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,GPU-5f")
    monkeypatch.delenv("TF_FORCE_GPU_ALLOW_GROWTH", raising=False)
    with pytest.raises(SettingError, match=r"one of the 2 that CUDA_VISIBLE_DEVICES allows .* got 2"):
        prepare_tensorflow(gpu=2)
    prepare_tensorflow(gpu=1)
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "GPU-5f"
    assert os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    prepare_tensorflow(gpu=1)
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "1"


def test_a_gpu_is_not_chosen_after_tensorflow_has_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow", sys)
    with pytest.raises(SettingError, match="before TensorFlow is imported, got 0 afterwards"):
        prepare_tensorflow(gpu=0)
