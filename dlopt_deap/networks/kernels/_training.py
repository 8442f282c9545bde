"""The training of recurrent networks, compiled by numba: forward, backward through time, optimizer, all batches.

A time step of a layer is a matrix of rows, one a window, whose columns are units (see ``_lanes`` and ``_cells``).
The steps of a layer follow one another in memory, so the products that do not wait for time, those with the layer
below and those that give the gradients of the weights, are made for all steps at once.
"""

import hashlib
import math
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dlopt_deap.networks.cells import ACTIVATIONS, CELLS
from dlopt_deap.networks.kernels._cells import (
    gru_backward,
    gru_forward,
    lstm_backward,
    lstm_forward,
    sigmoid_parts,
    simple_backward,
    simple_forward,
    tanh_parts,
)
from dlopt_deap.networks.kernels._dropout import drop, key_of
from dlopt_deap.networks.kernels._lanes import Floats, compiled, load, multiply, store
from dlopt_deap.networks.kernels._updates import clip, update
from dlopt_deap.networks.losses import LOSSES
from dlopt_deap.networks.training_layout import EVALUATE, LANES, TRAIN

LSTM, GRU = CELLS["lstm"].code, CELLS["gru"].code
TANH, SIGMOID, RELU = ACTIVATIONS["tanh"], ACTIVATIONS["sigmoid"], ACTIVATIONS["relu"]
MSE, MAE = LOSSES["mse"], LOSSES["mae"]
_ONE, _ZERO, _TWO = np.float32(1), np.float32(0), np.float32(2)

_NO_DROPOUT: Final = -1.0
# Steps as numpy's numbers: a literal number is a type of its own to numba, which would compile the product again.
_STAY, _NEXT = np.int64(0), np.int64(1)
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
def _layer(row: Integers) -> Layer:
    """Read a row of the plan."""
    return Layer(
        row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8], row[9], row[10],
        row[11], row[12], row[13], row[14], row[15], row[16], row[17], row[18], row[19], row[20],
    )  # fmt: skip


@compiled
def _dense(row: Integers) -> Dense:
    """Read the last row of the plan."""
    return Dense(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7])


@compiled
def _layer_forward(cell: int, layer: Layer, work: Floats, weights: Floats, look_back: int, windows: int) -> None:
    """Compute the states of a layer at all time steps, and keep what the way back needs."""
    columns, width = layer.columns, layer.width
    below = (work, layer.below, layer.below_step, _NEXT)
    kernel, recurrent = (weights, layer.kernel, layer.stride), (weights, layer.recurrent, layer.stride)
    size = (look_back * windows, columns, layer.inputs)
    multiply((work, layer.gates, columns), (weights, layer.bias, _STAY), below, kernel, size)
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
                (work, own, columns), (weights, layer.own_bias, _STAY), (work, before, width, _NEXT), recurrent, size
            )
            gru_forward(work, gates, own, before if step > 0 else -1, state, count)
            continue
        if step > 0:
            sums = (work, gates, columns)
            multiply(sums, sums, (work, before, width, _NEXT), recurrent, (windows, columns, read))
        if cell == LSTM:
            memory, squashed = layer.memory + step * count, layer.squashed + step * count
            lstm_forward(work, gates, old, memory, squashed, state, count)
        else:
            simple_forward(work, gates, state, count)


