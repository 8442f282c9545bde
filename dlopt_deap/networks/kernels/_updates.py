"""What happens to a gradient: clipping, and the steps of the optimizers, compiled by numba, as Keras defines them."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.networks.kernels._vectors import Floats, compiled
from dlopt_deap.networks.optimizers import OPTIMIZERS

SGD, RMSPROP, ADAM = OPTIMIZERS["sgd"].code, OPTIMIZERS["rmsprop"].code, OPTIMIZERS["adam"].code
ADAGRAD, ADADELTA = OPTIMIZERS["adagrad"].code, OPTIMIZERS["adadelta"].code
ADAMAX, NADAM = OPTIMIZERS["adamax"].code, OPTIMIZERS["nadam"].code
CLIP_NORM, CLIP_VALUE, CLIP_GLOBAL_NORM = 1, 2, 3

_EPSILON = np.float32(1e-7)
_ONE, _ZERO = np.float32(1), np.float32(0)
_BETA_1, _BETA_2 = 0.9, 0.999
_REST_1, _REST_2 = np.float32(1 - _BETA_1), np.float32(1 - _BETA_2)
# Keras' Nadam subtracts in float32, where its Adam does not.
_NADAM_REST_1, _NADAM_REST_2 = np.float32(1) - np.float32(_BETA_1), np.float32(1) - np.float32(_BETA_2)
_BETA_2_SINGLE = np.float32(_BETA_2)
_RHO, _RHO_REST = np.float32(0.9), np.float32(1 - 0.9)
_DELTA_RHO, _DELTA_REST = np.float32(0.95), np.float32(1 - 0.95)


@compiled
def clip(kind: int, limit: float, variables: NDArray[np.int64], gradient: Floats) -> None:
    """Clip a gradient in place; ``variables`` are the first index of each of Keras' variables, and the end."""
    if kind == CLIP_VALUE:
        high = np.float32(limit)
        for k in range(gradient.size):
            value = gradient[k]
            value = high if value > high else value
            gradient[k] = -high if value < -high else value
    elif kind == CLIP_NORM:
        for v in range(variables.size - 1):
            _limit_norm(limit, gradient[variables[v] : variables[v + 1]])
    elif kind == CLIP_GLOBAL_NORM:
        _limit_norm(limit, gradient)


@compiled
def _limit_norm(limit: float, gradient: Floats) -> None:
    """Scale a gradient down so that its norm is at most ``limit``."""
    total = 0.0
    for value in gradient:
        total += np.float64(value) * np.float64(value)
    norm = math.sqrt(total)
    if not norm <= limit:
        scale = np.float32(limit / norm)
        for k in range(gradient.size):
            gradient[k] *= scale


@compiled
def update(
    optimizer: int, rate: float, momentum: float, steps: float, weights: Floats, gradient: Floats, memory: Any
) -> None:
    """Make the ``steps``-th step of an optimizer, and set the gradient to zero.

    Args:
        optimizer: Its code.
        rate: The learning rate.
        momentum: That of SGD.
        steps: Steps made, this one included.
        weights: Changed here.
        gradient: Of the weights.
        memory: Two accumulators like the weights, and an array of one number (float64): Nadam's product.
    """
    first, second, product = memory
    if optimizer == ADAM:
        alpha = rate * math.sqrt(_unpowered(_BETA_2, steps)) / _unpowered(_BETA_1, steps)
        _adam(np.float32(alpha), weights, gradient, first, second)
    elif optimizer == SGD:
        _sgd(np.float32(rate), np.float32(momentum), weights, gradient, first)
    elif optimizer == RMSPROP:
        _rmsprop(np.float32(rate), weights, gradient, first)
    elif optimizer == ADAGRAD:
        _adagrad(np.float32(rate), weights, gradient, first)
    elif optimizer == ADADELTA:
        _adadelta(np.float32(rate), weights, gradient, first, second)
    elif optimizer == ADAMAX:
        _adamax(np.float32(rate / _unpowered(_BETA_1, steps)), weights, gradient, first, second)
    else:
        _nadam(rate, steps, weights, gradient, first, second, product)
    gradient[:] = _ZERO


@compiled
def _unpowered(beta: float, steps: float) -> float:
    """Return 1 - beta^steps, rounded to float32 where Keras rounds: that moves Adam's first step by 6e-6."""
    return np.float64(_ONE - np.float32(np.float64(np.float32(beta)) ** steps))


@compiled
def _sgd(rate: Any, momentum: Any, w: Floats, g: Floats, m: Floats) -> None:
    for k in range(w.size):
        m[k] = m[k] * momentum - g[k] * rate
        w[k] += m[k]


@compiled
def _rmsprop(rate: Any, w: Floats, g: Floats, v: Floats) -> None:
    for k in range(w.size):
        v[k] = _RHO * v[k] + _RHO_REST * (g[k] * g[k])
        w[k] -= rate * g[k] / np.sqrt(v[k] + _EPSILON)


@compiled
def _adam(alpha: Any, w: Floats, g: Floats, m: Floats, v: Floats) -> None:
    for k in range(w.size):
        m[k] += (g[k] - m[k]) * _REST_1
        v[k] += (g[k] * g[k] - v[k]) * _REST_2
        w[k] -= m[k] * alpha / (np.sqrt(v[k]) + _EPSILON)


@compiled
def _adagrad(rate: Any, w: Floats, g: Floats, v: Floats) -> None:
    for k in range(w.size):
        v[k] += g[k] * g[k]
        w[k] -= rate * g[k] / np.sqrt(v[k] + _EPSILON)


@compiled
def _adadelta(rate: Any, w: Floats, g: Floats, v: Floats, d: Floats) -> None:
    for k in range(w.size):
        v[k] = _DELTA_RHO * v[k] + _DELTA_REST * (g[k] * g[k])
        delta = np.sqrt(d[k] + _EPSILON) * g[k] / np.sqrt(v[k] + _EPSILON)
        d[k] = _DELTA_RHO * d[k] + _DELTA_REST * (delta * delta)
        w[k] -= rate * delta


@compiled
def _adamax(rate: Any, w: Floats, g: Floats, m: Floats, u: Floats) -> None:
    for k in range(w.size):
        m[k] += (g[k] - m[k]) * _REST_1
        size = abs(g[k])
        decayed = _BETA_2_SINGLE * u[k]
        u[k] = size if size > decayed else decayed
        w[k] -= rate * m[k] / (u[k] + _EPSILON)


@compiled
def _nadam(rate: float, steps: float, w: Floats, g: Floats, m: Floats, v: Floats, product: NDArray[np.float64]) -> None:
    now = _BETA_1 * (1 - 0.5 * 0.96**steps)
    following = _BETA_1 * (1 - 0.5 * 0.96 ** (steps + 1))
    product[0] *= now
    by_m = np.float32(following / (1 - product[0] * following))
    by_g = np.float32((1 - now) / (1 - product[0]))
    by_v = np.float32(1 / _unpowered(_BETA_2, steps))
    step = np.float32(rate)
    for k in range(w.size):
        m[k] += (g[k] - m[k]) * _NADAM_REST_1
        v[k] += (g[k] * g[k] - v[k]) * _NADAM_REST_2
        w[k] -= step * (by_m * m[k] + by_g * g[k]) / (np.sqrt(by_v * v[k]) + _EPSILON)
