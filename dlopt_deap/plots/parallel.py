"""The figure of individuals as lines across several axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.errors import DataError
from dlopt_deap.plots.course import Course
from dlopt_deap.plots.scales import DECADES, note, usual_limits
from dlopt_deap.plots.sources import Source, read_course
from dlopt_deap.plots.style import BLACK, COLOUR_MAP, counted, inches_of, new_axes, plain, set_title, target_label
from dlopt_deap.plots.traits import LABELS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SPREAD: Final = 0.25
"""Lines that meet in a whole number are spread by so much of it."""


_MANY: Final = 3_000
"""More lines are drawn as one picture in formats of lines, such as PDF."""


@dataclass(frozen=True)
class Dimension:
    """One of the upright axes.

    Attributes:
        name: What it is of.
        label: What stands above it.
        values: The value of each individual, shape (individuals,).
        low: The value at its bottom.
        high: The value at its top.
        log: Whether it is logarithmic.
    """

    name: str
    label: str
    values: NDArray[np.float64]
    low: float
    high: float
    log: bool

    @classmethod
    def of(cls, name: str, label: str, values: NDArray[np.float64]) -> Dimension:
        """Choose scale and limits for values; what lies far beyond the rest is drawn at an end."""
        if values.min() > 0 and values.max() > DECADES * values.min():
            return cls(name, label, values, float(values.min()), float(values.max()), log=True)
        low, high = usual_limits(values)
        inside = values[(values >= low) & (values <= high)]
        return cls(name, label, values, float(inside.min()), float(inside.max()), log=False)

    @property
    def whole(self) -> bool:
        """Whether its values are whole numbers that many share."""
        return not self.log and self.high - self.low < 50 and bool((self.values == np.round(self.values)).all())

    @property
    def beyond(self) -> int:
        """How many values lie beyond its ends."""
        return int(((self.values < self.low) | (self.values > self.high)).sum())

    def heights(self, values: Any) -> NDArray[np.float64]:
        """Give where values lie, from 0 to 1."""
        low, high, at = (np.log(one) if self.log else one for one in (self.low, self.high, np.asarray(values, float)))
        return np.clip((at - low) / (high - low), 0.0, 1.0) if high > low else np.full(np.shape(at), 0.5)

    def ticks(self) -> list[float]:
        """Give the values that are written beside it."""
        from matplotlib.ticker import LogLocator, MaxNLocator

        if self.low == self.high:
            return [self.low]
        locator = LogLocator() if self.log else MaxNLocator(5, integer=self.whole)
        found = locator.tick_values(self.low, self.high)
        inner = [float(tick) for tick in found if self.low <= tick <= self.high]
        places = self.heights(inner)
        ends = [end for end in (self.low, self.high) if (abs(self.heights(end) - places) > 0.08).all()]
        return sorted({*inner, *ends})


def parallel_coordinates(
    source: Source, target: str | None = None, sign: int | None = None, ax: Axes | None = None
) -> Axes:
    """Draw each individual as a line across its look-back, layers, units, weights and targets, coloured by its fitness.

    The darker a line, the better it ranks by the target; the best is broad and dashed. Lines that share a whole number
    are spread a little around it. Failed individuals are left out.

    Args:
        source: What holds individuals: a run folder, its ``run.sqlite``, a result, a search, or a
            ``callbacks.PopulationLog``. All that a run folder holds are drawn; of a result or search without one, its
            best and its last population.
        target: The target that colours; the first unless given.
        sign: +1 if it is maximised, -1 if it is minimised; what the source tells unless given.
        ax: Where to draw; a new figure if ``None``.

    Returns:
        The axes.

    Raises:
        DataError: If the source holds no individuals, or none of architectures.
        SettingError: If the sign is not known.
    """
    course = read_course(source)
    target, sign = course.target(target, sign)
    dimensions = _dimensions(course)
    values = next((one.values for one in dimensions if one.name == target), None)
    if values is None:
        raise DataError(f"The individuals of {course.origin} have no target {target!r}; choose another.")
    ranks = (-sign * values).argsort(kind="stable")
    ax = ax if ax is not None else new_axes(width=9.0, height=4.6)
    draw_lines(ax, dimensions, ranks, f"{counted(len(values), 'individual')}; the darker, the better by {target}")
    return ax


def draw_lines(
    ax: Axes,
    dimensions: Sequence[Dimension],
    ranks: NDArray[np.intp],
    title: str,
    chosen: tuple[int, str] | None = None,
) -> None:
    """Draw individuals across dimensions.

    Args:
        ax: The axes.
        dimensions: The upright axes, from left to right.
        ranks: The positions of the individuals, best first.
        title: What stands above.
        chosen: The position of the one that is drawn in black, and what it is called; the best unless given.
    """
    from matplotlib import colormaps
    from matplotlib.collections import LineCollection

    every = np.array([_spread(one) for one in dimensions]).T
    heights = every[ranks[::-1]]
    at, name = (int(ranks[0]), "the best") if chosen is None else chosen
    x = np.arange(len(dimensions), dtype=float)
    colours = colormaps[COLOUR_MAP](np.linspace(0.0, 1.0, len(ranks)))
    lines = [np.column_stack([x, one]) for one in heights]
    alpha = float(np.clip(20 / len(lines), 0.25, 0.9))
    settings: dict[str, Any] = {"linewidths": 1.0, "alpha": alpha, "zorder": 1, "rasterized": len(lines) > _MANY}
    ax.add_collection(LineCollection(lines, colors=colours, **settings))
    ax.plot(x, every[at], color=BLACK, linewidth=2.2, linestyle="--", zorder=3, label=name)
    points = 72 * inches_of(ax)[0] / len(dimensions)
    size = min(max(points / 7, 5.0), 10.0)
    letters = max(int(points / (0.6 * size)), 10)
    for place, one in enumerate(dimensions):
        _draw_axis(ax, place, one, min(size, 8.5))
    ax.set_xticks(x, [_in_lines(one.label, letters) for one in dimensions], fontsize=size)
    ax.tick_params(axis="x", bottom=False, top=False, labelbottom=False, labeltop=True)
    ax.set(xlim=(-0.15, len(dimensions) - 0.6), ylim=(-0.03, 1.03), yticks=[])
    ax.spines[:].set_visible(False)
    beyond = sum(one.beyond for one in dimensions)
    if beyond:
        note(ax, f"{beyond} of {len(dimensions) * len(ranks)} values lie beyond an axis, and are drawn at its end")
    set_title(ax, title)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 0.0), frameon=False)


def _draw_axis(ax: Axes, place: int, dimension: Dimension, size: float) -> None:
    """Draw an upright axis, with numbers that lines do not cover."""
    ax.axvline(place, color=BLACK, linewidth=0.8, zorder=2)
    box = {"boxstyle": "round,pad=0.1", "facecolor": "white", "alpha": 0.75, "linewidth": 0}
    for tick in dimension.ticks():
        number = f"{tick:,.0f}" if abs(tick) >= 1000 else f"{tick:.3g}"
        height = float(dimension.heights(tick))
        ax.text(place + 0.03, height, number, fontsize=size, va="center", bbox=box, zorder=4)


def _in_lines(label: str, letters: int) -> str:
    """Break a label so that neighbours do not run into each other."""
    return "\n".join(fill(part, width=letters) for part in label.replace(" (", "\n(").split("\n"))


def _dimensions(course: Course) -> list[Dimension]:
    """Give the axes of what is known of all individuals."""
    individuals = course.individuals()
    traits = [course.traits(one.genes) for one in individuals]
    targets = list(dict.fromkeys(name for one in individuals for name in one.fitness))
    known: dict[str, Sequence[Mapping[str, float]]] = {name: traits for name in LABELS if name not in targets}
    known |= {name: [one.fitness for one in individuals] for name in targets}
    dimensions = []
    for name, told in known.items():
        if all(name in one for one in told):
            sign = course.signs.get(name)
            label = LABELS.get(name, plain(name)) if sign is None else target_label(LABELS.get(name, name), sign)
            dimensions.append(Dimension.of(name, label, np.array([one[name] for one in told], dtype=float)))
    return dimensions


def _spread(dimension: Dimension) -> NDArray[np.float64]:
    """Give the heights of individuals, those that share a whole number a little above or below it."""
    values = dimension.values
    if dimension.whole and dimension.high > dimension.low:
        golden = (np.arange(len(values)) * 0.618034) % 1.0 - 0.5  # even and the same each time
        values = np.clip(values + 2 * _SPREAD * golden, dimension.low, dimension.high)
    return dimension.heights(values)
