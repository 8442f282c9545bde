"""Keras' description of a model, read as data: from it comes a network of ours, or an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from dlopt_deap.checks import listed, shown
from dlopt_deap.errors import SettingError
from dlopt_deap.networks.cells import ACTIVATIONS, CELLS
from dlopt_deap.networks.spec import NetworkSpec

_CELL_OF: Final = {cell.keras_class: name for name, cell in CELLS.items()}

_EMBEDDED: Final = ("Reshape", "Embedding")
"""What stands between the input and the recurrent layers of a network that reads numbers of tokens."""

KNOWN: Final = {
    "Sequential": "keras",
    **dict.fromkeys(("InputLayer", *_EMBEDDED, "Dense", *_CELL_OF), "keras.layers"),
}
"""The only classes that a model may name, and the module of each: no name that a file holds is ever imported."""

SETTINGS: Final = {
    "activation": "tanh",
    "recurrent_activation": "sigmoid",
    "use_bias": True,
    "reset_after": True,
    "go_backwards": False,
    "stateful": False,
}
"""What a recurrent layer of ours has, where its class has such a setting: Keras' defaults."""

Config = Mapping[str, Any]


def spec_of_config(config: object) -> NetworkSpec:
    """Describe the model that Keras would make of a description.

    Args:
        config: What Keras writes of a model as JSON, perhaps changed by somebody: anything that JSON can hold.

    Returns:
        The network, whose size has been checked.

    Raises:
        SettingError: If :func:`~dlopt_deap.networks.keras_model` could not have built the model: it has other layers,
            or layers with other settings.
    """
    kind, inner = _class_of(config)
    layers = inner.get("layers")
    if kind != "Sequential" or not isinstance(layers, Sequence):
        raise SettingError(f"A network must be a Sequential of layers, got {shown(kind)} of {shown(layers)}.")
    described = [_class_of(layer) for layer in layers]
    names = [name for name, _ in described]
    embedding = described[1:3] if names[1:3] == list(_EMBEDDED) else []
    recurrent = described[1 + len(embedding) : -1]
    cells = {name for name, _ in recurrent}
    if names[:1] + names[-1:] != ["InputLayer", "Dense"] or len(cells) != 1 or not cells <= set(_CELL_OF):
        raise SettingError(
            f"A network must be an input, recurrent layers of one kind ({', '.join(_CELL_OF)}) and one Dense, perhaps "
            f"with {' and '.join(_EMBEDDED)} after the input, got {listed(names) or 'nothing'}."
        )
    for number, (name, layer) in enumerate(recurrent, start=1):
        _check_settings(name, layer, SETTINGS | {"return_sequences": number < len(recurrent)})
    inputs, output = described[0][1], described[-1][1]
    _check_settings("Dense", output, {"use_bias": True})
    look_back, read = _shape_of(inputs)
    sizes = _embedding_of(embedding[0][1], embedding[1][1], look_back) if embedding else None
    units: Any = tuple(layer.get("units") for _, layer in recurrent)
    cell, activation = _CELL_OF[cells.pop()], _activation_of(output)
    outputs: Any = output.get("units")
    return NetworkSpec(read, units, outputs, look_back, cell, activation, sizes)


def _class_of(entry: object) -> tuple[str, Config]:
    """Return the class of a described object, which must be one of :data:`KNOWN`, and its own description."""
    if not isinstance(entry, Mapping):
        raise SettingError(f"A model and its layers must be described by class and settings, got {shown(entry)}.")
    module, name, registered = (entry.get(key) for key in ("module", "class_name", "registered_name"))
    if not isinstance(name, str) or name not in KNOWN or module != KNOWN[name] or registered not in (None, name):
        raise SettingError(
            f"A model may have the classes {', '.join(KNOWN)} of Keras, got {shown(name)} of {shown(module)}"
            f"{'' if registered is None else f', registered as {shown(registered)}'}."
        )
    config = entry.get("config")
    if not isinstance(config, Mapping):
        raise SettingError(f"The settings of {name} must be a mapping, got {shown(config)}.")
    return name, config


def _check_settings(kind: str, config: Config, wanted: Config) -> None:
    """Refuse a layer that has a setting other than wanted; one that its class does not have is as it should be."""
    for name, value in wanted.items():
        found = config.get(name, value)
        if type(found) is not type(value) or found != value:
            raise SettingError(
                f"`{name}` of the layer {shown(config.get('name'))} ({kind}) must be {value!r}, "
                f"got {shown(config[name])}."
            )


def _embedding_of(reshape: Config, embedding: Config, look_back: object) -> tuple[Any, Any]:
    """Return vocabulary and dimension of an embedding, which must look up one token a time step."""
    shape = reshape.get("target_shape")
    if not isinstance(shape, Sequence) or isinstance(shape, str) or list(shape) != [look_back]:
        raise SettingError(
            f"`target_shape` of Reshape must be the look-back alone, {shown(look_back)}, got {shown(shape)}."
        )
    _check_settings("Embedding", embedding, {"mask_zero": False})
    return embedding.get("input_dim"), embedding.get("output_dim")


def _shape_of(config: Config) -> tuple[Any, Any]:
    """Return the look-back and the inputs."""
    shape = config.get("batch_shape", config.get("batch_input_shape"))
    if not isinstance(shape, Sequence) or len(shape) != 3 or None in shape[1:]:
        raise SettingError(f"A network must have a fixed input shape (windows, look_back, inputs), got {shown(shape)}.")
    return shape[1], shape[2]


def _activation_of(config: Config) -> str:
    """Return the activation of the dense output, which Keras leaves linear if none is named."""
    activation = config.get("activation", "linear")
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        raise SettingError(f"The activation of Dense must be one of {', '.join(ACTIVATIONS)}, got {shown(activation)}.")
    return activation
