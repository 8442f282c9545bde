"""The way to Keras and back: Keras defines what a network computes, and its files are what users keep."""

from __future__ import annotations

import json
import os
import tempfile
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.errors import ModelFileError, SettingError
from dlopt_deap.files import as_path, replacing
from dlopt_deap.networks.cells import CELLS
from dlopt_deap.networks.keras_models.config import spec_of_config
from dlopt_deap.networks.keras_models.file import read_keras_file, write_clean_copy
from dlopt_deap.networks.spec import NetworkSpec

if TYPE_CHECKING:
    import keras


def keras_model(spec: NetworkSpec, weights: ArrayLike | None = None) -> keras.Model:
    """Build a network in Keras.

    Args:
        spec: The network.
        weights: Its weights, shape (num_weights,); ``None`` leaves those that Keras draws.

    Returns:
        A built ``keras.Sequential``, not compiled, that takes (windows, look_back, inputs), numbers of tokens too.

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
    # Without names of its own, Keras would number layers by all that the process has built before.
    inputs = [keras.Input((spec.look_back, spec.inputs), name="input_layer"), *_embedding(spec)]
    model = keras.Sequential([*inputs, *layers, output], name="network")
    if arrays is not None:
        model.set_weights(arrays)
    return model


def _embedding(spec: NetworkSpec) -> list[keras.Layer]:
    """Make the layers that look up tokens; windows keep their shape (windows, look_back, 1), so the 1 is dropped."""
    if spec.embedding is None:
        return []
    import keras

    return [
        keras.layers.Reshape((spec.look_back,), name="tokens"),
        keras.layers.Embedding(*spec.embedding, name="embedding", dtype="float32"),
    ]


def spec_of(model: keras.Model) -> NetworkSpec:
    """Describe a Keras model that :func:`keras_model` could have built.

    Raises:
        SettingError: If it could not: it has other layers, or layers with other settings.
    """
    try:
        config = json.loads(model.to_json())
    except (TypeError, ValueError, NotImplementedError) as error:  # a layer of the user's that cannot be described
        raise SettingError(
            f"A network must be one that Keras can describe, got {type(model).__name__}: {error}."
        ) from error
    return spec_of_config(config)


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
    if as_path(path).suffix != ".keras":
        raise SettingError(f"`path` of a Keras model must end with .keras, got {os.fspath(path)!r}.")
    model = keras_model(spec, weights)
    with replacing(path) as temporary:
        model.save(temporary)


def load_keras(path: str | os.PathLike[str]) -> tuple[NetworkSpec, NDArray[np.float32]]:
    """Read a network from a Keras file; nothing in the file is run, and no name in it is imported.

    The file is checked first, without Keras (see ``dlopt_deap.networks.keras_models.file``). Then Keras reads the
    weights, in its safe mode.

    Args:
        path: The file.

    Returns:
        The network, and its weights, shape (num_weights,).

    Raises:
        ModelFileError: If the file is missing, damaged or too large, or holds a network that :func:`keras_model` cannot
            build.
    """
    file = as_path(path)
    checked = read_keras_file(file)
    import keras

    # Keras gets a description of ours: a layer that it has read is a layer that it builds, of any size and kind.
    config = keras_model(checked.spec).to_json()
    try:
        with tempfile.TemporaryDirectory() as folder:
            copy = write_clean_copy(checked, config, folder)
            model = keras.saving.load_model(copy, compile=False, safe_mode=True)
        return checked.spec, weights_of(model)
    except Exception as error:  # whatever is wrong with the weights, Keras raises it as it comes
        lines = str(error).strip().splitlines()
        reason = lines[0] if lines else type(error).__name__
        raise ModelFileError(f"{file} cannot be read as a Keras model; is it whole? Keras says: {reason}") from error
