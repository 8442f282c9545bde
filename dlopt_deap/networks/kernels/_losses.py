"""Losses of the outputs, and the gradients of what these were activated from, compiled by numba."""

import math
from typing import Any

import numpy as np

from dlopt_deap.networks.cells import ACTIVATIONS
from dlopt_deap.networks.kernels._layers import Dense, Integers
from dlopt_deap.networks.kernels._vectors import Floats, compiled
from dlopt_deap.networks.losses import LOSSES

TANH, SIGMOID, RELU = ACTIVATIONS["tanh"], ACTIVATIONS["sigmoid"], ACTIVATIONS["relu"]
SOFTMAX = ACTIVATIONS["softmax"]
MSE, MAE, CROSS_ENTROPY = LOSSES["mse"], LOSSES["mae"], LOSSES["cross_entropy"]
_ONE, _ZERO, _TWO = np.float32(1), np.float32(0), np.float32(2)


@compiled
def numbers_of(codes: Any, y: Floats) -> int:
    """Return how many losses are averaged over in a window: one for each output, or one for all."""
    return 1 if codes[2] == CROSS_ENTROPY else y.shape[1]


@compiled
def add_losses(codes: Any, dense: Dense, work: Floats, y: Floats, chosen: Integers, scale: Any) -> float:
    """Return the sum of the losses, and replace the outputs by the gradients of what they were activated from.

    Of a softmax ``work`` holds what goes into it.
    """
    total = 0.0
    for n in range(chosen.size):
        place = dense.out + n * dense.width
        target = y[chosen[n]]
        if codes[1] != SOFTMAX:
            total += _add_row(codes, dense.outputs, work, place, target, scale)
        elif codes[2] == CROSS_ENTROPY:
            total += _cross_entropy(dense.outputs, work, place, target, scale)
        else:
            total += _add_softmax_row(codes, dense.outputs, work, place, target, scale)
        for o in range(dense.outputs, dense.width):
            work[place + o] = _ZERO
    return total


@compiled
def _cost_and_slope(loss: int, error: Any) -> Any:
    """Return the loss of one output, and its derivative."""
    size = abs(error)
    sign = _ONE if error > _ZERO else (-_ONE if error < _ZERO else error)
    if loss == MSE:
        return error * error, _TWO * error
    if loss == MAE:
        return size, sign
    if size > _ONE:
        return size - np.float32(0.5), sign
    return np.float32(0.5) * error * error, error


@compiled
def _add_row(codes: Any, outputs: int, work: Floats, place: int, y: Floats, scale: Any) -> float:
    """Handle a window whose outputs were activated one by one."""
    _, activation, loss, _ = codes
    total = 0.0
    for o in range(outputs):
        value = work[place + o]
        cost, slope = _cost_and_slope(loss, value - y[o])
        total += np.float64(cost)
        if activation == TANH:
            slope *= _ONE - value * value
        elif activation == SIGMOID:
            slope *= value * (_ONE - value)
        elif activation == RELU and not value > _ZERO:
            slope = _ZERO
        work[place + o] = slope * scale
    return total


@compiled
def _exponentials(outputs: int, work: Floats, place: int) -> Any:
    """Replace a row by its exponentials, divided by the greatest; return their sum and the logarithm of that."""
    greatest = work[place]
    for o in range(1, outputs):
        greatest = max(greatest, work[place + o])
    total = _ZERO
    for o in range(outputs):
        value = np.exp(work[place + o] - greatest)
        work[place + o] = value
        total += value
    return total, greatest


@compiled
def _cross_entropy(outputs: int, work: Floats, place: int, y: Floats, scale: Any) -> float:
    """Handle a window of probabilities of which the cross-entropy with ``y`` is taken, from their logarithms."""
    weighted, share = 0.0, 0.0
    for o in range(outputs):
        # What is not asked for does not count, be it infinitely improbable.
        if y[o] != _ZERO:
            weighted += np.float64(y[o]) * np.float64(work[place + o])
            share += np.float64(y[o])
    total, greatest = _exponentials(outputs, work, place)
    factor = np.float32(share) / total
    for o in range(outputs):
        work[place + o] = (work[place + o] * factor - y[o]) * scale
    return share * (math.log(np.float64(total)) + np.float64(greatest)) - weighted


@compiled
def _add_softmax_row(codes: Any, outputs: int, work: Floats, place: int, y: Floats, scale: Any) -> float:
    """Handle a window of probabilities with a loss of each: a probability depends on all that goes into the softmax."""
    sum_of_exponentials, _ = _exponentials(outputs, work, place)
    total, common = 0.0, _ZERO
    for o in range(outputs):
        value = work[place + o] / sum_of_exponentials
        work[place + o] = value
        cost, slope = _cost_and_slope(codes[2], value - y[o])
        total += np.float64(cost)
        common += slope * value
    for o in range(outputs):
        value = work[place + o]
        _, slope = _cost_and_slope(codes[2], value - y[o])
        work[place + o] = value * (slope - common) * scale
    return total
