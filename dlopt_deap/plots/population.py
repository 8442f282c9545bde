"""Figures of the single individuals of the populations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from dlopt_deap.checks import check_choice
from dlopt_deap.errors import DataError
from dlopt_deap.plots.course import Course, fitness_of
from dlopt_deap.plots.scales import fit_scale
from dlopt_deap.plots.sources import Source, read_course
from dlopt_deap.plots.style import (
    BLACK,
    BLUE,
    COLOUR_MAP,
    GREEN,
    ORANGE,
    PALE,
    YELLOW,
    new_axes,
    set_title,
    target_label,
)
from dlopt_deap.plots.traits import LABELS
from dlopt_deap.storage import Individual

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEPT, ANEW, OTHER = "kept", "made anew", "otherwise"

ORIGINS: Final[dict[str, dict[str, Any]]] = {
    KEPT: {"color": PALE, "marker": "o", "s": 12},
    ANEW: {"color": BLACK, "marker": "+", "s": 30, "linewidths": 1.0},
    "mutate": {"color": ORANGE, "marker": "^", "s": 22},
    "mate": {"color": BLUE, "marker": "s", "s": 18},
    "mate and mutate": {"color": GREEN, "marker": "D", "s": 18},
    OTHER: {"color": YELLOW, "marker": "v", "s": 22},
}
"""How individuals are drawn by where they came from, which differ in their shape too."""

_MANY: Final = 3_000
"""More dots are drawn as one picture in formats of lines, such as PDF."""


def population_over_generations(
    source: Source,
    target: str | None = None,
    sign: int | None = None,
    colour: str = "origin",
    ax: Axes | None = None,
) -> Axes:
    """Draw the fitness of each individual of each generation as a dot, and the best so far.

    Failed individuals are left out.

    Args:
        source: What holds populations: a run folder, its ``run.sqlite``, a result or a search with a run folder, or a
            ``callbacks.PopulationLog``.
        target: The name of the target; the first unless given.
        sign: +1 if it is maximised, -1 if it is minimised; what the source tells unless given.
        colour: What dots are coloured by: ``"origin"`` (kept from the generation before, or which operators made it),
            ``"look_back"``, ``"layers"``, ``"units"`` or ``"num_weights"``.
        ax: Where to draw; a new figure if ``None``.

    Returns:
        The axes.

    Raises:
        DataError: If the source holds no populations, or they have no such trait.
        SettingError: If ``colour`` is none of these, or the sign is not known.
    """
    from matplotlib.ticker import MaxNLocator

    check_choice("colour", colour, ("origin", *LABELS))
    course = read_course(source)
    target, sign = course.target(target, sign)
    populations = course.populations()
    values = [np.array([fitness_of(one, target) for one in population]) for population in populations]
    everything = np.concatenate(values)
    ax = ax if ax is not None else new_axes()
    best = np.array([(np.fmax if sign > 0 else np.fmin).reduce(one, initial=np.nan) for one in values])
    best = (np.fmax if sign > 0 else np.fmin).accumulate(best)
    ax.step(range(len(best)), best, where="post", color=BLACK, linewidth=1, label="best so far", zorder=1)
    x = np.repeat(np.arange(len(populations)), [len(one) for one in populations])
    if colour == "origin":
        _draw_origins(ax, x, everything, [origin for one in origins(populations) for origin in one])
    else:
        _draw_traits(ax, x, everything, _trait(course, populations, colour), LABELS[colour])
    fit_scale(ax, everything)
    ax.set(xlabel="generation", ylabel=target_label(target, sign))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    set_title(ax, "Individuals of each generation")
    ax.legend(loc="best", markerscale=1.3)
    return ax


def origins(populations: Sequence[Sequence[Individual]]) -> list[list[str]]:
    """Say of each individual of each generation where it came from: one of :data:`ORIGINS`."""
    told, before = [], set[int]()
    for population in populations:
        told.append([KEPT if one.number in before else origin_of(one) for one in population])
        before = {one.number for one in population}
    return told


def origin_of(individual: Individual) -> str:
    """Say which operators made an individual."""
    if not individual.parents:
        return ANEW
    named = " and ".join(sorted(set(individual.operators)))
    return named if named in ORIGINS else OTHER


def _draw_origins(ax: Axes, x: Any, values: Any, origin: list[str]) -> None:
    """Draw individuals by where they came from; those that were kept lie below the others."""
    for layer, (name, style) in enumerate(ORIGINS.items()):
        chosen = np.array([one == name for one in origin], dtype=bool)
        if chosen.any():
            settings: dict[str, Any] = {"label": name, "zorder": 2 + 0.1 * layer, "rasterized": len(x) > _MANY} | style
            ax.scatter(x[chosen], values[chosen], **settings)


def _draw_traits(ax: Axes, x: Any, values: Any, traits: Any, label: str) -> None:
    """Draw individuals by what they look like, with a bar that tells the colours."""
    from matplotlib.colors import LogNorm

    wide = traits.min() > 0 and traits.max() > 50 * traits.min()
    settings = {"c": traits, "cmap": COLOUR_MAP, "s": 14, "norm": LogNorm() if wide else None}
    dots = ax.scatter(x, values, zorder=2, rasterized=len(x) > _MANY, **settings)
    ax.figure.colorbar(dots, ax=ax, label=label)


def _trait(course: Course, populations: Sequence[Sequence[Individual]], name: str) -> Any:
    """Give one trait of all individuals."""
    traits = [course.traits(one.genes) for population in populations for one in population]
    if any(name not in one for one in traits):
        raise DataError(
            f"`colour={name!r}` needs the networks, of which {course.origin} does not tell enough; give the result, or "
            "a run folder with its `result.json`."
        )
    return np.array([one[name] for one in traits])
