"""The figure of who came from whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deap import tools

from dlopt_deap.plots.lineage import BOTH, KINDS, MATE, MUTATE, OTHER, Tree, tree_of_course, tree_of_history
from dlopt_deap.plots.scales import fit_scale
from dlopt_deap.plots.sources import Source, read_course
from dlopt_deap.plots.style import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    PALE,
    YELLOW,
    counted,
    legend_below,
    new_axes,
    set_title,
    target_label,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STYLES: Final[dict[str, dict[str, Any]]] = {
    MUTATE: {"color": ORANGE, "linestyle": "--"},
    MATE: {"color": BLUE, "linestyle": "-"},
    BOTH: {"color": GREEN, "linestyle": "-."},
    OTHER: {"color": YELLOW, "linestyle": ":"},
}
"""How a child is joined to its parents, by the operators that made it."""

MOST: Final = 1_500
"""Of more individuals, the ancestors of the best are drawn alone."""


def genealogy(
    source: Source | tools.History,
    target: str | None = None,
    sign: int | None = None,
    best: Any = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw who came from whom by which operator, generation by generation, and the line of the best.

    Each individual that a population took up is a dot in the generation that brought it, as high as its fitness. Its
    lines lead to its parents. All that the best came from is in colour, the rest pale; the broad line follows the
    better parent each time. Of very many individuals the ancestors of the best are drawn alone.

    Args:
        source: What holds populations: a run folder, its ``run.sqlite``, a result or a search with a run folder, or a
            ``callbacks.PopulationLog``; or DEAP's ``tools.History``, which knows no fitness: individuals lie in their
            order, and one is followed only if ``best`` names it.
        target: The target by which the best is told; the first unless given. Not used of a history.
        sign: +1 if it is maximised, -1 if it is minimised; what the source tells unless given. Not used of a history.
        best: Of a history, the individual to follow, such as ``halloffame[0]``, or its index.
        ax: Where to draw; a new figure if ``None``.

    Returns:
        The axes.

    Raises:
        DataError: If the source holds no individuals.
        SettingError: If ``best`` is not in the history, or the sign is not known.

    Examples:
        >>> from matplotlib.figure import Figure
        >>> from dlopt_deap.storage import Individual
        >>> first = [Individual(1, [4, 8], {"mae": 0.5}), Individual(2, [5, 8], {"mae": 0.25})]
        >>> child = Individual(3, [5, 9], {"mae": 0.125}, parents=(2, 1), operators=("mate",))
        >>> ax = genealogy([first, [child, *first]], ax=Figure().subplots())
        >>> ax.get_title()
        'Genealogy of 3 individuals; 2 ancestors of the best'
    """
    from matplotlib.ticker import MaxNLocator

    if isinstance(source, tools.History):
        tree = tree_of_history(source, best)
        labels = {"xlabel": "operators since the first population", "ylabel": "individuals in their order"}
    else:
        course = read_course(source)
        target, sign = course.target(target, sign)
        tree = tree_of_course(course, target, sign)
        labels = {"xlabel": "generation", "ylabel": target_label(target, sign)}
    ax = ax if ax is not None else new_axes(width=8.0, height=5.0)
    _draw(ax, tree)
    fit_scale(ax, list(tree.heights.values()))
    ax.set(**labels)
    if isinstance(source, tools.History):
        ax.set_yticks([])
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    if tree.best is not None:
        legend_below(ax)
    return ax


def _draw(ax: Axes, tree: Tree) -> None:
    """Draw a tree: the ancestors of the best in colour, above the rest."""
    ancestors = tree.ancestors()
    if len(tree.generations) <= MOST:
        others = [one for one in tree.generations if one not in ancestors]
        _draw_edges(ax, tree, others, {"color": PALE}, 0.5)
        _draw_dots(ax, tree, others, PALE, 8)
    line = [_point(tree, one) for one in tree.line()]
    if line:
        ax.plot(*zip(*line, strict=True), color=YELLOW, linewidth=7, alpha=0.5, zorder=1.5, label="line of the best")
    for kind in KINDS:
        made = [one for one in ancestors if tree.parents.get(one) and tree.kinds.get(one) == kind]
        _draw_edges(ax, tree, made, {**STYLES[kind], "label": kind}, 1.5)
    _draw_dots(ax, tree, list(ancestors), BLACK, 14)
    if line:
        star = {"color": ORANGE, "marker": "*", "markersize": 16, "markeredgecolor": BLACK, "linestyle": "none"}
        ax.plot(*line[0], label="the best", zorder=4, **star)  # type: ignore[arg-type]
    set_title(ax, _title(tree, len(ancestors)))


def _draw_edges(ax: Axes, tree: Tree, children: list[int], style: dict[str, Any], width: float) -> None:
    """Join children to their parents."""
    from matplotlib.collections import LineCollection

    ends = [(_point(tree, parent), _point(tree, child)) for child in children for parent in tree.parents.get(child, ())]
    if ends:
        ax.add_collection(LineCollection(ends, linewidths=width, zorder=1.0 if width < 1 else 2.0, **style))


def _draw_dots(ax: Axes, tree: Tree, chosen: list[int], colour: str, size: float) -> None:
    """Draw individuals."""
    points = [_point(tree, one) for one in sorted(chosen)]
    if points:
        x, y = zip(*points, strict=True)
        ax.scatter(x, y, color=colour, s=size, zorder=1.2 if colour == PALE else 3)


def _point(tree: Tree, one: int) -> tuple[float, float]:
    """Say where an individual lies."""
    return float(tree.generations[one]), tree.heights[one]


def _title(tree: Tree, ancestors: int) -> str:
    """Say how many there are."""
    told = f"Genealogy of {counted(len(tree.generations), 'individual')}"
    if not ancestors:
        return told
    drawn = ", drawn alone" if len(tree.generations) > MOST else ""
    return f"{told}; {counted(ancestors - 1, 'ancestor')} of the best{drawn}"
