"""Figures of how a search went, from its logbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from dlopt_deap.checks import as_float, check_choice, items_of, shown
from dlopt_deap.errors import SettingError
from dlopt_deap.plots.course import AGAINST, Column, Course, fitness_of
from dlopt_deap.plots.scales import fit_scale
from dlopt_deap.plots.sources import Source, read_course
from dlopt_deap.plots.style import BAND, BLUE, GREEN, GREY, ORANGE, new_axes, set_title, target_label
from dlopt_deap.plots.traits import ARCHITECTURE, LABELS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BANDS: Final = ("range", "std")
"""What a band around the mean of the population may be, beside quantiles."""

Middle = tuple[str, Column, str, Column, Column]
"""What the middle of a population is called, and its values; what the band around it is called, and its limits."""


def fitness_over_evaluations(
    source: Source,
    target: str | None = None,
    sign: int | None = None,
    reestimated: float | None = None,
    ax: Axes | None = None,
    against: str = "evaluations",
    band: str | tuple[float, float] = "range",
) -> Axes:
    """Draw the fitness of the population, and the best so far, against the evaluations made or against the time.

    Args:
        source: What tells of the search; see :data:`~dlopt_deap.plots.Source`.
        target: The name of the target; the first unless given.
        sign: +1 if it is maximised, -1 if it is minimised; what the source tells unless given.
        reestimated: What a fresh estimate gave for the best, where the fitness is noisy.
        ax: Where to draw; a new figure if ``None``.
        against: ``"evaluations"``, ``"seconds"`` or ``"generations"``.
        band: What lies around the mean of the population: ``"range"``, its least to its most; ``"std"``, a standard
            deviation on either side; or two quantiles such as ``(0.25, 0.75)`` around the median, for which the source
            must hold populations.

    Returns:
        The axes.

    Raises:
        DataError: If the source does not hold what is drawn.
        SettingError: If an argument is none of these, or the sign is not known.

    Examples:
        >>> from deap import tools
        >>> from matplotlib.figure import Figure
        >>> logbook = tools.Logbook()
        >>> for gen in range(3):
        ...     logbook.record(gen=gen, evaluations=4 * gen + 4, mae={"avg": 3 - gen, "min": 2 - gen, "max": 4 - gen})
        >>> ax = fitness_over_evaluations(logbook, "mae", ax=Figure().subplots(), against="generations")
        >>> ax.get_xlabel(), [line.get_label() for line in ax.lines]
        ('generation', ['mean of the population', 'best so far'])
    """
    course = read_course(source)
    target, sign = course.target(target, sign)
    best = course.column(target, "max" if sign > 0 else "min")
    best = (np.fmax if sign > 0 else np.fmin).accumulate(best)
    name, middle, band_name, low, high = _middle(course, target, band)
    x = course.positions(against)
    ax = ax if ax is not None else new_axes()
    ax.fill_between(x, low, high, color=BLUE, label=band_name, **BAND)
    ax.plot(x, middle, color=BLUE, marker="o", markersize=3, label=name)
    ax.step(x, best, where="post", color=ORANGE, linewidth=2, label="best so far")
    if reestimated is not None:
        ax.axhline(reestimated, color=GREEN, linestyle="--", label="the best, estimated anew")
    mark_restarts(ax, course, x)
    fit_scale(ax, low, high, middle, best, [np.nan if reestimated is None else reestimated])
    label_x(ax, against)
    ax.set_ylabel(target_label(target, sign))
    set_title(ax, f"{target} as the search saw it")
    ax.legend(loc="best")
    return ax


def architectures_over_evaluations(source: Source, ax: Any = None, against: str = "evaluations") -> Any:
    """Draw look-back, layers and units of the population against the evaluations made or the time, a panel each.

    Args:
        source: What tells of an architecture search; see :data:`~dlopt_deap.plots.Source`.
        ax: Three axes to draw on; a new figure if ``None``.
        against: ``"evaluations"``, ``"seconds"`` or ``"generations"``.

    Returns:
        An array of three axes.

    Raises:
        DataError: If the source is not that of an architecture search, or does not hold what it is drawn against.
    """
    course = read_course(source)
    known = {chapter: [course.column(chapter, name) for name in ("min", "avg", "max")] for chapter in ARCHITECTURE}
    x = course.positions(against)
    panels = ax if ax is not None else new_axes(rows=3, height=6.0)
    for panel, (chapter, (low, mean, high)) in zip(panels, known.items(), strict=True):
        panel.fill_between(x, low, high, color=BLUE, label="least to most", **BAND)
        panel.plot(x, mean, color=BLUE, marker="o", markersize=3, label="mean")
        mark_restarts(panel, course, x)
        panel.set_ylabel(LABELS[chapter])
        panel.yaxis.get_major_locator().set_params(integer=True)
    set_title(panels[0], "Architectures of the population")
    panels[0].legend(loc="best")
    label_x(panels[-1], against)
    return panels


def label_x(ax: Axes, against: str) -> None:
    """Say what a search is drawn against, in whole numbers of what is counted."""
    from matplotlib.ticker import MaxNLocator

    ax.set_xlabel(AGAINST[against])
    if against != "seconds":
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))


def mark_restarts(ax: Axes, course: Course, x: Column) -> None:
    """Draw a line where the search started anew."""
    for count, row in enumerate(course.restarts):
        ax.axvline(x[row], color=GREY, linestyle=":", linewidth=1, label="" if count else "restart")


def _middle(course: Course, target: str, band: str | tuple[float, float]) -> Middle:
    """Give the middle of the population, and the band around it."""
    if isinstance(band, str):
        check_choice("band", band, BANDS)
        mean = course.column(target, "avg")
        if band == "range":
            low, high = course.column(target, "min"), course.column(target, "max")
            return "mean of the population", mean, "its range", low, high
        deviation = course.column(target, "std")
        return "mean of the population", mean, "± one std", mean - deviation, mean + deviation
    least, most = _quantiles(band)
    told = np.full((3, len(course.logbook)), np.nan)
    for row, population in enumerate(course.populations()[: len(course.logbook)]):
        values = np.array([fitness_of(one, target) for one in population])
        if np.isfinite(values).any():
            told[:, row] = np.nanquantile(values, (least, 0.5, most))
    return "median of the population", told[1], f"{least:.0%} to {most:.0%} quantiles", told[0], told[2]


def _quantiles(band: Any) -> tuple[float, float]:
    """Check two quantiles."""
    ends = [as_float(end) for end in items_of(band) or []]
    if len(ends) != 2 or not 0 <= ends[0] < ends[1] <= 1:
        wanted = "'range', 'std' or two quantiles in [0, 1] such as (0.25, 0.75)"
        raise SettingError(f"`band` must be {wanted}, got {shown(band)}.")
    return ends[0], ends[1]
