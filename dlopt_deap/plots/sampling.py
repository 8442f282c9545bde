"""The figure of a random sampling."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dlopt_deap.plots.style import BLUE, GREEN, ORANGE, new_axes
from dlopt_deap.sampling import Sampling

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def sampled_errors(sampling: Sampling, error: str = "mean absolute error", ax: Axes | None = None) -> Axes:
    """Draw the sampled errors as a histogram, with the truncated normal fitted to them, and the threshold.

    The axis reaches down to the threshold, so that one sees how far the fit is extrapolated.

    Args:
        sampling: The sampling.
        error: The name of the error, for the axis.
        ax: Where to draw; a new figure if ``None``.

    Returns:
        The axes.
    """
    from scipy.stats import truncnorm

    ax = ax if ax is not None else new_axes()
    errors = sampling.samples[np.isfinite(sampling.samples)]
    ax.hist(errors, bins="auto", density=True, color=BLUE, alpha=0.5, label=f"{len(errors)} sampled networks")
    if sampling.std > 0:
        low, high = ((bound - sampling.mean) / sampling.std for bound in (sampling.lower, sampling.upper))
        fit = truncnorm(low, high, loc=sampling.mean, scale=sampling.std)
        x = np.linspace(max(sampling.lower, 0.0), min(sampling.upper, errors.max() * 1.1), 400)
        ax.plot(x, fit.pdf(x), color=ORANGE, linewidth=2, label="fitted truncated normal")
    ax.axvline(sampling.threshold, color=GREEN, linestyle="--", label=f"threshold {sampling.threshold:g}")
    ax.set(
        xlabel=f"{error} on the validation split, in scaled units",
        ylabel="density",
        title=(
            f"log p(error < {sampling.threshold:g}) = {sampling.log_p:.2f}, "
            f"{sampling.confidence:.0%} interval [{sampling.log_p_low:.2f}, {sampling.log_p_high:.2f}]"
        ),
    )
    ax.legend(loc="upper right")
    return ax
