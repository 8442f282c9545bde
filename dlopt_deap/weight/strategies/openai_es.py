"""The evolution strategy of OpenAI: gradient ascent on the mean worth of noisy copies of one vector."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.checks import check_integer, check_number
from dlopt_deap.errors import SettingError
from dlopt_deap.weight.strategies.adam import Adam
from dlopt_deap.weight.strategies.decay import ExponentialDecay, decaying
from dlopt_deap.weight.strategies.state import SavedState
from dlopt_deap.weight.strategies.strategy import LARGEST, SMALLEST, Strategy, Vectors


class OpenAIES(Strategy):
    """Follows an estimate of the gradient by antithetic pairs of vectors, with Adam.

    It uses the order of the losses only, not their size. A generation is ``population_size`` / 2 vectors with noise
    added, as many with the same noise taken away, and the centroid itself as the last one, so that what a search
    reports as its best is what it found, not noise around it. The centroid has no part in the gradient.

    Args:
        centroid: Where the search begins, shape (num_weights,).
        sigma: Standard deviation of the noise; a number, or an :class:`ExponentialDecay`.
        population_size: Vectors with noise of a generation, an even number of at least 2.
        learning_rate: About the step of each weight in a generation; a number, or an :class:`ExponentialDecay`.
        weight_decay: Of the centroid, added to the gradient before Adam (L2), of at least 0.
        beta_1: Of Adam, as in Keras.
        beta_2: Of Adam, as in Keras.

    Raises:
        SettingError: If an argument is not as above.

    Source:
        Salimans et al. 2017, "Evolution Strategies as a Scalable Alternative to Reinforcement Learning",
        arXiv:1703.03864, Algorithm 1 with Section 2.1 (mirrored sampling, fitness shaping, weight decay). It differs:
        equal losses share their mean rank, so that their order cannot matter.

    Examples:
        >>> import random
        >>> strategy, rng = OpenAIES(np.ones(5), sigma=0.1, learning_rate=0.1), random.Random(1)
        >>> for _ in range(100):
        ...     vectors = strategy.ask(rng)
        ...     strategy.tell(vectors, np.square(vectors).sum(axis=1))
        >>> bool(np.abs(strategy.centroid).max() < 0.1)
        True
    """

    def __init__(
        self,
        centroid: ArrayLike,
        sigma: float | ExponentialDecay = 0.03,
        population_size: int = 64,
        learning_rate: float | ExponentialDecay = 0.05,
        weight_decay: float = 0.0,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
    ) -> None:
        super().__init__(centroid)
        self._sigma = decaying("sigma", sigma, low=SMALLEST, high=LARGEST)
        self._population_size = check_integer("population_size", population_size, low=2, limit="MAX_POPULATION")
        if self._population_size % 2:
            raise SettingError(
                f"`population_size` must be even, since the vectors of OpenAIES come in pairs, got {population_size}; "
                f"take {self._population_size + 1}."
            )
        self._learning_rate = decaying("learning_rate", learning_rate, low=SMALLEST, high=LARGEST)
        self._weight_decay = check_number("weight_decay", weight_decay, low=0.0, high=LARGEST)
        self._adam = Adam(self.num_weights, beta_1, beta_2)
        self._centroid = self._start.copy()
        self._noise = np.empty((0, self.num_weights))

    @property
    def count(self) -> int:
        """Vectors of one :meth:`ask`: the population size, and one for the centroid."""
        return self._population_size + 1

    @property
    def centroid(self) -> Vectors:
        """The vector that follows the gradient, shape (num_weights,)."""
        return self._centroid.copy()

    def state_dict(self) -> dict[str, Any]:
        """Give the centroid, both means of Adam, and the number of generations."""
        return {
            "centroid": self._centroid.copy(),
            "momentum": self._adam.momentum.copy(),
            "velocity": self._adam.velocity.copy(),
            "generation": self._adam.steps,
        }

    def _restore(self, state: SavedState) -> None:
        """Check a whole state, and then take it over."""
        shape, most = (self.num_weights,), np.finfo(np.float64).max
        centroid = state.array("centroid", shape, -LARGEST, LARGEST)
        momentum = state.array("momentum", shape, -most, most)
        velocity = state.array("velocity", shape, 0.0, most)
        self._adam.steps = state.integer("generation")
        self._centroid, self._adam.momentum, self._adam.velocity = centroid, momentum, velocity

    def _settings(self) -> dict[str, Any]:
        """Give the settings beside the start vector as JSON values."""
        return {
            "sigma": self._sigma.to_dict(),
            "population_size": self._population_size,
            "learning_rate": self._learning_rate.to_dict(),
            "weight_decay": self._weight_decay,
            "beta_1": self._adam.beta_1,
            "beta_2": self._adam.beta_2,
        }

    def _sample(self, generator: np.random.Generator) -> Vectors:
        """Draw noise, and give the centroid with it added, with it taken away, and as it is."""
        self._noise = generator.standard_normal((self._population_size // 2, self.num_weights))
        vectors = np.empty((self.count, self.num_weights))
        steps = self._sigma.at(self._adam.steps) * self._noise
        np.add(self._centroid, steps, out=vectors[: len(steps)])
        np.subtract(self._centroid, steps, out=vectors[len(steps) : -1])
        vectors[-1] = self._centroid
        return vectors

    def _learn(self, asked: Vectors, vectors: Vectors, losses: NDArray[np.float64]) -> None:  # noqa: ARG002
        """Make one step of Adam along the estimate of the gradient.

        The noise is the one that was drawn, not what rounding, bounds or training left of it: these belong to the
        function that is minimised, and the estimate of the gradient of its mean over the noise is unbiased for the
        noise as drawn only.
        """
        worth = -centred_ranks(losses[:-1])
        pairs = len(self._noise)
        # Not a matrix product, which BLAS would sum in an order that depends on its threads.
        ascent = np.einsum("p,pw->w", worth[:pairs] - worth[pairs:], self._noise)
        generation = self._adam.steps
        gradient = self._weight_decay * self._centroid - ascent / (2 * pairs * self._sigma.at(generation))
        self._centroid += self._adam.step(gradient, self._learning_rate.at(generation))
        np.clip(self._centroid, -LARGEST, LARGEST, out=self._centroid)


def centred_ranks(losses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ranks of losses, scaled to [-0.5, 0.5]; equal ones share their mean rank.

    Args:
        losses: Shape (count,), with a count of at least 2.

    Examples:
        >>> centred_ranks(np.array([3.0, 1.0, 1e100])).tolist()
        [0.0, -0.5, 0.5]
        >>> centred_ranks(np.array([2.0, 7.0, 2.0])).tolist()
        [-0.25, 0.5, -0.25]
    """
    _, groups, sizes = np.unique(losses, return_inverse=True, return_counts=True)
    mean_ranks = np.cumsum(sizes) - (sizes + 1) / 2
    ranks: NDArray[np.float64] = mean_ranks[groups] / (len(losses) - 1) - 0.5
    return ranks
