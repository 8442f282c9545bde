"""The weights that training begins with."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.checks import check_choice
from dlopt_deap.networks.cells import CELLS
from dlopt_deap.networks.spec import NetworkSpec
from dlopt_deap.seeding import generator

INITIALIZERS: Final = ("keras", "uniform")


def initial_weights(spec: NetworkSpec, initializer: str = "keras", seed: int = 0) -> NDArray[np.float32]:
    """Draw the weights that a training begins with.

    Args:
        spec: The network.
        initializer: ``"keras"``: Keras' defaults, that is Glorot's uniform kernels, orthogonal recurrent kernels,
            biases of 0, except 1 for the forget gate of the LSTM, and embeddings from [-0.05, 0.05]. ``"uniform"``:
            DLOPT's, each weight from [-0.5, 0.5].
        seed: The weights are a pure function of the network, the initializer and the seed.

    Returns:
        Shape (num_weights,), float32.

    Raises:
        SettingError: If the initializer is unknown.

    Source:
        Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks (2010), eq. 16;
        Saxe et al., Exact solutions to the nonlinear dynamics of learning in deep linear neural networks (2014).

    Examples:
        >>> spec = NetworkSpec(inputs=1, units=(3,), outputs=1, look_back=4)
        >>> initial_weights(spec).shape
        (64,)
        >>> float(abs(initial_weights(spec, "uniform")).max()) <= 0.5
        True
    """
    check_choice("initializer", initializer, INITIALIZERS)
    random = generator(seed, "initial weights")
    if initializer == "uniform":
        return random.uniform(-0.5, 0.5, spec.num_weights).astype(np.float32)
    arrays: list[NDArray[np.floating]] = []
    if spec.embedding is not None:
        arrays.append(random.uniform(-0.05, 0.05, spec.embedding))
    for units, (kernel, recurrent, bias) in zip(spec.units, _triples(spec.weight_shapes[len(arrays) :]), strict=False):
        offsets = np.zeros(bias)
        if CELLS[spec.cell].keras_class == "LSTM":
            offsets[units : 2 * units] = 1
        arrays += [_glorot(random, kernel), _orthogonal(random, recurrent), offsets]
    dense, bias = spec.weight_shapes[-2:]
    return spec.pack([*arrays, _glorot(random, dense), np.zeros(bias)])


def _triples(shapes: list[tuple[int, ...]]) -> list[tuple[tuple[int, ...], ...]]:
    """Group the shapes of the recurrent layers."""
    return [tuple(shapes[first : first + 3]) for first in range(0, len(shapes) - 2, 3)]


def _glorot(random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Draw a kernel from the uniform distribution whose limit is sqrt(6 / (rows + columns))."""
    limit = np.sqrt(6 / sum(shape))
    return random.uniform(-limit, limit, shape)


def _orthogonal(random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Draw a kernel with orthonormal rows, each such kernel equally likely; it has at least as many columns as rows."""
    # Gram and Schmidt's method, twice as it should be, and without BLAS, whose results depend on its threads.
    vectors = random.standard_normal(shape)
    for row, vector in enumerate(vectors):
        for _ in range(2):
            before = vectors[:row]
            vector -= np.einsum("i,ij->j", np.einsum("ij,j->i", before, vector), before)
            vector /= np.sqrt(np.einsum("j,j->", vector, vector))
    return vectors
