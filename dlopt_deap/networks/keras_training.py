"""Training in Keras: for GPUs, and as the judge of the native engine."""

from __future__ import annotations

import gc
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.networks.devices import prepare_tensorflow
from dlopt_deap.networks.keras_bridge import keras_model
from dlopt_deap.networks.losses import KERAS_LOSSES
from dlopt_deap.networks.optimizers import OPTIMIZERS
from dlopt_deap.networks.spec import NetworkSpec
from dlopt_deap.networks.training_record import Record, Training, Weights, Windows
from dlopt_deap.networks.training_settings import TrainingSettings
from dlopt_deap.seeding import derive, generator

if TYPE_CHECKING:
    import keras

_KEPT: Final = 8
"""Compiled models that are kept for candidates of the same shape."""


@dataclass(frozen=True)
class _Compiled:
    """A compiled model, and what its optimizer and its dropout began with."""

    model: keras.Model
    beginning: list[NDArray[Any]]


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

    The windows come in the order in which the native engine takes them. Dropout has other masks than there.
    """
    training, validation = data
    steps = -(-len(training.x) // settings.batch_size)
    model = _begin(spec, start, settings, steps, seed)
    record = Record(settings, epochs, validation is not None)
    if epochs:
        model.fit(
            _batches(training, epochs, settings, seed),
            epochs=epochs,
            steps_per_epoch=steps,
            callbacks=[_callback(record, spec, validation)],
            shuffle=False,
            verbose=0,
        )
    return record.training(spec.pack(model.get_weights()), "keras", why)


def forget_models() -> None:
    """Give back the memory of all compiled models that are kept for further candidates."""
    if _models:
        import keras

        _models.clear()
        keras.backend.clear_session()
        gc.collect()


def _begin(spec: NetworkSpec, start: Weights, settings: TrainingSettings, steps: int, seed: int) -> keras.Model:
    """Return a compiled model as if it were new; TensorFlow traces it only once a shape."""
    # What does not change the compiled code does not make another model.
    key = (spec, steps, replace(settings, batch_size=1, shuffle=True, patience=None, min_delta=0.0, max_seconds=None))
    if key in _models:
        _models.move_to_end(key)
    else:
        # TensorFlow gives nothing back for a single model, but for all of them at once.
        if len(_models) >= _KEPT:
            forget_models()
        _models[key] = _compile(spec, settings, steps)
    compiled = _models[key]
    for variable, value in zip(compiled.model.optimizer.variables, compiled.beginning, strict=True):
        variable.assign(value)
    compiled.model.set_weights(spec.unpack(start))
    masks = np.random.SeedSequence(derive(seed, "dropout"))
    for number, layer in enumerate(compiled.model.layers):
        if hasattr(layer, "seed_generator"):
            state = layer.seed_generator.state
            state.assign(np.array([masks.generate_state(len(compiled.model.layers))[number] >> 1, 0], state.dtype))
    return compiled.model


def _compile(spec: NetworkSpec, settings: TrainingSettings, steps: int) -> _Compiled:
    """Build and compile a model; all batches of an epoch are one call of TensorFlow."""
    prepare_tensorflow()
    import keras

    plain = keras_model(spec)
    *recurrent, output = plain.layers
    layers = [keras.Input((spec.look_back, spec.inputs))]
    for layer in recurrent:
        layers += [layer, keras.layers.Dropout(settings.dropout, seed=0)] if settings.dropout else [layer]
    model = keras.Sequential([*layers, output], name="training")
    arguments: dict[str, Any] = {"learning_rate": settings.rate}
    arguments |= {name: getattr(settings, name) for name in ("clipnorm", "clipvalue", "global_clipnorm")}
    if settings.optimizer == "sgd":
        arguments["momentum"] = settings.momentum
    optimizer = getattr(keras.optimizers, OPTIMIZERS[settings.optimizer].keras_class)(**arguments)
    model.compile(optimizer, getattr(keras.losses, KERAS_LOSSES[settings.loss])(), steps_per_execution=steps)
    optimizer.build(model.trainable_variables)
    return _Compiled(model, [variable.numpy() for variable in optimizer.variables])


def _batches(windows: Windows, epochs: int, settings: TrainingSettings, seed: int) -> Any:
    """Make a data set of all batches of all epochs; no Python runs while it is read."""
    import tensorflow as tf

    count = len(windows.x)
    shuffle = generator(seed, "shuffle")
    if settings.shuffle:
        orders = np.stack([shuffle.permutation(count) for _ in range(epochs)]).astype(np.int32)
    else:
        orders = np.broadcast_to(np.arange(count, dtype=np.int32), (epochs, count))
    x, y, order = tf.constant(windows.x), tf.constant(windows.y), tf.constant(orders)
    epoch = tf.data.Dataset.range(epochs)
    chosen = epoch.flat_map(lambda e: tf.data.Dataset.from_tensor_slices(order[e]).batch(settings.batch_size))
    return chosen.map(lambda batch: (tf.gather(x, batch), tf.gather(y, batch))).prefetch(tf.data.AUTOTUNE)


def _callback(record: Record, spec: NetworkSpec, validation: Windows | None) -> Any:
    """Make the callback that notes each epoch, and ends the training."""
    import keras

    class Note(keras.callbacks.Callback):  # type: ignore[misc]
        """Notes the losses."""

        def on_epoch_end(self, _epoch: int, logs: dict[str, float] | None = None) -> None:
            val_loss = None
            if validation is not None:
                predicted = self.model.predict_on_batch(validation.x)
                val_loss = float(np.mean(self.model.loss(validation.y, predicted)))
            loss = float((logs or {})["loss"])
            self.model.stop_training = record.note(loss, val_loss, lambda: spec.pack(self.model.get_weights()))

    return Note()
