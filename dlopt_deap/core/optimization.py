"""The technique: how a problem is solved, kept apart from the problem."""

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from deap import base, tools

from dlopt_deap.checks import check_integer
from dlopt_deap.core.description import describe_toolbox
from dlopt_deap.core.guard import Guarded, succeeded
from dlopt_deap.core.individuals import have_same_genes
from dlopt_deap.core.journal import Journal
from dlopt_deap.core.pareto import first_front
from dlopt_deap.core.problem import Problem
from dlopt_deap.core.result import Candidate, Result, rank
from dlopt_deap.core.search import Callback, Search
from dlopt_deap.core.snapshot import resume, write_snapshot
from dlopt_deap.core.solution import has_failed
from dlopt_deap.core.stateful import check_toolbox_state
from dlopt_deap.core.stop import Stop
from dlopt_deap.errors import EvaluationError
from dlopt_deap.seeding import choose_seed, seed_run
from dlopt_deap.storage import RunFolder, open_run

MOST_NEWCOMERS = 100
"""So many of the last population are estimated anew beside the hall of fame, where that is cheap."""


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
        run: RunFolder | str | Path | None = None,
    ) -> Result:
        """Solve a problem.

        Args:
            problem: What to solve.
            max_evaluations: The evaluations of the whole run; short for ``Stop(max_evaluations=...)``.
            stop: All criteria that may end the run.
            seed: The run's seed; a fresh one, told in the result, if ``None``, or that of the run which is resumed.
            toolbox: The problem's toolbox with your own changes, such as another ``map``, ``mate`` or ``mutate``; it
                is not changed. Its ``evaluate`` is given the run's seed if it is the problem's own.
            callbacks: Called after each generation with the :class:`~dlopt_deap.core.search.Search`; a true answer
                ends the run.
            run: A folder that keeps the run, so that it can be resumed: a new one, or one that holds a run with the
                same settings, which then goes on from where it was; ``max_evaluations`` is the total of all sessions.

        Returns:
            What was found, also if the run was interrupted from the keyboard.

        Raises:
            SettingError: If the settings do not fit together.
            EvaluationError: If no evaluation succeeded.
            RunFolderError: If the folder cannot be used, or its run was made with other settings.
        """
        stop = _all_criteria(stop, max_evaluations, problem)
        with _opened(run) as folder:
            search = self._prepare(problem, stop, seed, toolbox, Journal(folder, list(problem.targets), problem.cheap))
            with search.interrupts:
                reason = self._search(search, callbacks)
                try:
                    candidates, reason = _candidates(search, reason)
                finally:
                    search.journal.end(reason, search.seconds)
        return Result(
            problem=problem,
            candidates=candidates,
            population=search.population,
            logbook=search.logbook,
            seed=search.seed,
            evaluations=search.evaluations,
            failures=search.failures,
            last_failure=search.last_failure,
            seconds=search.seconds,
            stopped_by=reason,
            settings={"technique": self.settings(), "stop": stop.to_dict(), "problem": problem.settings()},
        )

    def _prepare(
        self, problem: Problem, stop: Stop, seed: int | None, toolbox: base.Toolbox | None, journal: Journal
    ) -> Search:
        """Make a search that has not begun, with settings that its run folder, if it has one, agrees to."""
        found = journal.found
        seed = choose_seed(found.settings.get("seed") if seed is None and found is not None else seed)
        own = _own_toolbox(problem, toolbox, seed)
        settings = {"seed": seed, "technique": self.settings(), "problem": problem.settings()}
        journal.settle(settings | {"toolbox": describe_toolbox(own)}, stop.to_dict())
        own.register("evaluate", Guarded(own.evaluate, problem.weights))
        problem.prepare()
        return Search(problem, own, stop, seed, self.hall_of_fame, self.max_failures, journal)

    def _search(self, search: Search, callbacks: Sequence[Callback]) -> str:
        """Begin a search, or go on with what its folder holds of it, until something ends it; say what did."""
        seed_run(search.seed)
        self.start(search)
        reason = None
        if search.journal.found is not None:
            check_toolbox_state(search.toolbox)
            reason = resume(search.journal.found, search, self, callbacks)

        def after() -> bool:
            answers = [bool(callback(search)) for callback in callbacks]
            is_last = any(answers) or search.criterion() is not None
            write_snapshot(search, self, callbacks, is_last)
            return any(answers)

        reason = search.run(partial(self.step, search), after, reason)
        search.journal.write_held()
        return reason

    @abstractmethod
    def start(self, search: Search) -> None:
        """Check the settings against the problem, and make what the first step needs."""

    @abstractmethod
    def step(self, search: Search) -> None:
        """Make one generation: renew the population, and write its row with ``search.record()``."""

    @abstractmethod
    def state_dict(self, search: Search) -> dict[str, Any]:
        """Give what a resumed search needs to know of the technique, beside its settings, as plain values."""

    @abstractmethod
    def load_state_dict(self, search: Search, state: Mapping[str, Any]) -> None:
        """Take back what :meth:`state_dict` gave; called after :meth:`start`."""

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """Describe the technique as JSON values."""


