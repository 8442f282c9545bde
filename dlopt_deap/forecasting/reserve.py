"""What the end of a call costs, so that the search leaves the time for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from dlopt_deap.architecture import ArchitectureProblem, RandomSamplingProblem, TrainingProblem
from dlopt_deap.forecasting.budget import Budget
from dlopt_deap.forecasting.task import Task

TYPICAL_EPOCHS: Final = 75
"""The epochs after which early stopping ends a final training; on the sunspots 37 to 92, in the median 70."""

MOST_SHARE: Final = 0.5
"""The share of the budget that is kept for the usual end; the worst end of one of the best is kept in any case."""

MARGIN: Final = 0.03
"""The share of the budget that is kept for what nobody measures, such as ending the workers."""

SHORTEST: Final = 1e-3
"""Seconds that a search is given when there are none left, since zero is no limit that a search takes."""


@dataclass(frozen=True)
class FinalCost:
    """What it takes to estimate one of the best at the end, in seconds.

    Attributes:
        unit: The seconds of an epoch, or of as many samples as an evaluation takes.
        typical: How many units it usually takes.
        worst: How many it takes at most.
    """

    unit: float
    typical: float
    worst: float


def final_cost(
    problem: ArchitectureProblem, solution: Any, timer: Callable[[], float] = time.perf_counter
) -> FinalCost:
    """Measure what the end costs for a solution: one epoch of its training, or one sampling.

    Args:
        problem: By which the best are estimated at the end.
        solution: The solution.
        timer: Gives the time in seconds.
    """
    began = timer()
    if isinstance(problem, TrainingProblem):
        problem.train(solution, epochs=1, seed=0)
        most = float(problem.final_epochs)
        return FinalCost(
            timer() - began, problem.final_repeats * min(TYPICAL_EPOCHS, most), problem.final_repeats * most
        )
    problem.evaluate(solution)
    count = problem.final_samples / problem.num_samples if isinstance(problem, RandomSamplingProblem) else 1.0
    return FinalCost(timer() - began, count, count)


def seconds_to_keep(cost: FinalCost, finalists: int, workers: int, budget: float) -> float:
    """Give the seconds that a search must leave for the end.

    They suffice for the usual end of all finalists, if that is no more than half of the budget, and at the least for
    the worst end of the best one. Both are followed by making its weights once more, in one process.

    Args:
        cost: What one of the best takes.
        finalists: How many there are.
        workers: How many are estimated at a time.
        budget: The seconds of the whole call.

    Examples:
        >>> cost = FinalCost(unit=0.01, typical=200, worst=900)
        >>> seconds_to_keep(cost, finalists=10, workers=2, budget=100.0)
        21.0
        >>> seconds_to_keep(cost, finalists=10, workers=2, budget=20.0)
        10.6
    """
    rounds = -(-finalists // workers)
    usual = cost.unit * cost.typical * (rounds + 1)
    worst = cost.unit * cost.worst * 2
    return max(min(usual, MOST_SHARE * budget), min(worst, MOST_SHARE * budget)) + MARGIN * budget


@dataclass
class Reserve:
    """A callback that sets the end of a search, after each generation anew, so that the rest of the budget suffices.

    Attributes:
        task: What is searched for.
        budget: The clock of the call.
        workers: How many evaluations are made at a time.
        measure: Measures what the end costs.
    """

    task: Task
    budget: Budget
    workers: int
    measure: Callable[[ArchitectureProblem, Any], FinalCost] = final_cost
    _known: dict[str, FinalCost] = field(default_factory=dict, init=False)

    def __call__(self, search: Any) -> None:
        """Set the seconds after which the search ends: a callback that changes the search, which others only read."""
        best = [one for one in search.hall_of_fame if one.fitness.valid][: self.task.finalists]
        seconds = self.budget.seconds
        if not best or seconds is None:
            return
        largest = max(best, key=lambda one: self.task.final.costs(one)["multiply_adds"])
        name = repr(list(largest))
        if name not in self._known:
            self._known = {name: self.measure(self.task.final, largest)}
        keep = seconds_to_keep(self._known[name], min(len(best), self.task.finalists), self.workers, seconds)
        limit = max(search.seconds + self.budget.left() - keep, SHORTEST)
        search.stop = replace(search.stop, max_seconds=limit)
