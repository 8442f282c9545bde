"""Random samplings: the errors of a network with many random weights, without any training."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.checks import check_choice, check_integer, check_number, listed, shown
from dlopt_deap.data import Split
from dlopt_deap.errors import SettingError
from dlopt_deap.networks import NetworkSpec, predict
from dlopt_deap.networks.training.fit import check_reading
from dlopt_deap.sampling.distributions import STANDARD_NORMAL, Distribution
from dlopt_deap.sampling.interval import log_probability_interval
from dlopt_deap.sampling.metrics import METRICS, Metric, check_metric
from dlopt_deap.sampling.result import Sampling
from dlopt_deap.sampling.token_metrics import GREATEST
from dlopt_deap.sampling.truncated_normal import check_threshold, log_probability
from dlopt_deap.sampling.weights import weight_blocks

_UPPER: Final = 2.0
"""What an error is at most, unless told otherwise: DLOPT's choice, the range of a series that is scaled to [-1, 1]."""

BLOCK_BYTES: Final = 8 * 2**20
"""Memory for the weights, predictions and deviations of the samples that are computed together."""


@dataclass(frozen=True)
class SamplingSettings:
    """How a random sampling is made.

    Attributes:
        num_samples: Weight vectors to draw, from 1.
        threshold: The error to stay below, in the unit of the metric, in [``lower``, ``upper``].
        lower: The least error that is thought possible: where the normal distribution is truncated.
        upper: The greatest; unless given, what the metric can be at most if it is an error of probabilities, else 2.
        metric: ``"mae"``, ``"mse"``, ``"rmse"``, ``"mape"``, ``"smape"``, ``"median_ae"``, of a softmax also
            ``"cross_entropy"`` (in nats) and ``"error_rate"``, or a function like those in
            :mod:`dlopt_deap.sampling.metrics` and :mod:`dlopt_deap.sampling.objectives`.
        distribution: What the weights are drawn from: :class:`Normal`, :class:`Uniform`, or a function that takes a
            numpy generator and a shape and gives an array.
        confidence: The nominal coverage of the interval, in (0, 1).

    Raises:
        SettingError: If a setting is not as above.
    """

    num_samples: int = 100
    threshold: float = 0.01
    lower: float = 0.0
    upper: float | None = None
    metric: str | Metric = "mae"
    distribution: Distribution = STANDARD_NORMAL
    confidence: float = 0.95

    def __post_init__(self) -> None:
        check_integer("num_samples", self.num_samples, low=1, limit="MAX_SAMPLES")
        if not callable(self.metric):
            check_choice("metric", self.metric, METRICS)
        threshold, lower, upper = check_threshold(self.threshold, self.lower, self.most)
        if not lower <= threshold <= upper:
            raise SettingError(
                f"`threshold` must lie in [lower, upper], which is [{lower:g}, {upper:g}], got {threshold:g}: all "
                "errors would be on one side of it, so that every network promises the same."
            )
        if not callable(self.distribution):
            raise SettingError(
                f"`distribution` must be Normal(...), Uniform(...) or a function, got {shown(self.distribution)}."
            )
        if check_number("confidence", self.confidence, above=0.0) >= 1.0:
            raise SettingError(f"`confidence` must be less than 1, got {self.confidence}.")

    @property
    def most(self) -> float:
        """The greatest error that is thought possible."""
        if self.upper is not None:
            return self.upper
        return next((most for name, most in GREATEST.items() if self.metric in (name, METRICS[name])), _UPPER)


def mae_random_sampling(
    spec: NetworkSpec,
    split: Split,
    num_samples: int = 100,
    threshold: float = 0.01,
    lower: float = 0.0,
    upper: float | None = None,
    seed: int = 0,
    metric: str | Metric = "mae",
    distribution: Distribution = STANDARD_NORMAL,
    confidence: float = 0.95,
    threads: int = 1,
) -> Sampling:
    """Estimate the promise of a network by the MAE random sampling (MRS).

    All weights are drawn ``num_samples`` times, the error of the untrained network is measured each time, a normal
    distribution truncated to [``lower``, ``upper``] is fitted by mean and standard deviation, and its log P(error <
    ``threshold``) is the promise: the higher, the better. With few samples it is mostly noise: look at the interval
    ``log_p_low`` ... ``log_p_high``.

    Args:
        spec: The network.
        split: The rows to predict; the search uses ``series.validation``.
        num_samples: See :class:`SamplingSettings`, as for all that follow but ``seed`` and ``threads``.
        threshold: The error to stay below, in scaled units.
        lower: The least error that is thought possible.
        upper: The greatest.
        seed: Fixes the weights. The first n samples are the same whatever ``num_samples`` is.
        metric: The error, by name or as a function.
        distribution: What the weights are drawn from.
        confidence: The nominal coverage of the interval.
        threads: Threads to compute with; they do not change a bit of the result.

    Returns:
        The :class:`Sampling`.

    Raises:
        SettingError: If a setting is wrong, the network does not fit the series, or no sample has a finite error.
        DataError: If the look-back is longer than the series allows.

    Source:
        Camero, Toutouh, Alba: Low-Cost Recurrent Neural Network Expected Performance Evaluation, arXiv:1805.07159.
        DLOPT's ``random_normal`` ignores its mean and deviation, and its log_p is clamped at log(1e-300); here neither.

    Examples:
        >>> from dlopt_deap.data import sine
        >>> spec = NetworkSpec(inputs=1, units=(2, 2), outputs=1, look_back=2)
        >>> sampling = mae_random_sampling(spec, sine().validation, num_samples=30)
        >>> sampling.log_p_low < sampling.log_p < sampling.log_p_high
        True
    """
    settings = SamplingSettings(num_samples, threshold, lower, upper, metric, distribution, confidence)
    return random_sampling(spec, split, settings, seed, threads)


