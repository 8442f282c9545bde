"""The technique: how a problem is solved, kept apart from the problem."""

import copy
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from deap import base

from dlopt_deap.checks import check_integer, did_you_mean
from dlopt_deap.core.guard import Guarded, succeeded
from dlopt_deap.core.pareto import first_front
from dlopt_deap.core.problem import Problem
from dlopt_deap.core.result import Candidate, Result, rank
from dlopt_deap.core.search import Callback, Search
from dlopt_deap.core.signals import REASONS
from dlopt_deap.core.solution import has_failed
from dlopt_deap.core.stop import Stop
from dlopt_deap.errors import EvaluationError, SettingError
from dlopt_deap.seeding import choose_seed, seed_run


class ModelOptimization(ABC):
    """A technique that finds good solutions of a problem.

    Args:
        hall_of_fame: How many of the best individuals are kept, and estimated anew at the end where the fitness is
            noisy. With several targets the whole Pareto front is kept.
        max_failures: After so many failed evaluations in a row the run ends with an error.

    Source:
        DLOPT's ``ModelOptimization`` (arXiv:1807.03523, section 3).
    """

    def __init__(self, hall_of_fame: int = 10, max_failures: int = 20) -> None:
        self.hall_of_fame = check_integer("hall_of_fame", hall_of_fame, low=1)
        self.max_failures = check_integer("max_failures", max_failures, low=1)

    def optimize(
        self,
        problem: Problem,
        max_evaluations: int | None = None,
        *,
        stop: Stop | None = None,
        seed: int | None = None,
        toolbox: base.Toolbox | None = None,
        callbacks: Sequence[Callback] = (),
    ) -> Result:
        """Solve a problem.

        Args:
            problem: What to solve.
            max_evaluations: The evaluations of the whole run; short for ``Stop(max_evaluations=...)``.
            stop: All criteria that may end the run.
            seed: The run's seed; a fresh one, told in the result, if ``None``.
            toolbox: The problem's toolbox with your own changes, such as another ``map``, ``mate`` or ``mutate``; it
                is not changed. Its ``evaluate`` is given the run's seed if it is the problem's own.
            callbacks: Called after each generation with the :class:`~dlopt_deap.core.search.Search`; a true answer
                ends the run.

        Returns:
            What was found, also if the run was interrupted from the keyboard.

        Raises:
            SettingError: If the settings do not fit together.
            EvaluationError: If no evaluation succeeded.
        """
        seed = choose_seed(seed)
        stop = _all_criteria(stop, max_evaluations, problem)
        tools = _own_toolbox(problem, toolbox, seed)
        map_of_user = tools.map
        search = Search(problem, tools, stop, seed, self.hall_of_fame, self.max_failures)
        problem.prepare()
        seed_run(seed)
        self.start(search)
        reason = search.run(partial(self.step, search), callbacks)
        candidates = _candidates(search, map_of_user, anew=problem.noisy and reason not in REASONS.values())
        return Result(
            problem=problem,
            candidates=candidates,
            population=search.population,
            logbook=search.logbook,
            seed=seed,
            evaluations=search.evaluations,
            failures=search.failures,
            last_failure=search.last_failure,
            seconds=search.seconds,
            stopped_by=reason,
            settings={"technique": self.settings(), "stop": stop.to_dict(), "problem": problem.settings()},
        )

    @abstractmethod
    def start(self, search: Search) -> None:
        """Check the settings against the problem, and make what the first step needs."""

    @abstractmethod
    def step(self, search: Search) -> None:
        """Make one generation: renew the population, and write its row with ``search.record()``."""

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """Describe the technique as JSON values."""


def _all_criteria(stop: Stop | None, max_evaluations: int | None, problem: Problem) -> Stop:
    """Join the short form and the long form of the criteria, and check them against the problem."""
    if stop is None or max_evaluations is not None:
        stop = replace(stop, max_evaluations=max_evaluations) if stop else Stop(max_evaluations=max_evaluations)
    for name in stop.target_fitness or {}:
        if name not in problem.targets:
            hint = did_you_mean(name, problem.targets, ".")
            raise SettingError(f"`target_fitness` names {name!r}, which is no target of the problem{hint}")
    return stop


def _own_toolbox(problem: Problem, toolbox: base.Toolbox | None, seed: int) -> base.Toolbox:
    """Copy the toolbox, give the problem's evaluate the run's seed, and guard whatever evaluates."""
    own = copy.copy(toolbox) if toolbox is not None else problem.toolbox(seed=seed)
    if getattr(own.evaluate, "func", None) == problem.evaluate:
        own.register("evaluate", problem.evaluate, *own.evaluate.args, **{**own.evaluate.keywords, "seed": seed})
    own.register("evaluate", Guarded(own.evaluate, problem.weights))
    return own


def _candidates(search: Search, map_of_user: Any, anew: bool) -> list[Candidate]:
    """Rank the best of a search, by fresh estimates if ``anew``.

    Raises:
        EvaluationError: If there is none, because every evaluation failed or none was made.
    """
    found = [individual for individual in search.hall_of_fame if not has_failed(individual)]
    if not found:
        why = f"; the last one failed with: {search.last_failure}" if search.last_failure else ""
        raise EvaluationError(f"None of {search.evaluations} evaluations succeeded{why}.")
    if not anew:
        return [Candidate(individual) for individual in found]
    estimate = partial(search.problem.reestimate, seed=search.seed)
    guarded = Guarded(estimate, search.problem.weights)
    try:
        fresh = zip(found, map_of_user(guarded, found), strict=True)
        again = [Candidate(one, values) for one, values in fresh if succeeded(values)]
        return _still_best(again, search.problem) or [Candidate(individual) for individual in found]
    except KeyboardInterrupt:
        return [Candidate(individual) for individual in found]


def _still_best(candidates: list[Candidate], problem: Problem) -> list[Candidate]:
    """Rank candidates by their fresh values; of several targets keep those that no other one dominates now."""
    if not candidates:
        return []
    front = first_front([candidate.values for candidate in candidates], problem.weights)
    return rank([candidates[position] for position in front] if len(problem.targets) > 1 else candidates)
