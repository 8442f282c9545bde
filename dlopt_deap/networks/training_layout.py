"""How the training kernels hold a network: its weights, and the numbers of one computation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.networks.cells import CELLS
from dlopt_deap.networks.spec import NetworkSpec

LANES: Final = 8
"""Floats in a vector of the kernels; the units of a layer are filled up with zeros to a multiple of it."""

EVALUATE, DIFFERENTIATE, TRAIN = 0, 1, 2
"""What the kernels can do with windows."""

_FIELDS: Final = 21
_SPARE: Final = 16


@dataclass(frozen=True)
class TrainingLayout:
    """Where everything is while a network is trained.

    The weights are one vector in Keras' order, but with room for the filled-up units: the columns of a layer's
    matrices are blocks of units, and in each block the gates of ``LANES`` units one after another. A unit that is not
    there has zero weights, and for ever a zero gradient.

    Attributes:
        plan: A row a recurrent layer and one for the dense output, shape (layers + 1, 21), int64: the fields of
            ``Layer`` and ``Dense`` in the kernels.
        places: The index of each weight of a ``NetworkSpec``'s vector in the kernels' vector, shape (num_weights,).
        variables: The first index of each of Keras' variables there, and the length of the vector.
        work_size: Floats of work space.
        turned_size: Floats for the transposed matrices.
        embedded: 1 if the first layer reads an embedding, whose rows begin the kernels' vector; else 0.
    """

    plan: NDArray[np.int64]
    places: NDArray[np.int64]
    variables: NDArray[np.int64]
    work_size: int
    turned_size: int
    embedded: int

    @property
    def size(self) -> int:
        """The length of the kernels' vector."""
        return int(self.variables[-1])

    def spread(self, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give the kernels' vector of a weight vector."""
        vector = np.zeros(self.size, np.float32)
        vector[self.places] = weights
        return vector


class _Room:
    """Hands out places of a vector, one after another."""

    def __init__(self, first: int = 0) -> None:
        self.used = first

    def take(self, count: int) -> int:
        # Each place begins where a line of the cache does.
        first, self.used = self.used, self.used + -(-count // _SPARE) * _SPARE
        return first


@lru_cache(maxsize=32)
def training_layout(spec: NetworkSpec, part: int, dropout: bool) -> TrainingLayout:
    """Lay out the training of a network, ``part`` windows at a time, with or without dropout."""
    plan = np.zeros((len(spec.units) + 1, _FIELDS), np.int64)
    weights, turned, work = _Room(), _Room(), _Room(_SPARE)
    places: list[NDArray[np.int64]] = []
    variables: list[int] = []
    rows = spec.look_back * part
    below_all = spec.units if spec.embedding is None else (spec.features, *spec.units)
    zeros = work.take(max(_width(numbers) for numbers in below_all))
    below_step, below_error = spec.features, 0
    if spec.embedding is not None:
        below_step = _place_embedding(spec.embedding, weights, places, variables)
        below_error = work.take(rows * below_step)
    below = work.take(rows * below_step)
    for row, (inputs, units) in zip(plan, zip((spec.features, *spec.units), spec.units, strict=False), strict=False):
        matrices = _place_layer(spec.cell, inputs, units, weights, places, variables)
        stride, kernel, recurrent, bias, own_bias = matrices
        width, columns = _width(units), CELLS[spec.cell].gates * _width(units)
        kernel_t, recurrent_t = turned.take(columns * below_step), turned.take(columns * width)
        gates = work.take(rows * columns)
        own = work.take(rows * columns) if spec.cell == "gru" else gates
        state, error = work.take(rows * width), work.take(rows * width)
        memory, squashed = (work.take(rows * width) if spec.cell == "lstm" else 0 for _ in range(2))
        given = work.take(rows * width) if dropout else state
        row[:] = (
            *(inputs, units, width, columns, stride, kernel, recurrent, bias, own_bias, kernel_t, recurrent_t),
            *(below, below_step, below_error, gates, own, state, memory, squashed, given, error),
        )
        below, below_step, below_error = given, width, error
    width = _width(spec.outputs)
    dense_kernel, dense_bias = weights.take(spec.units[-1] * width), weights.take(width)
    variables += [dense_kernel, dense_bias, weights.used]
    columns_of_outputs = np.arange(spec.outputs)
    places.append((dense_kernel + width * np.arange(spec.units[-1])[:, None] + columns_of_outputs).ravel())
    places.append(dense_bias + columns_of_outputs)
    out, carried = work.take(part * width), work.take(part * max(_width(units) for units in spec.units))
    kernel_t = turned.take(width * below_step)
    plan[-1, :8] = (spec.outputs, width, dense_kernel, dense_bias, kernel_t, out, zeros, carried)
    sizes = (work.used, turned.used, int(spec.embedding is not None))
    return TrainingLayout(plan, np.concatenate(places), np.array(variables, np.int64), *sizes)


def _place_embedding(sizes: tuple[int, int], room: _Room, places: list[NDArray[np.int64]], variables: list[int]) -> int:
    """Place the rows of an embedding, at the very beginning; return the step from row to row."""
    vocabulary, dimension = sizes
    step = _width(dimension)
    first = room.take(vocabulary * step)
    variables.append(first)
    places.append((first + step * np.arange(vocabulary)[:, None] + np.arange(dimension)).ravel())
    return step


def _place_layer(
    cell: str, inputs: int, units: int, room: _Room, places: list[NDArray[np.int64]], variables: list[int]
) -> tuple[int, int, int, int, int]:
    """Place the weights of a recurrent layer.

    Returns:
        The step from row to row, and the first index of kernel, recurrent kernel, bias and second bias.
    """
    gates, bias_rows = CELLS[cell].gates, CELLS[cell].bias_rows
    columns = gates * _width(units)
    # Rows a power of two apart would compete for the same lines of the cache.
    stride = columns + _SPARE if columns % 256 == 0 else columns
    unit = np.arange(units)
    column = (unit // LANES * LANES * gates + unit % LANES + LANES * np.arange(gates)[:, None]).ravel()
    firsts = []
    for rows in (inputs, units, bias_rows):
        first = room.take(rows * stride)
        firsts.append(first)
        variables.append(first)
        places.append((first + stride * np.arange(rows)[:, None] + column).ravel())
    kernel, recurrent, bias = firsts
    return stride, kernel, recurrent, bias, bias + stride if bias_rows == 2 else bias


def _width(units: int) -> int:
    """Return the units of a layer with those that fill it up."""
    return -(-units // LANES) * LANES
