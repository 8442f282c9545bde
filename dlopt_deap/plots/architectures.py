"""The figure of how the architectures of a population are distributed."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.plots.course import fitness_of
from dlopt_deap.plots.sources import Source, read_course
from dlopt_deap.plots.style import ORANGE, new_axes, set_title
from dlopt_deap.plots.traits import ARCHITECTURE, LABELS

_MOST_BINS: Final = 40
"""A panel has at most so many rows; of more values, several share one."""


def architectures_over_generations(
    source: Source, target: str | None = None, sign: int | None = None, ax: Any = None
) -> Any:
    """Draw how look-back, layers and units are distributed in the population of each generation, a panel each.

    The darker, the more of the population, by the root of its share, so that single individuals are seen. A line
    follows the best individual of each generation.

    Args:
        source: What holds the populations of an architecture search: a run folder, its ``run.sqlite``, a result or a
            search with a run folder, or a ``callbacks.PopulationLog``.
        target: The target by which the best is told; the first unless given.
        sign: +1 if it is maximised, -1 if it is minimised; what the source tells unless given.
        ax: Three axes to draw on; a new figure if ``None``.

    Returns:
        An array of three axes.

    Raises:
        DataError: If the source holds no populations, or not of architectures.
        SettingError: If the sign is not known.
    """
    from matplotlib.colors import PowerNorm
    from matplotlib.patheffects import withStroke
    from matplotlib.ticker import MaxNLocator

    course = read_course(source)
    target, sign = course.target(target, sign)
    populations = course.populations()
    traits = [[course.traits(one.genes) for one in population] for population in populations]
    best = [_best([sign * fitness_of(one, target) for one in population]) for population in populations]
    panels = ax if ax is not None else new_axes(rows=3, height=6.0)
    x = np.arange(len(populations))
    edge = withStroke(linewidth=4, foreground="white")
    for panel, name in zip(panels, ARCHITECTURE, strict=True):
        columns = [np.array([one[name] for one in generation]) for generation in traits]
        edges, shares = shares_of(columns)
        mesh = panel.pcolormesh(np.arange(len(x) + 1) - 0.5, edges, shares, cmap="Greys", norm=PowerNorm(0.5, 0.0, 1.0))
        led = np.array([np.nan if at is None else column[at] for at, column in zip(best, columns, strict=True)])
        panel.step(x, led, where="mid", color=ORANGE, linewidth=2, label="best of the generation", path_effects=[edge])
        panel.set_ylabel(LABELS[name])
        panel.yaxis.set_major_locator(MaxNLocator(integer=True))
    panels[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
    panels[-1].set_xlabel("generation")
    panels[0].figure.colorbar(mesh, ax=list(panels), label="share of the population", format=_as_percent)
    set_title(panels[0], "Architectures of each generation")
    panels[0].legend(loc="best")
    return panels


def shares_of(columns: list[NDArray[np.float64]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Count which share of each column lies in each of at most 40 bins, whose widths are whole numbers.

    Args:
        columns: The values of each generation.

    Returns:
        The edges of the bins, shape (bins + 1,), and the shares, shape (bins, generations); NaN where there are none,
        in an empty generation for one.

    Examples:
        >>> edges, shares = shares_of([np.array([1.0, 1.0, 2.0, 2.0]), np.array([3.0])])
        >>> edges.tolist(), np.nan_to_num(shares).tolist()
        ([0.5, 1.5, 2.5, 3.5], [[0.5, 0.0], [0.5, 0.0], [0.0, 1.0]])
    """
    everything = np.concatenate(columns)
    low, high = np.floor(everything.min() + 0.5), np.floor(everything.max() + 0.5)
    width = np.ceil((high - low + 1) / _MOST_BINS)
    edges = np.arange(low, high + width + 0.5, width) - 0.5
    shares = np.full((len(edges) - 1, len(columns)), np.nan)
    for place, column in enumerate(columns):
        counts = np.histogram(column, edges)[0].astype(float)
        shares[:, place] = np.where(counts > 0, counts / max(len(column), 1), np.nan)
    return edges, shares


def _best(values: list[float]) -> int | None:
    """Give the position of the greatest value; ``None`` if there is none."""
    known = [place for place, value in enumerate(values) if not np.isnan(value)]
    return max(known, key=lambda place: values[place]) if known else None


def _as_percent(value: float, position: int) -> str:
    """Write a share."""
    del position
    return f"{value:.0%}"
