"""Errors of predictions, one number a sample of the weights."""

import math
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.data import Series, TokenSequence
from dlopt_deap.errors import SettingError
from dlopt_deap.networks import NetworkSpec
from dlopt_deap.sampling.token_metrics import GREATEST, cross_entropy, error_rate

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
    deviations = deviations_from(predictions, y)
    return mean_of_each(np.abs(deviations, out=deviations))


def mse(predictions: Predictions, y: NDArray[np.float32]) -> Errors:
    """Return the mean squared error of each sample, in the square of the (scaled) unit of the targets."""
    deviations = deviations_from(predictions, y)
    return mean_of_each(np.square(deviations, out=deviations))


def rmse(predictions: Predictions, y: NDArray[np.float32]) -> Errors:
    """Return the root of the mean squared error of each sample, in the (scaled) unit of the targets."""
    return np.sqrt(mse(predictions, y))


def mape(predictions: Predictions, y: NDArray[np.float32]) -> Errors:
    """Return the mean absolute percentage error of each sample: ``100 mean |y - prediction| / |y|``.

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
    deviations = np.abs(deviations_from(predictions, y))
    deviations /= np.abs(y, dtype=np.float64)
    return 100 * mean_of_each(deviations)


def smape(predictions: Predictions, y: NDArray[np.float32]) -> Errors:
    """Return the symmetric percentage error of each sample.

    That is ``100 mean 2 |y - prediction| / (|y| + |prediction|)``.

    It lies in [0, 200]; where target and prediction are both zero, the error is zero.
    """
    deviations = 200 * np.abs(deviations_from(predictions, y))
    size = np.abs(predictions, dtype=np.float64) + np.abs(y, dtype=np.float64)
    with np.errstate(invalid="ignore"):  # infinity over infinity
        np.divide(deviations, size, out=deviations, where=size != 0)
    return mean_of_each(deviations)


def median_ae(predictions: Predictions, y: NDArray[np.float32]) -> Errors:
    """Return the median absolute error of each sample, in the (scaled) unit of the targets.

    It does not see how far the worse half of the forecasts is off, which is what it is for: a few outliers among the
    targets do not rule it. But one forecast that is not finite makes the error so, as in every other metric.
    """
    deviations = deviations_from(predictions, y)
    rows = _rows(np.abs(deviations, out=deviations))
    worst: Errors = rows.max(axis=1)
    medians: Errors = np.median(rows, axis=1, overwrite_input=True)
    return np.where(np.isfinite(worst), medians, worst)


METRICS: Final[dict[str, Metric]] = {
    "mae": mae,
    "mse": mse,
    "rmse": rmse,
    "mape": mape,
    "smape": smape,
    "median_ae": median_ae,
    "cross_entropy": cross_entropy,
    "error_rate": error_rate,
}
"""The metrics by name; those that ``GREATEST`` names are errors of probabilities, which a softmax gives."""


def default_metric(series: Series) -> str:
    """Name the metric that is meant where none is named: the cross-entropy of tokens, else the mean absolute error."""
    return "cross_entropy" if isinstance(series, TokenSequence) else "mae"


def default_loss(series: Series | None) -> str:
    """Name what weights are fitted by where nothing is named: the cross-entropy of tokens, else the squared error."""
    return "cross_entropy" if isinstance(series, TokenSequence) else "mse"


def check_metric(metric: object, spec: NetworkSpec) -> None:
    """Refuse an error of probabilities where a network gives none.

    Args:
        metric: A name, or a function.
        spec: The network.

    Raises:
        SettingError: If they do not fit.
    """
    name = next((name for name in GREATEST if metric is METRICS[name] or metric == name), None)
    if name is not None and spec.activation != "softmax":
        raise SettingError(
            f"The metric {name!r} is an error of probabilities: it needs a network with the activation 'softmax', got "
            f"{spec.activation!r}; use another `metric`, or that activation."
        )


def deviations_from(predictions: Predictions, y: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return predictions minus targets; non-finite predictions stay non-finite, without a warning."""
    with np.errstate(invalid="ignore"):
        return np.subtract(predictions, y, dtype=np.float64)


def mean_of_each(errors: NDArray[np.float64]) -> Errors:
    """Return the mean over windows and outputs.

    The rows are summed one by one, by the same steps whatever their number, so that the blocks in which samples are
    computed cannot change a bit.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        means: Errors = _rows(errors).mean(axis=1)
    return means


def _rows(errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lay the errors of each sample side by side in memory, shape (samples, windows x outputs)."""
    return np.ascontiguousarray(errors).reshape(len(errors), math.prod(errors.shape[1:]))
