"""The figure of several groups of runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.errors import DataError
from dlopt_deap.plots.style import BAND, COLOURS, DASHES, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Curve = tuple[ArrayLike, ArrayLike]
"""The evaluations made after each generation of a run, and the best value so far (NaN: none yet), shape (rows,)."""


def best_so_far(
    groups: Mapping[str, Sequence[Curve]],
    target: str,
    sign: int = -1,
    band: tuple[float, float] = (0.25, 0.75),
    ax: Axes | None = None,
) -> Axes:
    """Draw the best value so far against the evaluations made: the median of each group of runs, and a band.

    Groups differ in colour and in dashes, so that they are told apart without colours too. A curve ends where the
    shortest run of its group does, and begins when half of them have a value.

    Args:
        groups: The runs of each group, by its name.
        target: The name of the target.
        sign: +1 if it is maximised, -1 if it is minimised.
        band: The quantiles that the band lies between; a group of one run has none.
        ax: Where to draw; a new figure if ``None``.

    Returns:
        The axes.

    Raises:
        DataError: If a group has no run, or a run no generation.
    """
    ax = ax if ax is not None else new_axes()
    for place, (name, curves) in enumerate(groups.items()):
        if not len(curves) or not all(np.size(evaluations) for evaluations, _ in curves):
            raise DataError(f"The group {name!r} must have at least one run with a generation, and each of them one.")
        grid, values = _on_one_grid(curves)
        enough = np.isfinite(values).mean(axis=0) >= 0.5
        grid, values = grid[enough], values[:, enough]
        style: dict[str, Any] = {"color": COLOURS[place % len(COLOURS)], "linestyle": DASHES[place % len(DASHES)]}
        runs = f"{name} ({len(curves)} run{'s' if len(curves) > 1 else ''})"
        if not len(grid):
            continue
        ax.step(grid, np.nanmedian(values, axis=0), where="post", linewidth=2, label=runs, **style)
        if len(curves) > 1:
            low, high = np.nanquantile(values, band, axis=0)
            ax.fill_between(grid, low, high, step="post", color=style["color"], **BAND)
    ax.set(xlabel="evaluations", ylabel=f"best {target} so far ({'more' if sign > 0 else 'less'} is better)")
    several = any(len(curves) > 1 for curves in groups.values())
    ax.set_title(f"Median of the runs, and their {band[0]:.0%} to {band[1]:.0%} quantiles" if several else target)
    ax.legend(loc="best")
    return ax


def _on_one_grid(curves: Sequence[Curve]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the evaluations at which any run has a new value, and the value of each run there: (runs, evaluations)."""
    known = [(np.asarray(evaluations, dtype=float), np.asarray(best, dtype=float)) for evaluations, best in curves]
    end = min(evaluations[-1] for evaluations, _ in known)
    grid = np.unique(np.concatenate([evaluations[evaluations <= end] for evaluations, _ in known] + [[end]]))
    values = np.full((len(known), len(grid)), np.nan)
    for row, (evaluations, best) in enumerate(known):
        latest = np.searchsorted(evaluations, grid, side="right") - 1
        values[row, latest >= 0] = best[latest[latest >= 0]]
    return grid, values
