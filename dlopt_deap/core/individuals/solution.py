"""Individuals: a sequence of genes with a fitness, importable and picklable everywhere."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, MutableSequence
from dataclasses import dataclass
from operator import mul
from typing import Any, SupportsIndex, overload

import numpy as np
from deap import base

from dlopt_deap.errors import SettingError

WORST = 1e100
"""Size of the fitness value of a failed evaluation, with the sign that makes it the worst.

It is finite, and small enough that differences and squares of it still are: selections compute with it.
"""


@dataclass(frozen=True)
class Provenance:
    """How a value came about: never part of a result, since it differs from run to run.

    Attributes:
        seconds: How long the evaluation took.
        worker: The process that made it, as ``host:process``.
        traceback: Where it failed, if it raised.
    """

    seconds: float = 0.0
    worker: str = ""
    traceback: str = ""


class Values(tuple[float, ...]):
    """The values that an evaluation returns: for DEAP a tuple, with a small dict of ``metrics`` beside it.

    Examples:
        >>> values = Values([-12.5], {"mean": 0.8})
        >>> values, values.metrics
        ((-12.5,), {'mean': 0.8})
    """

    metrics: dict[str, Any]
    trained: Any = None
    """What an evaluation learnt, for children to inherit: no figure, and so no metric."""
    provenance: Provenance = Provenance()
    """How the values came about, which no result holds."""

    def __new__(cls, values: Iterable[float], metrics: Mapping[str, Any] | None = None) -> Values:
        """Make the tuple; the metrics travel in the instance."""
        instance = super().__new__(cls, (float(value) for value in values))
        instance.metrics = dict(metrics or {})
        return instance


class Fitness(base.Fitness):  # type: ignore[misc]
    """A DEAP fitness whose weights belong to the instance, and which takes the metrics of :class:`Values` along.

    Args:
        weights: +1 for each target that is maximised, -1 for each that is minimised.
        values: The first values, if there are any.

    Raises:
        SettingError: When a value that is not finite is set. In DEAP a NaN compares greater than everything and
            would take the hall of fame.
    """

    def __init__(self, weights: Iterable[float], values: Iterable[float] = ()) -> None:
        self.weights = tuple(weights)
        self.metrics: dict[str, Any] = {}
        self.trained: Any = None
        super().__init__(tuple(values))

    def _set_values(self, values: Iterable[float]) -> None:
        metrics = getattr(values, "metrics", {})
        numbers = tuple(values)
        if len(numbers) != len(self.weights):
            raise SettingError(
                f"An evaluation must give {len(self.weights)} value(s), one a target, got {numbers!r}; "
                "return one for each of the problem's targets."
            )
        if not all(math.isfinite(number) for number in numbers):
            raise SettingError(f"Fitness values must be finite, got {numbers!r}; give a failed one the worst value.")
        self.wvalues = tuple(map(mul, numbers, self.weights))
        self.metrics = dict(metrics)
        self.trained = getattr(values, "trained", None)

    def _delete_values(self) -> None:
        self.wvalues = ()
        self.metrics = {}
        self.trained = None

    values = property(base.Fitness.getValues, _set_values, _delete_values, "The values, one a target.")

    def __deepcopy__(self, memo: dict[int, Any]) -> Fitness:
        """Copy weights, values and metrics; what a selection computed beside them is left behind, as DEAP does."""
        copy = type(self)(self.weights)
        copy.wvalues = self.wvalues
        copy.metrics = dict(self.metrics)
        copy.trained = self.trained
        return copy

    def __repr__(self) -> str:
        return f"Fitness({self.weights}, {self.values if self.valid else ()})"


def has_failed(individual: Any) -> bool:
    """Whether an individual, of this package or of ``deap.creator``, holds the worst values of a failed evaluation."""
    return any(abs(value) >= WORST for value in individual.fitness.wvalues)


class Solution(MutableSequence[Any]):
    """An individual: a mutable sequence of genes with ``.fitness`` and ``.metrics``.

    DEAP's operators, selections, halls of fame and algorithms work on it unchanged. It is an ordinary class, not made
    by ``deap.creator``, so that it pickles under fork, spawn, SCOOP and notebooks. Slices are copies; ``==`` compares
    genes.

    Args:
        genes: The genes. Those of a numpy array stay a one-dimensional array, of which a copy is made; its length is
            fixed. All others become a list, those of another solution what they are there.
        weights: The fitness' weights, +1 or -1 a target.

    Raises:
        SettingError: If an array has more than one dimension; also when one gene of an array is deleted or inserted.

    Examples:
        >>> solution = Solution([3, 5, 8], weights=(1,))
        >>> solution[1:] = [7]
        >>> solution, solution == [3, 7], solution.fitness.valid
        (Solution([3, 7]), True, False)
        >>> vector = Solution(np.zeros(4, np.float32), weights=(-1,))
        >>> first, second = vector[:2], vector[2:]
        >>> vector[:2] = 1
        >>> vector, first.tolist()
        (Solution([1.0, 1.0, 0.0, 0.0]), [0.0, 0.0])
    """

    genes: Any

    def __init__(self, genes: Iterable[Any], weights: Iterable[float]) -> None:
        genes = genes.genes if isinstance(genes, Solution) else genes
        self.genes = np.array(genes) if isinstance(genes, np.ndarray) else list(genes)
        if np.ndim(self.genes) != 1 and isinstance(genes, np.ndarray):
            raise SettingError(f"The genes of a solution must have one dimension, got the shape {genes.shape}.")
        self.fitness = Fitness(weights)

    @property
    def metrics(self) -> dict[str, Any]:
        """What the evaluation measured beside the fitness; empty while the fitness is not valid."""
        return self.fitness.metrics

    @overload
    def __getitem__(self, index: SupportsIndex) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Any: ...
    def __getitem__(self, index: SupportsIndex | slice) -> Any:
        found = self.genes[index]
        # DEAP exchanges slices of two individuals in one statement: as views they would be written over on the way.
        return found.copy() if isinstance(found, np.ndarray) else found

    def __setitem__(self, index: SupportsIndex | slice, value: Any) -> None:
        self.genes[index] = value

    def __delitem__(self, index: SupportsIndex | slice) -> None:
        self._check_length_may_change()
        del self.genes[index]

    def __len__(self) -> int:
        return len(self.genes)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.genes)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        """Give the genes to numpy: without a copy if they are such an array and none is asked for."""
        return np.array(self.genes, dtype) if copy else np.asarray(self.genes, dtype)

    def insert(self, index: SupportsIndex, value: Any) -> None:
        """Insert ``value`` before ``index``."""
        self._check_length_may_change()
        self.genes.insert(index, value)

    def __eq__(self, other: object) -> bool:
        others: Any = other.genes if isinstance(other, Solution) else other
        if isinstance(self.genes, np.ndarray):
            if isinstance(others, np.ndarray) and self.genes[:1].tolist() != others[:1].tolist():
                return False  # the first gene tells most vectors apart, in a tenth of the time
            comparable = isinstance(others, np.ndarray | list)
            return bool(np.array_equal(self.genes, others)) if comparable else NotImplemented
        return bool(self.genes == others) if isinstance(others, list) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def _check_length_may_change(self) -> None:
        """Refuse to change the length of an array."""
        if isinstance(self.genes, np.ndarray):
            raise SettingError(
                f"A solution over an array of {len(self)} genes keeps its length; use operators that change values."
            )

    def __repr__(self) -> str:
        return f"Solution({self.genes.tolist() if isinstance(self.genes, np.ndarray) else self.genes})"