@compiled
def _layer_backward(
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
            multiply(sums, sums, (work, own, columns, _NEXT), recurrent, (windows, width, columns))


@compiled
def _add_gradient(
    out: Floats, first: int, stride: int, work: Floats, left: Any, right: int, columns: int, size: Any
) -> None:
    """Add to a gradient the product of what was read with the gradients of the sums, over time and windows.

    ``left`` is where the numbers read are and the step from row to row, ``size`` how many numbers and rows.
    """
    place, step = left
    numbers, rows = size
    target = (out, first, stride)
    for start in range(0, rows, _CHUNK):
        read = (work, place + start * step, _NEXT, step)
        errors = (work, right + start * columns, columns)
        multiply(target, target, read, errors, (numbers, columns, min(_CHUNK, rows - start)))


@compiled
def _layer_gradient(cell: int, layer: Layer, work: Floats, gradient: Floats, look_back: int, windows: int) -> None:
    """Add the gradients of the weights of a layer."""
    columns, rows, stride = layer.columns, look_back * windows, layer.stride
    below, states = (layer.below, layer.below_step), (layer.state, layer.width)
    _add_gradient(gradient, layer.kernel, stride, work, below, layer.gates, columns, (layer.inputs, rows))
    later = layer.own + windows * columns
    _add_gradient(gradient, layer.recurrent, stride, work, states, later, columns, (layer.units, rows - windows))
    # The number 1 stands at the very beginning.
    one = (_STAY, _STAY)
    _add_gradient(gradient, layer.bias, stride, work, one, layer.gates, columns, (_NEXT, rows))
    if cell == GRU:
        _add_gradient(gradient, layer.own_bias, stride, work, one, layer.own, columns, (_NEXT, rows))


@compiled
def _turn(
    weights: Floats, first: int, stride: int, rows: int, columns: int, turned: Floats, to: int, step: int
) -> None:
    """Write the transpose of a matrix."""
    for c in range(0, columns, LANES):
        for r in range(rows):
            for k in range(LANES):
                turned[to + (c + k) * step + r] = weights[first + r * stride + c + k]


@compiled
def _turn_all(plan: Integers, weights: Floats, turned: Floats) -> None:
    """Write the transposes that the way back reads, except that of the first kernel, which nobody does."""
    last = plan.shape[0] - 1
    for l in range(last):  # noqa: E741
        layer = _layer(plan[l])
        if l > 0:
            _turn(
                weights, layer.kernel, layer.stride, layer.inputs, layer.columns,
                turned, layer.kernel_t, layer.below_step,
            )  # fmt: skip
        _turn(
            weights, layer.recurrent, layer.stride, layer.units, layer.columns,
            turned, layer.recurrent_t, layer.width,
        )  # fmt: skip
    dense, top = _dense(plan[last]), _layer(plan[last - 1])
    _turn(weights, dense.kernel, dense.width, top.units, dense.width, turned, dense.kernel_t, top.width)


@compiled
def _forward(codes: Any, plan: Integers, work: Floats, weights: Floats, shape: Any, dropout: Any) -> None:
    """Compute the network's outputs for the windows in ``work``, with dropout if its rate is not negative."""
    cell, activation, _ = codes
    look_back, windows = shape
    rate, seed, counter = dropout
    last = plan.shape[0] - 1
    for l in range(last):  # noqa: E741
        layer = _layer(plan[l])
        _layer_forward(cell, layer, work, weights, look_back, windows)
        if rate >= 0:
            count = windows * layer.width
            # Of the last layer only the last states are read.
            skipped = (look_back - 1) * count if l == last - 1 else 0
            key = key_of(seed, counter * last + l)
            drop(work, layer.state + skipped, layer.given + skipped, look_back * count - skipped, rate, key)
    dense, top = _dense(plan[last]), _layer(plan[last - 1])
    read = (work, top.given + (look_back - 1) * windows * top.width, top.width, _NEXT)
    size = (windows, dense.width, top.units)
    multiply(
        (work, dense.out, dense.width), (weights, dense.bias, _STAY), read, (weights, dense.kernel, dense.width), size
    )
    for k in range(dense.out, dense.out + windows * dense.width, LANES):
        if activation == TANH:
            p, q = tanh_parts(load(work, k))
            store(work, k, p / q)
        elif activation == SIGMOID:
            p, q = sigmoid_parts(load(work, k))
            store(work, k, p / q)
        elif activation == RELU:
            for n in range(k, k + LANES):
                work[n] = _ZERO if work[n] < _ZERO else work[n]


@compiled
def _loss(codes: Any, dense: Dense, work: Floats, y: Floats, chosen: Integers, scale: Any) -> float:
    """Return the sum of the losses, and replace the outputs by the gradients of what they were activated from."""
    _, activation, loss = codes
    total = 0.0
    for n in range(chosen.size):
        for o in range(dense.outputs):
            place = dense.out + n * dense.width + o
            value = work[place]
            error = value - y[chosen[n], o]
            size = abs(error)
            sign = _ONE if error > _ZERO else (-_ONE if error < _ZERO else error)
            if loss == MSE:
                cost, slope = error * error, _TWO * error
            elif loss == MAE:
                cost, slope = size, sign
            elif size > _ONE:
                cost, slope = size - np.float32(0.5), sign
            else:
                cost, slope = np.float32(0.5) * error * error, error
            total += np.float64(cost)
            if activation == TANH:
                slope *= _ONE - value * value
            elif activation == SIGMOID:
                slope *= value * (_ONE - value)
            elif activation == RELU and not value > _ZERO:
                slope = _ZERO
            work[place] = slope * scale
        for o in range(dense.outputs, dense.width):
            work[dense.out + n * dense.width + o] = _ZERO
    return total


@compiled
def _backward(
    codes: Any, plan: Integers, work: Floats, turned: Floats, gradient: Floats, shape: Any, dropout: Any
) -> None:
    """Add the gradient for the windows whose states and errors are in ``work``."""
    cell = codes[0]
    look_back, windows = shape
    rate, seed, counter = dropout
    last = plan.shape[0] - 1
    dense, top = _dense(plan[last]), _layer(plan[last - 1])
    skipped = (look_back - 1) * windows * top.width
    read = (top.given + skipped, top.width)
    _add_gradient(gradient, dense.kernel, dense.width, work, read, dense.out, dense.width, (top.units, windows))
    _add_gradient(gradient, dense.bias, dense.width, work, (_STAY, _STAY), dense.out, dense.width, (_NEXT, windows))
    work[top.error : top.error + skipped] = _ZERO
    zeros, kernel = (work, dense.zeros, _STAY), (turned, dense.kernel_t, top.width)
    errors = (work, dense.out, dense.width, _NEXT)
    multiply((work, top.error + skipped, top.width), zeros, errors, kernel, (windows, top.width, dense.width))
    for l in range(last - 1, -1, -1):  # noqa: E741
        layer = _layer(plan[l])
        if rate >= 0:
            count = windows * layer.width
            skipped = (look_back - 1) * count if l == last - 1 else 0
            first = layer.error + skipped
            drop(work, first, first, look_back * count - skipped, rate, key_of(seed, counter * last + l))
        _layer_backward(cell, layer, dense.carried, work, turned, look_back, windows)
        _layer_gradient(cell, layer, work, gradient, look_back, windows)
        if l > 0:
            below = (work, layer.below_error, layer.below_step)
            kernel = (turned, layer.kernel_t, layer.below_step)
            size = (look_back * windows, layer.below_step, layer.columns)
            multiply(below, zeros, (work, layer.gates, layer.columns, _NEXT), kernel, size)


@compiled
def _gather(x: Floats, chosen: Integers, work: Floats, first: int) -> None:
    """Copy windows into ``work``, time step after time step."""
    _, look_back, inputs = x.shape
    place = first
    for step in range(look_back):
        for n in chosen:
            for i in range(inputs):
                work[place] = x[n, step, i]
                place += 1


@compiled
def _batch(
    mode: int, codes: Any, plan: Integers, data: Any, batch: Integers, arrays: Any, dropout: Any, part: int
) -> float:
    """Return the sum of the losses of a batch, and add its gradient, ``part`` windows at a time."""
    x, y = data
    work, weights, turned, gradient = arrays
    rate, seed, counter = dropout
    look_back, dense = x.shape[1], _dense(plan[-1])
    scale = np.float32(1 / (batch.size * y.shape[1]))
    total = 0.0
    for start in range(0, batch.size, part):
        chosen = batch[start : start + part]
        shape = (look_back, chosen.size)
        masks = (rate, seed, counter + start // part)
        _gather(x, chosen, work, plan[0, 11])
        _forward(codes, plan, work, weights, shape, masks)
        total += _loss(codes, dense, work, y, chosen, scale)
        if mode != EVALUATE:
            _backward(codes, plan, work, turned, gradient, shape, masks)
    return total


@compiled
def _all_finite(weights: Floats) -> bool:
    """Tell whether a vector has neither NaN nor infinity; a count, since a loop that ends early is not vectorised."""
    finite = 0
    for weight in weights:
        finite += np.isfinite(weight)
    return bool(finite == weights.size)


def _make_run(_sources: str) -> Any:
    """Compile the one function that Python calls; see ``_SOURCES``."""

    @njit(nogil=True, error_model="numpy", fastmath={"contract"}, cache=True)  # type: ignore[untyped-decorator]
    def run(
        mode: int, codes: Any, plan: Integers, data: Any, order: Integers, sizes: Any, arrays: Any, learning: Any
    ) -> float:
        """Evaluate a network, compute its gradient, or train it for one epoch.

        Args:
            mode: ``EVALUATE``, ``DIFFERENTIATE`` (the gradient is left in ``arrays``) or ``TRAIN``.
            codes: Of the cell, the activation of the dense output, and the loss.
            plan: ``TrainingLayout.plan``.
            data: The windows, shape (windows, look_back, inputs), and targets, shape (windows, outputs).
            order: The windows to take, in this order.
            sizes: Windows in a batch, and in the part of it that is computed at once.
            arrays: Work space, weights, room for their transposes, and the gradient.
            learning: Optimizer (its code), learning rate, momentum, accumulators, clipping (kind and limit), Keras'
                variables, dropout (rate, or -1 for none, and seed), and steps made before.

        Returns:
            The mean loss over ``order``; NaN as soon as a batch's loss, or a weight, is not finite.
        """
        _sources  # noqa: B018  # it makes the code on disk belong to all the files
        batch_size, part = sizes
        _, weights, turned, gradient = arrays
        optimizer, rate, momentum, memory, clipping, variables, dropout, steps = learning
        parts = (batch_size + part - 1) // part
        total = 0.0
        for start in range(0, order.size, batch_size):
            batch = order[start : start + batch_size]
            if mode != EVALUATE:
                _turn_all(plan, weights, turned)
            masks = (dropout[0] if mode != EVALUATE else _NO_DROPOUT, dropout[1], steps * parts)
            loss = _batch(mode, codes, plan, data, batch, arrays, masks, part)
            if not math.isfinite(loss):
                return np.nan
            total += loss
            if mode == TRAIN:
                steps += 1
                clip(clipping[0], clipping[1], variables, gradient)
                update(optimizer, rate, momentum, np.float64(steps), weights, gradient, memory)
        # A gate turns infinity into 1 and hides it: such a network must not look like a fine one.
        if mode == TRAIN and not _all_finite(weights):
            return np.nan
        return float(total / (order.size * data[1].shape[1]))

    return run


_TABLES: Final = ("cells", "losses", "optimizers", "training_layout")


def _digest() -> str:
    """Return a digest of all files that the compiled code comes from: kernels, and tables of codes and sizes."""
    folder = Path(__file__).parent
    files = [*sorted(folder.glob("_*.py")), *(folder.parent / f"{name}.py" for name in _TABLES)]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


_SOURCES: Final = _digest()
"""Numba renews compiled code when the file of ``run`` changes, or what ``run`` closes over: so it closes over this."""

run: Final = _make_run(_SOURCES)
