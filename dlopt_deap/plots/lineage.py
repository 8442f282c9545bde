"""Who came from whom, laid out for a figure: of a run of this package, or of DEAP's ``tools.History``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from deap import tools

from dlopt_deap.checks import shown
from dlopt_deap.errors import DataError, SettingError
from dlopt_deap.plots.course import Course, fitness_of
from dlopt_deap.storage import Individual

MATE, MUTATE, BOTH, OTHER = "mate", "mutate", "mate and mutate", "otherwise"

KINDS: Final = (MUTATE, MATE, BOTH, OTHER)
"""The operators by which a child is told from its parents."""


@dataclass(frozen=True)
class Tree:
    """Individuals and their parents, by number.

    Attributes:
        generations: The generation in which each was made.
        parents: The parents of each, as far as they are in the tree themselves.
        kinds: Which operators made each that has parents.
        heights: How far up each lies: its fitness, or a place from 0 to 1; NaN if it has none.
        best: The one whose line is followed; ``None`` if none is named.
        sign: +1 if those are better that lie higher, -1 if those that lie lower.
    """

    generations: Mapping[int, int]
    parents: Mapping[int, tuple[int, ...]]
    kinds: Mapping[int, str]
    heights: Mapping[int, float]
    best: int | None
    sign: int = 1

    def ancestors(self) -> set[int]:
        """Give all that the best came from, itself too."""
        found: set[int] = set()
        waiting = [] if self.best is None else [self.best]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += self.parents.get(one, ())
        return found

    def line(self) -> list[int]:
        """Give the line from the best back to one that was made anew, by the better parent each time."""
        line = [] if self.best is None else [self.best]
        while line and self.parents.get(line[-1]):
            line.append(max(self.parents[line[-1]], key=self._worth))
        return line

    def _worth(self, one: int) -> float:
        """Say how good one is: the more, the better, and least of all if it failed."""
        worth = self.sign * self.heights[one]
        return -np.inf if np.isnan(worth) else worth


def tree_of_course(course: Course, target: str, sign: int) -> Tree:
    """Lay out the populations of a search: a generation holds those that it brought, by their fitness."""
    born: dict[int, int] = {}
    known: dict[int, Individual] = {}
    for generation, population in enumerate(course.populations()):
        for one in population:
            born.setdefault(one.number, generation)
            known.setdefault(one.number, one)
    heights = {number: fitness_of(one, target) for number, one in known.items()}
    valid = [number for number, value in heights.items() if not np.isnan(value)]
    return Tree(
        born,
        {number: _distinct(parent for parent in known[number].parents if parent in born) for number in born},
        {number: kind_of(one.operators) for number, one in known.items()},
        heights,
        max(valid, key=lambda number: (sign * heights[number], -number), default=None),
        sign,
    )


def tree_of_history(history: tools.History, best: Any = None) -> Tree:
    """Lay out DEAP's history: what an operator made is one step further than the latest of its parents.

    The history copies individuals before they are evaluated, so that it does not know how good they are.

    Args:
        history: The history, which a toolbox was decorated with.
        best: The individual whose line is followed, such as ``halloffame[0]``, or its index.

    Raises:
        DataError: If the history is empty.
        SettingError: If ``best`` is not in it.
    """
    tree: Mapping[int, tuple[int, ...]] = history.genealogy_tree
    if not tree:
        raise DataError("The history holds no individual; decorate the toolbox with it, and update it with the first.")
    steps: dict[int, int] = {}
    for number in sorted(tree):  # parents have lower indices than their children
        steps[number] = 1 + max((steps[parent] for parent in tree[number] if parent in steps), default=-1)
    known = {number: _distinct(parent for parent in tree[number] if parent in tree) for number in tree}
    chosen = getattr(best, "history_index", best)
    if chosen is not None and chosen not in tree:
        raise SettingError(
            f"`best` must be an individual of the history or its index, 1 to {max(tree)}, got {shown(best)}."
        )
    kinds = {number: MATE if len(parents) > 1 else MUTATE for number, parents in tree.items() if parents}
    return Tree(steps, known, kinds, _places(sorted(tree, reverse=True), steps), chosen)


def kind_of(operators: Iterable[str]) -> str:
    """Name the operators that made a child: one of :data:`KINDS`."""
    named = " and ".join(sorted(set(operators)))
    return named if named in KINDS else OTHER


def _distinct(numbers: Iterable[int]) -> tuple[int, ...]:
    """Leave out what comes again, as where an individual was crossed with itself."""
    return tuple(dict.fromkeys(numbers))


def _places(ranked: Sequence[int], generations: Mapping[int, int]) -> dict[int, float]:
    """Spread individuals over the height of their generation, those that come first at the bottom."""
    columns: dict[int, list[int]] = {}
    for number in ranked:
        columns.setdefault(generations[number], []).append(number)
    return {number: (place + 0.5) / len(column) for column in columns.values() for place, number in enumerate(column)}
