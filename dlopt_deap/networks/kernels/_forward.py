"""The forward pass of recurrent networks, compiled by numba.

Everything runs on blocks of ``LANES`` windows. A number of the network, such as the state of one unit, is a row of
``LANES`` floats, one a window: windows are what the processor's vectors run over. All states of a block lie in one
array, ``states``, layer after layer with the inputs first::

    x | h of layer 0 | h of layer 1 | ...

so that what a layer reads, the states below it at this time step and its own of the step before, are neighbouring
rows. Every layer makes its step before the next time step begins, so no sequence of states is ever stored.

All kernels are in one file because numba renews compiled code that is cached on disk when *this* file changes.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import numpy as np
from llvmlite import binding, ir  # type: ignore[import-untyped]
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from dlopt_deap.networks.cells import ACTIVATIONS, CELLS
from dlopt_deap.networks.layout import TILE

Floats = NDArray[np.float32]
Function = TypeVar("Function", bound=Callable[..., Any])

LANES: Final = 32 if binding.get_host_cpu_features().get("avx512f") else 16
"""Windows in a block: as many as let the sums of a tile (``TILE`` rows of ``LANES``) stay in half of the registers."""

LSTM, GRU = CELLS["lstm"].code, CELLS["gru"].code
TANH, SIGMOID, RELU = ACTIVATIONS["tanh"], ACTIVATIONS["sigmoid"], ACTIVATIONS["relu"]


def _compiled(function: Function) -> Function:
    """Compile a function as part of a kernel."""
    # Only the fusing of a * b + c is allowed: it keeps NaN and infinity what they are, whatever is vectorised.
    compiled: Function = njit(nogil=True, error_model="numpy", fastmath={"contract"})(function)
    return compiled


def _kernel(function: Function) -> Function:
    """Compile a function that Python calls, once a machine: its code is cached on disk."""
    compiled: Function = njit(nogil=True, error_model="numpy", fastmath={"contract"}, cache=True)(function)
    return compiled


_HALF, _ONE, _TWO, _ZERO = np.float32(0.5), np.float32(1), np.float32(2), np.float32(0)
_NAN = np.float32(np.nan)

# tanh(x) is x P(x^2) / Q(x^2) within 1.1e-8 for |x| <= 8.5, and within 8.3e-8 of 1 beyond. The coefficients are a
# least-squares fit with Lawson's weights, which makes the greatest error the least.
_LIMIT = np.float32(8.5)
_P = [np.float32(c) for c in (0.9999999403953552, 0.1340620368719101, 0.003525816835463047, 2.112153742928058e-05)]
_P0, _P1, _P2, _P3, _P4 = *_P, np.float32(1.4099208911488859e-08)
_Q = [np.float32(c) for c in (0.467395156621933, 0.025991126894950867, 0.0003335686633363366, 8.073602657532319e-07)]
_Q1, _Q2, _Q3, _Q4 = _Q


@_compiled
def _tanh_parts(x: Any) -> Any:
    """Return numerator and denominator of tanh(x): who needs several of them divides only once."""
    # Written so that a NaN passes both comparisons.
    x = _LIMIT if x > _LIMIT else x
    x = -_LIMIT if x < -_LIMIT else x
    square = x * x
    p = (((_P4 * square + _P3) * square + _P2) * square + _P1) * square + _P0
    q = (((_Q4 * square + _Q3) * square + _Q2) * square + _Q1) * square + _ONE
    return x * p, q


@_compiled
def _sigmoid_parts(half: Any) -> Any:
    """Return numerator and denominator of twice the logistic function of x, which is 1 + tanh(x / 2), from x / 2."""
    p, q = _tanh_parts(half)
    return p + q, q


@intrinsic  # type: ignore[untyped-decorator]
def _multiply_tile(
    _typing: Any, weights: Any, first_weight: Any, states: Any, first_state: Any, features: Any, sums: Any
) -> Any:
    """Write ``sums[r] = bias[r] + sum over j of weight[j, r] * states[first_state + j]`` for the rows r of a tile.

    ``weights`` holds, from ``first_weight``, the ``TILE`` biases and then ``TILE`` weights for each feature j. This is
    the inner loop of everything: it is written for LLVM itself, with the ``TILE * LANES`` sums in vector registers
    over the whole loop, because numba's own loops would load and store them for every feature.
    """
    signature = types.void(weights, first_weight, states, first_state, features, sums)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        floats = ir.VectorType(ir.FloatType(), LANES)
        number = ir.IntType(64)
        pointers = [
            context.make_array(kind)(context, builder, value).data if isinstance(kind, types.Array) else value
            for kind, value in zip(signature.args, arguments, strict=True)
        ]
        weight_data, weight, state_data, state, count, sum_data = pointers

        def row(data: Any, index: Any) -> Any:
            first = builder.gep(data, [builder.mul(index, number(LANES))], inbounds=True)
            return builder.bitcast(first, floats.as_pointer())

        def spread(index: Any) -> Any:
            one = builder.load(builder.gep(weight_data, [index], inbounds=True))
            vector = builder.insert_element(ir.Constant(floats, ir.Undefined), one, ir.IntType(32)(0))
            first = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
            return builder.shuffle_vector(vector, vector, first)

        totals = [cgutils.alloca_once_value(builder, spread(builder.add(weight, number(r)))) for r in range(TILE)]
        with cgutils.for_range(builder, count) as loop:
            feature = builder.load(row(state_data, builder.add(state, loop.index)), align=4)
            place = builder.add(weight, builder.mul(builder.add(loop.index, number(1)), number(TILE)))
            for r, total in enumerate(totals):
                product = builder.fmul(spread(builder.add(place, number(r))), feature, flags=("contract",))
                builder.store(builder.fadd(builder.load(total), product, flags=("contract",)), total)
        for r, total in enumerate(totals):
            builder.store(builder.load(total), row(sum_data, number(r)), align=4)
        return context.get_dummy_value()

    return signature, generate


@_compiled
def _lstm_unit(sums: Floats, memory: Floats, memory_row: int, fresh: Floats, unit: int) -> None:
    """Make the step of one LSTM unit: ``sums`` are i / 2, f / 2, c, o / 2 before their activations."""
    for n in range(LANES):
        input_p, input_q = _sigmoid_parts(sums[0, n])
        forget_p, forget_q = _sigmoid_parts(sums[1, n])
        new_p, new_q = _tanh_parts(sums[2, n])
        output_p, output_q = _sigmoid_parts(sums[3, n])
        # Two divisions instead of five: a division takes as long as ten multiplications.
        added_q = input_q * new_q
        content_p = forget_p * memory[memory_row, n] * added_q + input_p * new_p * forget_q
        content = _HALF * content_p / (forget_q * added_q)
        memory[memory_row, n] = content
        p, q = _tanh_parts(content)
        fresh[unit, n] = _HALF * output_p * p / (output_q * q)


@_compiled
def _gru_unit(sums: Floats, states: Floats, state_row: int, fresh: Floats, unit: int) -> None:
    """Make the step of one GRU unit: ``sums`` are z / 2, r / 2, and h from below and from the states."""
    for n in range(LANES):
        update_p, update_q = _sigmoid_parts(sums[0, n])
        reset_p, reset_q = _sigmoid_parts(sums[1, n])
        new_p, new_q = _tanh_parts(sums[2, n] + _HALF * reset_p / reset_q * sums[3, n])
        state_p = update_p * states[state_row, n] * new_q + (_TWO * update_q - update_p) * new_p
        fresh[unit, n] = _HALF * state_p / (update_q * new_q)


@_compiled
def _simple_units(sums: Floats, fresh: Floats, unit: int) -> None:
    """Make the step of ``TILE`` simple units."""
    for r in range(TILE):
        for n in range(LANES):
            p, q = _tanh_parts(sums[r, n])
            fresh[unit + r, n] = p / q


@_compiled
def _layer_step(
    cell: int, layer: Any, first_step: bool, packed: Floats, states: Floats, memory: Floats, fresh: Floats, sums: Floats
) -> None:
    """Replace the states of one layer by those of the next time step; ``layer`` is a row of ``Layout.layers``."""
    inputs, units, tiles, first_state, first_memory, first_weight = layer
    # The states before the first step are zero: their products need not be made.
    features = inputs if first_step else inputs + units
    own = first_state + inputs
    for tile in range(tiles):
        _multiply_tile(packed, first_weight, states, first_state, features, sums)
        first_weight += TILE * (1 + inputs + units)
        if cell == LSTM:
            _lstm_unit(sums, memory, first_memory + tile, fresh, tile)
        elif cell == GRU:
            _gru_unit(sums, states, own + tile, fresh, tile)
        else:
            _simple_units(sums, fresh, TILE * tile)
    # Only now: all units of the layer read the states of the step before.
    for unit in range(units):
        for n in range(LANES):
            states[own + unit, n] = fresh[unit, n]


@_compiled
def _dense(activation: int, weights: Floats, units: int, states: Floats, first_state: int, out: Floats) -> None:
    """Write the network's outputs for the windows of a block; ``weights`` are the dense kernel, then its bias."""
    windows, outputs = out.shape
    total = np.empty(LANES, np.float32)
    for o in range(outputs):
        total[:] = weights[units * outputs + o]
        for unit in range(units):
            weight = weights[unit * outputs + o]
            for n in range(LANES):
                total[n] += weight * states[first_state + unit, n]
        for n in range(windows):
            value = total[n]
            if activation == TANH:
                p, q = _tanh_parts(value)
                value = p / q
            elif activation == SIGMOID:
                p, q = _sigmoid_parts(_HALF * value)
                value = _HALF * p / q
            elif activation == RELU:
                value = _ZERO if value < _ZERO else value
            out[n, o] = value


