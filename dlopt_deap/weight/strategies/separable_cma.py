"""CMA-ES with a diagonal covariance matrix, by the package ``cmaes``."""

import math
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.checks import check_integer, check_number
from dlopt_deap.core.techniques.blas import one_blas_thread
from dlopt_deap.errors import SettingError
from dlopt_deap.weight.strategies.state import SavedState
from dlopt_deap.weight.strategies.strategy import LARGEST, SMALLEST, Strategy, Vectors

LEAST_POPULATION: Final = 2
"""The better half of the vectors, which the centroid moves to, has to have one."""

SIGMA: Final = (1e-100, 1e32)
VARIANCE: Final = (1e-100, 1e100)
"""Where the step-size and the variances stay: so far out, a search has ended, and must not end in NaN."""

_LEARNED: Final = {
    "centroid": "_mean",
    "sigma": "_sigma",
    "variances": "_C",
    "sigma_path": "_p_sigma",
    "variance_path": "_pc",
    "generation": "_g",
}
"""What the state holds, and what the package calls it in its own. Its other values are settings, a cache, and a history
of losses that only its stopping criteria read."""


class SeparableCMAES(Strategy):
    """Learns one variance for each weight; time and memory are linear in the number of weights.

    It uses the order of the losses only, not their size.

    Args:
        centroid: Where the search begins, shape (num_weights,) with at least 2 weights.
        sigma: Standard deviation of each weight in the first generation; about a third of the distance to the optimum.
        population_size: Vectors of a generation, at least 2; ``None`` for 4 + floor(3 ln num_weights).

    Raises:
        SettingError: If an argument is not as above.

    Source:
        Ros and Hansen 2008, "A Simple Modification in CMA-ES Achieving Linear Time and Space Complexity", by
        ``cmaes.SepCMA``. It differs from that in two points. The learning rates of the variances add up to 1 at most,
        as in Hansen's tutorial (arXiv:1604.00772, table 1), so that a large population cannot make a variance negative.
        And vectors that come back changed are shortened as in Hansen 2011 (arXiv:1110.4181), since they were not drawn.

    Examples:
        >>> import random
        >>> strategy, rng = SeparableCMAES(np.ones(5), sigma=0.3), random.Random(1)
        >>> for _ in range(100):
        ...     vectors = strategy.ask(rng)
        ...     strategy.tell(vectors, np.square(vectors).sum(axis=1))
        >>> bool(np.abs(strategy.centroid).max() < 1e-5)
        True
    """

    def __init__(self, centroid: ArrayLike, sigma: float = 0.1, population_size: int | None = None) -> None:
        from cmaes import SepCMA

        super().__init__(centroid)
        if self.num_weights < 2:
            raise SettingError(
                f"`centroid` must have at least 2 weights for SeparableCMAES, got {self.num_weights}; take "
                "DifferentialEvolution or OpenAIES."
            )
        self._sigma = check_number("sigma", sigma, low=SMALLEST, high=LARGEST)
        size = 4 + math.floor(3 * math.log(self.num_weights)) if population_size is None else population_size
        self._population_size = check_integer("population_size", size, low=LEAST_POPULATION, limit="MAX_POPULATION")
        # The package adds to the mean in place.
        self._cma = SepCMA(mean=self._start.copy(), sigma=self._sigma, population_size=self._population_size)
        rates = self._cma.__getstate__()
        self._cma.__setstate__({"_cmu": min(rates["_cmu"], 1 - rates["_c1"])})

    @property
    def count(self) -> int:
        """Vectors of one :meth:`ask`: the population size."""
        return self._population_size

    @property
    def centroid(self) -> Vectors:
        """The mean of the search distribution, shape (num_weights,)."""
        mean: Vectors = self._cma.mean.copy()
        return mean

    def state_dict(self) -> dict[str, Any]:
        """Give mean, step-size, variances and both evolution paths, and the number of the generation."""
        learned = self._cma.__getstate__()
        state = {name: learned[attribute] for name, attribute in _LEARNED.items()}
        for name, value in state.items():
            state[name] = value.copy() if isinstance(value, np.ndarray) else value
        return {**state, "sigma": float(state["sigma"]), "generation": int(state["generation"])}

    def _restore(self, state: SavedState) -> None:
        """Check a whole state, and then take it over."""
        shape = (self.num_weights,)
        self._set(
            {
                "centroid": state.array("centroid", shape, -LARGEST, LARGEST),
                "sigma": state.number("sigma", *SIGMA),
                "variances": state.array("variances", shape, *VARIANCE),
                "sigma_path": state.array("sigma_path", shape, -LARGEST, LARGEST),
                "variance_path": state.array("variance_path", shape, -LARGEST, LARGEST),
                "generation": state.integer("generation"),
            }
        )

    def _settings(self) -> dict[str, Any]:
        """Give the settings beside the start vector as JSON values."""
        return {"sigma": self._sigma, "population_size": self._population_size}

    def _sample(self, generator: np.random.Generator) -> Vectors:
        """Draw from the search distribution; the package's own generator begins anew, so that it is no state."""
        self._cma.reseed_rng(int(generator.integers(2**32)))
        return np.array([self._cma.ask() for _ in range(self.count)])

    def _learn(self, asked: Vectors, vectors: Vectors, losses: NDArray[np.float64]) -> None:
        """Move mean, step-size and variances towards the better half."""
        solutions = list(zip(self._evaluated(asked, vectors), losses.tolist(), strict=True))
        # The package takes the norm of a path by BLAS, which sums long vectors by as many parts as it has threads.
        with one_blas_thread():
            self._cma.tell(solutions)
        state = self.state_dict()
        bounded = {"sigma": float(np.clip(state["sigma"], *SIGMA)), "variances": np.clip(state["variances"], *VARIANCE)}
        if bounded["sigma"] != state["sigma"] or not np.array_equal(bounded["variances"], state["variances"]):
            self._set(bounded)

    def _evaluated(self, asked: Vectors, vectors: Vectors) -> Vectors:
        """Return the vectors to learn from, shape (count, num_weights).

        A weight that was only rounded to float32 counts as asked: once the steps are smaller than the rounding, it
        would be taken for a huge step. A weight that was changed otherwise, such as by bounds, counts as evaluated,
        so that the search stays within them; a vector that was moved further than one that is drawn ever is, such as
        by training, is a direction, and counts as a step of a usual length.
        """
        learned = np.where(vectors == asked.astype(np.float32), asked, vectors)
        state = self.state_dict()
        limit = math.sqrt(self.num_weights) + 2 * self.num_weights / (self.num_weights + 2)
        for row in np.flatnonzero(np.any(learned != asked, axis=1)):
            step = learned[row] - state["centroid"]
            with np.errstate(over="ignore"):  # an infinite length makes no step at all
                length = np.sqrt(np.square(step / (state["sigma"] * np.sqrt(state["variances"]))).sum())
            if length > limit:
                learned[row] = state["centroid"] + step * (limit / length)
        return learned

    def _set(self, learned: dict[str, Any]) -> None:
        """Set part of what was learned."""
        self._cma.__setstate__({_LEARNED[name]: value for name, value in learned.items()} | {"_D": None})
