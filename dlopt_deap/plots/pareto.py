"""The figure of a Pareto front."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.core import Result, first_front, knee
from dlopt_deap.errors import SettingError
from dlopt_deap.plots.parallel import Dimension, draw_lines
from dlopt_deap.plots.scales import DECADES
from dlopt_deap.plots.sources import Source, read_course
from dlopt_deap.plots.style import BLUE, COLOUR_MAP, ORANGE, counted, new_axes, plain, set_title, target_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    Points = NDArray[np.float64]


def pareto_front(source: Source, ax: Axes | None = None) -> Axes:
    """Draw the front of a search with several targets, with the knee; see :func:`pareto_points`.

    Args:
        source: A result, whose candidates are drawn with the values to believe; or a run folder, its ``run.sqlite``, a
            search or a ``callbacks.PopulationLog``, of which the front of all known individuals is drawn as the search
            saw them.
        ax: Where to draw; a new figure if ``None``.

    Returns:
        The axes.

    Raises:
        SettingError: If there is only one target, or a sign is not known.
        DataError: If the source holds no individuals.
    """
    if isinstance(source, Result):
        layers = source.problem.decode(source.knee.solution).layers
        told = f"layers {layers}"
        return pareto_points(source.problem.targets, [one.values for one in source.candidates], told, ax)
    course = read_course(source)
    individuals = course.individuals()
    targets = {name: course.target(name, None)[1] for name in individuals[0].fitness}
    values = {tuple(one.fitness[name] for name in targets): one for one in individuals}  # equal ones once
    points = list(values)
    return pareto_points(targets, [points[at] for at in first_front(points, list(targets.values()))], ax=ax)


def pareto_points(
    targets: Mapping[str, int], values: Sequence[Sequence[float]], knee_label: str = "", ax: Axes | None = None
) -> Axes:
    """Draw a front that is known by its values alone.

    Two targets are the axes, and a stairs-like line parts what is dominated from what is not. A third is the colour; of
    more, each has an upright axis, and each point is a line.

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
    if len(targets) < 2:
        raise SettingError(f"A Pareto front needs at least two targets, got {', '.join(targets)}.")
    points = np.array([tuple(one) for one in values], dtype=float)
    bend = knee(points, list(targets.values()))
    label = f"knee: {knee_label}" if knee_label else "knee"
    if len(targets) > 3:
        return _draw_many(targets, points, bend, label, ax)
    ax = ax if ax is not None else new_axes()
    count = counted(len(points), "architecture")
    if len(targets) == 2:
        _draw_stairs(ax, points, next(iter(targets.values())), count)
    else:
        _draw_coloured(ax, points, list(targets)[2], count)
    star: dict[str, Any] = {"marker": "*", "markersize": 18, "markeredgecolor": "black", "linestyle": "none"}
    ax.plot(*points[bend, :2], color=ORANGE, label=label, zorder=2, **star)
    for axis, (name, sign), column in zip((ax.xaxis, ax.yaxis), targets.items(), points.T, strict=False):
        axis.set_label_text(target_label(name, sign))
        if (column > 0).all() and column.max() > DECADES * column.min():
            (ax.set_xscale if axis is ax.xaxis else ax.set_yscale)("log")
    set_title(ax, "Pareto front")
    ax.legend(loc="best")
    return ax


def _draw_stairs(ax: Axes, points: Points, sign: int, label: str) -> None:
    """Draw points of two targets, joined by the border of what they dominate."""
    ordered = points[np.lexsort((points[:, 1], points[:, 0]))]
    # Between two points, the better of them in the first target is still to be had.
    style = "steps-post" if sign < 0 else "steps-pre"
    ax.plot(ordered[:, 0], ordered[:, 1], color=BLUE, marker="o", drawstyle=style, linewidth=1, label=label)


def _draw_coloured(ax: Axes, points: Points, third: str, label: str) -> None:
    """Draw points of three targets, the third of which is their colour."""
    from matplotlib.colors import LogNorm

    colour = points[:, 2]
    wide = (colour > 0).all() and colour.max() > DECADES * colour.min()
    settings: dict[str, Any] = {
        "c": colour,
        "cmap": COLOUR_MAP,
        "norm": LogNorm() if wide else None,
        "edgecolors": "black",
    }
    dots = ax.scatter(points[:, 0], points[:, 1], linewidths=0.5, s=30, zorder=3, label=label, **settings)
    ax.figure.colorbar(dots, ax=ax, label=plain(third))


def _draw_many(targets: Mapping[str, int], points: Points, bend: int, label: str, ax: Axes | None) -> Axes:
    """Draw points of many targets, each as a line across all of them."""
    ax = ax if ax is not None else new_axes(width=9.0, height=4.6)
    dimensions = [
        Dimension.of(name, target_label(name, sign), column)
        for (name, sign), column in zip(targets.items(), points.T, strict=True)
    ]
    first = points[:, 0] * -next(iter(targets.values()))
    ranks = first.argsort(kind="stable")
    title = f"Pareto front of {counted(len(points), 'architecture')}; the darker, the better by {next(iter(targets))}"
    draw_lines(ax, dimensions, ranks, title, (bend, label))
    return ax