@_compiled
def _row_scales(cell: int) -> Floats:
    """Give what the rows of a tile are multiplied by: half for the logistic gates, which is exact and costs nothing."""
    scale = np.ones(TILE, np.float32)
    if cell == LSTM:
        scale[0], scale[1], scale[3] = _HALF, _HALF, _HALF
    elif cell == GRU:
        scale[0], scale[1] = _HALF, _HALF
    return scale


@_compiled
def _pack(vector: Floats, order: NDArray[np.int32], extra: NDArray[np.int32], scale: Floats, packed: Floats) -> None:
    """Put a network's weights into ``packed``, in the order in which the steps read them; see ``Layout``."""
    for k in range(order.size):
        packed[k] = vector[order[k]] * scale[k % TILE] if order[k] >= 0 else _ZERO
    for k in range(extra.shape[0]):
        packed[extra[k, 0]] += vector[extra[k, 1]] * scale[extra[k, 0] % TILE]


@_compiled
def _aligned_rows(rows: int) -> Floats:
    """Make an array of shape (rows, LANES), of zeros, whose rows begin where the cache's lines of 64 bytes do."""
    spare = 64 // 4
    memory = np.zeros(rows * LANES + spare, np.float32)
    first = (-(memory.ctypes.data // 4)) % spare
    return memory[first : first + rows * LANES].reshape(rows, LANES)


@_compiled
def _all_finite(weights: Floats) -> bool:
    """Tell whether a vector has neither NaN nor infinity; a count, since a loop that ends early is not vectorised."""
    finite = 0
    for weight in weights:
        finite += np.isfinite(weight)
    return bool(finite == weights.size)


@_compiled
def _with_room(blocks: Floats, steps: int) -> Floats:
    """Copy windows with so many rows after the last, for what will be forecast."""
    count, look_back, inputs, lanes = blocks.shape
    rows = np.zeros((count, look_back + steps, inputs, lanes), np.float32)
    rows[:, :look_back] = blocks
    return rows


@_compiled
def _feed_back(forecasts: Floats, row: Floats) -> None:
    """Write the forecasts of a block, shape (windows, outputs), as a row of inputs, shape (inputs, LANES)."""
    windows, outputs = forecasts.shape
    for o in range(outputs):
        for n in range(windows):
            # A gate turns infinity into 1 and hides it; a NaN goes through all gates into whatever is forecast next.
            value = forecasts[n, o]
            row[o, n] = value if np.isfinite(value) else _NAN


@_kernel
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
    count, look_back, inputs, _ = blocks.shape
    _, steps, windows, outputs = out.shape
    units, first_dense = layers[-1, 1], weights.shape[1] - (layers[-1, 1] + 1) * outputs
    num_units = layers[:, 1].sum()
    packed, scale = np.empty(order.size, np.float32), _row_scales(cell)
    states, memory = _aligned_rows(inputs + num_units), _aligned_rows(num_units)
    fresh, sums = _aligned_rows(layers[:, 1].max() + TILE), _aligned_rows(TILE)
    rows = blocks if steps == 1 else _with_room(blocks, steps)
    for sample in range(weights.shape[0]):
        vector = weights[sample]
        _pack(vector, order, extra, scale, packed)
        for block in range(count):
            first = block * LANES
            for ahead in range(steps):
                states[:], memory[:] = _ZERO, _ZERO
                for step in range(look_back):
                    states[:inputs] = rows[block, ahead + step]
                    for layer in range(layers.shape[0]):
                        row = layers[layer]
                        plan = (row[0], row[1], row[2], row[3], row[4], row[5])
                        _layer_step(cell, plan, step == 0, packed, states, memory, fresh, sums)
                part = out[sample, ahead, first : min(first + LANES, windows)]
                _dense(activation, vector[first_dense:], units, states, inputs + num_units - units, part)
                if steps > 1:
                    _feed_back(part, rows[block, look_back + ahead])
        # A gate turns infinity into 1 and hides it: such a network must not look like a fine one.
        if not _all_finite(vector):
            out[sample] = _NAN
