"""Draw the figures of the pages anew, each from a seeded computation.

    python docs/figures.py
    python docs/figures.py --only promise_and_training --out /tmp

With ``--quick`` everything is computed with a tenth of the samples: for the test that each figure can still be made.
"""

import argparse
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dlopt_deap import Evolution, NetworkSpec, data, plots
from dlopt_deap.architecture import RandomSamplingProblem, Space, TrainingProblem
from dlopt_deap.core import ea_mu_plus_lambda
from dlopt_deap.plots.style import BLUE, GREEN, GREY, ORANGE, new_axes
from dlopt_deap.sampling import SamplingSettings, mae_random_sampling, summarize

IMAGES = Path(__file__).parent / "images"
PUBLISHED = NetworkSpec(inputs=1, units=(12, 13, 9, 10, 12, 6), outputs=1, look_back=17)
"""DLOPT's published best network for the sine wave."""

SIZES = (30, 100, 300, 1000)
"""Samples of a sampling."""

SAMPLINGS = 300
"""At most so many of each size are drawn."""


def fitness_log_p(scale: float) -> Any:
    """Draw a search of `evolve_sine.py`, whose fitness is noisy."""
    space = Space(look_back=(2, 20), layers=(1, 3), units=(1, 10), activation="tanh")
    problem = RandomSamplingProblem(data.sine(), space, targets={"log_p": 1}, num_samples=_at_least(10, 100 * scale))
    evolution = Evolution(
        ea_mu_plus_lambda, population_size=10, offspring_size=5, restarts=2, migration_size=2, cxpb=0.5, mutpb=1.0
    )
    result = evolution.optimize(problem, max_evaluations=_at_least(30, 300 * scale), seed=1)
    return plots.fitness_over_evaluations(result.logbook, "log_p", 1, result.fitness["log_p"])


def sampled_errors(scale: float) -> Any:
    """Draw one sampling of the published network: its errors, the fit, and the threshold."""
    return plots.sampled_errors(_sampling(1_000, scale))


