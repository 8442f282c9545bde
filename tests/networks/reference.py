"""What a network computes, written out in numpy, in the precision of its arguments."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.networks import NetworkSpec

Array = NDArray[np.floating]


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def lstm(x: Array, kernel: Array, recurrent: Array, bias: Array) -> Array:
    h = c = np.zeros((len(x), len(recurrent)), x.dtype)
    states = []
    for t in range(x.shape[1]):
        i, f, g, o = np.split(x[:, t] @ kernel + h @ recurrent + bias, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        states.append(h)
    return np.stack(states, axis=1)


def gru(x: Array, kernel: Array, recurrent: Array, bias: Array) -> Array:
    h = np.zeros((len(x), len(recurrent)), x.dtype)
    states = []
    for t in range(x.shape[1]):
        x_z, x_r, x_h = np.split(x[:, t] @ kernel + bias[0], 3, axis=1)
        h_z, h_r, h_h = np.split(h @ recurrent + bias[1], 3, axis=1)
        z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
        h = z * h + (1 - z) * np.tanh(x_h + r * h_h)
        states.append(h)
    return np.stack(states, axis=1)


def simple_rnn(x: Array, kernel: Array, recurrent: Array, bias: Array) -> Array:
    h = np.zeros((len(x), len(recurrent)), x.dtype)
    states = []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ kernel + h @ recurrent + bias)
        states.append(h)
    return np.stack(states, axis=1)


def softmax_sum(x: Array) -> Array:
    return np.exp(x - x.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True)


CELLS: dict[str, Callable[[Array, Array, Array, Array], Array]] = {"lstm": lstm, "gru": gru, "simple_rnn": simple_rnn}
ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "linear": lambda x: x,
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "relu": lambda x: np.maximum(x, 0),
    "softmax": lambda x: np.exp(x - x.max(axis=1, keepdims=True)) / softmax_sum(x),
}


def reference(spec: NetworkSpec, weights: NDArray[np.float32], x: Array, dtype: type = np.float64) -> Array:
    """Predict with one network: shape (windows, outputs)."""
    arrays = [array.astype(dtype) for array in spec.unpack(weights)]
    states = np.asarray(x, dtype)
    if spec.embedding is not None:
        states = arrays.pop(0)[x[..., 0].astype(int)]
    # A gate far beyond saturation overflows in exp, and is right all the same.
    with np.errstate(over="ignore"):
        for layer in range(len(spec.units)):
            states = CELLS[spec.cell](states, *arrays[3 * layer : 3 * layer + 3])
        return ACTIVATIONS[spec.activation](states[:, -1] @ arrays[-2] + arrays[-1])
