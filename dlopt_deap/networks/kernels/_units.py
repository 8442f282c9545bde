"""What the forward pass makes of one block of windows at a time: sums, the steps of units, and outputs.

A number of the network is a row of ``LANES`` floats, one a window; see ``_forward``.
"""

from typing import Any, Final

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from dlopt_deap.networks.cells import ACTIVATIONS
from dlopt_deap.networks.kernels._tanh import sigmoid_parts, tanh_parts
from dlopt_deap.networks.kernels._vectors import (
    WIDE,
    Floats,
    Vector,
    compiled,
    data_of,
    loader,
    spread_float,
    spreader,
    store,
    vector_at,
)
from dlopt_deap.networks.layout import TILE

LANES: Final = 32 if WIDE else 16
"""Windows in a block: they fill two vector registers."""

AT_ONCE: Final = 2 if WIDE else 1
"""Blocks whose sums are computed at once: those of a tile (``TILE`` rows) then fill half of the vector registers."""

_TANH, _SIGMOID = ACTIVATIONS["tanh"], ACTIVATIONS["sigmoid"]

_HALF, _TWO = np.float32(0.5), np.float32(2)

load, spread = loader(LANES), spreader(LANES)


@intrinsic  # type: ignore[untyped-decorator]
def tile_sums(_typing: Any, weights: Any, first_weight: Any, states: Any, first_states: Any, features: Any) -> Any:
    """Return, for each of ``AT_ONCE`` blocks, the sums of the rows of a tile: a vector for each row.

    Those of row r are ``bias[r] + sum over j of weight[j, r] * states[first_state + j]``. ``weights`` holds, from
    ``first_weight``, the ``TILE`` biases and then ``TILE`` weights for each feature j. This is the inner loop of
    everything: all sums stay in vector registers over the whole loop, and from there they go into the gates.
    """
    kind = types.UniTuple(types.UniTuple(Vector(LANES), TILE), AT_ONCE)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        number = ir.IntType(64)
        weight_data, state_data = (data_of(context, builder, signature.args[k], arguments[k]) for k in (0, 2))
        _, weight, _, blocks, count = arguments

        def spread_weight(index: Any) -> Any:
            return spread_float(builder, builder.load(builder.gep(weight_data, [index], inbounds=True)), LANES)

        def load_state(first: Any, index: Any) -> Any:
            row = builder.mul(builder.add(first, index), number(LANES))
            return builder.load(vector_at(builder, state_data, row, LANES), align=4)

        biases = [spread_weight(builder.add(weight, number(r))) for r in range(TILE)]
        firsts = cgutils.unpack_tuple(builder, blocks)
        totals = [[cgutils.alloca_once_value(builder, bias) for bias in biases] for _ in firsts]
        with cgutils.for_range(builder, count) as loop:
            place = builder.add(weight, builder.mul(builder.add(loop.index, number(1)), number(TILE)))
            factors = [spread_weight(builder.add(place, number(r))) for r in range(TILE)]
            for first, sums in zip(firsts, totals, strict=True):
                state = load_state(first, loop.index)
                for factor, total in zip(factors, sums, strict=True):
                    product = builder.fmul(factor, state, flags=("contract",))
                    builder.store(builder.fadd(builder.load(total), product, flags=("contract",)), total)
        results = [[builder.load(total) for total in sums] for sums in totals]
        return context.make_tuple(builder, kind, [context.make_tuple(builder, kind.dtype, one) for one in results])

    return kind(weights, first_weight, states, first_states, features), generate


@compiled
def lstm_unit(sums: Any, memory: Floats, memory_row: int, new: Floats, row: int) -> None:
    """Make the step of one LSTM unit: ``sums`` are i / 2, f / 2, c, o / 2 before their activations."""
    input_p, input_q = sigmoid_parts(sums[0])
    forget_p, forget_q = sigmoid_parts(sums[1])
    new_p, new_q = tanh_parts(sums[2])
    output_p, output_q = sigmoid_parts(sums[3])
    # Two divisions instead of five.
    added_q = input_q * new_q
    content_p = forget_p * load(memory, memory_row * LANES) * added_q + input_p * new_p * forget_q
    content = _HALF * content_p / (forget_q * added_q)
    store(memory, memory_row * LANES, content)
    p, q = tanh_parts(content)
    store(new, row * LANES, _HALF * output_p * p / (output_q * q))


@compiled
def gru_unit(sums: Any, states: Floats, old: int, new: int) -> None:
    """Make the step of one GRU unit: ``sums`` are z / 2, r / 2, and h from below and from the states."""
    update_p, update_q = sigmoid_parts(sums[0])
    reset_p, reset_q = sigmoid_parts(sums[1])
    new_p, new_q = tanh_parts(sums[2] + _HALF * reset_p / reset_q * sums[3])
    state_p = update_p * load(states, old * LANES) * new_q + (_TWO * update_q - update_p) * new_p
    store(states, new * LANES, _HALF * state_p / (update_q * new_q))


@compiled
def simple_units(sums: Any, new: Floats, row: int, count: int) -> None:
    """Make the step of ``TILE`` simple units, or of the ``count`` that a layer's last tile has."""
    for r in range(TILE):
        if r < count:
            p, q = tanh_parts(sums[r])
            store(new, (row + r) * LANES, p / q)


@compiled
def activated(activation: int, x: Any) -> Any:
    """Return the activation of the outputs, except ReLU and softmax."""
    if activation == _TANH:
        p, q = tanh_parts(x)
        return p / q
    if activation == _SIGMOID:
        p, q = sigmoid_parts(_HALF * x)
        return _HALF * p / q
    return x


@compiled
def softmax(out: Floats, row: int) -> None:
    """Replace a row by its softmax; the greatest is subtracted first, so that nothing overflows. NaN stays NaN."""
    outputs = out.shape[1]
    greatest = out[row, 0]
    for o in range(1, outputs):
        greatest = max(greatest, out[row, o])
    total = np.float32(0)
    for o in range(outputs):
        value = np.exp(out[row, o] - greatest)
        out[row, o] = value
        total += value
    for o in range(outputs):
        out[row, o] /= total
