"""The loss of a network and its exact gradient, written out in numpy: derivatives by complex steps."""

from math import prod

import numpy as np
from networks.reference import CELLS
from numpy.typing import NDArray

from dlopt_deap.networks import NetworkSpec

Numbers = NDArray[np.complex128]
STEP = 1e-30


def activate(name: str, x: Numbers) -> Numbers:
    if name == "tanh":
        return np.tanh(x)
    if name == "sigmoid":
        return 1 / (1 + np.exp(-x))
    if name == "softmax":
        powers = np.exp(x - x.real.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)
    return x if name == "linear" else np.where(x.real > 0, x, 0)


def loss(name: str, said: Numbers, y: NDArray[np.float32]) -> complex:
    if name == "cross_entropy":
        return complex(-(y * np.log(said)).sum(axis=1).mean())
    error = said - y
    size = np.where(error.real < 0, -error, error)
    if name == "mse":
        costs = error * error
    elif name == "mae":
        costs = size
    else:
        costs = np.where(size.real > 1, size - 0.5, 0.5 * error * error)
    return complex(costs.mean())


def loss_of(spec: NetworkSpec, weights: Numbers, x: NDArray[np.float32], y: NDArray[np.float32], name: str) -> complex:
    shapes = spec.weight_shapes
    ends = np.cumsum([prod(shape) for shape in shapes])[:-1]
    arrays = [part.reshape(shape) for part, shape in zip(np.split(weights, ends), shapes, strict=True)]
    states = arrays.pop(0)[x[..., 0].astype(int)] if spec.embedding is not None else x.astype(np.complex128)
    for layer in range(len(spec.units)):
        states = CELLS[spec.cell](states, *arrays[3 * layer : 3 * layer + 3])
    return loss(name, activate(spec.activation, states[:, -1] @ arrays[-2] + arrays[-1]), y)


def derivatives(
    spec: NetworkSpec,
    weights: NDArray[np.float32],
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    name: str,
    chosen: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the derivatives of the loss by the chosen weights, exact to float64."""
    found = []
    for place in chosen:
        moved = weights.astype(np.complex128)
        moved[place] += 1j * STEP
        found.append(loss_of(spec, moved, x, y, name).imag / STEP)
    return np.array(found)
