"""What is searched for: the problems that the names of a fitness stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from dlopt_deap.architecture import ArchitectureProblem, RandomSamplingProblem, Space, TrainingProblem
from dlopt_deap.architecture.problem import COSTS
from dlopt_deap.checks import check_choice, check_integer, items_of, shown
from dlopt_deap.data import Series
from dlopt_deap.errors import SettingError
from dlopt_deap.forecasting.defaults import (
    FINALISTS,
    default_effort,
    default_sampling,
    default_space,
    default_training,
)
from dlopt_deap.sampling import METRICS
from dlopt_deap.sampling.metrics import default_metric

PROMISES: Final = {"log_p": 1, "p": 1, "mean": -1, "std": -1}
"""What random sampling promises of an architecture without training it, and whether more of it is better."""


@dataclass(frozen=True)
class Task:
    """What a search looks for, and how its best are judged in the end.

    Attributes:
        search: The problem whose fitness leads the search.
        final: The problem by which the best are estimated at the end; the same one, or in two stages another.
        finalists: How many of the best those are.
    """

    search: ArchitectureProblem
    final: ArchitectureProblem
    finalists: int = FINALISTS

    @property
    def two_stage(self) -> bool:
        """Whether the end has another fitness than the search."""
        return self.final is not self.search


def make_task(
    series: Series,
    fitness: str | Sequence[str] | None = None,
    space: Space | None = None,
    *,
    epochs: int | None = None,
    final_epochs: int | None = None,
    num_samples: int = 100,
    finalists: int = FINALISTS,
) -> Task:
    """Make the problems that the names of a fitness stand for.

    Args:
        series: The series, or sequence of tokens.
        fitness: One name or several, with commas between them or as a sequence. Errors of a trained network (``mae``,
            ``rmse``, ``mape``, ...), costs (``num_weights``, ``multiply_adds``, ``look_back``), or what random sampling
            promises without training (``log_p``, DLOPT's). Several are searched together, and give a Pareto front; a
            promise with an error is searched in two stages: by the promise first, and then the best are trained. Unless
            given, ``mae``, and of tokens ``cross_entropy``.
        space: The limits of the search; those that suit rows and season unless given.
        epochs: Epochs of a training in the search; as many as suit the number of rows unless given.
        final_epochs: The most epochs of a final training.
        num_samples: Random weightings an evaluation of a promise.
        finalists: How many of the best are trained for long, or sampled often, at the end.

    Raises:
        SettingError: If a name is unknown, named twice, or nothing says how well a network forecasts.
        DataError: If the space looks back further than the series allows.

    Examples:
        >>> from dlopt_deap.data import sunspots
        >>> task = make_task(sunspots(), "log_p, mae")
        >>> task.search.targets, task.final.targets
        ({'log_p': 1}, {'mae': -1})
    """
    names = fitness_names(default_metric(series) if fitness is None else fitness)
    space = default_space(series) if space is None else space
    promises = {name: PROMISES[name] for name in names if name in PROMISES}
    errors = [name for name in names if name in METRICS]
    costs = {name: -1 for name in names if name in COSTS}
    check_integer("finalists", finalists, low=1)
    training = sampling = None
    if errors:
        effort: dict[str, Any] = default_effort(series) | {
            name: value for name, value in (("epochs", epochs), ("final_epochs", final_epochs)) if value is not None
        }
        targets = {name: -1 for name in names if name not in promises}
        training = TrainingProblem(series, space, targets, training=default_training(series), **effort)
    if promises:
        sampled = promises if errors else promises | costs
        sampling = RandomSamplingProblem(series, space, sampled, num_samples=num_samples, **default_sampling(series))
    search = sampling or training
    if search is None:
        raise SettingError(
            f"`fitness` must name an error or a promise beside what networks cost, got {shown(fitness)}."
        )
    return Task(search, training or search, finalists)


def fitness_names(fitness: object) -> list[str]:
    """Take the names of a fitness apart, and check them.

    Raises:
        SettingError: If a name is unknown or named twice, or there is none.

    Examples:
        >>> fitness_names("mae, num_weights")
        ['mae', 'num_weights']
    """
    parts = fitness.split(",") if isinstance(fitness, str) else items_of(fitness)
    if not parts:
        raise SettingError(f"`fitness` must be names, such as 'mae' or 'mae,num_weights', got {shown(fitness)}.")
    known = (*METRICS, *COSTS, *PROMISES)
    names = [check_choice("fitness", part.strip() if isinstance(part, str) else part, known) for part in parts]
    if len(set(names)) < len(names):
        raise SettingError(f"`fitness` must name each value once, got {shown(fitness)}.")
    return names
