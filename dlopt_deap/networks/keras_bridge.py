"""The way to Keras and back: Keras defines what a network computes, and its files are what users keep."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.errors import ModelFileError, SettingError
from dlopt_deap.files import replacing
from dlopt_deap.networks.cells import ACTIVATIONS, CELLS
from dlopt_deap.networks.spec import NetworkSpec

if TYPE_CHECKING:
    import keras

_SETTINGS: Final = {
    "activation": "tanh",
    "recurrent_activation": "sigmoid",
    "use_bias": True,
    "reset_after": True,
    "go_backwards": False,
    "stateful": False,
}
"""What a recurrent layer of ours has, where its class has such a setting: Keras' defaults."""


def keras_model(spec: NetworkSpec, weights: ArrayLike | None = None) -> keras.Model:
    """Build a network in Keras.

    Args:
        spec: The network.
        weights: Its weights, shape (num_weights,); ``None`` leaves those that Keras draws.

    Returns:
        A built ``keras.Sequential``, not compiled, that takes (windows, look_back, inputs).

    Raises:
        SettingError: If the weights have another shape.
    """
    # A wrong shape is refused before seconds are spent on loading TensorFlow.
    arrays = None if weights is None else spec.unpack(weights)
    import keras

    make_layer = getattr(keras.layers, CELLS[spec.cell].keras_class)
    last = len(spec.units)
    layers = [
        make_layer(units, return_sequences=number < last, name=f"{spec.cell}_{number}", dtype="float32")
        for number, units in enumerate(spec.units, start=1)
    ]
    output = keras.layers.Dense(spec.outputs, activation=spec.activation, name="output", dtype="float32")
    model = keras.Sequential([keras.Input((spec.look_back, spec.inputs)), *layers, output], name="network")
    if arrays is not None:
        model.set_weights(arrays)
    return model


def spec_of(model: keras.Model) -> NetworkSpec:
    """Describe a Keras model that :func:`keras_model` could have built.

    Raises:
        SettingError: If it could not: it has other layers, or layers with other settings.
    """
    layers = [layer for layer in model.layers if type(layer).__name__ != "InputLayer"]
    cells = {cell.keras_class: name for name, cell in CELLS.items()}
    kinds = [type(layer).__name__ for layer in layers]
    recurrent = set(kinds[:-1])
    if type(model).__name__ != "Sequential" or kinds[-1:] != ["Dense"] or len(recurrent) != 1 or recurrent - set(cells):
        raise SettingError(
            f"A network must be a Sequential of recurrent layers of one kind ({', '.join(cells)}) and one Dense, "
            f"got a {type(model).__name__} of {', '.join(kinds) or 'nothing'}."
        )
    for layer in layers[:-1]:
        _check_settings(layer, _SETTINGS | {"return_sequences": layer is not layers[-2]})
    _check_settings(layers[-1], {"use_bias": True})
    activation = layers[-1].get_config()["activation"]
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        raise SettingError(f"The activation of Dense must be one of {', '.join(ACTIVATIONS)}, got {activation!r}.")
    shape = model.input_shape
    if len(shape) != 3 or None in shape[1:]:
        raise SettingError(f"A network must have a fixed input shape (windows, look_back, inputs), got {shape}.")
    units = tuple(layer.units for layer in layers[:-1])
    return NetworkSpec(shape[2], units, layers[-1].units, shape[1], cell=cells[kinds[0]], activation=activation)


def weights_of(model: keras.Model) -> NDArray[np.float32]:
    """Give the weights of a Keras model that :func:`keras_model` could have built, shape (num_weights,).

    Raises:
        SettingError: If it could not.
    """
    return spec_of(model).pack(model.get_weights())


def save_keras(spec: NetworkSpec, weights: ArrayLike, path: str | os.PathLike[str]) -> None:
    """Write a network as a Keras file, whole or not at all.

    Args:
        spec: The network.
        weights: Shape (num_weights,).
        path: The file, whose name ends with ``.keras``; one that exists is replaced.

    Raises:
        SettingError: If the name ends otherwise, or the weights have another shape.
        RunFolderError: If the file cannot be written.
    """
    if Path(path).suffix != ".keras":
        raise SettingError(f"`path` of a Keras model must end with .keras, got {os.fspath(path)!r}.")
    model = keras_model(spec, weights)
    with replacing(path) as temporary:
        model.save(temporary)


def load_keras(path: str | os.PathLike[str]) -> tuple[NetworkSpec, NDArray[np.float32]]:
    """Read a network from a Keras file, in Keras' safe mode: nothing in the file is run.

    Returns:
        The network, and its weights, shape (num_weights,).

    Raises:
        ModelFileError: If the file is missing or damaged, or holds a network that :func:`keras_model` cannot build.
    """
    file = Path(path)
    if not file.is_file():
        raise ModelFileError(f"A Keras model must be a file, and there is none at {file}.")
    # Keras says of a file cut short that there is none.
    if not zipfile.is_zipfile(file):
        raise ModelFileError(f"{file} cannot be read as a Keras model: it is damaged, or of another kind.")
    import keras

    try:
        model = keras.saving.load_model(file, compile=False, safe_mode=True)
    except Exception as error:  # whatever is wrong inside the file, Keras raises it as it comes
        lines = str(error).strip().splitlines()
        reason = lines[0] if lines else type(error).__name__
        raise ModelFileError(f"{file} cannot be read as a Keras model; is it whole? Keras says: {reason}") from error
    try:
        return spec_of(model), weights_of(model)
    except SettingError as error:
        raise ModelFileError(f"{file} holds a network that this package cannot use. {error}") from error


def _check_settings(layer: Any, wanted: dict[str, Any]) -> None:
    """Refuse a layer that has a setting other than wanted; one that its class does not have is as it should be."""
    config = layer.get_config()
    for name, value in wanted.items():
        if config.get(name, value) != value:
            raise SettingError(
                f"`{name}` of the layer {layer.name!r} ({type(layer).__name__}) must be {value!r}, "
                f"got {config[name]!r}."
            )
