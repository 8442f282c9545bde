"""The figure of a Pareto front."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dlopt_deap.core import Result, knee
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
    layers = result.problem.decode(result.knee.solution).layers
    return pareto_points(result.problem.targets, [one.values for one in result.candidates], f"layers {layers}", ax)


def pareto_points(
    targets: Mapping[str, int], values: Sequence[Sequence[float]], knee_label: str = "", ax: Axes | None = None
) -> Axes:
    """Draw a front that is known by its values alone.

    Args:
        targets: The targets with their signs: +1 maximised, -1 minimised.
        values: Shape (points, targets).
        knee_label: What to say of the knee.
        ax: Where to draw; a new figure if ``None``.

    Returns:
        The axes.

    Raises:
        SettingError: If there is only one target.
    """
    names = list(targets)
    if len(names) < 2:
        raise SettingError(f"A Pareto front needs at least two targets, got {', '.join(names)}.")
    ax = ax if ax is not None else new_axes()
    bend = values[knee(values, list(targets.values()))][:2]
    points = np.array([one[:2] for one in values])
    points = points[np.argsort(points[:, 0])]
    ax.plot(points[:, 0], points[:, 1], color=BLUE, marker="o", label=f"{len(points)} architectures")
    label = f"knee: {knee_label}" if knee_label else "knee"
    ax.plot(*bend, color=ORANGE, marker="*", markersize=16, linestyle="none", label=label)
    arrows = {1: "→ better", -1: "← better"}
    ax.set_xlabel(f"{names[0]} ({arrows[targets[names[0]]]})")
    ax.set_ylabel(f"{names[1]} ({'more' if targets[names[1]] > 0 else 'less'} is better)")
    if (points[:, 1] > 0).all() and points[:, 1].max() > 50 * points[:, 1].min():
        ax.set_yscale("log")
    ax.set_title("Pareto front")
    ax.legend(loc="best")
    return ax
