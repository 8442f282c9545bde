"""Probabilities under a normal distribution that is truncated to an interval, in log space.

A log probability of -800 is as exact here as one of -0.1: nothing is computed as a difference of two numbers that are
nearly equal, and nothing underflows before its logarithm is taken.
"""

import math
from typing import Final, NamedTuple

import numpy as np

from dlopt_deap.checks import check_number
from dlopt_deap.errors import SettingError

LOG_2: Final = math.log(2.0)
LOG_SQRT_2PI: Final = 0.5 * math.log(2.0 * math.pi)
NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(20)
"""Gauss-Legendre rule on [-1, 1]; exact to the last bit where it is used,
that is where the integrand falls by a factor of e at most."""


class _LogMass(NamedTuple):
    """The logarithm of a mass: ``-((edge - mean) / std)**2 / 2 + rest``.

    The first term is huge far from the mean and is kept apart, as the place that it comes from, so that it cancels
    exactly when two masses are divided.
    """

    edge: float
    rest: float


def log_probability(mean: float, std: float, threshold: float, lower: float, upper: float) -> float:
    """Return log P(X < threshold) of a normal distribution truncated to [``lower``, ``upper``].

    Args:
        mean: The mean of the normal distribution before it is truncated; it may lie outside the interval.
        std: Its standard deviation before it is truncated. With 0 all probability lies at ``mean``: the answer is 0
            if ``mean`` is below ``threshold``, minus infinity otherwise.
        threshold: What X shall stay below.
        lower: The left end of the interval.
        upper: Its right end.

    Returns:
        The natural logarithm, at most 0; minus infinity if ``threshold <= lower``, 0 if ``threshold >= upper``.

    Raises:
        SettingError: If an argument is not finite, ``std`` is negative, or ``lower >= upper``.

    Source:
        The promise of an architecture in MRS (Camero, Toutouh, Alba, arXiv:1805.07159). DLOPT takes the logarithm of
        the probability and clamps it at log(1e-300); this is exact at any depth.

    Examples:
        >>> round(log_probability(mean=0.8, std=0.02, threshold=0.01, lower=0.0, upper=2.0), 8)
        -784.72087911
        >>> log_probability(0.8, 0.02, threshold=0.0, lower=0.0, upper=2.0)
        -inf
    """
    mean, std = check_number("mean", mean), check_number("std", std, low=0.0)
    threshold, lower, upper = check_threshold(threshold, lower, upper)
    if threshold <= lower:
        return -math.inf
    if threshold >= upper:
        return 0.0
    if std == 0.0:
        return 0.0 if mean < threshold else -math.inf
    whole = _log_mass(lower, upper, mean, std)
    above = _log_ratio(_log_mass(threshold, upper, mean, std), whole, mean, std)
    if above < -LOG_2:  # more likely below than above: then the small part is the exact one
        return math.log1p(-math.exp(above)) + 0.0  # never -0.0
    return min(_log_ratio(_log_mass(lower, threshold, mean, std), whole, mean, std), 0.0)


def check_threshold(threshold: float, lower: float, upper: float) -> tuple[float, float, float]:
    """Return the three as finite numbers, or raise ``SettingError``."""
    lower, upper = check_number("lower", lower), check_number("upper", upper)
    if lower >= upper:
        raise SettingError(f"`lower` must be less than `upper`, got lower={lower} and upper={upper}.")
    return check_number("threshold", threshold), lower, upper


def _log_ratio(part: _LogMass, whole: _LogMass, mean: float, std: float) -> float:
    """Return log(part / whole)."""
    if whole.rest == -math.inf:  # everything lies at the end nearest to the mean, infinitely steep
        return 0.0 if part.edge == whole.edge else -math.inf
    if part.edge == whole.edge:
        return part.rest - whole.rest
    # The difference of the two squares, as a product.
    distance = (part.edge - whole.edge) / std * (((part.edge - mean) + (whole.edge - mean)) / std) / 2
    return part.rest - whole.rest - distance


def _log_mass(low: float, high: float, mean: float, std: float) -> _LogMass:
    """Return the logarithm of the normal mass of [``low``, ``high``]."""
    if high <= mean:  # mirrored, so that only the right tail needs care
        return _LogMass(high, _log_tail(mean - high, high - low, std))
    if low >= mean:
        return _LogMass(low, _log_tail(low - mean, high - low, std))
    left, right = _log_tail(0.0, mean - low, std), _log_tail(0.0, high - mean, std)
    return _LogMass(mean, max(left, right) + math.log1p(math.exp(-abs(left - right))))


def _log_tail(distance: float, length: float, std: float) -> float:
    """Return the rest of the mass of an interval that begins at ``distance >= 0`` from the mean."""
    from scipy.special import erfcx

    start, width = distance / std, length / std
    drop = width * (start + width / 2)  # the density falls by exp(-drop) over the interval
    if drop < 1.0:
        steps = width * (NODES + 1) / 2
        average = float(NODE_WEIGHTS @ np.exp(-steps * (start + steps / 2))) / 2
        return math.log(length) - math.log(std) + math.log(average) - LOG_SQRT_2PI
    near, far = erfcx(start / math.sqrt(2)), erfcx((start + width) / math.sqrt(2))
    if near == 0.0:  # infinitely far out
        return -math.inf
    return math.log(near - math.exp(-drop) * far) - LOG_2
