"""Racing: train all candidates of a generation a little, and only the promising ones on."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from math import ceil
from typing import Any

from dlopt_deap.architecture.training_problem import TrainingProblem
from dlopt_deap.checks import check_integer, check_number, shown
from dlopt_deap.core import Guarded, Values
from dlopt_deap.errors import SettingError


class Racing:
    """A map that evaluates by successive halving over epochs.

    All candidates are trained for the epochs of the first rung; the best ``keep`` of them for those of the next, and so
    on. What stops keeps the values of its last rung. Each training begins anew, so that a value follows from genes,
    seed and epochs alone, whoever else is in the race; ``epochs`` in the metrics tells how far a candidate came.

    Register it as the ``map`` of a toolbox whose ``evaluate`` is the problem's own; whatever else is mapped, such as
    the final trainings, goes to the map below unchanged.

    Args:
        problem: The problem, with one target.
        rungs: The epochs of each rung, increasing.
        keep: The share of candidates that goes on from a rung to the next, in (0, 1).
        map: Where to evaluate, such as one of :mod:`dlopt_deap.parallel`.

    Attributes:
        epochs: The epochs trained so far, all candidates together.

    Raises:
        SettingError: If the problem has several targets, the rungs do not increase, or a share makes no sense.

    Source:
        Jamieson and Talwalkar, 2016, Non-stochastic best arm identification and hyperparameter optimization
        (successive halving); here within a generation.
    """

    joint = True
    """Who goes on depends on who else is in the race, so a race is resumed from its start or not at all."""

    def __init__(
        self,
        problem: TrainingProblem,
        rungs: Sequence[int],
        keep: float = 0.5,
        map: Callable[..., Iterable[Any]] = map,  # noqa: A002 - the name of the alias in a toolbox
    ) -> None:
        if len(problem.targets) != 1:
            raise SettingError(f"A race needs one target to be won by, got {', '.join(problem.targets)}.")
        if not isinstance(rungs, Sequence):
            raise SettingError(f"`rungs` must be numbers of epochs that increase, such as (3, 10), got {shown(rungs)}.")
        self.rungs = tuple(check_integer(f"rungs[{i}]", epochs, low=1) for i, epochs in enumerate(rungs))
        if not self.rungs or list(self.rungs) != sorted(set(self.rungs)):
            raise SettingError(f"`rungs` must be numbers of epochs that increase, such as (3, 10), got {shown(rungs)}.")
        if check_number("keep", keep, above=0.0) >= 1:
            raise SettingError(f"`keep` must be a share above 0 and below 1, got {keep}.")
        self.problem = problem
        self.keep = float(keep)
        self.map = map
        self.epochs = 0

    def __call__(self, function: Callable[..., Any], *iterables: Iterable[Any]) -> Iterable[Any]:
        """Race, if it is the problem's own evaluation that is mapped."""
        evaluate = getattr(function, "evaluate", None)
        if getattr(evaluate, "func", None) != self.problem.evaluate or len(iterables) != 1:
            return self.map(function, *iterables)
        return self._race(evaluate, list(iterables[0]))

    def _race(self, evaluate: Any, individuals: list[Any]) -> Iterator[Values]:
        """Give the values of each individual's last rung, in order."""
        results: dict[int, Values] = {}
        racing = list(range(len(individuals)))
        for rung, epochs in enumerate(self.rungs):
            if rung:
                racing = self._best(results, racing)
            guarded = Guarded(partial(evaluate, epochs=epochs), self.problem.weights)
            for position, values in zip(racing, self.map(guarded, [individuals[i] for i in racing]), strict=True):
                results[position] = values
                self.epochs += epochs * self.problem.repeats
        yield from (results[position] for position in range(len(individuals)))

    def _best(self, results: dict[int, Values], racing: list[int]) -> list[int]:
        """Name those that go on, in their order; ties go to who came first."""
        (sign,) = self.problem.weights
        count = ceil(self.keep * len(racing))
        return sorted(sorted(racing, key=lambda position: -sign * results[position][0])[:count])
