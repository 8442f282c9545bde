"""The figure of several groups of runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.checks import check_choice
from dlopt_deap.core import WORST
from dlopt_deap.errors import DataError
from dlopt_deap.plots.course import AGAINST, Course
from dlopt_deap.plots.logbook import label_x
from dlopt_deap.plots.scales import fit_scale
from dlopt_deap.plots.sources import Source, read_course
from dlopt_deap.plots.style import BAND, COLOURS, DASHES, counted, new_axes, plain, set_title, target_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_KNOWN = WORST**0.5
"""What is greater was interpolated towards a run that has no value yet."""

Curve = tuple[ArrayLike, ArrayLike]
"""The evaluations made after each generation of a run, and the best value so far (NaN: none yet), shape (rows,)."""


def best_so_far(
    groups: Mapping[str, Sequence[Curve | Source]],
    target: str | None = None,
    sign: int | None = None,
    band: tuple[float, float] = (0.25, 0.75),
    ax: Axes | None = None,
    against: str = "evaluations",
) -> Axes:
    """Draw the best value so far against evaluations or time: the median of each group of runs, and a band.

    Runs of a group, such as those of several seeds, are drawn as one. Groups differ in colour and in dashes, so that
    they are told apart without colours too. A curve ends where the shortest run of its group does, and begins when most
    of them have a value: those that have none yet count as the worst.

    Args:
        groups: The runs of each group, by its name: what tells of each search (see
            :data:`~dlopt_deap.plots.Source`), or its curve itself.
        target: The name of the target; the first of the first source unless given.
        sign: +1 if it is maximised, -1 if it is minimised; what the first source tells unless given, and -1 of curves.
        band: The quantiles that the band lies between; a group of one run has none.
        ax: Where to draw; a new figure if ``None``.
        against: ``"evaluations"``, ``"seconds"`` or ``"generations"``; what curves hold is up to whoever made them.

    Returns:
        The axes.

    Raises:
        DataError: If a group has no run, or a run no generation, or it lacks the target or what it is drawn against.
        SettingError: If ``against`` is none of these, or the sign is not known.

    Examples:
        >>> from matplotlib.figure import Figure
        >>> groups = {"lstm": [([4, 8], [3.0, 2.0]), ([4, 8], [5.0, 1.0])], "gru": [([4, 8], [2.0, 1.0])]}
        >>> ax = best_so_far(groups, "mae", ax=Figure().subplots())
        >>> [line.get_label() for line in ax.lines]
        ['lstm (2 runs)', 'gru (1 run)']
    """
    read = {name: [_read(run) for run in runs] for name, runs in groups.items()}
    target, sign = _target(read, target, sign)
    check_choice("against", against, AGAINST)
    drawn = []
    ax = ax if ax is not None else new_axes()
    for place, (name, runs) in enumerate(read.items()):
        curves = [_curve(run, target, sign, against) for run in runs]
        if not len(curves) or not all(np.size(evaluations) for evaluations, _ in curves):
            raise DataError(f"The group {name!r} must have at least one run with a generation, and each of them one.")
        grid, values = _on_one_grid(curves)
        known_or_worst = np.where(np.isnan(values), -sign * WORST, values)
        low, middle, high = np.quantile(known_or_worst, (band[0], 0.5, band[1]), axis=0)
        style: dict[str, Any] = {"color": COLOURS[place % len(COLOURS)], "linestyle": DASHES[place % len(DASHES)]}
        label = f"{plain(name)} ({counted(len(curves), 'run')})"
        known = np.abs(middle) < _KNOWN
        ax.step(grid[known], middle[known], where="post", linewidth=2, label=label, **style)
        if len(curves) > 1:
            known &= np.maximum(np.abs(low), np.abs(high)) < _KNOWN
            ax.fill_between(grid[known], low[known], high[known], step="post", color=style["color"], **BAND)
        drawn.append(values)
    fit_scale(ax, *drawn)
    label_x(ax, against)
    ax.set(ylabel=target_label(f"best {target} so far", sign))
    several = any(len(runs) > 1 for runs in groups.values())
    set_title(ax, f"Median of the runs, and their {band[0]:.0%} to {band[1]:.0%} quantiles" if several else target)
    ax.legend(loc="best")
    return ax


def _read(run: Any) -> Course | Curve:
    """Read a run, unless it is given by its curve."""
    return (run[0], run[1]) if isinstance(run, tuple) and len(run) == 2 else read_course(run)


def _target(read: Mapping[str, Sequence[Any]], target: str | None, sign: int | None) -> tuple[str, int]:
    """Choose the target by the first source; of curves the name may be anything, and less is better."""
    first = next((run for runs in read.values() for run in runs if isinstance(run, Course)), None)
    if first is not None:
        return first.target(target, sign)
    return target or "value", -1 if sign is None else sign


def _curve(run: Course | Curve, target: str, sign: int, against: str) -> Curve:
    """Give where the generations of a run lie, and the best so far at each."""
    if not isinstance(run, Course):
        return run
    best = run.column(target, "max" if sign > 0 else "min")
    return run.positions(against), (np.fmax if sign > 0 else np.fmin).accumulate(best)


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
