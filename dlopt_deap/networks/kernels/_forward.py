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
from dlopt_deap.networks.kernels._sources import SOURCES
from dlopt_deap.networks.kernels._units import (
    LANES,
    activated,
    gru_unit,
    load,
    lstm_unit,
    simple_units,
    spread,
    tile_sums,
)
from dlopt_deap.networks.kernels._vectors import Floats, compiled, kernel, store
from dlopt_deap.networks.layout import TILE

LSTM, GRU, RELU = CELLS["lstm"].code, CELLS["gru"].code, ACTIVATIONS["relu"]
_HALF, _ZERO, _NAN = np.float32(0.5), np.float32(0), np.float32(np.nan)


@compiled
def _layer_step(
    cell: int, layer: Any, first_step: bool, packed: Floats, old: Floats, new: Floats, memory: Floats
) -> None:
    """Write the states of one layer after the next time step; ``layer`` is a row of ``Layout.layers``."""
    inputs, units, tiles, first_state, first_memory, first_weight = layer
    # The states before the first step are zero: their products need not be made.
    features = inputs if first_step else inputs + units
    own = first_state + inputs
    for tile in range(tiles):
        sums = tile_sums(packed, first_weight, old, first_state, features)
        first_weight += TILE * (1 + inputs + units)
        if cell == LSTM:
            lstm_unit(sums, memory, first_memory + tile, new, own + tile)
        elif cell == GRU:
            gru_unit(sums, old, new, own + tile)
        else:
            simple_units(sums, new, own + TILE * tile, units - TILE * tile)


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
def _copy(rows: int, source: Floats, target: Floats) -> None:
    """Copy the first rows; numba's own assignment first makes sure that neither overlaps the other."""
    for place in range(0, rows * LANES, LANES):
        store(target, place, load(source, place))


@compiled
def _run_block(
    cell: int, layers: NDArray[np.int64], packed: Floats, window: Floats, states: Any, memory: Floats
) -> None:
    """Make all time steps of a block of windows, shape (look_back, inputs, LANES), with states of zero before them."""
    look_back, inputs, _ = window.shape
    for place in range(0, memory.size, LANES):
        store(memory, place, spread(_ZERO))
    for place in range(0, states.size, LANES):
        store(states, place, spread(_ZERO))
    for step in range(look_back):
        _copy(inputs, window[step], states[step % 2])
        for layer in range(layers.shape[0]):
            row = layers[layer]
            plan = (row[0], row[1], row[2], row[3], row[4], row[5])
            side = (step + layer) % 2
            _layer_step(cell, plan, step == 0, packed, states[side], states[1 - side], memory)


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
        """
        _sources  # noqa: B018  # it makes the code on disk belong to all the files
        count, look_back, inputs, _ = blocks.shape
        _, steps, windows, outputs = out.shape
        num_layers, units, num_units = layers.shape[0], layers[-1, 1], layers[:, 1].sum()
        first_dense = weights.shape[1] - (units + 1) * outputs
        packed, scale = np.empty(order.size, np.float32), _row_scales(cell)
        states = aligned_rows(2 * (inputs + num_units)).reshape(2, inputs + num_units, LANES)
        last, memory = states[(look_back + num_layers - 1) % 2], aligned_rows(num_units)
        rows = blocks if steps == 1 else _with_room(blocks, steps)
        for sample in range(weights.shape[0]):
            vector = weights[sample]
            _pack(vector, order, extra, scale, packed)
            for block in range(count):
                first = block * LANES
                for ahead in range(steps):
                    _run_block(cell, layers, packed, rows[block, ahead : ahead + look_back], states, memory)
                    part = out[sample, ahead, first : min(first + LANES, windows)]
                    _dense(activation, vector[first_dense:], units, last, inputs + num_units - units, part)
                    if steps > 1:
                        _feed_back(part, rows[block, look_back + ahead])
            # A gate turns infinity into 1 and hides it: such a network must not look like a fine one.
            if not _all_finite(vector):
                out[sample] = _NAN

    return forward


forward: Final = _make_forward(SOURCES)
