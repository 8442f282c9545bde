"""What all strategies have in common: the ask/tell contract over vectors, and DEAP's interface on top of it."""

import hashlib
import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.checks import check_array
from dlopt_deap.errors import SettingError
from dlopt_deap.seeding import numpy_generator
from dlopt_deap.weight.strategies.state import SavedState

Vectors = NDArray[np.float64]

LARGEST: Final = 1e30
"""No weight that is asked or told is larger: float32 ends at 3e38, and what is computed from weights needs room."""

SMALLEST: Final = 1e-30
"""No step-size begins smaller: what is divided by it needs room too."""

FAILED: Final = 1e100
"""The loss of an evaluation that failed, or a larger one."""


class Strategy(ABC):
    """Proposes weight vectors, and learns from their losses where to look next.

    Used by itself::

        for generation in range(generations):
            vectors = strategy.ask()
            strategy.tell(vectors, [loss(vector) for vector in vectors])
        best_guess = strategy.centroid

    Or under DEAP, whose ``algorithms.eaGenerateUpdate`` calls ``toolbox.generate`` and ``toolbox.update``::

        toolbox.register("generate", strategy.generate, creator.Individual)
        toolbox.register("update", strategy.update)

    All that a strategy learned is in ``state_dict()``, except for vectors that wait to be told. It draws from the
    ``rng`` that it is given only, and computes in float64, by steps that do not depend on the number of threads.

    Args:
        centroid: Where the search begins, shape (num_weights,).

    Raises:
        SettingError: If it is no one-dimensional array of finite numbers.
    """

    def __init__(self, centroid: ArrayLike) -> None:
        self._start = _check_centroid(centroid)
        self._asked: Vectors | None = None
        self._generated: list[Any] = []

    @property
    def num_weights(self) -> int:
        """Numbers in a vector."""
        return len(self._start)

    @property
    @abstractmethod
    def count(self) -> int:
        """Vectors of one :meth:`ask`."""

    @property
    @abstractmethod
    def centroid(self) -> Vectors:
        """The best present guess of the optimum, shape (num_weights,); a copy."""

    @abstractmethod
    def state_dict(self) -> dict[str, Any]:
        """Give all that was learned as plain values: numbers, ``None`` and copies of arrays."""

    @abstractmethod
    def _restore(self, state: SavedState) -> None:
        """Check a whole state, and then take it over."""

    @abstractmethod
    def _settings(self) -> dict[str, Any]:
        """Give the settings beside the start vector as JSON values."""

    @abstractmethod
    def _sample(self, generator: np.random.Generator) -> Vectors:
        """Draw the vectors to evaluate next, shape (count, num_weights)."""

    @abstractmethod
    def _learn(self, asked: Vectors, vectors: Vectors, losses: NDArray[np.float64]) -> None:
        """Learn from checked vectors, as asked and as evaluated; none of the arrays may be changed or kept."""

    def ask(self, rng: Any = random) -> Vectors:
        """Give the vectors to evaluate next, shape (count, num_weights).

        Asking again before telling gives other vectors, in place of the first.

        Args:
            rng: Where to draw from.
        """
        self._asked = _bounded(self._sample(numpy_generator(rng)))
        self._generated = []
        return self._asked.copy()

    def tell(self, vectors: ArrayLike, losses: ArrayLike) -> None:
        """Learn from what the vectors of the last :meth:`ask` are worth; neither argument is changed.

        Args:
            vectors: The vectors in the order of ``ask``, as they were evaluated, perhaps clipped to bounds or rounded
                to float32; shape (count, num_weights).
            losses: Their losses, shape (count,): finite, lower is better. A failed evaluation has ``FAILED``.

        Raises:
            SettingError: If nothing was asked, a shape is another, or a number is not finite. Nothing is learned then.
        """
        if self._asked is None:
            raise SettingError(f"{self._name}.tell must follow `ask`, and nothing was asked since; call `ask` first.")
        told = self._check_told("vectors", vectors, self._asked.shape)
        worth = self._check_told("losses", losses, self._asked.shape[:1])
        self._learn(self._asked, _bounded(told), worth)
        self._asked, self._generated = None, []

    def generate(self, ind_init: Callable[[Vectors], Any], rng: Any = random) -> list[Any]:
        """Make an individual of each vector of :meth:`ask`, as ``deap.cma.Strategy.generate``.

        Args:
            ind_init: Makes an individual of a vector of shape (num_weights,).
            rng: Where to draw from.
        """
        individuals = [ind_init(vector) for vector in self.ask(rng)]
        self._generated = list(individuals)
        return individuals

    def update(self, population: Sequence[Any]) -> None:
        """Learn from evaluated individuals, as ``deap.cma.Strategy.update``, but without sorting their list.

        The individuals that :meth:`generate` made may come in any order; copies of them must come in its order.

        Args:
            population: Individuals with a fitness of one objective, whose weight says whether less or more is better.

        Raises:
            SettingError: If one has no fitness or more than one objective, or for the reasons of :meth:`tell`.
        """
        ordered = self._in_order(population)
        losses = [self._loss(place, individual) for place, individual in enumerate(ordered)]
        self.tell([np.asarray(individual) for individual in ordered], losses)

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what :meth:`state_dict` of a strategy with the same settings gave; what was asked is forgotten.

        Raises:
            SettingError: If the state is damaged or does not fit. The strategy is as it was then.
        """
        self._restore(SavedState(self._name, state, self.state_dict().keys()))
        self._asked, self._generated = None, []

    def to_dict(self) -> dict[str, Any]:
        """Give the settings as JSON values; the start vector by the SHA-256 digest of its numbers in float64."""
        digest = hashlib.sha256(self._start.astype("<f8").tobytes()).hexdigest()
        return {"strategy": self._name, "num_weights": self.num_weights, "centroid": digest, **self._settings()}

    @property
    def _name(self) -> str:
        """How messages and settings call the strategy."""
        return type(self).__name__

    def _in_order(self, population: Sequence[Any]) -> list[Any]:
        """Put the individuals that ``generate`` made into its order; leave any others in the order given."""
        places = {id(individual): place for place, individual in enumerate(self._generated)}
        individuals = list(population)
        if {id(individual) for individual in individuals} == places.keys():
            individuals.sort(key=lambda individual: places[id(individual)])
        return individuals

    def _loss(self, place: int, individual: Any) -> float:
        """Return what an individual is to be minimised by."""
        values: tuple[float, ...] = individual.fitness.wvalues
        if len(values) != 1:
            raise SettingError(
                f"{self._name}.update must have individuals with a fitness of one objective, got {len(values)} values "
                f"at position {place}; "
                + ("use a problem with one target." if values else "evaluate all of them first.")
            )
        return -values[0]

    def _check_told(self, name: str, value: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Return an argument of ``tell`` if it has the shape of what was asked, and finite numbers."""
        array = check_array(name, value, np.float64)
        if array.shape != shape:
            raise SettingError(
                f"`{name}` must have the shape {shape}, as many as {self._name}.ask gave, got {array.shape}; tell all "
                "that was asked, in its order."
            )
        wrong = ~np.isfinite(array)
        if wrong.any():
            raise SettingError(
                f"`{name}` must hold finite numbers, got {array[wrong][0]} at position "
                f"{int(np.argwhere(wrong)[0][0])}; give a failed evaluation a finite weight vector and the loss "
                f"{FAILED:g}."
            )
        return array


def _bounded(vectors: Vectors) -> Vectors:
    """Return vectors within the largest numbers that there may be: the same array where they are, as nearly always."""
    # Two passes that only read take a small part of the time of one that writes.
    if vectors.size and vectors.min() >= -LARGEST and vectors.max() <= LARGEST:
        return vectors
    return np.clip(vectors, -LARGEST, LARGEST)


def _check_centroid(centroid: ArrayLike) -> Vectors:
    """Return a copy of a start vector."""
    vector = check_array("centroid", centroid, np.float64).copy()
    if vector.ndim != 1 or not vector.size:
        raise SettingError(
            f"`centroid` must be one weight vector of the shape (num_weights,), got the shape {vector.shape}; begin "
            "with `numpy.zeros(spec.num_weights)`, or with the weights of a trained network."
        )
    wrong = ~(np.abs(vector) <= LARGEST)
    if wrong.any():
        raise SettingError(
            f"`centroid` must hold finite numbers of at most {LARGEST:g} in size, got {vector[wrong][0]} at position "
            f"{int(np.argmax(wrong))}."
        )
    vector.flags.writeable = False
    return vector
