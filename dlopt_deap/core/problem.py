"""The problem: data, encoding and targets, kept apart from the technique that solves it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from deap import base, tools
from numpy.typing import NDArray

from dlopt_deap.checks import as_float, shown
from dlopt_deap.core.individuals.solution import Solution, Values
from dlopt_deap.core.individuals.statistics import target_statistics
from dlopt_deap.data import Series
from dlopt_deap.errors import SettingError
from dlopt_deap.networks import NetworkSpec
from dlopt_deap.seeding import derive

EVALUATIONS = ("evaluate", "evaluate_batch")
"""The methods of a problem that must give the same values."""


class Problem(ABC):
    """What is to be solved: owns the data, the encoding and the targets.

    Args:
        targets: The name of each target and its sign: +1 to maximise, -1 to minimise, e.g. ``{"log_p": 1}`` or
            ``{"mae": -1, "num_weights": -1}``. The order is that of the fitness values.

    Raises:
        SettingError: If there is no target, or a sign is neither +1 nor -1.

    Source:
        DLOPT's ``Problem`` (arXiv:1807.03523, section 3). Here ``evaluate`` returns the values instead of writing them
        into the solution, and is a pure function of (problem, genes, seed), so that it may run anywhere.
    """

    series: Series | None = None
    """The time series or tokens, if the problem is about any: then its result can be compared with naive forecasts."""

    noisy = False
    """Whether the best of a search must be estimated anew: because another seed gives another fitness, or because they
    were fitted to what they were judged by."""

    cheap = False
    """Whether an evaluation may cost less than writing it down. Then a run folder keeps snapshots now and then, and no
    evaluation that is quicker made again."""

    pure = True
    """Whether an evaluation follows from genes and seed alone. Then a search does not evaluate equal genes again, but
    counts them all the same; set it to ``False`` where values depend on more, as on what an individual inherited."""

    evaluate_batch: Callable[..., Sequence[Values]] | None = None
    """``evaluate`` of several solutions at once, where there is a faster way: a method that takes them and the seed,
    and gives the same values. A class that overrides ``evaluate`` alone does without what it inherits of it."""

    def __init__(self, targets: Mapping[str, int]) -> None:
        if not isinstance(targets, Mapping) or not targets:
            raise SettingError(
                f"`targets` must name at least one target, such as {{'log_p': 1}}, got {shown(targets)}."
            )
        for name, sign in targets.items():
            if as_float(sign) not in (1.0, -1.0):
                raise SettingError(
                    f"Target {shown(name)} must have the sign 1 (maximise) or -1 (minimise), got {shown(sign)}."
                )
        self.targets = dict(targets)

    def __repr__(self) -> str:
        data = "" if self.series is None else f"{self.series!r}, "
        return f"{type(self).__name__}({data}targets={self.targets})"

    @property
    def weights(self) -> tuple[int, ...]:
        """The weights of a fitness: the targets' signs, in their order."""
        return tuple(self.targets.values())

    def solution(self, genes: Iterable[Any]) -> Solution:
        """Make a solution of this problem from its genes."""
        return Solution(genes, self.weights)

    @abstractmethod
    def random_solution(self) -> Solution:
        """Draw a solution at random, from Python's ``random``."""

    @abstractmethod
    def repair(self, solution: Any) -> Any:
        """Make a solution valid, in place, and return it."""

    @abstractmethod
    def decode(self, solution: Sequence[Any]) -> NetworkSpec:
        """Give the network that a solution stands for."""

    @abstractmethod
    def evaluate(self, solution: Sequence[Any], seed: int = 0) -> Values:
        """Evaluate a solution: a pure function of the problem, the genes and the run's seed."""

    @abstractmethod
    def network_weights(self, solution: Sequence[Any], seed: int = 0) -> NDArray[np.float32]:
        """Give the best weights known for a solution: shape (num_weights,), in the order of the network's spec."""

    @abstractmethod
    def toolbox(self, seed: int = 0, **overrides: Any) -> base.Toolbox:
        """Make the DEAP toolbox of this problem; each override is registered in place of what has its name."""

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """Describe the problem itself as JSON values: what a second run must share to give the same result."""

    def reestimate(self, solution: Sequence[Any], seed: int = 0) -> Values:
        """Estimate the values of a solution anew, with fresh noise; only a ``noisy`` problem is asked.

        A search picks the candidates that look best, and with a noisy fitness those were lucky too: its own values
        promise too much. A problem that can should spend more effort here than in :meth:`evaluate`.
        """
        return self.evaluate(solution, derive(seed, "reestimate"))

    def describe(self, solution: Sequence[Any]) -> dict[str, Any]:
        """Say in JSON values what a solution is."""
        spec = self.decode(solution)
        return {"layers": spec.layers, "look_back": spec.look_back, "num_weights": spec.num_weights}

    def statistics(self) -> tools.MultiStatistics:
        """Give what is recorded of each generation: a chapter a target, and more where a problem adds them."""
        return target_statistics(self.targets)

    def register_evaluate(self, toolbox: base.Toolbox, seed: int, *arguments: Any, **settings: Any) -> None:
        """Register ``evaluate`` in a toolbox with a seed, and beside it, as its attribute ``batch``, that of many.

        Args:
            toolbox: The toolbox.
            seed: The seed of the evaluations.
            *arguments: Further arguments to register it with.
            **settings: Further keyword arguments.
        """
        toolbox.register("evaluate", self.evaluate, *arguments, **{**settings, "seed": seed})
        if self.evaluate_batch is not None and _gives_the_same(type(self)):
            toolbox.evaluate.batch = partial(self.evaluate_batch, *arguments, **{**settings, "seed": seed})

    def begin_generation(self, individuals: Sequence[Any], generation: int) -> None:  # noqa: B027
        """Prepare individuals that a search is about to evaluate, in the process that leads; most need nothing."""

    def prepare(self) -> None:  # noqa: B027 - most problems have nothing to prepare
        """Do what has to be done once on a machine before workers start, such as compiling."""


def check_weights(problem: Problem, individuals: Iterable[Any]) -> None:
    """Refuse individuals that were made for other targets: they would be evolved towards the worst.

    Raises:
        SettingError: If the signs of their fitness' weights are others than those of the targets.
    """
    signs = problem.weights
    for weights in {individual.fitness.weights for individual in individuals}:
        if len(weights) != len(signs) or any(w * s <= 0 for w, s in zip(weights, signs, strict=True)):
            raise SettingError(
                f"The toolbox makes individuals with the fitness weights {tuple(weights)}, but the problem's "
                f"targets {problem.targets} need weights of the signs {signs}."
            )


def _gives_the_same(kind: type[Problem]) -> bool:
    """Whether the ``evaluate_batch`` of a class knows its ``evaluate``: that no later class overrode that alone."""
    defined = {name: next(at for at, one in enumerate(kind.__mro__) if name in vars(one)) for name in EVALUATIONS}
    return defined["evaluate_batch"] <= defined["evaluate"]
