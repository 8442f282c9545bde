"""The forward pass of recurrent networks, compiled by numba.

Everything runs on blocks of ``LANES`` windows. A number of the network, such as the state of one unit, is a row of
``LANES`` floats, one a window: windows are what the processor's vectors run over. All states of a block lie in one
array, ``states``, layer after layer with the inputs first::

    x | h of layer 0 | h of layer 1 | ...

so that what a layer reads, the states below it at this time step and its own of the step before, are neighbouring
rows. There are two such arrays: a layer reads one and writes the other, and they change places from layer to layer and
from step to step, so nothing is copied. Every layer makes its step before the next time step begins, so no sequence of
states is ever stored.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.networks.cells import ACTIVATIONS, CELLS
from dlopt_deap.networks.kernels._rows import clear, copy, look_up
from dlopt_deap.networks.kernels._sources import SOURCES
from dlopt_deap.networks.kernels._units import (
    AT_ONCE,
    LANES,
    activated,
    gru_unit,
    load,
    lstm_unit,
    simple_units,
    softmax,
    spread,
    tile_sums,
)
from dlopt_deap.networks.kernels._vectors import Floats, compiled, kernel, store
from dlopt_deap.networks.layout import TILE

LSTM, GRU = CELLS["lstm"].code, CELLS["gru"].code
RELU, SOFTMAX = ACTIVATIONS["relu"], ACTIVATIONS["softmax"]
BLOCKS: Final = 4
"""Blocks whose time steps are made together: the weights of a tile are read for all of them from the first cache.

It also gives the processor more to do that does not wait for one another. More blocks gain nothing.
"""

_HALF, _ZERO, _NAN = np.float32(0.5), np.float32(0), np.float32(np.nan)


@compiled
def _layer_step(
    cell: int, layer: Any, first_step: bool, packed: Floats, states: Floats, memory: Floats, where: Any
) -> None:
    """Write the states of one layer after the next time step; ``layer`` is a row of ``Layout.layers``.

    ``where`` tells the number of blocks, the rows of an array of states and of a memory, and which of the two arrays of
    a block is read.
    """
    inputs, units, tiles, first_state, first_memory, first_weight = layer
    blocks, rows, memory_rows, side = where
    # The states before the first step are zero: their products need not be made.
    features = inputs if first_step else inputs + units
    start, to_written = side * rows + first_state, (1 - 2 * side) * rows
    for tile in range(tiles):
        for first in range(0, blocks, AT_ONCE):
            # A last block without a companion is its own: its sums are made twice, and its step once.
            below, companion = start + 2 * rows * first, start + 2 * rows * min(first + 1, blocks - 1)
            sums = tile_sums(packed, first_weight, states, (below, companion)[:AT_ONCE], features)
            for k in range(min(AT_ONCE, blocks - first)):
                own = below + 2 * rows * k + inputs
                if cell == LSTM:
                    memory_row = memory_rows * (first + k) + first_memory + tile
                    lstm_unit(sums[k], memory, memory_row, states, own + to_written + tile)
                elif cell == GRU:
                    gru_unit(sums[k], states, own + tile, own + to_written + tile)
                else:
                    simple_units(sums[k], states, own + to_written + TILE * tile, units - TILE * tile)
        first_weight += TILE * (1 + inputs + units)


@compiled
def _dense(activation: int, weights: Floats, units: int, states: Floats, first_state: int, out: Floats) -> None:
    """Write the network's outputs for the windows of a block; ``weights`` are the dense kernel, then its bias."""
    windows, outputs = out.shape
    values = np.empty(LANES, np.float32)
    for o in range(outputs):
        total = spread(weights[units * outputs + o])
        for unit in range(units):
            total = total + weights[unit * outputs + o] * load(states, (first_state + unit) * LANES)
        store(values, 0, activated(activation, total))
        for n in range(windows):
            value = values[n]
            out[n, o] = _ZERO if activation == RELU and value < _ZERO else value
    if activation == SOFTMAX:
        for n in range(windows):
            softmax(out, n)


@compiled
def _row_scales(cell: int) -> Floats:
    """Give what the rows of a tile are multiplied by: half for the logistic gates, which is exact and costs nothing."""
    scale = np.ones(TILE, np.float32)
    if cell == LSTM:
        scale[0], scale[1], scale[3] = _HALF, _HALF, _HALF
    elif cell == GRU:
        scale[0], scale[1] = _HALF, _HALF
    return scale


@compiled
def _pack(vector: Floats, order: NDArray[np.int32], extra: NDArray[np.int32], scale: Floats, packed: Floats) -> None:
    """Put a network's weights into ``packed``, in the order in which the steps read them; see ``Layout``."""
    for k in range(order.size):
        packed[k] = vector[order[k]] * scale[k % TILE] if order[k] >= 0 else _ZERO
    for k in range(extra.shape[0]):
        packed[extra[k, 0]] += vector[extra[k, 1]] * scale[extra[k, 0] % TILE]


