"""A confidence interval for the log probability that a random sampling gives."""

import math
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

LogP = Callable[[float, float], float]
"""Takes a mean and a standard deviation, and gives log P."""

RELATIVE_STEP: Final = 1e-4
"""Step of the central differences, in standard deviations: their error is far below the noise of a sampling."""


def log_probability_interval(errors: NDArray[np.float64], log_p: LogP, confidence: float) -> tuple[float, float]:
    """Return an interval for log P that holds the log P of infinitely many samples with probability ``confidence``.

    log P depends on the samples through their mean m and standard deviation s, nearly as -((m - threshold) / s)^2 / 2.
    Its root is therefore nearly linear in m and in 1 / s; on that scale the interval is symmetric, with the standard
    error from the jackknife (each sample left out once, the root linearised in m and 1 / s) and Student's quantile. It
    does not suppose that the errors are normally distributed. It does take log P as the normal model defines it.

    Args:
        errors: The finite errors of the samples, shape (samples,).
        log_p: log P as a function of mean and standard deviation.
        confidence: The nominal coverage, in (0, 1).

    Returns:
        The lower and the upper end, with ``low <= log P <= high <= 0``. One sample says nothing: (-inf, 0). Samples
        that are all alike give no width.

    Source:
        Jackknife: Efron and Stein, The jackknife estimate of variance, Annals of Statistics 9 (1981). The scale is
        our choice, after a comparison of coverage with the delta method and two bootstraps.
    """
    number = len(errors)
    if number == 1:
        return -math.inf, 0.0
    alike = errors.min() == errors.max()  # rounding of the mean could give them a deviation
    mean, std = float(errors.mean()), 0.0 if alike else float(errors.std())
    centre = log_p(mean, std)
    if alike or centre == 0.0 or math.isinf(centre):
        return centre, centre
    root = math.sqrt(-centre)
    width = _student_quantile(confidence, number - 1) * _standard_error_of_root(errors, mean, std, log_p, root)
    return -((root + width) ** 2), -(max(root - width, 0.0) ** 2) + 0.0  # never -0.0


def _standard_error_of_root(errors: NDArray[np.float64], mean: float, std: float, log_p: LogP, root: float) -> float:
    """Return the jackknife's standard error of sqrt(-log P), linearised in the mean and in 1 / std."""
    step = RELATIVE_STEP * std
    # d sqrt(-L) = -dL / (2 sqrt(-L)), by central differences, per standard deviation of the mean and of log(std)
    by_mean = (log_p(mean - step, std) - log_p(mean + step, std)) / (4 * RELATIVE_STEP * root)
    by_std = (log_p(mean, std - step) - log_p(mean, std + step)) / (4 * RELATIVE_STEP * root)
    number = len(errors)
    scores = (errors - mean) / std
    # The mean and the variance of the other samples, relative to those of all.
    means = -scores / (number - 1)
    variances = number / (number - 1) * (1.0 - scores**2 / (number - 1))
    if variances.min() <= 0.0:  # one sample makes the whole spread: nothing is known about the deviation
        return math.inf
    with np.errstate(invalid="ignore"):
        roots = by_mean * means + by_std * (1.0 - 1.0 / np.sqrt(variances))
        error = math.sqrt((number - 1) * float(roots.var()))
    return math.inf if math.isnan(error) else error  # a neighbouring log P that is minus infinity


def _student_quantile(confidence: float, degrees_of_freedom: int) -> float:
    """Return the two-sided quantile of Student's t distribution."""
    from scipy.special import stdtrit

    return float(stdtrit(degrees_of_freedom, 0.5 + confidence / 2))
