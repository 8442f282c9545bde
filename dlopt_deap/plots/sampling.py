"""The figure of a random sampling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlopt_deap.checks import as_float
from dlopt_deap.errors import DataError
from dlopt_deap.plots.style import BLUE, GREEN, ORANGE, new_axes, set_title
from dlopt_deap.sampling import Sampling

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def sampled_errors(
    sampling: Sampling | Mapping[str, Any], error: str = "mean absolute error", ax: Axes | None = None
) -> Axes:
    """Draw the sampled errors as a histogram, with the truncated normal fitted to them, and the threshold.

    The axis reaches down to the threshold, so that one sees how far the fit is extrapolated.

    Args:
        sampling: The sampling, or what its ``to_dict`` gave: the ``metrics`` of a line of ``samples.jsonl`` for one.
        error: The name of the error, for the axis.
        ax: Where to draw; a new figure if ``None``.

    Returns:
        The axes.

    Raises:
        DataError: If the sampling holds no samples, or lacks what is drawn.
    """
    from scipy.stats import truncnorm

    sampling = _read(sampling) if isinstance(sampling, Mapping) else sampling
    errors = sampling.samples[np.isfinite(sampling.samples)]
    if not len(errors):
        raise DataError(f"A sampling needs at least one finite error to be drawn, got none of {len(sampling.samples)}.")
    ax = ax if ax is not None else new_axes()
    ax.hist(errors, bins="auto", density=True, color=BLUE, alpha=0.5, label=f"{len(errors)} sampled networks")
    if sampling.std > 0:
        low, high = ((bound - sampling.mean) / sampling.std for bound in (sampling.lower, sampling.upper))
        fit = truncnorm(low, high, loc=sampling.mean, scale=sampling.std)
        x = np.linspace(max(sampling.lower, 0.0), min(sampling.upper, errors.max() * 1.1), 400)
        ax.plot(x, fit.pdf(x), color=ORANGE, linewidth=2, label="fitted truncated normal")
    ax.axvline(sampling.threshold, color=GREEN, linestyle="--", label=f"threshold {sampling.threshold:g}")
    ax.set(xlabel=f"{error} on the validation split, in scaled units", ylabel="density")
    promise = f"log p(error < {sampling.threshold:g}) = {sampling.log_p:.2f}"
    interval = f"{sampling.confidence:.0%} interval [{sampling.log_p_low:.2f}, {sampling.log_p_high:.2f}]"
    set_title(ax, f"{promise}, {interval}")
    ax.legend(loc="best")
    return ax


def _read(told: Mapping[str, Any]) -> Sampling:
    """Read what ``Sampling.to_dict`` gave, in which numbers that JSON does not know are ``None``."""
    infinite = {"log_p": -np.inf, "log_p_low": -np.inf, "log_p_high": -np.inf}
    names = ("mean", "std", "p", "log_p", "log_p_low", "log_p_high", "threshold", "lower", "upper", "confidence")
    numbers = {name: as_float(told.get(name, None)) for name in names}
    numbers |= {name: value for name, value in infinite.items() if name in told and told[name] is None}
    samples = told.get("samples")
    if not isinstance(samples, Sequence) or any(np.isnan(number) for number in numbers.values()):
        lacking = [name for name, number in numbers.items() if np.isnan(number)] or ["samples"]
        raise DataError(
            f"A sampling needs {', '.join(names)} and samples to be drawn, got none for {', '.join(lacking)}."
        )
    errors = np.array([as_float(one) for one in samples])
    failed = int((~np.isfinite(errors)).sum())
    return Sampling(**numbers, samples=errors, best_weights=np.empty(0, np.float32), num_failed=failed)