def noise_of_log_p(scale: float) -> Any:
    """Draw the values that independent samplings of one network give, for each number of samples."""
    errors = _sampling(100_000, scale).samples
    values = [_values(errors[: len(errors) // n * n].reshape(-1, n)[:SAMPLINGS]) for n in SIZES]
    ax = new_axes()
    for place, ours in enumerate(values):
        jitter = np.random.default_rng(0).uniform(-0.25, 0.25, len(ours))
        ax.plot(place + jitter, ours, color=BLUE, marker=".", markersize=3, linestyle="none", alpha=0.4)
        low, middle, high = np.quantile(ours, [0.025, 0.5, 0.975])
        ax.vlines(place, low, high, color=ORANGE, linewidth=2, label="95 % of the samplings" if not place else "")
        ax.plot(place, middle, color=ORANGE, marker="o", label="median" if not place else "", linestyle="none")
    whole = _values(errors[np.newaxis])[0]
    ax.axhline(whole, color=GREEN, linestyle="--", label=f"all {len(errors):,} samples together")
    ax.set_xticks(range(len(values)), [f"{n:,}" for n in SIZES])
    ax.set(xlabel="samples of a sampling", ylabel="log p", title="One network, sampled again and again")
    ax.legend(loc="lower right")
    return ax


def counted_and_fitted(scale: float) -> Any:
    """Draw the probability of an error below a bound, as counted and as the fitted distribution tells it."""
    from scipy.stats import truncnorm

    sampling = _sampling(100_000, scale)
    errors = np.sort(sampling.samples)
    low, high = ((bound - sampling.mean) / sampling.std for bound in (sampling.lower, sampling.upper))
    fit = truncnorm(low, high, loc=sampling.mean, scale=sampling.std)
    x = np.linspace(sampling.threshold, errors[-1], 400)
    ax = new_axes()
    ax.plot(errors, np.arange(1, len(errors) + 1) / len(errors), color=BLUE, linewidth=2, label="counted")
    ax.plot(x, np.exp(fit.logcdf(x)), color=ORANGE, linestyle="--", label="fitted truncated normal")
    ax.axvline(sampling.threshold, color=GREEN, linestyle=":", label=f"threshold {sampling.threshold:g}")
    ax.axvline(errors[0], color=GREY, linewidth=1, label=f"least of {len(errors):,} errors, {errors[0]:.2f}")
    ax.set_yscale("log")
    ax.set(xlabel="mean absolute error e, in scaled units", ylabel="P(error < e)", title="The promise extrapolates")
    ax.legend(loc="lower right")
    return ax


def promise_and_training(scale: float) -> Any:
    """Draw what sixty architectures promise, against their error after training."""
    from scipy.stats import spearmanr

    random.seed(7)
    space = Space(look_back=(2, 20), layers=(1, 3), units=(1, 20), activation="tanh")
    series = data.sunspots()
    sampled = RandomSamplingProblem(series, space, num_samples=_at_least(10, 1_000 * scale))
    trained = TrainingProblem(series, space, epochs=_at_least(2, 100 * scale), repeats=_at_least(1, 3 * scale))
    architectures = [space.random_genes() for _ in range(_at_least(8, 60 * scale))]
    promises = [sampled.evaluate(genes).metrics["log_p"] for genes in architectures]
    errors = [trained.evaluate(genes)[0] for genes in architectures]
    layers = np.array([len(genes) - 1 for genes in architectures])
    ax = new_axes()
    for depth, (color, marker) in enumerate(((BLUE, "o"), (ORANGE, "s"), (GREEN, "^")), start=1):
        own = np.flatnonzero(layers == depth)
        pairs = np.array([(promises[one], errors[one]) for one in own]).reshape(-1, 2)
        ax.plot(*pairs.T, color=color, marker=marker, linestyle="none", label=f"{depth} layer{'s'[: depth > 1]}")
    rank = spearmanr(promises, errors).statistic
    title = f"Sunspots: promise and trained error, rank correlation {rank:.2f}"
    ax.set(xlabel="log p (higher promises more)", ylabel="validation error after training (lower is better)", title=title)
    ax.legend(loc="best")
    return ax


FIGURES: dict[str, Callable[[float], Any]] = {
    function.__name__: function
    for function in (fitness_log_p, sampled_errors, noise_of_log_p, counted_and_fitted, promise_and_training)
}
"""A function for each file in docs/images."""


def main(argv: Sequence[str] | None = None) -> None:
    """Draw the figures."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    parser = argparse.ArgumentParser(prog="figures.py", description="Draw the figures of the pages anew.")
    parser.add_argument("--only", choices=FIGURES, help="one of them")
    parser.add_argument("--out", type=Path, default=IMAGES, help="the folder (docs/images)")
    parser.add_argument("--quick", action="store_true", help="with a tenth of the samples, for a test")
    options = parser.parse_args(argv)
    for name, function in FIGURES.items():
        if options.only in (None, name):
            ax = function(0.1 if options.quick else 1.0)
            ax.figure.savefig(options.out / f"{name}.png", dpi=100, metadata={"Software": None})
            pyplot.close(ax.figure)


def _sampling(samples: int, scale: float) -> Any:
    """Sample the published network on the sine wave."""
    return mae_random_sampling(PUBLISHED, data.sine().validation, num_samples=_at_least(100, samples * scale), seed=0)


def _values(parts: Any) -> Any:
    """Give log p of each sampling, a row of errors."""
    weights, settings = np.zeros(1, np.float32), SamplingSettings()
    return np.array([summarize(part, weights, settings).log_p for part in parts])


def _at_least(least: int, number: float) -> int:
    """Round a number, and keep it from being too small to compute with."""
    return max(least, round(number))


if __name__ == "__main__":
    main()
