"""Networks of tokens: embeddings and softmax, forward and in training, against the equations and against Keras."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from networks.gradients import derivatives, loss_of
from networks.reference import reference
from networks.strategies import SEEDS, TOKEN_SPECS, normal_weights, token_spec, trained_like_weights, windows
from numpy.typing import NDArray

from dlopt_deap.errors import DataError, SettingError
from dlopt_deap.networks import (
    NetworkSpec,
    TrainingSettings,
    initial_weights,
    predict,
    predict_recursive,
    train_windows,
)
from dlopt_deap.networks.losses import KERAS_LOSSES
from dlopt_deap.networks.optimizers import OPTIMIZERS
from dlopt_deap.networks.training.native import NativeTrainer
from dlopt_deap.networks.training.record import Windows

CELLS = ["lstm", "gru", "simple_rnn"]
EMBEDDED = NetworkSpec(1, (6, 5), 9, 4, activation="softmax", embedding=(9, 3))
ONE_HOT = NetworkSpec(9, (6, 5), 9, 4, activation="softmax")

keras_warning = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")


def token_windows(spec: NetworkSpec, seed: int, number: int) -> Windows:
    """Draw tokens, and one-hot tokens to follow."""
    rng = np.random.default_rng(seed)
    tokens = rng.integers(spec.outputs, size=(number, spec.look_back))
    one_hot = np.eye(spec.outputs, dtype=np.float32)
    x = one_hot[tokens] if spec.embedding is None else tokens[..., np.newaxis].astype(np.float32)
    return Windows(x, one_hot[rng.integers(spec.outputs, size=number)])


def gradient_of(spec: NetworkSpec, weights: NDArray[np.float32], data: Windows, **chosen: object):
    chosen = {"batch_size": len(data.x)} | chosen
    return NativeTrainer(spec, weights, TrainingSettings(**chosen), 0).gradient(data)  # type: ignore[arg-type]


@settings(max_examples=50, deadline=None)
@given(TOKEN_SPECS.filter(lambda spec: spec.activation == "softmax"), SEEDS)
def test_probabilities_lie_between_0_and_1_and_sum_to_1(spec: NetworkSpec, seed: int) -> None:
    said = predict(spec, normal_weights(spec, seed)[0], windows(spec, seed))
    assert 0 <= said.min() <= said.max() <= 1
    np.testing.assert_allclose(said.sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("cell", CELLS)
def test_an_embedding_of_the_unit_vectors_predicts_as_one_hot_tokens_do(cell: str) -> None:
    one_hot, embedded = (token_spec(9, dimension, [6, 5], 4, cell, "softmax") for dimension in (0, 9))
    weights, tokens = normal_weights(one_hot, 0)[0], windows(embedded, 1)
    with_units = np.concatenate([np.eye(9, dtype=np.float32).ravel(), weights])
    x = np.eye(9, dtype=np.float32)[tokens[..., 0].astype(int)]
    assert np.array_equal(predict(embedded, with_units, tokens), predict(one_hot, weights, x))


def test_a_softmax_of_huge_numbers_is_their_limit() -> None:
    spec = NetworkSpec(1, (1,), 3, 1, cell="simple_rnn", activation="softmax")
    weights = spec.pack([np.zeros((1, 1)), np.zeros((1, 1)), np.zeros(1), np.zeros((1, 3)), [1e30, -1e30, 3e37]])
    assert predict(spec, weights, np.zeros((1, 1, 1))).tolist() == [[0.0, 0.0, 1.0]]


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_a_weight_that_is_not_finite_makes_all_probabilities_nan(wrong: float) -> None:
    for place in range(EMBEDDED.num_weights):
        weights = normal_weights(EMBEDDED, place, 2)
        weights[0, place] = wrong
        said = predict(EMBEDDED, weights, windows(EMBEDDED, 0))
        assert np.isnan(said[0]).all()
        assert np.isfinite(said[1]).all()


@pytest.mark.parametrize("wrong", [-1, 9, 0.5, np.nan, np.inf])
def test_what_names_no_token_is_refused_with_its_place(wrong: float) -> None:
    x = windows(EMBEDDED, 0)
    x[7, 2, 0] = wrong
    message = rf"`x` must hold the numbers of tokens, from 0 to 8, got {float(wrong)} at \(7, 2, 0\)"
    with pytest.raises(SettingError, match=message):
        predict(EMBEDDED, initial_weights(EMBEDDED), x)
    with pytest.raises((SettingError, DataError), match=message if np.isfinite(wrong) else "must be finite"):
        train_windows(EMBEDDED, x, np.eye(9)[np.zeros(40, int)], 1)


@pytest.mark.parametrize("spec", [EMBEDDED, ONE_HOT])
def test_probabilities_are_not_read_as_forecasts(spec: NetworkSpec) -> None:
    with pytest.raises(SettingError, match="draw tokens one after another with `generate`"):
        predict_recursive(spec, initial_weights(spec), windows(spec, 0), 3)


@settings(max_examples=60, deadline=None)
@given(TOKEN_SPECS.filter(lambda spec: spec.activation == "softmax"), SEEDS)
def test_gradients_of_the_cross_entropy_agree_with_exact_derivatives_to_1e_4(spec: NetworkSpec, seed: int) -> None:
    weights, data = trained_like_weights(spec, seed), token_windows(spec, seed, 1 + seed % 40)
    value, gradient = gradient_of(spec, weights, data)
    chosen = np.random.default_rng(seed).choice(spec.num_weights, min(40, spec.num_weights), replace=False)
    exact = derivatives(spec, weights, data.x, data.y, "cross_entropy", chosen)
    assert np.abs(gradient[chosen] - exact).max() <= 1e-4 * np.abs(gradient).max() + 1e-7
    assert value == pytest.approx(
        loss_of(spec, weights.astype(complex), data.x, data.y, "cross_entropy").real, rel=1e-5
    )


@pytest.mark.parametrize("loss", ["mse", "mae", "huber"])
@pytest.mark.parametrize("spec", [EMBEDDED, ONE_HOT])
def test_a_loss_of_each_probability_has_the_exact_gradient_too(loss: str, spec: NetworkSpec) -> None:
    weights, data = trained_like_weights(spec, 1), token_windows(spec, 1, 40)
    value, gradient = gradient_of(spec, weights, data, loss=loss)
    exact = derivatives(spec, weights, data.x, data.y, loss, np.arange(spec.num_weights))
    assert np.abs(gradient - exact).max() <= 1e-4 * np.abs(exact).max()
    assert value == pytest.approx(loss_of(spec, weights.astype(complex), data.x, data.y, loss).real, rel=1e-5)


def test_an_embedding_wider_than_every_layer_has_the_exact_gradient() -> None:
    spec = NetworkSpec(1, (3,), 5, 4, activation="softmax", embedding=(5, 70))
    weights, data = trained_like_weights(spec, 1), token_windows(spec, 1, 40)
    _, gradient = gradient_of(spec, weights, data)
    exact = derivatives(spec, weights, data.x, data.y, "cross_entropy", np.arange(spec.num_weights))
    assert np.abs(gradient - exact).max() <= 1e-4 * np.abs(exact).max()


@pytest.mark.parametrize("cell", CELLS)
def test_the_gradient_with_dropout_is_that_of_the_loss_with_the_same_masks(cell: str) -> None:
    spec = token_spec(9, 6, [9, 6], 4, cell, "softmax")
    weights, data = trained_like_weights(spec, 0), token_windows(spec, 0, 40)
    _, gradient = gradient_of(spec, weights, data, dropout=0.4)
    direction = gradient / np.linalg.norm(gradient)
    step = np.float32(5e-3)
    up, down = (gradient_of(spec, weights + s * direction, data, dropout=0.4)[0] for s in (step, -step))
    assert (up - down) / (2 * step) == pytest.approx(np.linalg.norm(gradient), rel=1e-2)


def test_the_gradient_of_soft_targets_is_that_of_their_cross_entropy() -> None:
    weights, data = trained_like_weights(EMBEDDED, 1), token_windows(EMBEDDED, 1, 30)
    soft = Windows(data.x, np.random.default_rng(2).dirichlet(np.ones(9), 30).astype(np.float32))
    value, gradient = gradient_of(EMBEDDED, weights, soft)
    exact = derivatives(EMBEDDED, weights, soft.x, soft.y, "cross_entropy", np.arange(EMBEDDED.num_weights))
    assert np.abs(gradient - exact).max() <= 1e-4 * np.abs(exact).max()
    assert value == pytest.approx(-(soft.y * np.log(reference(EMBEDDED, weights, soft.x))).sum(axis=1).mean(), rel=1e-5)


def test_a_token_that_is_never_read_keeps_its_row_without_momentum_of_others() -> None:
    data = token_windows(EMBEDDED, 0, 60)
    data.x[data.x == 8] = 0
    start = initial_weights(EMBEDDED)
    trained = train_windows(EMBEDDED, data.x, data.y, 3, TrainingSettings(optimizer="adam"), weights=start)
    before, after = EMBEDDED.unpack(start)[0], EMBEDDED.unpack(trained.weights)[0]
    assert np.array_equal(before[8], after[8])
    assert (before[:8] != after[:8]).all()


def test_a_probability_that_float32_rounds_to_zero_has_a_finite_loss_and_a_gradient() -> None:
    spec = NetworkSpec(1, (1,), 2, 1, cell="simple_rnn", activation="softmax", embedding=(2, 1))
    arrays = [np.zeros(shape) for shape in spec.weight_shapes]
    arrays[-1] = np.array([200.0, 0.0])
    data = Windows(np.zeros((1, 1, 1), np.float32), np.array([[0, 1]], np.float32))
    value, gradient = gradient_of(spec, spec.pack(arrays), data)
    assert value == pytest.approx(200.0)
    assert gradient[-2:].tolist() == [1.0, -1.0]


def test_the_loss_is_the_cross_entropy_of_a_softmax_and_else_the_squared_error() -> None:
    assert TrainingSettings().loss_of("softmax") == "cross_entropy"
    assert TrainingSettings().loss_of("tanh") == "mse"
    assert TrainingSettings(loss="huber").loss_of("softmax") == "huber"


def test_a_cross_entropy_of_what_are_no_probabilities_is_refused() -> None:
    spec = NetworkSpec(1, (3,), 2, 4, activation="sigmoid")
    with pytest.raises(SettingError, match="'cross_entropy' needs a network with the activation 'softmax', got 'sigm"):
        train_windows(spec, np.zeros((3, 4, 1)), np.eye(2)[[0, 1, 1]], 1, TrainingSettings(loss="cross_entropy"))
    data = token_windows(EMBEDDED, 0, 3)
    data.y[1] = -data.y[1]
    with pytest.raises(DataError, match=r"probabilities that sum to 1 in each window.* got \[.*-1.0.*\] in window 1"):
        train_windows(EMBEDDED, data.x, data.y, 1)
    train_windows(EMBEDDED, data.x, data.y, 1, TrainingSettings(loss="mse"))


def test_initial_embeddings_are_those_of_keras() -> None:
    spec = NetworkSpec(1, (3,), 50, 4, activation="softmax", embedding=(50, 20))
    embedding = spec.unpack(initial_weights(spec))[0]
    assert -0.05 <= embedding.min() < -0.049
    assert 0.049 < embedding.max() <= 0.05


@pytest.mark.keras
@keras_warning
@pytest.mark.parametrize("seed", range(9))
def test_probabilities_and_gradients_agree_with_keras(seed: int) -> None:
    import keras
    import tensorflow as tf

    from dlopt_deap.networks import keras_model

    rng = np.random.default_rng(seed)
    units = [int(n) for n in rng.integers(1, 30, rng.integers(1, 3))]
    sizes = [int(n) for n in (rng.integers(2, 40), (seed % 2) * rng.integers(1, 20), rng.integers(1, 12))]
    spec = token_spec(sizes[0], sizes[1], units, sizes[2], CELLS[seed % 3], "softmax")
    weights, data = trained_like_weights(spec, seed), token_windows(spec, seed, int(rng.integers(1, 60)))
    model = keras_model(spec, weights)
    np.testing.assert_allclose(predict(spec, weights, data.x), model(data.x).numpy(), rtol=0, atol=1e-5)
    loss = ["cross_entropy", "cross_entropy", "mse"][seed % 3]
    with tf.GradientTape() as tape:
        value = getattr(keras.losses, KERAS_LOSSES[loss])()(data.y, model(data.x))
    parts = tape.gradient(value, model.trainable_variables)
    theirs = spec.pack([tf.convert_to_tensor(part).numpy() for part in parts])
    ours_value, ours = gradient_of(spec, weights, data, loss=loss)
    assert np.abs(ours - theirs).max() <= 1e-5 * max(1.0, np.abs(theirs).max())
    assert ours_value == pytest.approx(float(value), rel=1e-5)


@pytest.mark.keras
@pytest.mark.slow
@keras_warning
@pytest.mark.parametrize(
    ("cell", "dimension", "optimizer", "chosen"),
    [
        ("lstm", 4, "adam", {}),
        ("gru", 4, "sgd", {"momentum": 0.9, "learning_rate": 0.1}),
        ("simple_rnn", 4, "rmsprop", {}),
        ("lstm", 4, "adagrad", {"learning_rate": 0.1}),
        ("gru", 4, "adadelta", {"learning_rate": 1.0}),
        ("simple_rnn", 4, "adamax", {}),
        ("lstm", 4, "nadam", {}),
        ("gru", 4, "sgd", {"clipnorm": 0.05, "learning_rate": 0.5}),
        ("lstm", 4, "sgd", {"global_clipnorm": 0.1, "learning_rate": 0.5}),
        ("simple_rnn", 4, "sgd", {"clipvalue": 0.01, "learning_rate": 0.5}),
        ("lstm", 0, "adam", {}),
    ],
)
def test_the_loss_curve_is_that_of_the_keras_engine(
    cell: str, dimension: int, optimizer: str, chosen: dict[str, float]
) -> None:
    spec = token_spec(7, dimension, [8], 5, cell, "softmax")
    data = token_windows(spec, 3, 90)
    how = TrainingSettings(optimizer=optimizer, shuffle=False, **chosen)  # type: ignore[arg-type]
    start = initial_weights(spec, seed=1)
    ours, theirs = (
        train_windows(spec, data.x, data.y, 8, how, weights=start, validation=(data.x, data.y), engine=name)
        for name in ("native", "keras")
    )
    for name in ("loss", "val_loss"):
        np.testing.assert_allclose(ours.history[name], theirs.history[name], rtol=1e-4)
    np.testing.assert_allclose(ours.weights, theirs.weights, rtol=0, atol=1e-4)
    assert ours.history["loss"][-1] < ours.history["loss"][0] <= math.log(7) * 1.05


@pytest.mark.keras
@pytest.mark.slow
@keras_warning
@pytest.mark.parametrize(("dimension", "optimizer", "rate"), [(0, "adam", 0.01), (4, "sgd", 0.1)])
def test_the_loss_curve_is_that_of_keras_fit(dimension: int, optimizer: str, rate: float) -> None:
    # With an embedding and other optimizers it is not: Keras squares and clips the parts of a row's gradient one by one
    # where a batch names a token twice.
    import keras

    from dlopt_deap.networks import keras_model

    spec = token_spec(7, dimension, [8], 5, "lstm", "softmax")
    data, how = token_windows(spec, 3, 90), TrainingSettings(optimizer=optimizer, learning_rate=rate, shuffle=False)
    start = initial_weights(spec, seed=1)
    ours = train_windows(spec, data.x, data.y, 8, how, weights=start, validation=(data.x, data.y))
    model = keras_model(spec, start)
    model.compile(
        getattr(keras.optimizers, OPTIMIZERS[optimizer].keras_class)(learning_rate=rate), "categorical_crossentropy"
    )
    both = (data.x, data.y)
    theirs = model.fit(*both, validation_data=both, batch_size=32, epochs=8, shuffle=False, verbose=0).history
    for name in ("loss", "val_loss"):
        np.testing.assert_allclose(ours.history[name], theirs[name], rtol=1e-4)
    assert ours.history["loss"][-1] < ours.history["loss"][0]


@pytest.mark.keras
@pytest.mark.slow
@keras_warning
def test_both_engines_drop_out_after_the_recurrent_layers_only() -> None:
    from dlopt_deap.networks.training import with_keras

    data = token_windows(EMBEDDED, 3, 60)
    training = train_windows(EMBEDDED, data.x, data.y, 2, TrainingSettings(dropout=0.3), engine="keras")
    assert np.isfinite(training.weights).all()
    (model,) = [one.model for key, one in with_keras._models.items() if key[0] == EMBEDDED]
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds == ["Reshape", "Embedding", "LSTM", "Dropout", "LSTM", "Dropout", "Dense"]
