"""How the kernels hold a network's weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.networks.cells import CELLS
from dlopt_deap.networks.spec import NetworkSpec

TILE: Final = 4
"""Rows of a weight matrix that the kernels multiply at once: the four gates of one unit, or four simple units."""

_NOTHING: Final = -1


@dataclass(frozen=True)
class Layout:
    """Where each weight of a network goes.

    The packed weights of a layer are tiles; a tile is ``TILE`` biases, then ``TILE`` weights for each feature (the
    states below, then the layer's own), so that a kernel reads them in the order of memory.

    Attributes:
        layers: A row a recurrent layer, shape (layers, 6), int64: inputs, units, tiles, the row of its first input
            among the states, the row of its first unit among the LSTM's memories, the index of its first packed weight.
        order: The index in the weight vector of each packed weight, shape (packed weights,), int32; -1 means zero.
        extra: Pairs of an index of a packed weight and one in the weight vector, shape (additions, 2), int32: what is
            added afterwards. It holds the second bias of the GRU's gates z and r, which is added to the first.
    """

    layers: NDArray[np.int64]
    order: NDArray[np.int32]
    extra: NDArray[np.int32]


@lru_cache(maxsize=32)
def layout(inputs: int, units: tuple[int, ...], cell: str, first_weight: int = 0) -> Layout:
    """Lay out the recurrent layers of a network, whose weights begin after those of an embedding if there is one."""
    layers, orders, extras = [], [], []
    first_packed, first_state = 0, 0
    for width, below in zip(units, (inputs, *units), strict=False):
        rows, second_bias = _tiles(cell, below, width, first_weight)
        used = second_bias != _NOTHING
        tiles = len(rows) // TILE
        order = rows.reshape(tiles, TILE, -1).transpose(0, 2, 1)
        places = first_packed + np.arange(order.size).reshape(order.shape)[:, 0].ravel()
        extras.append(np.column_stack([places[used], second_bias[used]]))
        layers.append((below, width, tiles, first_state, first_state + below - inputs, first_packed))
        orders.append(order.ravel())
        first_weight += sum(prod(shape) for shape in CELLS[cell].weight_shapes(below, width))
        first_packed += order.size
        first_state += below
    return Layout(
        np.array(layers, np.int64), np.concatenate(orders).astype(np.int32), np.concatenate(extras).astype(np.int32)
    )


def layout_of(spec: NetworkSpec) -> Layout:
    """Lay out a network; equal ones share what was computed once."""
    return layout(spec.features, spec.units, spec.cell, prod(spec.embedding) if spec.embedding else 0)


def _tiles(cell: str, inputs: int, units: int, first: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where a layer's packed rows come from, and the second bias of each row.

    Returns:
        Indices in the weight vector: shape (rows, 1 + inputs + units) with the bias first, and shape (rows,).
    """
    shapes = CELLS[cell].weight_shapes(inputs, units)
    ends = first + np.cumsum([0, *(prod(shape) for shape in shapes)])
    kernel, recurrent, bias = (
        np.arange(start, start + prod(shape)).reshape(shape) for start, shape in zip(ends, shapes, strict=False)
    )
    if cell == "gru":
        return _gru_tiles(kernel, recurrent, bias)
    # Keras' columns are gate by gate; here all gates of a unit are neighbours.
    gates = np.vstack([bias, kernel, recurrent]).T.reshape(-1, units, 1 + inputs + units)
    rows = gates.transpose(1, 0, 2).reshape(-1, 1 + inputs + units)
    spare = np.full((-len(rows) % TILE, 1 + inputs + units), _NOTHING)
    rows = np.vstack([rows, spare])
    return rows, np.full(len(rows), _NOTHING)


def _gru_tiles(
    kernel: NDArray[np.int64], recurrent: NDArray[np.int64], bias: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Make four rows of a GRU unit: z, r, and h from below and from itself, which the reset gate keeps apart."""
    inputs, units = len(kernel), len(recurrent)
    z, r, h = (slice(gate * units, (gate + 1) * units) for gate in range(3))
    rows = np.full((units, 4, 1 + inputs + units), _NOTHING)
    for position, gate in enumerate((z, r)):
        rows[:, position] = np.vstack([bias[0, gate], kernel[:, gate], recurrent[:, gate]]).T
    rows[:, 2, : 1 + inputs] = np.vstack([bias[0, h], kernel[:, h]]).T
    rows[:, 3, 0], rows[:, 3, 1 + inputs :] = bias[1, h], recurrent[:, h].T
    second_bias = np.full((units, 4), _NOTHING)
    second_bias[:, 0], second_bias[:, 1] = bias[1, z], bias[1, r]
    return rows.reshape(4 * units, -1), second_bias.ravel()
