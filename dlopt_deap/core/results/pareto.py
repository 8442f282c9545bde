"""The Pareto front: what it holds, and where it bends."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike


def first_front(values: ArrayLike, signs: Sequence[int]) -> list[int]:
    """Give the positions of the points that no other point dominates.

    Args:
        values: Shape (points, targets).
        signs: +1 for each target that is maximised, -1 for each that is minimised.
    """
    points = np.asarray(values, dtype=float) * np.asarray(signs)
    better = (points[:, np.newaxis] >= points).all(axis=2) & (points[:, np.newaxis] > points).any(axis=2)
    return [int(position) for position in np.flatnonzero(~better.any(axis=0))]


def knee(values: ArrayLike, signs: Sequence[int]) -> int:
    """Give the position of the point where a front bends most: a compromise to begin with.

    The targets are brought to [0, 1] over the front, 1 being best; the knee is the point furthest beyond the plane in
    which each target's best meets the others' worst, that is the one with the greatest sum.

    Args:
        values: Shape (points, targets), at least one point.
        signs: +1 for each target that is maximised, -1 for each that is minimised.

    Source:
        Das, 1999, On characterizing the "knee" of the Pareto curve based on normal-boundary intersection; here with
        the plane through the ideal corners instead of the individual minima.

    Examples:
        >>> knee([[0.0, 10.0], [0.1, 2.0], [1.0, 1.0]], signs=(-1, -1))
        1
    """
    points = np.asarray(values, dtype=float) * np.asarray(signs)
    spread = np.ptp(points, axis=0)
    shares = (points - points.min(axis=0)) / np.where(spread > 0, spread, 1.0)
    return int(np.argmax(shares.sum(axis=1)))
