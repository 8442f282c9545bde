"""The figure of how often operators succeed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.checks import check_integer
from dlopt_deap.errors import DataError
from dlopt_deap.plots.course import Column
from dlopt_deap.plots.logbook import label_x, mark_restarts
from dlopt_deap.plots.sources import Source, read_course
from dlopt_deap.plots.style import BAND, BLUE, ORANGE, new_axes, set_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OPERATORS: Final = {"mate": (BLUE, "-", "s"), "mutate": (ORANGE, "--", "^")}
"""The operators that a search counts, and how they are drawn."""

_ENOUGH: Final = 40
"""So many offspring of an operator give a share that is worth drawing."""


def operator_success(
    source: Source, window: int | None = None, ax: Axes | None = None, against: str = "generations"
) -> Axes:
    """Draw which share of the offspring of each operator is better than each of their parents.

    A point tells of several generations, the latest of which it stands at; the band is the 95 % interval of a binomial
    share. Offspring of both operators count for either.

    Args:
        source: What tells of a search by :class:`~dlopt_deap.core.Evolution`; see :data:`~dlopt_deap.plots.Source`.
        window: The generations that a point tells of; unless given as many as give 40 offspring of each operator.
        ax: Where to draw; a new figure if ``None``.
        against: ``"evaluations"``, ``"seconds"`` or ``"generations"``.

    Returns:
        The axes.

    Raises:
        DataError: If the logbook counts no operators, or none was applied.
        SettingError: If an argument is none of these.
    """
    course = read_course(source)
    counts = {name: (course.count(f"{name}_tried"), course.count(f"{name}_better")) for name in OPERATORS}
    counts = {name: one for name, one in counts.items() if np.nansum(one[0]) > 0}
    if not counts:
        raise DataError(
            f"The logbook must count offspring in columns such as `mate_tried` and `mate_better`, and {course.origin} "
            "counts none; `Evolution` does, with operators that are registered as `mate` and `mutate`."
        )
    rows = len(course.logbook)
    window = _window(counts, rows) if window is None else check_integer("window", window, low=1)
    x = course.positions(against)
    ax = ax if ax is not None else new_axes()
    top = 0.05
    for name, (tried, better) in counts.items():
        colour, dashes, marker = OPERATORS[name]
        share, low, high = success_rate(tried, better, window)
        ax.fill_between(x, low, high, color=colour, **BAND)
        # The wide intervals of the first few offspring would press all others to the bottom.
        top = max(top, 1.1 * np.nanmax(share), 1.1 * np.nanmax(high[window:], initial=0.0))
        label = f"{name}: {int(np.nansum(better)):,} of {int(np.nansum(tried)):,}"
        ax.plot(x, share, color=colour, linestyle=dashes, marker=marker, markersize=3, label=label)
    mark_restarts(ax, course, x)
    label_x(ax, against)
    ax.set(ylabel="offspring better than parents", ylim=(0, min(top, 1.0)))
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    over = f"the latest {window} generations" if window > 1 else "each generation"
    set_title(ax, f"Success of operators over {over}, with 95 % intervals")
    ax.legend(loc="best")
    return ax


def success_rate(tried: Column, better: Column, window: int = 1) -> tuple[Column, Column, Column]:
    """Give the share of successes over the latest rows, and its 95 % interval.

    Args:
        tried: The trials of each row, shape (rows,).
        better: The successes among them.
        window: How many rows each share tells of.

    Returns:
        The shares, and the lower and upper ends of their intervals, each of shape (rows,); NaN where nothing was tried.

    Source:
        Wilson, 1927, Probable inference, the law of succession, and statistical inference.

    Examples:
        >>> share, low, high = success_rate(np.array([0, 10, 10]), np.array([0, 0, 5]), window=2)
        >>> [round(float(one[2]), 3) for one in (share, low, high)]
        [0.25, 0.112, 0.469]
    """
    n, k = _latest(tried, window), _latest(better, window)
    n = np.where(n > 0, n, np.nan)
    z = 1.959964
    middle = (k + z**2 / 2) / (n + z**2)
    reach = z / (n + z**2) * np.sqrt(k * (n - k) / n + z**2 / 4)
    return k / n, np.maximum(middle - reach, 0.0), np.minimum(middle + reach, 1.0)


def _latest(counts: ArrayLike, window: int) -> NDArray[np.float64]:
    """Sum up the latest rows at each row."""
    sums = np.concatenate([[0.0], np.cumsum(np.nan_to_num(np.asarray(counts, dtype=float)))])
    rows = np.arange(1, len(sums))
    return np.asarray(sums[rows] - sums[np.maximum(rows - window, 0)])


def _window(counts: dict[str, tuple[Column, Column]], rows: int) -> int:
    """Choose how many rows a point tells of."""
    fewest = min(float(np.nansum(tried)) for tried, _ in counts.values())
    return int(min(max(np.ceil(_ENOUGH * rows / fewest), 1), max(rows // 3, 1)))