def random_sampling(
    spec: NetworkSpec,
    split: Split,
    settings: SamplingSettings = SamplingSettings(),
    seed: int = 0,
    threads: int = 1,
) -> Sampling:
    """Make a random sampling with any settings; see :func:`mae_random_sampling`."""
    check_integer("seed", seed, low=0)
    check_integer("threads", threads, low=1, limit="MAX_THREADS")
    samples, best_weights = _sample(spec, split, settings, seed, threads)
    return summarize(samples, best_weights, settings)


def summarize(samples: NDArray[np.float64], best_weights: NDArray[np.float32], settings: SamplingSettings) -> Sampling:
    """Fit the truncated normal distribution to the errors of samples.

    Args:
        samples: Errors, shape (samples,), of which one at least is finite.
        best_weights: The weights of the lowest of them.
        settings: Where the threshold and the ends are.
    """
    errors = samples[np.isfinite(samples)]
    # Equal errors have a deviation of exactly zero, which rounding of their mean would hide.
    alike = errors.min() == errors.max()
    mean, std = float(errors[0] if alike else errors.mean()), 0.0 if alike else float(errors.std())

    def log_p(mean: float, std: float) -> float:
        return log_probability(mean, std, settings.threshold, settings.lower, settings.most)

    low, high = log_probability_interval(errors, log_p, settings.confidence)
    return Sampling(
        mean=mean,
        std=std,
        p=math.exp(log_p(mean, std)),
        log_p=log_p(mean, std),
        samples=samples,
        best_weights=best_weights,
        log_p_low=low,
        log_p_high=high,
        threshold=float(settings.threshold),
        lower=float(settings.lower),
        upper=float(settings.most),
        confidence=float(settings.confidence),
        num_failed=len(samples) - len(errors),
    )


def _sample(
    spec: NetworkSpec, split: Split, settings: SamplingSettings, seed: int, threads: int
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Return the error of each sample, and the weights of the lowest."""
    check_metric(settings.metric, spec)
    _check_fit(spec, split)
    x, y = split.windows(spec.look_back)
    metric = settings.metric if callable(settings.metric) else METRICS[settings.metric]
    samples, best, best_weights = np.empty(settings.num_samples), math.inf, None
    block = _block_size(spec.num_weights, y.size, threads)
    start = 0
    for weights in weight_blocks(spec.num_weights, settings.num_samples, block, seed, settings.distribution):
        errors = np.asarray(metric(predict(spec, weights, x, threads=threads), y))
        if errors.shape != (len(weights),):
            raise SettingError(
                f"`metric` must give one error a sample, the shape ({len(weights)},), got {errors.shape} from "
                f"{metric!r}."
            )
        samples[start : start + len(weights)] = errors
        start += len(weights)
        lowest = int(np.argmin(np.where(np.isfinite(errors), errors, math.inf)))
        if errors[lowest] < best:
            best, best_weights = float(errors[lowest]), weights[lowest].copy()
    if best_weights is None:
        raise SettingError(
            f"At least one of {settings.num_samples} samples must have a finite error, got none for {spec}; "
            "use a narrower `distribution`, a scaled series, or another `metric`."
        )
    return samples, best_weights


def _check_fit(spec: NetworkSpec, split: Split) -> None:
    """Refuse a network whose ends do not fit the series."""
    series = split.series
    check_reading(spec, series)
    for end, number, columns in (("inputs", spec.inputs, series.inputs), ("outputs", spec.outputs, series.targets)):
        if number != len(columns):
            raise SettingError(
                f"`{end}` of the network must be {len(columns)}, as the series {series.name!r} has "
                f"{listed(columns)}, got {number}."
            )


def _block_size(num_weights: int, numbers_predicted: int, threads: int) -> int:
    """Return how many samples are computed together, at least one a thread."""
    # A prediction is held as float32, and its deviation twice as float64.
    bytes_per_sample = 4 * num_weights + (4 + 2 * 8) * numbers_predicted
    return max(threads, BLOCK_BYTES // bytes_per_sample)
