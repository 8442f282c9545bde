"""Figures of how a search went, from its logbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from deap import tools

from dlopt_deap.errors import DataError
from dlopt_deap.plots.style import BAND, BLUE, GREEN, GREY, ORANGE, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    Column = NDArray[np.float64]


def fitness_over_evaluations(
    logbook: tools.Logbook,
    target: str,
    sign: int = 1,
    reestimated: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the fitness of the population, and the best so far, against the evaluations made.

    Args:
        logbook: The logbook of a result.
        target: The name of the target, a chapter of the logbook.
        sign: +1 if the target is maximised, -1 if it is minimised.
        reestimated: What a fresh estimate gave for the best, where the fitness is noisy.
        ax: Where to draw; a new figure if ``None``.

    Returns:
        The axes.

    Raises:
        DataError: If the logbook has no such chapter, or no row.
    """
    ax = ax if ax is not None else new_axes()
    evaluations = np.array(logbook.select("evaluations"), dtype=float)
    average, deviation = _column(logbook, target, "avg"), _column(logbook, target, "std")
    best = _column(logbook, target, "max" if sign > 0 else "min")
    accumulate = np.fmax.accumulate if sign > 0 else np.fmin.accumulate
    ax.fill_between(evaluations, average - deviation, average + deviation, color=BLUE, label="± one std", **BAND)
    ax.plot(evaluations, average, color=BLUE, marker="o", markersize=3, label="mean of the population")
    ax.step(evaluations, accumulate(best), where="post", color=ORANGE, linewidth=2, label="best so far")
    if reestimated is not None:
        ax.axhline(reestimated, color=GREEN, linestyle="--", label="the best, estimated anew")
    _mark_restarts(ax, logbook, evaluations)
    ax.set(xlabel="evaluations", ylabel=target, title=f"{target} as the search saw it")
    ax.legend(loc="best")
    return ax


def architectures_over_evaluations(logbook: tools.Logbook, ax: Any = None) -> Any:
    """Draw look-back, layers and units of the population against the evaluations made, a panel each.

    Args:
        logbook: The logbook of an architecture search.
        ax: Three axes to draw on; a new figure if ``None``.

    Returns:
        An array of three axes.

    Raises:
        DataError: If the logbook is not that of an architecture search.
    """
    panels = ax if ax is not None else new_axes(rows=3, height=6.0)
    evaluations = np.array(logbook.select("evaluations"), dtype=float)
    traits = {"look_back": "look-back / rows", "layers": "recurrent layers", "units": "mean units a layer"}
    for panel, (chapter, label) in zip(panels, traits.items(), strict=True):
        low, high = _column(logbook, chapter, "min"), _column(logbook, chapter, "max")
        panel.fill_between(evaluations, low, high, color=BLUE, label="least to most", **BAND)
        panel.plot(evaluations, _column(logbook, chapter, "avg"), color=BLUE, marker="o", markersize=3, label="mean")
        _mark_restarts(panel, logbook, evaluations)
        panel.set_ylabel(label)
        panel.yaxis.get_major_locator().set_params(integer=True)
    panels[0].set_title("Architectures of the population")
    panels[0].legend(loc="best")
    panels[-1].set_xlabel("evaluations")
    return panels


def _column(logbook: tools.Logbook, chapter: str, name: str) -> Column:
    """Take one statistic of every row; NaN where there is none."""
    if chapter not in logbook.chapters or not len(logbook):
        have = ", ".join(logbook.chapters) or "none"
        raise DataError(f"The logbook has no rows of {chapter!r}; its chapters are: {have}.")
    return np.array(logbook.chapters[chapter].select(name), dtype=float)


def _mark_restarts(ax: Axes, logbook: tools.Logbook, evaluations: Column) -> None:
    """Draw a line where the search started anew."""
    restarts = np.array(logbook.select("restart"), dtype=float)
    for count, position in enumerate(np.flatnonzero(np.diff(restarts) > 0) + 1):
        ax.axvline(evaluations[position], color=GREY, linestyle=":", linewidth=1, label="" if count else "restart")
