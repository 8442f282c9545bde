"""How the weights of an architecture are evolved: during a joint search, and at its end."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.checks import check_choice, check_integer, check_number, items_of, shown
from dlopt_deap.core.running.description import plain
from dlopt_deap.data import Series
from dlopt_deap.errors import SettingError
from dlopt_deap.networks import NetworkSpec, TrainingSettings
from dlopt_deap.networks.training.initializers import INITIALIZERS
from dlopt_deap.sampling import METRICS
from dlopt_deap.sampling.metrics import Metric, default_loss
from dlopt_deap.weight import Encoding, Evolved, Objective, OpenAIES, Strategy, evolve_weights
from dlopt_deap.weight.evolve import strategy_around

Weights = NDArray[np.float32]

INNER_STRATEGY: Final = partial(OpenAIES, sigma=0.05, population_size=8, learning_rate=0.1)
"""What came furthest in some hundreds of evaluations, of what ``benchmarks/joint_search.py --inner`` compares."""


@dataclass(frozen=True)
class InnerEvolution:
    """How the weights of each architecture are evolved; how long is an argument of the problem.

    Attributes:
        strategy: Makes a strategy of :mod:`dlopt_deap.weight` around a vector of weights, such as
            ``partial(SeparableCMAES, sigma=0.1)``.
        metric: The error on the training split that is minimised: its name, or a function like those of
            :mod:`dlopt_deap.sampling.metrics`; unless given ``"mse"``, of tokens ``"cross_entropy"``. What an
            architecture is worth is another question; see ``targets`` of :class:`JointProblem`.
        weight_decay: What is added to it for the sum of the squared weights.
        bounds: The least and the greatest weight; ``None``: any finite number.
        initializer: What the vector to begin around is drawn by, ``"keras"`` or ``"uniform"``.

    Raises:
        SettingError: If a setting is not as above.
    """

    strategy: Callable[[Any], Strategy] = INNER_STRATEGY
    metric: str | Metric | None = None
    weight_decay: float = 0.0
    bounds: tuple[float, float] | None = None
    initializer: str = "keras"

    def __post_init__(self) -> None:
        self.around(np.zeros(8, np.float32))
        if self.metric is not None and not callable(self.metric):
            check_choice("metric", self.metric, METRICS)
        check_number("weight_decay", self.weight_decay, low=0.0)
        check_choice("initializer", self.initializer, INITIALIZERS)
        if self.bounds is not None:
            ends = [check_number("bounds", end) for end in items_of(self.bounds) or ()]
            if len(ends) != 2 or ends[0] >= ends[1]:
                raise SettingError(f"`bounds` must be a lower and a higher number, got {shown(self.bounds)}.")

    def around(self, start: Weights) -> Strategy:
        """Make the strategy around a vector of shape (num_weights,).

        Raises:
            SettingError: If it makes none.
        """
        return strategy_around(self.strategy, start)

    def objective(self, series: Series, spec: NetworkSpec) -> Objective:
        """Give what the weights of a network are evolved for."""
        return Objective(series, spec, self.metric, weight_decay=self.weight_decay)

    def evolve(self, objective: Objective, start: Weights, evaluations: int, seed: int) -> Evolved:
        """Evolve the weights of a network, beginning around ``start``, shape (num_weights,)."""
        encoding = Encoding(objective.spec, self.bounds)
        return evolve_weights(objective, self.around(start), evaluations, seed, encoding)

    def to_dict(self, series: Series | None = None) -> dict[str, Any]:
        """Give the settings as JSON values, as they are for a series."""
        return {
            "strategy": plain(self.strategy),
            "metric": plain(default_loss(series) if self.metric is None else self.metric),
            "weight_decay": float(self.weight_decay),
            "bounds": None if self.bounds is None else [float(end) for end in self.bounds],
            "initializer": self.initializer,
        }


@dataclass(frozen=True)
class FinalEvolution:
    """How the best architectures of a joint search are given their weights at its end.

    Attributes:
        evaluations: Weight vectors to evaluate.
        repeats: Evolutions of each architecture, from different initial weights.
        epochs: Epochs of a gradient training that begins with the evolved weights; none by default. What it finds is
            kept where the validation error is less for it.
        training: How to train; as :func:`train_from_evolved` does unless given.

    Raises:
        SettingError: If a number is less than 1, ``epochs`` less than 0, or ``training`` something else.
    """

    evaluations: int = 5_000
    repeats: int = 3
    epochs: int = 0
    training: TrainingSettings | None = None

    def __post_init__(self) -> None:
        check_integer("evaluations", self.evaluations, low=1)
        check_integer("repeats", self.repeats, low=1)
        check_integer("epochs", self.epochs, low=0)
        if not isinstance(self.training, TrainingSettings | None):
            raise SettingError(f"`training` must be TrainingSettings, got {shown(self.training)}.")

    def to_dict(self) -> dict[str, Any]:
        """Give the settings as JSON values."""
        return asdict(self)
