"""Errors of predicted probabilities of tokens, one number a sample of the weights."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

EPSILON: Final = 1e-7
"""Keras' epsilon: no probability counts as less, or as more than 1 less this."""

GREATEST: Final = {"cross_entropy": -math.log(EPSILON), "error_rate": 1.0}
"""The errors of probabilities, and the greatest that each can be."""


def cross_entropy(predictions: NDArray[np.floating], y: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the cross-entropy of each sample, in nats: the mean over windows of -sum(y log p).

    Probabilities are clipped to [1e-7, 1 - 1e-7] as Keras does where it is given probabilities: one of zero costs 16.1.

    Args:
        predictions: Probabilities, shape (samples, windows, tokens).
        y: What came, one-hot or as probabilities, shape (windows, tokens).

    Returns:
        Shape (samples,).

    Examples:
        >>> said = np.array([[[0.5, 0.5], [0.0, 1.0]]], np.float32)
        >>> cross_entropy(said, np.array([[1, 0], [1, 0]], np.float32)).round(4).tolist()
        [8.4056]
    """
    finite = _all_finite(predictions)
    if _is_one_hot(y):
        asked = np.take_along_axis(predictions, y.argmax(axis=-1)[np.newaxis, ..., np.newaxis], axis=-1)[..., 0]
        costs = -np.log(_clipped(asked))
    else:
        costs = -np.ascontiguousarray(y * np.log(_clipped(predictions))).sum(axis=-1)
    return _mean_of_finite(costs, finite)


def error_rate(predictions: NDArray[np.floating], y: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the share of windows of each sample whose most probable token is not the one that came, in [0, 1].

    Of equally probable tokens the first one counts.

    Args:
        predictions: Probabilities, shape (samples, windows, tokens).
        y: What came, one-hot or as probabilities, shape (windows, tokens).

    Returns:
        Shape (samples,).

    Examples:
        >>> said = np.array([[[0.5, 0.5], [0.0, 1.0]]], np.float32)
        >>> error_rate(said, np.array([[1, 0], [1, 0]], np.float32)).tolist()
        [0.5]
    """
    wrong = predictions.argmax(axis=-1) != y.argmax(axis=-1)
    return _mean_of_finite(wrong.astype(np.float64), _all_finite(predictions))


def _all_finite(predictions: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Tell of each window whether all its probabilities are numbers."""
    return np.asarray(np.isfinite(predictions).all(axis=-1))


def _is_one_hot(y: NDArray[np.floating]) -> bool:
    """Whether each window asks for one token."""
    return bool(np.count_nonzero(y) * y.shape[-1] == y.size and (y.max(axis=-1) == 1).all())


def _clipped(probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return probabilities away from 0 and 1; what is no number becomes one, and is told apart by the caller."""
    return np.clip(np.nan_to_num(probabilities.astype(np.float64)), EPSILON, 1 - EPSILON)


def _mean_of_finite(costs: NDArray[np.float64], finite: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the mean over windows; NaN where a prediction is not finite."""
    samples = len(costs)
    rows = np.ascontiguousarray(np.where(finite, costs, np.nan)).reshape(samples, math.prod(costs.shape[1:]))
    means: NDArray[np.float64] = rows.mean(axis=1)
    return means
