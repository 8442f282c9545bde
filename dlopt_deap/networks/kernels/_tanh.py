"""The hyperbolic tangent and the logistic function, of vectors, for all kernels.

Both are given as numerator and denominator: who needs several of them divides only once, because a division takes as
long as ten multiplications.
"""

from typing import Any

import numpy as np

from dlopt_deap.networks.kernels._vectors import clamp, compiled

# tanh(x) is x P(x^2) / Q(x^2) within 1.1e-8 for |x| <= 8.5, and within 8.3e-8 of 1 beyond. The coefficients are a
# least-squares fit with Lawson's weights, which makes the greatest error the least.
_LIMIT = np.float32(8.5)
_P = [np.float32(c) for c in (0.9999999403953552, 0.1340620368719101, 0.003525816835463047, 2.112153742928058e-05)]
_P0, _P1, _P2, _P3, _P4 = *_P, np.float32(1.4099208911488859e-08)
_Q = [np.float32(c) for c in (0.467395156621933, 0.025991126894950867, 0.0003335686633363366, 8.073602657532319e-07)]
_Q1, _Q2, _Q3, _Q4 = _Q
_ONE = np.float32(1)


@compiled
def tanh_parts(x: Any) -> Any:
    """Return numerator and denominator of tanh(x)."""
    x = clamp(x, _LIMIT)
    square = x * x
    p = (((square * _P4 + _P3) * square + _P2) * square + _P1) * square + _P0
    q = (((square * _Q4 + _Q3) * square + _Q2) * square + _Q1) * square + _ONE
    return x * p, q


@compiled
def sigmoid_parts(half: Any) -> Any:
    """Return numerator and denominator of twice the logistic function of x, which is 1 + tanh(x / 2), from x / 2."""
    p, q = tanh_parts(half)
    return p + q, q
