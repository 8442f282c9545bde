"""Who came from whom: the parents of each individual, and which operators had a hand in it."""

import copy
from collections.abc import Callable, Sequence
from operator import mul
from typing import Any, NamedTuple, Self

from deap import base

OPERATORS = ("mate", "mutate")
"""The aliases of a toolbox by which individuals are varied."""

ATTRIBUTE = "lineage"
"""The attribute of an individual that holds its :class:`Descent`."""


class Descent(NamedTuple):
    """Where an individual came from.

    Attributes:
        number: The number of its evaluation; 0 while there is none.
        parents: The numbers of its parents; none if it was made anew.
        operators: The aliases of the operators that made it of them.
        worth: The weighted values of the parents, until it is evaluated itself.
    """

    number: int = 0
    parents: tuple[int, ...] = ()
    operators: tuple[str, ...] = ()
    worth: tuple[tuple[float, ...], ...] = ()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Give itself, since nothing in it can change: an individual is copied for each child."""
        return self


UNKNOWN = Descent()


def descent(individual: Any) -> Descent:
    """Tell where an individual came from, as far as that is known."""
    found = getattr(individual, ATTRIBUTE, UNKNOWN)
    return found if isinstance(found, Descent) else UNKNOWN  # an attribute of the same name that somebody else gave it


def read_descent(value: Any) -> Descent:
    """Make the descent that a file tells as plain tuples.

    Raises:
        ValueError: If it tells none.
    """
    if not (isinstance(value, tuple) and len(value) == 4 and _is_count(value[0])):
        raise ValueError("its lineage is none")
    kinds = (_is_count, lambda one: isinstance(one, str), _are_numbers)
    if not all(isinstance(part, tuple) and all(map(kind, part)) for kind, part in zip(kinds, value[1:], strict=True)):
        raise ValueError("its lineage is none")
    return Descent(*value)


def _is_count(value: Any) -> bool:
    """Whether a value is the number of an evaluation, or 0."""
    return type(value) is int and value >= 0


def _are_numbers(values: Any) -> bool:
    """Whether values are those of a parent."""
    return isinstance(values, tuple) and all(isinstance(one, int | float) for one in values)


def number_of(individual: Any) -> int | None:
    """Tell the number of an individual's evaluation, if it is known."""
    return descent(individual).number or None


class Lineage:
    """Follows the individuals of a search through its operators, and counts how many became better than their parents.

    What it knows of an individual it keeps with the individual, as DEAP's ``History`` does.
    """

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def follow(self, toolbox: base.Toolbox) -> base.Toolbox:
        """Copy a toolbox whose ``mate`` and ``mutate``, as far as it has them, note what they are applied to."""
        followed = copy.copy(toolbox)
        for alias in OPERATORS:
            if hasattr(toolbox, alias):
                setattr(followed, alias, Followed(alias, getattr(toolbox, alias)))
                self._counts |= {f"{alias}_tried": 0, f"{alias}_better": 0}
        return followed

    def evaluated(self, individual: Any, number: int, values: Sequence[float]) -> None:
        """Note the number of an individual's evaluation, and whether it became better than each of its parents."""
        _, parents, operators, worth = descent(individual)
        setattr(individual, ATTRIBUTE, Descent(number, parents, operators))
        if not worth:
            return
        own = tuple(map(mul, values, individual.fitness.weights))
        better = all(_dominates(own, other) for other in worth)
        for alias in operators:
            self._counts[f"{alias}_tried"] += 1
            self._counts[f"{alias}_better"] += better

    def take_counts(self) -> dict[str, int]:
        """Give the counts of a generation, and begin the next.

        Returns:
            For each operator ``<alias>_tried``, the evaluated individuals that it had a hand in, and
            ``<alias>_better``, those of them that dominate each of their parents; nothing if no toolbox is followed.
        """
        counts, self._counts = self._counts, dict.fromkeys(self._counts, 0)
        return counts


class Followed:
    """An operator of a toolbox that notes the descent of what it varies.

    Args:
        alias: Its alias.
        operator: The operator.
    """

    def __init__(self, alias: str, operator: Callable[..., Any]) -> None:
        self.alias = alias
        self.operator = operator
        self.keywords = getattr(operator, "keywords", {})

    def __call__(self, *individuals: Any, **settings: Any) -> Any:
        """Vary the individuals."""
        known = [_as_parent(individual) for individual in individuals]
        parents = tuple(dict.fromkeys(number for numbers, _, _ in known for number in numbers))
        operators = tuple(dict.fromkeys([*(alias for _, aliases, _ in known for alias in aliases), self.alias]))
        worth = tuple(values for _, _, several in known for values in several)
        varied = self.operator(*individuals, **settings)
        whence = Descent(0, parents, operators, worth)
        for individual in varied:
            setattr(individual, ATTRIBUTE, whence)
        return varied


def _as_parent(individual: Any) -> tuple[tuple[int, ...], tuple[str, ...], tuple[tuple[float, ...], ...]]:
    """Tell what an individual hands on: itself, a copy of an evaluated one; or what it came from, if it was varied."""
    number, parents, operators, worth = descent(individual)
    if number and individual.fitness.valid:
        return (number,), (), (individual.fitness.wvalues,)
    return (parents, operators, worth) if not number else ((number,), (), ())


def _dominates(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether one is better in a target and worse in none."""
    return all(mine >= its for mine, its in zip(one, other, strict=True)) and tuple(one) != tuple(other)
