"""Training in Keras: for GPUs, and as the judge of the native engine."""

from __future__ import annotations

import gc
import math
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.networks.devices import prepare_tensorflow
from dlopt_deap.networks.keras_models.bridge import keras_model
from dlopt_deap.networks.losses import KERAS_LOSSES
from dlopt_deap.networks.optimizers import OPTIMIZERS
from dlopt_deap.networks.spec import NetworkSpec
from dlopt_deap.networks.training.record import Record, Training, Weights, Windows
from dlopt_deap.networks.training.settings import TrainingSettings
from dlopt_deap.seeding import generator

if TYPE_CHECKING:
    import keras

_KEPT: Final = 8
"""Compiled models that are kept for candidates of the same shape."""


@dataclass(frozen=True)
class _Compiled:
    """A model, what its optimizer began with, and its traced functions of windows."""

    model: keras.Model
    optimizer: keras.Optimizer
    beginning: list[NDArray[Any]]
    train_epoch: Any
    evaluate: Any


_models: OrderedDict[Any, _Compiled] = OrderedDict()


def train_keras(
    spec: NetworkSpec,
    start: Weights,
    data: tuple[Windows, Windows | None],
    epochs: int,
    settings: TrainingSettings,
    seed: int,
    why: str,
) -> Training:
    """Train in Keras; see :func:`~dlopt_deap.networks.train_windows`.

    The windows come in the order in which the native engine takes them. Dropout has other masks than there. An epoch
    is one call of TensorFlow, and a model is traced once for any number of windows and any batch size.
    """
    compiled = _begin(spec, start, settings, seed)
    import tensorflow as tf

    training = _constants(data[0])
    validation = None if data[1] is None else _constants(data[1])
    count, shuffle = len(data[0].x), generator(seed, "shuffle")
    record = Record(settings, epochs, validation is not None)

    def weights() -> Weights:
        return spec.pack(compiled.model.get_weights())

    for _ in range(epochs):
        order = shuffle.permutation(count) if settings.shuffle else np.arange(count)
        size = tf.constant(min(settings.batch_size, count), tf.int32)
        loss = float(compiled.train_epoch(*training, tf.constant(order, tf.int32), size))
        val_loss = float(compiled.evaluate(*validation)) if validation is not None and math.isfinite(loss) else None
        if record.note(loss, val_loss, weights):
            break
    return record.training(weights(), "keras", why)


def forget_models() -> None:
    """Give up all compiled models that are kept for further candidates.

    TensorFlow itself keeps some megabytes of every shape that it ever traced, until the process ends.
    """
    if _models:
        import keras

        _models.clear()
        keras.backend.clear_session()
        gc.collect()


def _constants(windows: Windows) -> tuple[Any, Any]:
    """Give windows to TensorFlow."""
    import tensorflow as tf

    return tf.constant(windows.x), tf.constant(windows.y)


def _begin(spec: NetworkSpec, start: Weights, settings: TrainingSettings, seed: int) -> _Compiled:
    """Return a compiled model as if it were new; TensorFlow traces it only once a shape."""
    # What does not change the traced code does not make another model.
    key = spec, replace(settings, batch_size=1, shuffle=True, patience=None, min_delta=0.0, max_seconds=None)
    if key in _models:
        _models.move_to_end(key)
    else:
        # Keras clears its state for all models at once.
        if len(_models) >= _KEPT:
            forget_models()
        _models[key] = _compile(spec, settings)
    compiled = _models[key]
    for variable, value in zip(compiled.optimizer.variables, compiled.beginning, strict=True):
        variable.assign(value)
    compiled.model.set_weights(spec.unpack(start))
    masks = generator(seed, "dropout")
    for layer in compiled.model.layers:
        if type(layer).__name__ == "Dropout":
            state = layer.seed_generator.state
            state.assign(masks.integers(2**31, size=state.shape).astype(state.dtype))
    return compiled


def _compile(spec: NetworkSpec, settings: TrainingSettings) -> _Compiled:
    """Build a model and its optimizer."""
    prepare_tensorflow()
    import keras

    *below, output = keras_model(spec).layers
    first = len(below) - len(spec.units)
    layers = [keras.Input((spec.look_back, spec.inputs)), *below[:first]]
    for layer in below[first:]:
        layers += [layer, keras.layers.Dropout(settings.dropout, seed=0)] if settings.dropout else [layer]
    model = keras.Sequential([*layers, output], name="training")
    arguments: dict[str, Any] = {"learning_rate": settings.rate}
    arguments |= {name: getattr(settings, name) for name in ("clipnorm", "clipvalue", "global_clipnorm")}
    if settings.optimizer == "sgd":
        arguments["momentum"] = settings.momentum
    optimizer = getattr(keras.optimizers, OPTIMIZERS[settings.optimizer].keras_class)(**arguments)
    optimizer.build(model.trainable_variables)
    beginning = [variable.numpy() for variable in optimizer.variables]
    loss = getattr(keras.losses, KERAS_LOSSES[settings.loss_of(spec.activation)])()
    return _Compiled(model, optimizer, beginning, *_functions(model, optimizer, loss, spec))


def _functions(model: Any, optimizer: Any, loss: Any, spec: NetworkSpec) -> tuple[Any, Any]:
    """Make the functions that TensorFlow traces once, for any number of windows and any batch size."""
    import tensorflow as tf

    windows = (
        tf.TensorSpec((None, spec.look_back, spec.inputs), tf.float32),
        tf.TensorSpec((None, spec.outputs), tf.float32),
    )

    def train_batch(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            value = loss(y, model(x, training=True))
        # Of an embedding TensorFlow gives the parts of each row's gradient, which Keras' optimizers square and clip one
        # by one wherever a batch names a token twice; the gradient of the loss is their sum.
        gradients = [tf.convert_to_tensor(part) for part in tape.gradient(value, model.trainable_variables)]
        optimizer.apply(gradients, model.trainable_variables)
        return value

    @tf.function(
        input_signature=[*windows, tf.TensorSpec((None,), tf.int32), tf.TensorSpec((), tf.int32)], autograph=False
    )  # type: ignore[untyped-decorator]
    def train_epoch(x: Any, y: Any, order: Any, batch_size: Any) -> Any:
        count = tf.shape(order)[0]

        def step(first: Any, total: Any) -> tuple[Any, Any]:
            batch = order[first : first + batch_size]
            value = train_batch(tf.gather(x, batch), tf.gather(y, batch))
            return first + batch_size, total + value * tf.cast(tf.shape(batch)[0], tf.float32)

        more = tf.while_loop(lambda first, _: first < count, step, (0, 0.0), parallel_iterations=1)
        return more[1] / tf.cast(count, tf.float32)

    @tf.function(input_signature=windows, autograph=False)  # type: ignore[untyped-decorator]
    def evaluate(x: Any, y: Any) -> Any:
        return loss(y, model(x, training=False))

    return train_epoch, evaluate
