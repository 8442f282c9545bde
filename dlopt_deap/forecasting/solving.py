"""From a task to its result: the search, and then the end that judges the best."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from dlopt_deap.core import Evolution, Result, Stop
from dlopt_deap.core.running.signals import REASONS
from dlopt_deap.core.running.state import Callback
from dlopt_deap.forecasting.budget import Budget
from dlopt_deap.forecasting.finals import judge_finalists
from dlopt_deap.forecasting.reserve import Reserve
from dlopt_deap.forecasting.task import Task
from dlopt_deap.seeding import random_state, set_random_state
from dlopt_deap.storage import RunFolder

FIRST_SHARE: Final = 0.5
"""The share of the budget after which a search ends, as long as nothing has been measured."""

RESUMED_SHARE: Final = 0.9
"""The same for a search that goes on: it was measured before, but that is not written down."""


def solve(
    task: Task,
    map: Callable[..., Iterable[Any]] = map,  # noqa: A002 - the name of the alias in a toolbox
    *,
    stop: Stop,
    budget: Budget | None = None,
    seed: int | None = None,
    population_size: int = 20,
    callbacks: Sequence[Callback] = (),
    run: RunFolder | None = None,
) -> Result:
    """Search, and judge the best at the end.

    Args:
        task: What to search for.
        map: Where to evaluate, such as one of :mod:`dlopt_deap.parallel`.
        stop: What ends the search; its ``max_seconds`` is set anew after each generation if there is a budget.
        budget: The clock of the whole call, if it has a limit.
        seed: The seed; a fresh one, told in the result, if ``None``.
        population_size: Individuals in the population.
        callbacks: Called after each generation with the search.
        run: An open folder that keeps the run.

    Returns:
        The result. A search that Ctrl-C or a signal ended is given as it was found, without the final estimates.

    Raises:
        EvaluationError: If no evaluation, or no final estimate, succeeded.
        RunFolderError: If the folder's run was made with other settings.
    """
    budget = Budget() if budget is None else budget
    # The search must not judge its best itself: it knows neither of a second stage nor of the budget.
    searched = copy.copy(task.search)
    searched.noisy = False
    if budget.seconds is not None:
        workers = getattr(map, "workers", 1)
        callbacks = [*callbacks, Reserve(task, budget, workers)]
        stop = replace(stop, max_seconds=first_limit(budget, run))
    evolution = Evolution(population_size=population_size, cxpb=0.5, mutpb=1.0, hall_of_fame=task.finalists)
    with own_random_streams():
        found = evolution.optimize(
            searched, stop=stop, seed=seed, toolbox=searched.toolbox(map=map), callbacks=callbacks, run=run
        )
    found = replace(found, problem=task.search)
    if found.stopped_by in (*REASONS.values(), *stop.signals):
        return found
    return judge_finalists(found, task, budget, map, run)


def first_limit(budget: Budget, run: RunFolder | None) -> float:
    """Give the seconds after which a search ends until something is measured.

    A run that has ended by the same budget, or by a larger one, is over.
    """
    if budget.seconds is None:
        raise ValueError("a budget without a limit has no share")
    found = None if run is None else run.found
    if found is None or found.snapshot is None:
        return FIRST_SHARE * budget.seconds
    budget.has_used(found.seconds)
    earlier = found.options.get("budget")
    if found.stopped_by == "max_seconds" and isinstance(earlier, int | float) and earlier >= budget.seconds:
        return max(found.seconds, 1e-3)
    return RESUMED_SHARE * budget.seconds


@contextmanager
def own_random_streams() -> Iterator[None]:
    """Give a run its own random streams, and leave those of the caller as they were."""
    state = random_state()
    try:
        yield
    finally:
        set_random_state(state)
