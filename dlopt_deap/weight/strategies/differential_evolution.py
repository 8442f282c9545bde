"""Differential evolution over weight vectors."""

from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.checks import check_choice, check_integer, check_number
from dlopt_deap.errors import SettingError
from dlopt_deap.weight.strategies.state import SavedState
from dlopt_deap.weight.strategies.strategy import FAILED, LARGEST, SMALLEST, Strategy, Vectors

OTHERS: Final = {"rand/1/bin": 3, "best/1/bin": 2, "current-to-best/1/bin": 2}
"""The variants, each with the number of vectors that it draws for a trial, which differ from each other and from the
parent."""


class DifferentialEvolution(Strategy):
    """Adds differences between vectors of the population to others; a trial replaces its parent if it is no worse.

    It uses the order of the losses only, not their size. The first generation evaluates the population itself: the
    start vector, so that a good one is not lost, and others drawn around it. Each later one evaluates a trial for each
    parent. Vectors that come back changed, such as by bounds, are kept as they were evaluated.

    Args:
        centroid: Where the search begins, shape (num_weights,).
        sigma: Standard deviation of the first population about the centroid.
        population_size: Vectors of a generation; at least 4 for ``"rand/1/bin"``, 3 for the other variants.
        differential_weight: F, the factor of a difference, in (0, 2].
        crossover_probability: CR, the probability of each weight to come from the mutant, in [0, 1]; one always does.
        variant: What a difference is added to: ``"rand/1/bin"`` to a random vector, ``"best/1/bin"`` to the best one,
            ``"current-to-best/1/bin"`` to the parent on its way to the best one, F of the way. Of the three the last
            learned fastest to predict a sine wave with an LSTM of 329 weights, and the first, the classical one, by
            far the slowest: it needs more generations than a network can afford.

    Raises:
        SettingError: If an argument is not as above.

    Source:
        Storn and Price 1997, "Differential Evolution: A Simple and Efficient Heuristic for Global Optimization over
        Continuous Spaces". All trials of a generation are made of the population as it was at its beginning.

    Examples:
        >>> import random
        >>> strategy, rng = DifferentialEvolution(np.ones(5), variant="best/1/bin"), random.Random(1)
        >>> for _ in range(60):
        ...     vectors = strategy.ask(rng)
        ...     strategy.tell(vectors, np.square(vectors).sum(axis=1))
        >>> bool(np.abs(strategy.centroid).max() < 1e-5)
        True
    """

    def __init__(
        self,
        centroid: ArrayLike,
        sigma: float = 0.5,
        population_size: int = 64,
        differential_weight: float = 0.5,
        crossover_probability: float = 0.9,
        variant: str = "current-to-best/1/bin",
    ) -> None:
        super().__init__(centroid)
        self._sigma = check_number("sigma", sigma, low=SMALLEST, high=LARGEST)
        self._variant = check_choice("variant", variant, OTHERS)
        self._population_size = check_integer("population_size", population_size, limit="MAX_POPULATION")
        if self._population_size <= OTHERS[variant]:
            raise SettingError(
                f"`population_size` must be at least {OTHERS[variant] + 1} for the variant {variant!r}, which needs "
                f"{OTHERS[variant]} different vectors beside each parent, got {self._population_size}."
            )
        self._differential_weight = check_number("differential_weight", differential_weight, high=2.0, above=0.0)
        self._crossover_probability = check_number("crossover_probability", crossover_probability, 0.0, 1.0)
        self._population: Vectors | None = None
        self._losses = np.empty(0)

    @property
    def count(self) -> int:
        """Vectors of one :meth:`ask`: the population size."""
        return self._population_size

    @property
    def centroid(self) -> Vectors:
        """The best vector so far, shape (num_weights,); the start vector before there is any."""
        best = self._start if self._population is None else self._population[np.argmin(self._losses)]
        return best.copy()

    def state_dict(self) -> dict[str, Any]:
        """Give the population and its losses, each ``None`` before the first generation."""
        if self._population is None:
            return {"population": None, "losses": None}
        return {"population": self._population.copy(), "losses": self._losses.copy()}

    def _restore(self, state: SavedState) -> None:
        """Check a whole state, and then take it over."""
        if state.is_none("population") and state.is_none("losses"):
            self._population, self._losses = None, np.empty(0)
            return
        most = np.finfo(np.float64).max
        population = state.array("population", (self.count, self.num_weights), -LARGEST, LARGEST)
        self._losses = state.array("losses", (self.count,), -most, most)
        self._population = population

    def _settings(self) -> dict[str, Any]:
        """Give the settings beside the start vector as JSON values."""
        return {
            "sigma": self._sigma,
            "population_size": self._population_size,
            "differential_weight": self._differential_weight,
            "crossover_probability": self._crossover_probability,
            "variant": self._variant,
        }

    def _sample(self, generator: np.random.Generator) -> Vectors:
        """Draw the first population, or a trial for each parent."""
        shape = (self.count, self.num_weights)
        if self._population is None:
            first = self._start + self._sigma * generator.standard_normal(shape)
            first[0] = self._start
            return first
        mutants = self._mutants(self._population, generator)
        crossed = generator.random(shape, dtype=np.float32) < self._crossover_probability
        crossed[np.arange(self.count), generator.integers(self.num_weights, size=self.count)] = True
        return np.where(crossed, mutants, self._population)

    def _mutants(self, population: Vectors, generator: np.random.Generator) -> Vectors:
        """Make a mutant for each parent, shape (count, num_weights)."""
        others = distinct_others(self.count, OTHERS[self._variant], generator)
        difference = population[others[:, 0]] - population[others[:, 1]]
        if self._variant == "rand/1/bin":
            base = population[others[:, 2]]
        elif self._variant == "best/1/bin":
            base = self.centroid
        else:
            base = population + self._differential_weight * (self.centroid - population)
        mutants: Vectors = base + self._differential_weight * difference
        return mutants

    def _learn(self, asked: Vectors, vectors: Vectors, losses: NDArray[np.float64]) -> None:  # noqa: ARG002
        """Take over the first population, or the trials that are no worse than their parents."""
        if self._population is None:
            self._population, self._losses = vectors.copy(), losses.copy()
            return
        # Not where both failed: chance alone would draw the population together, and end the search.
        kept = (losses <= self._losses) & (losses < FAILED)
        self._population[kept] = vectors[kept]
        self._losses[kept] = losses[kept]


def distinct_others(count: int, others: int, generator: np.random.Generator) -> NDArray[np.intp]:
    """Draw for each of ``count`` positions other positions, all different from it and from each other.

    Returns:
        Shape (count, others); each such choice is equally likely.

    Examples:
        >>> sorted(distinct_others(4, 3, np.random.default_rng(1))[2].tolist())
        [0, 1, 3]
    """
    taken = np.arange(count)[:, np.newaxis]
    for number in range(1, others + 1):
        drawn = generator.integers(count - number, size=count)
        # The n-th position that is free: one further for each that is taken before it, from the least upwards.
        for place in np.sort(taken, axis=1).T:
            drawn += drawn >= place
        taken = np.column_stack([taken, drawn])
    return taken[:, 1:]
