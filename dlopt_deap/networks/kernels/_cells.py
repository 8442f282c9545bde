"""The steps of the recurrent cells for training, forward and backward, compiled by numba.

A step works on blocks of ``LANES`` units of one window: the gates of a block are neighbours, each ``LANES`` floats.
Forward, the gates' values replace their sums; backward, the gradients of the sums replace the values. So all windows
of a time step are one loop over blocks, whatever the width of the layer.
"""

from typing import Any

import numpy as np

from dlopt_deap.networks.kernels._tanh import sigmoid_parts, tanh_parts
from dlopt_deap.networks.kernels._vectors import compiled, loader, spreader, store
from dlopt_deap.networks.training_layout import LANES

_HALF, _ONE, _ZERO = np.float32(0.5), np.float32(1), np.float32(0)

load, spread = loader(LANES), spreader(LANES)


@compiled
def logistic_parts(x: Any) -> Any:
    """Return numerator and denominator of the logistic function of a vector."""
    p, q = sigmoid_parts(x * _HALF)
    return p * _HALF, q


@compiled
def lstm_forward(work: Any, gates: int, before: int, memory: int, squashed: int, state: int, count: int) -> None:
    """Make the step of ``count`` floats of LSTM states; ``before`` is the memory of the last step, or -1."""
    for k in range(0, count, LANES):
        block = gates + 4 * k
        i_p, i_q = logistic_parts(load(work, block))
        f_p, f_q = logistic_parts(load(work, block + LANES))
        g_p, g_q = tanh_parts(load(work, block + 2 * LANES))
        o_p, o_q = logistic_parts(load(work, block + 3 * LANES))
        # One division for two gates: a division takes as long as ten multiplications.
        first, second = spread(_ONE) / (i_q * f_q), spread(_ONE) / (g_q * o_q)
        i, f, g, o = i_p * f_q * first, f_p * i_q * first, g_p * o_q * second, o_p * g_q * second
        content = i * g
        if before >= 0:
            content = f * load(work, before + k) + content
        p, q = tanh_parts(content)
        tanh = p / q
        store(work, block, i)
        store(work, block + LANES, f)
        store(work, block + 2 * LANES, g)
        store(work, block + 3 * LANES, o)
        store(work, memory + k, content)
        store(work, squashed + k, tanh)
        store(work, state + k, o * tanh)


@compiled
def lstm_backward(work: Any, gates: int, before: int, squashed: int, error: int, carried: int, count: int) -> None:
    """Turn gates into gradients; ``error`` is that of the states, ``carried`` that of the memories, taken backward."""
    for k in range(0, count, LANES):
        block = gates + 4 * k
        i, f = load(work, block), load(work, block + LANES)
        g, o = load(work, block + 2 * LANES), load(work, block + 3 * LANES)
        d, tanh = load(work, error + k), load(work, squashed + k)
        content = load(work, carried + k) + d * o * (spread(_ONE) - tanh * tanh)
        forgotten = spread(_ZERO)
        if before >= 0:
            forgotten = content * load(work, before + k) * f * (spread(_ONE) - f)
        store(work, block, content * g * i * (spread(_ONE) - i))
        store(work, block + LANES, forgotten)
        store(work, block + 2 * LANES, content * i * (spread(_ONE) - g * g))
        store(work, block + 3 * LANES, d * tanh * o * (spread(_ONE) - o))
        store(work, carried + k, content * f)


@compiled
def gru_forward(work: Any, gates: int, own: int, before: int, state: int, count: int) -> None:
    """Make the step of GRU states; ``gates`` are the sums from below, ``own`` those from the states before."""
    for k in range(0, count, LANES):
        block, other = gates + 3 * k, own + 3 * k
        z_p, z_q = logistic_parts(load(work, block) + load(work, other))
        r_p, r_q = logistic_parts(load(work, block + LANES) + load(work, other + LANES))
        both = spread(_ONE) / (z_q * r_q)
        z, r = z_p * r_q * both, r_p * z_q * both
        p, q = tanh_parts(load(work, block + 2 * LANES) + r * load(work, other + 2 * LANES))
        new = p / q
        store(work, block, z)
        store(work, block + LANES, r)
        store(work, block + 2 * LANES, new)
        result = new - z * new
        if before >= 0:
            result = result + z * load(work, before + k)
        store(work, state + k, result)


@compiled
def gru_backward(work: Any, gates: int, own: int, before: int, error: int, error_before: int, count: int) -> None:
    """Turn gates and own sums into gradients, and add to the error of the states before what passes by the gates."""
    for k in range(0, count, LANES):
        block, other = gates + 3 * k, own + 3 * k
        z, r, new = load(work, block), load(work, block + LANES), load(work, block + 2 * LANES)
        d = load(work, error + k)
        kept = spread(_ZERO)
        if before >= 0:
            kept = load(work, before + k)
            store(work, error_before + k, load(work, error_before + k) + d * z)
        d_new = (d - d * z) * (spread(_ONE) - new * new)
        d_update = d * (kept - new) * z * (spread(_ONE) - z)
        d_reset = d_new * load(work, other + 2 * LANES) * r * (spread(_ONE) - r)
        store(work, block, d_update)
        store(work, block + LANES, d_reset)
        store(work, block + 2 * LANES, d_new)
        store(work, other, d_update)
        store(work, other + LANES, d_reset)
        store(work, other + 2 * LANES, d_new * r)


@compiled
def simple_forward(work: Any, sums: int, state: int, count: int) -> None:
    """Make the step of simple states."""
    for k in range(0, count, LANES):
        p, q = tanh_parts(load(work, sums + k))
        store(work, state + k, p / q)


@compiled
def simple_backward(work: Any, sums: int, state: int, error: int, count: int) -> None:
    """Write the gradients of the sums of simple states."""
    for k in range(0, count, LANES):
        h = load(work, state + k)
        store(work, sums + k, load(work, error + k) * (spread(_ONE) - h * h))