@compiled
def aligned_rows(rows: int) -> Floats:
    """Make an array of shape (rows, LANES), of zeros, whose rows begin where the cache's lines of 64 bytes do."""
    spare = 64 // 4
    memory = np.zeros(rows * LANES + spare, np.float32)
    first = (-(memory.ctypes.data // 4)) % spare
    return memory[first : first + rows * LANES].reshape(rows, LANES)


@compiled
def _all_finite(weights: Floats) -> bool:
    """Tell whether a vector has neither NaN nor infinity; a count, since a loop that ends early is not vectorised."""
    finite = 0
    for weight in weights:
        finite += np.isfinite(weight)
    return bool(finite == weights.size)


@compiled
def _with_room(blocks: Floats, steps: int) -> Floats:
    """Copy windows with so many rows after the last, for what will be forecast."""
    count, look_back, inputs, lanes = blocks.shape
    rows = np.zeros((count, look_back + steps, inputs, lanes), np.float32)
    rows[:, :look_back] = blocks
    return rows


@compiled
def _feed_back(forecasts: Floats, row: Floats) -> None:
    """Write the forecasts of a block, shape (windows, outputs), as a row of inputs, shape (inputs, LANES)."""
    windows, outputs = forecasts.shape
    for o in range(outputs):
        for n in range(windows):
            # A gate turns infinity into 1 and hides it; a NaN goes through all gates into whatever is forecast next.
            value = forecasts[n, o]
            row[o, n] = value if np.isfinite(value) else _NAN


@compiled
def _run_blocks(
    cell: int, layers: NDArray[np.int64], packed: Floats, windows: Floats, states: Floats, memory: Floats, read: Any
) -> None:
    """Make all time steps of blocks of windows, shape (blocks, look_back, inputs, LANES), from states of zero.

    ``read`` are the rows of an array of states and of a memory, the embedding, and its dimension or 0 for none.
    """
    blocks, look_back = windows.shape[:2]
    rows, memory_rows, embedding, dimension = read
    clear(states)
    clear(memory)
    for step in range(look_back):
        for block in range(blocks):
            place = (2 * block + step % 2) * rows
            if dimension > 0:
                look_up(windows[block, step], embedding, dimension, states, place)
            else:
                copy(windows[block, step], states, place)
        for layer in range(layers.shape[0]):
            row = layers[layer]
            plan = (row[0], row[1], row[2], row[3], row[4], row[5])
            _layer_step(cell, plan, step == 0, packed, states, memory, (blocks, rows, memory_rows, (step + layer) % 2))


def _make_forward(_sources: str) -> Any:
    """Compile the one function that Python calls; see ``_sources``."""

    @kernel
    def forward(
        cell: int,
        activation: int,
        layers: NDArray[np.int64],
        order: NDArray[np.int32],
        extra: NDArray[np.int32],
        weights: Floats,
        blocks: Floats,
        out: Floats,
        dimension: int,
    ) -> None:
        """Forecast with many networks of one kind, one step ahead or more.

        A network of many steps has as many outputs as inputs: each forecast becomes the last row of the next window.

        Args:
            cell: The code of the cell.
            activation: The code of the activation of the dense output.
            layers: ``Layout.layers``, shape (layers, 6).
            order: ``Layout.order``, shape (packed weights,).
            extra: ``Layout.extra``, shape (additions, 2).
            weights: Shape (samples, num_weights).
            blocks: The windows, shape (blocks, look_back, inputs, LANES), the last block filled up with anything.
            out: The forecasts, shape (samples, steps, windows, outputs); written here.
            dimension: That of the embedding; 0 if there is none.
        """
        _sources  # noqa: B018  # it makes the code on disk belong to all the files
        count, look_back = blocks.shape[:2]
        inputs = dimension if dimension > 0 else blocks.shape[2]
        _, steps, windows, outputs = out.shape
        num_layers, units, num_units = layers.shape[0], layers[-1, 1], layers[:, 1].sum()
        first_dense = weights.shape[1] - (units + 1) * outputs
        packed, scale = np.empty(order.size, np.float32), _row_scales(cell)
        rows, last = inputs + num_units, (look_back + num_layers - 1) % 2
        states, memory = aligned_rows(BLOCKS * 2 * rows), aligned_rows(BLOCKS * num_units)
        inputs_of = blocks if steps == 1 else _with_room(blocks, steps)
        for sample in range(weights.shape[0]):
            vector = weights[sample]
            _pack(vector, order, extra, scale, packed)
            for start in range(0, count, BLOCKS):
                end = min(start + BLOCKS, count)
                for ahead in range(steps):
                    read = inputs_of[start:end, ahead : ahead + look_back]
                    _run_blocks(cell, layers, packed, read, states, memory, (rows, num_units, vector, dimension))
                    for block in range(start, end):
                        part = out[sample, ahead, block * LANES : min((block + 1) * LANES, windows)]
                        top = (2 * (block - start) + last + 1) * rows - units
                        _dense(activation, vector[first_dense:], units, states, top, part)
                        if steps > 1:
                            _feed_back(part, inputs_of[block, look_back + ahead])
            # A gate turns infinity into 1 and hides it: such a network must not look like a fine one.
            if not _all_finite(vector):
                out[sample] = _NAN

    return forward


forward: Final = _make_forward(SOURCES)