def _opened(run: RunFolder | str | Path | None) -> AbstractContextManager[RunFolder | None]:
    """Open a folder that was named, and close it in the end; leave one that somebody has opened to them."""
    return nullcontext(run) if run is None or isinstance(run, RunFolder) else open_run(run)


def _all_criteria(stop: Stop | None, max_evaluations: int | None, problem: Problem) -> Stop:
    """Join the short form and the long form of the criteria, and check them against the problem."""
    if stop is None or max_evaluations is not None:
        stop = replace(stop, max_evaluations=max_evaluations) if stop else Stop(max_evaluations=max_evaluations)
    stop.check_targets(problem.targets)
    return stop


def _own_toolbox(problem: Problem, toolbox: base.Toolbox | None, seed: int) -> base.Toolbox:
    """Copy the toolbox, and give the problem's own evaluate the run's seed."""
    own = copy.copy(toolbox) if toolbox is not None else problem.toolbox(seed=seed)
    if getattr(own.evaluate, "func", None) == problem.evaluate:
        settings = {name: value for name, value in own.evaluate.keywords.items() if name != "seed"}
        problem.register_evaluate(own, seed, *own.evaluate.args, **settings)
    return own


def _candidates(search: Search, reason: str) -> tuple[list[Candidate], str]:
    """Rank the best of a search, by fresh estimates if its fitness is noisy and nobody is in a hurry.

    Returns:
        The candidates, and what ended the run: a signal, if one came meanwhile.

    Raises:
        EvaluationError: If there is none, because every evaluation failed or none was made.
    """
    found = [individual for individual in search.hall_of_fame if not has_failed(individual)]
    if not found:
        why = f"; the last one failed with: {search.last_failure}" if search.last_failure else ""
        raise EvaluationError(f"None of {search.evaluations} evaluations succeeded{why}.")
    as_found = [Candidate(individual) for individual in found]
    if not search.problem.noisy:
        return as_found, reason
    if search.interrupts.reason is not None or reason == "interrupted":  # a criterion may have been met just before
        return as_found, search.interrupts.reason or reason
    found += _newcomers(search, found)
    estimate = partial(search.problem.reestimate, seed=search.seed)
    guarded = Guarded(estimate, search.problem.weights)
    fresh = search.journal.evaluate_all(search.map, guarded, found, "final", search.interrupts)
    if fresh is None:
        return as_found, search.interrupts.reason or "interrupted"
    again = [Candidate(one, values) for one, values in zip(found, fresh, strict=True) if succeeded(values)]
    return _still_best(again, search) or as_found, reason


def _newcomers(search: Search, found: list[Any]) -> list[Any]:
    """Give who else may be estimated anew, if that is cheap: the best of the last population.

    Where each generation was judged on something else, as on a mini-batch, the hall of fame holds the lucky ones.
    """
    if not search.problem.cheap:
        return []
    fresh: list[Any] = []
    valid = [one for one in search.population if one.fitness.valid and not has_failed(one)]
    for one in tools.selBest(valid, MOST_NEWCOMERS):
        if not any(have_same_genes(one, other) for other in (*found, *fresh)):
            fresh.append(one)
    return fresh


def _still_best(candidates: list[Candidate], search: Search) -> list[Candidate]:
    """Rank candidates by their fresh values; of several targets keep those that no other one dominates now."""
    if not candidates:
        return []
    if len(search.problem.targets) == 1:
        return rank(candidates)[: search.hall_of_fame.maxsize]
    front = first_front([candidate.values for candidate in candidates], search.problem.weights)
    return rank([candidates[position] for position in front])
