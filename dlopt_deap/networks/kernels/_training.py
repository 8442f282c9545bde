"""The training of recurrent networks, compiled by numba: forward, backward through time, optimizer, all batches.

Layers are in ``_layers``, the product in ``_product``, the cells in ``_cells``.
"""

import math
from typing import Any, Final

import numpy as np

from dlopt_deap.networks.cells import ACTIVATIONS
from dlopt_deap.networks.kernels._cells import load, logistic_parts
from dlopt_deap.networks.kernels._dropout import drop, key_of
from dlopt_deap.networks.kernels._layers import (
    NEXT,
    STAY,
    Integers,
    add_gradient,
    layer_backward,
    layer_forward,
    layer_gradient,
    read_dense,
    read_layer,
)
from dlopt_deap.networks.kernels._losses import add_losses, numbers_of
from dlopt_deap.networks.kernels._product import multiply
from dlopt_deap.networks.kernels._reading import add_to_rows, gather, look_up
from dlopt_deap.networks.kernels._sources import SOURCES
from dlopt_deap.networks.kernels._tanh import tanh_parts
from dlopt_deap.networks.kernels._updates import clip, update
from dlopt_deap.networks.kernels._vectors import Floats, compiled, kernel, store
from dlopt_deap.networks.training_layout import EVALUATE, LANES, TRAIN

TANH, SIGMOID, RELU = ACTIVATIONS["tanh"], ACTIVATIONS["sigmoid"], ACTIVATIONS["relu"]
_ZERO = np.float32(0)

_NO_DROPOUT: Final = -1.0


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
def _turn_all(codes: Any, plan: Integers, weights: Floats, turned: Floats) -> None:
    """Write the transposes that the way back reads; that of the first kernel is read for an embedding alone."""
    last = plan.shape[0] - 1
    for l in range(last):  # noqa: E741
        layer = read_layer(plan[l])
        if l > 0 or codes[3]:
            _turn(
                weights, layer.kernel, layer.stride, layer.inputs, layer.columns,
                turned, layer.kernel_t, layer.below_step,
            )  # fmt: skip
        _turn(
            weights, layer.recurrent, layer.stride, layer.units, layer.columns,
            turned, layer.recurrent_t, layer.width,
        )  # fmt: skip
    dense, top = read_dense(plan[last]), read_layer(plan[last - 1])
    _turn(weights, dense.kernel, dense.width, top.units, dense.width, turned, dense.kernel_t, top.width)


@compiled
def _forward(codes: Any, plan: Integers, work: Floats, weights: Floats, shape: Any, dropout: Any) -> None:
    """Compute the network's outputs for the windows in ``work``, with dropout if its rate is not negative.

    Of a softmax what goes into it is left, since the loss is more exact from that.
    """
    cell, activation = codes[0], codes[1]
    look_back, windows = shape
    rate, seed, counter = dropout
    last = plan.shape[0] - 1
    for l in range(last):  # noqa: E741
        layer = read_layer(plan[l])
        layer_forward(cell, layer, work, weights, look_back, windows)
        if rate >= 0:
            count = windows * layer.width
            # Of the last layer only the last states are read.
            skipped = (look_back - 1) * count if l == last - 1 else 0
            key = key_of(seed, counter * last + l)
            drop(work, layer.state + skipped, layer.given + skipped, look_back * count - skipped, rate, key)
    dense, top = read_dense(plan[last]), read_layer(plan[last - 1])
    read = (work, top.given + (look_back - 1) * windows * top.width, top.width, NEXT)
    size = (windows, dense.width, top.units)
    multiply(
        (work, dense.out, dense.width), (weights, dense.bias, STAY), read, (weights, dense.kernel, dense.width), size
    )
    for k in range(dense.out, dense.out + windows * dense.width, LANES):
        if activation == TANH:
            p, q = tanh_parts(load(work, k))
            store(work, k, p / q)
        elif activation == SIGMOID:
            p, q = logistic_parts(load(work, k))
            store(work, k, p / q)
        elif activation == RELU:
            for n in range(k, k + LANES):
                work[n] = _ZERO if work[n] < _ZERO else work[n]


