"""The figure of a Pareto front."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dlopt_deap.core import Result
from dlopt_deap.errors import SettingError
from dlopt_deap.plots.style import BLUE, ORANGE, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def pareto_front(result: Result, ax: Axes | None = None) -> Axes:
    """Draw the front of a search with several targets, by its first two, with the knee.

    Args:
        result: The result.
        ax: Where to draw; a new figure if ``None``.

    Returns:
        The axes.

    Raises:
        SettingError: If there is only one target.
    """
    names = list(result.problem.targets)
    if len(names) < 2:
        raise SettingError(f"A Pareto front needs at least two targets, got {', '.join(names)}.")
    ax = ax if ax is not None else new_axes()
    points = np.array([candidate.values[:2] for candidate in result.candidates])
    points = points[np.argsort(points[:, 0])]
    ax.plot(points[:, 0], points[:, 1], color=BLUE, marker="o", label=f"{len(points)} architectures")
    bend = result.knee
    layers = result.problem.decode(bend.solution).layers
    ax.plot(*bend.values[:2], color=ORANGE, marker="*", markersize=16, linestyle="none", label=f"knee: layers {layers}")
    arrows = {1: "→ better", -1: "← better"}
    ax.set_xlabel(f"{names[0]} ({arrows[result.problem.targets[names[0]]]})")
    ax.set_ylabel(f"{names[1]} ({'more' if result.problem.targets[names[1]] > 0 else 'less'} is better)")
    if (points[:, 1] > 0).all() and points[:, 1].max() > 50 * points[:, 1].min():
        ax.set_yscale("log")
    ax.set_title("Pareto front")
    ax.legend(loc="best")
    return ax
