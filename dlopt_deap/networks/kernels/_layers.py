"""One recurrent layer in training, compiled by numba: its states, its errors, and the gradient of its weights.

A time step of a layer is a matrix of rows, one a window, whose columns are units (see ``_product`` and ``_cells``).
The steps of a layer follow one another in memory, so the products that do not wait for time, those with the layer
below and those that give the gradients of the weights, are made for all steps at once.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.networks.cells import CELLS
from dlopt_deap.networks.kernels._cells import (
    gru_backward,
    gru_forward,
    lstm_backward,
    lstm_forward,
    simple_backward,
    simple_forward,
)
from dlopt_deap.networks.kernels._product import multiply
from dlopt_deap.networks.kernels._vectors import Floats, compiled

LSTM, GRU = CELLS["lstm"].code, CELLS["gru"].code
_ZERO = np.float32(0)
# Steps as numpy's numbers: a literal number is a type of its own to numba, which would compile the product again.
STAY, NEXT = np.int64(0), np.int64(1)

_CHUNK: Final = 96
"""Rows whose products are added to the gradient at once: a strip of them stays in the first cache."""

Integers = NDArray[np.int64]


class Layer(NamedTuple):
    """Sizes of a recurrent layer, and where its numbers are; see ``TrainingLayout``."""

    inputs: int
    units: int
    width: int
    columns: int
    stride: int
    kernel: int
    recurrent: int
    bias: int
    own_bias: int
    kernel_t: int
    recurrent_t: int
    below: int
    below_step: int
    below_error: int
    gates: int
    own: int
    state: int
    memory: int
    squashed: int
    given: int
    error: int


class Dense(NamedTuple):
    """Sizes of the dense output, and where its numbers are."""

    outputs: int
    width: int
    kernel: int
    bias: int
    kernel_t: int
    out: int
    zeros: int
    carried: int


@compiled
def read_layer(row: Integers) -> Layer:
    """Read a row of the plan."""
    return Layer(
        row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8], row[9], row[10],
        row[11], row[12], row[13], row[14], row[15], row[16], row[17], row[18], row[19], row[20],
    )  # fmt: skip


@compiled
def read_dense(row: Integers) -> Dense:
    """Read the last row of the plan."""
    return Dense(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7])


@compiled
def layer_forward(cell: int, layer: Layer, work: Floats, weights: Floats, look_back: int, windows: int) -> None:
    """Compute the states of a layer at all time steps, and keep what the way back needs."""
    columns, width = layer.columns, layer.width
    below = (work, layer.below, layer.below_step, NEXT)
    kernel, recurrent = (weights, layer.kernel, layer.stride), (weights, layer.recurrent, layer.stride)
    size = (look_back * windows, columns, layer.inputs)
    multiply((work, layer.gates, columns), (weights, layer.bias, STAY), below, kernel, size)
    count = windows * width
    for step in range(look_back):
        state, gates = layer.state + step * count, layer.gates + step * windows * columns
        before = state - count
        # The states before the first step are zero: their products need not be made.
        read = layer.units if step > 0 else 0
        old = layer.memory + (step - 1) * count if step > 0 else -1
        if cell == GRU:
            own = layer.own + step * windows * columns
            size = (windows, columns, read)
            multiply(
                (work, own, columns), (weights, layer.own_bias, STAY), (work, before, width, NEXT), recurrent, size
            )
            gru_forward(work, gates, own, before if step > 0 else -1, state, count)
            continue
        if step > 0:
            sums = (work, gates, columns)
            multiply(sums, sums, (work, before, width, NEXT), recurrent, (windows, columns, read))
        if cell == LSTM:
            memory, squashed = layer.memory + step * count, layer.squashed + step * count
            lstm_forward(work, gates, old, memory, squashed, state, count)
        else:
            simple_forward(work, gates, state, count)


@compiled
def layer_backward(
    cell: int, layer: Layer, carried: int, work: Floats, turned: Floats, look_back: int, windows: int
) -> None:
    """Turn the gates of a layer at all time steps into the gradients of their sums."""
    columns, width = layer.columns, layer.width
    count = windows * width
    recurrent = (turned, layer.recurrent_t, width)
    work[carried : carried + count] = _ZERO
    for step in range(look_back - 1, -1, -1):
        state, error = layer.state + step * count, layer.error + step * count
        gates, own = layer.gates + step * windows * columns, layer.own + step * windows * columns
        if cell == LSTM:
            old = layer.memory + (step - 1) * count if step > 0 else -1
            lstm_backward(work, gates, old, layer.squashed + step * count, error, carried, count)
        elif cell == GRU:
            gru_backward(work, gates, own, state - count if step > 0 else -1, error, error - count, count)
        else:
            simple_backward(work, gates, state, error, count)
        if step > 0:
            sums = (work, error - count, width)
            multiply(sums, sums, (work, own, columns, NEXT), recurrent, (windows, width, columns))


@compiled
def add_gradient(
    out: Floats, first: int, stride: int, work: Floats, left: Any, right: int, columns: int, size: Any
) -> None:
    """Add to a gradient the product of what was read with the gradients of the sums, over time and windows.

    ``left`` is where the numbers read are and the step from row to row, ``size`` how many numbers and rows.
    """
    place, step = left
    numbers, rows = size
    target = (out, first, stride)
    for start in range(0, rows, _CHUNK):
        read = (work, place + start * step, NEXT, step)
        errors = (work, right + start * columns, columns)
        multiply(target, target, read, errors, (numbers, columns, min(_CHUNK, rows - start)))


@compiled
def layer_gradient(cell: int, layer: Layer, work: Floats, gradient: Floats, look_back: int, windows: int) -> None:
    """Add the gradients of the weights of a layer."""
    columns, rows, stride = layer.columns, look_back * windows, layer.stride
    below, states = (layer.below, layer.below_step), (layer.state, layer.width)
    add_gradient(gradient, layer.kernel, stride, work, below, layer.gates, columns, (layer.inputs, rows))
    later = layer.own + windows * columns
    add_gradient(gradient, layer.recurrent, stride, work, states, later, columns, (layer.units, rows - windows))
    # The number 1 stands at the very beginning.
    one = (STAY, STAY)
    add_gradient(gradient, layer.bias, stride, work, one, layer.gates, columns, (NEXT, rows))
    if cell == GRU:
        add_gradient(gradient, layer.own_bias, stride, work, one, layer.own, columns, (NEXT, rows))