@compiled
def _backward(
    codes: Any, plan: Integers, work: Floats, turned: Floats, gradient: Floats, shape: Any, dropout: Any
) -> None:
    """Add the gradient for the windows whose states and errors are in ``work``."""
    cell = codes[0]
    look_back, windows = shape
    rate, seed, counter = dropout
    last = plan.shape[0] - 1
    dense, top = read_dense(plan[last]), read_layer(plan[last - 1])
    skipped = (look_back - 1) * windows * top.width
    read = (top.given + skipped, top.width)
    add_gradient(gradient, dense.kernel, dense.width, work, read, dense.out, dense.width, (top.units, windows))
    add_gradient(gradient, dense.bias, dense.width, work, (STAY, STAY), dense.out, dense.width, (NEXT, windows))
    work[top.error : top.error + skipped] = _ZERO
    zeros, kernel = (work, dense.zeros, STAY), (turned, dense.kernel_t, top.width)
    errors = (work, dense.out, dense.width, NEXT)
    multiply((work, top.error + skipped, top.width), zeros, errors, kernel, (windows, top.width, dense.width))
    for l in range(last - 1, -1, -1):  # noqa: E741
        layer = read_layer(plan[l])
        if rate >= 0:
            count = windows * layer.width
            skipped = (look_back - 1) * count if l == last - 1 else 0
            first = layer.error + skipped
            drop(work, first, first, look_back * count - skipped, rate, key_of(seed, counter * last + l))
        layer_backward(cell, layer, dense.carried, work, turned, look_back, windows)
        layer_gradient(cell, layer, work, gradient, look_back, windows)
        if l > 0 or codes[3]:
            below = (work, layer.below_error, layer.below_step)
            kernel = (turned, layer.kernel_t, layer.below_step)
            size = (look_back * windows, layer.below_step, layer.columns)
            multiply(below, zeros, (work, layer.gates, layer.columns, NEXT), kernel, size)


@compiled
def _batch(
    mode: int, codes: Any, plan: Integers, data: Any, batch: Integers, arrays: Any, dropout: Any, part: int
) -> float:
    """Return the sum of the losses of a batch, and add its gradient, ``part`` windows at a time."""
    x, y = data
    work, weights, turned, gradient = arrays
    rate, seed, counter = dropout
    look_back, dense, bottom = x.shape[1], read_dense(plan[-1]), read_layer(plan[0])
    scale = np.float32(1 / (batch.size * numbers_of(codes, y)))
    total = 0.0
    for start in range(0, batch.size, part):
        chosen = batch[start : start + part]
        shape = (look_back, chosen.size)
        masks = (rate, seed, counter + start // part)
        if codes[3]:
            look_up(x, chosen, work, weights, bottom)
        else:
            gather(x, chosen, work, bottom.below)
        _forward(codes, plan, work, weights, shape, masks)
        total += add_losses(codes, dense, work, y, chosen, scale)
        if mode != EVALUATE:
            _backward(codes, plan, work, turned, gradient, shape, masks)
            if codes[3]:
                add_to_rows(x, chosen, work, gradient, bottom)
    return total


@compiled
def _all_finite(weights: Floats) -> bool:
    """Tell whether a vector has neither NaN nor infinity; a count, since a loop that ends early is not vectorised."""
    finite = 0
    for weight in weights:
        finite += np.isfinite(weight)
    return bool(finite == weights.size)


def _make_run(_sources: str) -> Any:
    """Compile the one function that Python calls; see ``_sources``."""

    @kernel
    def run(
        mode: int, codes: Any, plan: Integers, data: Any, order: Integers, sizes: Any, arrays: Any, learning: Any
    ) -> float:
        """Evaluate a network, compute its gradient, or train it for one epoch.

        Args:
            mode: ``EVALUATE``, ``DIFFERENTIATE`` (the gradient is left in ``arrays``) or ``TRAIN``.
            codes: Of the cell, the activation of the dense output and the loss; 1 if an embedding is read, else 0.
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
                _turn_all(codes, plan, weights, turned)
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
        return float(total / (order.size * numbers_of(codes, data[1])))

    return run


run: Final = _make_run(SOURCES)
