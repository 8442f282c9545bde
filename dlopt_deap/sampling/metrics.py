"""Errors of predictions, one number a sample of the weights."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.errors import SettingError

Predictions = NDArray[np.float32]
"""Shape (samples, windows, outputs)."""

Errors = NDArray[np.float64]
"""Shape (samples,)."""

Metric = Callable[[Predictions, NDArray[np.float32]], Errors]
"""Takes predictions and the targets, shape (windows, outputs), both in scaled units; gives one error a sample."""


def mae(predictions: Predictions, y: NDArray[np.float32]) -> Errors:
    """Return the mean absolute error of each sample, in the (scaled) unit of the targets.

    Examples:
        >>> mae(np.zeros((2, 3, 1), np.float32), np.array([[1], [2], [-3]], np.float32)).tolist()
        [2.0, 2.0]
    """
    deviations = _deviations(predictions, y)
    return _mean(np.abs(deviations, out=deviations))


def mse(predictions: Predictions, y: NDArray[np.float32]) -> Errors:
    """Return the mean squared error of each sample, in the square of the (scaled) unit of the targets."""
    deviations = _deviations(predictions, y)
    return _mean(np.square(deviations, out=deviations))


def rmse(predictions: Predictions, y: NDArray[np.float32]) -> Errors:
    """Return the root of the mean squared error of each sample, in the (scaled) unit of the targets."""
    return np.sqrt(mse(predictions, y))


def mape(predictions: Predictions, y: NDArray[np.float32]) -> Errors:
    """Return the mean absolute percentage error of each sample: 100 mean |y - prediction| / |y|.

    It is relative to the targets as the network sees them, that is scaled, so it means little for a scaled series.

    Raises:
        SettingError: If a target is zero: no percentage of it exists, and a small number in its place would rule the
            mean.
    """
    if not np.all(y):
        raise SettingError(
            f"The metric `mape` must have no target that is zero, got {np.count_nonzero(y == 0)} of {y.size}; "
            "use `smape`, `mae`, or a `scale` that keeps away from zero, such as (1, 2)."
        )
    deviations = np.abs(_deviations(predictions, y))
    deviations /= np.abs(y, dtype=np.float64)
    return 100 * _mean(deviations)


def smape(predictions: Predictions, y: NDArray[np.float32]) -> Errors:
    """Return the symmetric percentage error of each sample: 100 mean 2 |y - prediction| / (|y| + |prediction|).

    It lies in [0, 200]; where target and prediction are both zero, the error is zero.
    """
    deviations = 200 * np.abs(_deviations(predictions, y))
    size = np.abs(predictions, dtype=np.float64) + np.abs(y, dtype=np.float64)
    with np.errstate(invalid="ignore"):  # infinity over infinity
        np.divide(deviations, size, out=deviations, where=size != 0)
    return _mean(deviations)


METRICS: Final[dict[str, Metric]] = {"mae": mae, "mse": mse, "rmse": rmse, "mape": mape, "smape": smape}
"""The metrics by name."""


def _deviations(predictions: Predictions, y: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return predictions minus targets; non-finite predictions stay non-finite, without a warning."""
    with np.errstate(invalid="ignore"):
        return np.subtract(predictions, y, dtype=np.float64)


def _mean(errors: NDArray[np.float64]) -> Errors:
    """Return the mean over windows and outputs.

    The rows are summed one by one, by the same steps whatever their number, so that the blocks in which samples are
    computed cannot change a bit.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        means: Errors = errors.reshape(len(errors), -1).mean(axis=1)
    return means
