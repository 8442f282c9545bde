"""The description of a network, without its weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from itertools import islice
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap import limits
from dlopt_deap.checks import check_array, check_choice, check_integer, did_you_mean, items_of, shown
from dlopt_deap.errors import SettingError
from dlopt_deap.networks.cells import ACTIVATIONS, CELLS


@dataclass(frozen=True)
class NetworkSpec:
    """A network of recurrent layers, the last of which feeds a dense output.

    The weights of a network are one float32 vector: Keras' arrays in Keras' order, each in C order, one after another.

    Attributes:
        inputs: Numbers read at each time step.
        units: The width of each recurrent layer, from the inputs on; a list becomes a tuple.
        outputs: Numbers predicted.
        look_back: Time steps read.
        cell: ``"lstm"``, ``"gru"`` (Keras' default kind, ``reset_after=True``) or ``"simple_rnn"``.
        activation: Of the dense output: ``"linear"``, ``"tanh"``, ``"sigmoid"``, ``"relu"``, or over all outputs of a
            window ``"softmax"``: probabilities, such as those of the next token.
        embedding: ``(vocabulary, dimension)``: the network reads one number a time step, which names a token, from 0 to
            ``vocabulary`` - 1, and looks up the ``dimension`` numbers that stand for it among its weights: Keras'
            ``Embedding``, first in the weight vector. ``None``: it reads its inputs as they are.

    Raises:
        SettingError: If there is no layer, a size is no whole number of at least 1, a name is unknown, the network is
            larger than :mod:`dlopt_deap.limits` allows, or it embeds more than one input, or is a softmax of one
            output, which is always 1.

    Examples:
        >>> spec = NetworkSpec(inputs=1, units=(12, 13), outputs=1, look_back=17)
        >>> spec.layers
        [1, 12, 13, 1]
        >>> spec.num_weights
        2038
        >>> NetworkSpec(1, (12, 0), 1, 17)
        Traceback (most recent call last):
        dlopt_deap.errors.SettingError: `units[1]` must be a whole number of at least 1, got 0.
    """

    inputs: int
    units: tuple[int, ...]
    outputs: int
    look_back: int
    cell: str = "lstm"
    activation: str = "tanh"
    embedding: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        # Whole numbers of numpy become int, so that equal specs are equal as JSON too.
        for name in ("inputs", "outputs"):
            object.__setattr__(self, name, check_integer(name, getattr(self, name), low=1))
        object.__setattr__(self, "look_back", check_integer("look_back", self.look_back, low=1, limit="MAX_LOOK_BACK"))
        object.__setattr__(self, "units", _checked_units(self.units))
        check_choice("cell", self.cell, CELLS)
        check_choice("activation", self.activation, ACTIVATIONS)
        if self.activation == "softmax" and self.outputs == 1:
            raise SettingError(
                "A softmax of one output is always 1, got `outputs=1`; give one output a class or token."
            )
        if self.embedding is not None:
            object.__setattr__(self, "embedding", _checked_embedding(self.embedding, self.inputs))
        self._check_size()

    @property
    def layers(self) -> list[int]:
        """DLOPT's list of widths: inputs, recurrent layers, outputs."""
        return [self.inputs, *self.units, self.outputs]

    @property
    def features(self) -> int:
        """The numbers that the first recurrent layer reads at each time step: the embedding's, or the inputs."""
        return self.inputs if self.embedding is None else self.embedding[1]

    @property
    def weight_shapes(self) -> list[tuple[int, ...]]:
        """The shapes of Keras' arrays.

        The embedding if there is one; kernel, recurrent kernel, bias of each recurrent layer; dense kernel, bias.
        """
        cell = CELLS[self.cell]
        shapes: list[tuple[int, ...]] = [] if self.embedding is None else [self.embedding]
        for inputs, units in zip((self.features, *self.units), self.units, strict=False):
            shapes += cell.weight_shapes(inputs, units)
        return [*shapes, (self.units[-1], self.outputs), (self.outputs,)]

    @cached_property
    def num_weights(self) -> int:
        """The number of weights, biases included: Keras' ``count_params()``."""
        return sum(prod(shape) for shape in self.weight_shapes)

    @property
    def multiply_adds(self) -> int:
        """The multiply-adds of one prediction: each kernel's weight once a time step, the dense kernel's once.

        An embedding is looked up and costs none.
        """
        *recurrent, dense, _ = self.weight_shapes[self.embedding is not None :]
        kernels = (shape for position, shape in enumerate(recurrent) if position % 3 < 2)
        return self.look_back * sum(prod(shape) for shape in kernels) + prod(dense)

    def unpack(self, vector: ArrayLike) -> list[NDArray[np.float32]]:
        """Split a weight vector into Keras' arrays, as ``model.set_weights`` takes them.

        Args:
            vector: Shape (num_weights,).

        Returns:
            Arrays of :attr:`weight_shapes`; views of ``vector`` if it is a contiguous float32 array.

        Raises:
            SettingError: If the vector has another shape.

        Examples:
            >>> spec = NetworkSpec(1, (2,), 1, 3, cell="simple_rnn")
            >>> [array.tolist() for array in spec.unpack(range(11))]
            [[[0.0, 1.0]], [[2.0, 3.0], [4.0, 5.0]], [6.0, 7.0], [[8.0], [9.0]], [10.0]]
        """
        flat = check_array("vector", vector, np.float32)
        if flat.shape != (self.num_weights,):
            raise SettingError(f"`vector` must have the shape ({self.num_weights},) for {self}, got {flat.shape}.")
        shapes = self.weight_shapes
        ends = np.cumsum([prod(shape) for shape in shapes])[:-1]
        return [part.reshape(shape) for part, shape in zip(np.split(flat, ends), shapes, strict=True)]

    def pack(self, arrays: Sequence[ArrayLike]) -> NDArray[np.float32]:
        """Join Keras' arrays, as ``model.get_weights`` gives them, into a weight vector of shape (num_weights,).

        Raises:
            SettingError: If the arrays have other shapes than :attr:`weight_shapes`.
        """
        if not isinstance(arrays, Iterable):
            raise SettingError(f"`arrays` must be {len(self.weight_shapes)} arrays, got {shown(arrays)}.")
        parts = [check_array("arrays", array, np.float32) for array in arrays]
        shapes = [part.shape for part in parts]
        if shapes != self.weight_shapes:
            raise SettingError(f"`arrays` must have the shapes {self.weight_shapes} for {self}, got {shapes}.")
        return np.concatenate([part.ravel() for part in parts])

    def _check_size(self) -> None:
        """Refuse a network that takes too much memory; a candidate of usual size pays one comparison for it."""
        widest = max(self.features, self.outputs, *self.units)
        embedding = 0 if self.embedding is None else prod(self.embedding)
        # No cell has more than 4 * width * (2 * width + 1) weights, nor has the dense output.
        if embedding + (len(self.units) + 1) * 4 * widest * (2 * widest + 1) <= limits.MAX_WEIGHTS:
            return
        if self.num_weights > limits.MAX_WEIGHTS:
            raise SettingError(
                f"A network must have at most {limits.MAX_WEIGHTS} weights, got {shown(self.num_weights)} with "
                f"{shown(self.units)} units between {shown(self.inputs)} inputs and {shown(self.outputs)} outputs"
                f"{'' if self.embedding is None else f', and the embedding {shown(self.embedding)}'}; "
                "take fewer units or layers, or widen `dlopt_deap.limits.MAX_WEIGHTS`."
            )

    def to_dict(self) -> dict[str, Any]:
        """Give the spec as JSON values; a network without an embedding has no such key, as before there were any."""
        values = asdict(self) | {"units": list(self.units)}
        embedding = values.pop("embedding")
        return values if embedding is None else values | {"embedding": list(embedding)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> NetworkSpec:
        """Make a spec from what :meth:`to_dict` gave.

        Raises:
            SettingError: If a key is missing or unknown, or a value is wrong.

        Examples:
            >>> spec = NetworkSpec(1, (2, 2), 1, 2)
            >>> NetworkSpec.from_dict(spec.to_dict()) == spec
            True
        """
        known = [field.name for field in fields(cls)]
        if not isinstance(values, Mapping):
            raise SettingError(f"A network must be a mapping with the keys {', '.join(known)}, got {shown(values)}.")
        for key in values:
            if key not in known:
                raise SettingError(
                    f"A network has the keys {', '.join(known)}, got {shown(key)}{did_you_mean(key, known, end='.')}"
                )
        missing = [name for name in known[:4] if name not in values]
        if missing:
            raise SettingError(f"A network needs the keys {', '.join(known[:4])}, got none for {', '.join(missing)}.")
        return cls(**values)


def _checked_embedding(embedding: Any, inputs: int) -> tuple[int, int]:
    """Return vocabulary and dimension of an embedding, which reads one input."""
    sizes = None if isinstance(embedding, str | bytes) else items_of(embedding)
    if sizes is None or len(sizes) != 2:
        raise SettingError(f"`embedding` must be (vocabulary, dimension) or None, got {shown(embedding)}.")
    if inputs != 1:
        raise SettingError(
            f"An embedding must have one input, the number of a token, got `inputs={inputs}`; "
            "leave out `embedding` for tokens that are read one-hot."
        )
    vocabulary = check_integer("embedding[0]", sizes[0], low=1, limit="MAX_VOCABULARY")
    return vocabulary, check_integer("embedding[1]", sizes[1], low=1)


def _checked_units(units: Any) -> tuple[int, ...]:
    """Return the widths of the layers as a tuple of numbers from 1."""
    if isinstance(units, str | bytes) or not isinstance(units, Iterable):
        raise SettingError(f"`units` must be the widths of the recurrent layers, such as (12, 13), got {shown(units)}.")
    try:
        few = list(islice(units, limits.MAX_LAYERS + 1))
    except TypeError:  # an array of numpy without an axis
        few = [units]
    widths = tuple(check_integer(f"units[{layer}]", width, low=1) for layer, width in enumerate(few))
    if len(widths) > limits.MAX_LAYERS:
        raise SettingError(
            f"`units` must name at most {limits.MAX_LAYERS} recurrent layers, got more; take fewer, or widen "
            "`dlopt_deap.limits.MAX_LAYERS`."
        )
    if not widths:
        raise SettingError("`units` must name at least one recurrent layer, got none; give widths such as (12, 13).")
    return widths
