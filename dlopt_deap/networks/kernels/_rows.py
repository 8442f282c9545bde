"""Rows of states in the forward pass: cleared, copied, or looked up, compiled by numba; see ``_forward``."""

import numpy as np

from dlopt_deap.networks.kernels._units import LANES, load, spread
from dlopt_deap.networks.kernels._vectors import Floats, compiled, store

_ZERO = np.float32(0)


@compiled
def look_up(tokens: Floats, embedding: Floats, dimension: int, states: Floats, row: int) -> None:
    """Write the numbers that stand for the tokens of a block, shape (1, LANES), among the states."""
    for lane in range(LANES):
        first = int(tokens[0, lane]) * dimension
        for k in range(dimension):
            states[row + k, lane] = embedding[first + k]


@compiled
def copy(source: Floats, states: Floats, row: int) -> None:
    """Copy rows among the states; numba's own assignment would first make sure that neither overlaps the other."""
    for place in range(0, source.size, LANES):
        store(states, row * LANES + place, load(source, place))


@compiled
def clear(rows: Floats) -> None:
    """Make all rows zero."""
    for place in range(0, rows.size, LANES):
        store(rows, place, spread(_ZERO))
