"""Dropout whose masks are a pure function of a key, so that they need not be kept for the way back."""

from typing import Any

import numpy as np

from dlopt_deap.networks.kernels._vectors import Floats, compiled

_M64 = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_GOLDEN, _MIX_1, _MIX_2 = _M64


@compiled
def key_of(seed: int, counter: int) -> Any:
    """Return 64 bits for the ``counter``-th mask of a seed: a step of the generator SplitMix64."""
    z = np.uint64(seed) + np.uint64(counter) * _GOLDEN
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    return z ^ (z >> np.uint64(31))


@compiled
def drop(work: Floats, source: int, target: int, count: int, rate: float, key: Any) -> None:
    """Write ``count`` floats with a share of ``rate`` set to zero and the others scaled up, as Keras' Dropout does.

    Each float's place is mixed with the key by two rounds of multiplications and shifts on 32 bits.
    """
    low, high = np.uint32(key & np.uint64(0xFFFFFFFF)), np.uint32(key >> np.uint64(32))
    threshold = np.uint32(min(rate * 4294967296.0, 4294967295.0))
    scale = np.float32(1 / (1 - rate))
    for k in range(count):
        bits = np.uint32(np.uint32(k) + low)
        bits = np.uint32((bits ^ (bits >> np.uint32(16))) * np.uint32(0x7FEB352D))
        bits = np.uint32((bits ^ (bits >> np.uint32(15))) + high)
        bits = np.uint32((bits ^ (bits >> np.uint32(15))) * np.uint32(0x846CA68B))
        bits = np.uint32((bits ^ (bits >> np.uint32(16))) * np.uint32(0x9E3779B1))
        bits = np.uint32(bits ^ (bits >> np.uint32(16)))
        work[target + k] = work[source + k] * (scale if bits >= threshold else np.float32(0))
