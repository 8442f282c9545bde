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
"""Windows in a block: as many as let the sums of a tile (``TILE`` rows of ``LANES``) stay in half of the registers."""

_TANH, _SIGMOID = ACTIVATIONS["tanh"], ACTIVATIONS["sigmoid"]

_HALF, _TWO = np.float32(0.5), np.float32(2)

load, spread = loader(LANES), spreader(LANES)


@intrinsic  # type: ignore[untyped-decorator]
def tile_sums(_typing: Any, weights: Any, first_weight: Any, states: Any, first_state: Any, features: Any) -> Any:
    """Return the vectors ``bias[r] + sum over j of weight[j, r] * states[first_state + j]`` for the rows r of a tile.

    ``weights`` holds, from ``first_weight``, the ``TILE`` biases and then ``TILE`` weights for each feature j. This is
    the inner loop of everything: the ``TILE * LANES`` sums stay in vector registers over the whole loop, and from
    there they go into the gates.
    """
    kind = types.UniTuple(Vector(LANES), TILE)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        number = ir.IntType(64)
        weight_data, state_data = (data_of(context, builder, signature.args[k], arguments[k]) for k in (0, 2))
        _, weight, _, state, count = arguments

        def spread(index: Any) -> Any:
            return spread_float(builder, builder.load(builder.gep(weight_data, [index], inbounds=True)), LANES)

        totals = [cgutils.alloca_once_value(builder, spread(builder.add(weight, number(r)))) for r in range(TILE)]
        with cgutils.for_range(builder, count) as loop:
            row = builder.mul(builder.add(state, loop.index), number(LANES))
            feature = builder.load(vector_at(builder, state_data, row, LANES), align=4)
            place = builder.add(weight, builder.mul(builder.add(loop.index, number(1)), number(TILE)))
            for r, total in enumerate(totals):
                product = builder.fmul(spread(builder.add(place, number(r))), feature, flags=("contract",))
                builder.store(builder.fadd(builder.load(total), product, flags=("contract",)), total)
        return context.make_tuple(builder, kind, [builder.load(total) for total in totals])

    return kind(weights, first_weight, states, first_state, features), generate


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
def gru_unit(sums: Any, old: Floats, new: Floats, row: int) -> None:
    """Make the step of one GRU unit: ``sums`` are z / 2, r / 2, and h from below and from the states."""
    update_p, update_q = sigmoid_parts(sums[0])
    reset_p, reset_q = sigmoid_parts(sums[1])
    new_p, new_q = tanh_parts(sums[2] + _HALF * reset_p / reset_q * sums[3])
    state_p = update_p * load(old, row * LANES) * new_q + (_TWO * update_q - update_p) * new_p
    store(new, row * LANES, _HALF * state_p / (update_q * new_q))


@compiled
def simple_units(sums: Any, new: Floats, row: int, count: int) -> None:
    """Make the step of ``TILE`` simple units, or of the ``count`` that a layer's last tile has."""
    for r in range(TILE):
        if r < count:
            p, q = tanh_parts(sums[r])
            store(new, (row + r) * LANES, p / q)


@compiled
def activated(activation: int, x: Any) -> Any:
    """Return the activation of the outputs, except ReLU."""
    if activation == _TANH:
        p, q = tanh_parts(x)
        return p / q
    if activation == _SIGMOID:
        p, q = sigmoid_parts(_HALF * x)
        return _HALF * p / q
    return x
