"""The technique: how a problem is solved, kept apart from the problem."""

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from deap import base

from dlopt_deap.checks import check_integer
from dlopt_deap.core.problem import Problem
from dlopt_deap.core.results.result import Result
from dlopt_deap.core.running.calls import Calls
from dlopt_deap.core.running.candidates import candidates_of
from dlopt_deap.core.running.description import describe_toolbox
from dlopt_deap.core.running.guard import Guarded
from dlopt_deap.core.running.journal import Journal
from dlopt_deap.core.running.known import KnownValues
from dlopt_deap.core.running.logbook_printer import LogbookPrinter
from dlopt_deap.core.running.search import Search
from dlopt_deap.core.running.snapshot import resume, write_snapshot
from dlopt_deap.core.running.state import Callback
from dlopt_deap.core.running.stateful import check_toolbox_state
from dlopt_deap.core.running.stop import Stop
from dlopt_deap.seeding import choose_seed, seed_run
from dlopt_deap.storage import RunFolder, open_run


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
        verbose: bool = False,
    ) -> Result:
        """Solve a problem.

        Args:
            problem: What to solve.
            max_evaluations: The evaluations of the whole run; short for ``Stop(max_evaluations=...)``.
            stop: All criteria that may end the run.
            seed: The run's seed; a fresh one, told in the result, if ``None``, or that of the run which is resumed.
            toolbox: The problem's toolbox with your own changes, such as another ``map``, ``mate`` or ``mutate``; it
                is not changed. Its ``evaluate`` is given the run's seed if it is the problem's own.
            callbacks: Called after each generation with the :class:`~dlopt_deap.core.SearchState`; a true answer ends
                the run. See docs/callbacks.md.
            run: A folder that keeps the run, so that it can be resumed: a new one, or one that holds a run with the
                same settings, which then goes on from where it was; ``max_evaluations`` is the total of all sessions.
            verbose: Whether to print each row of the logbook, as DEAP's own algorithms do.

        Returns:
            What was found, also if the run was interrupted from the keyboard.

        Raises:
            SettingError: If the settings do not fit together.
            EvaluationError: If no evaluation succeeded.
            CallbackError: If a callback raises; it names which.
            RunFolderError: If the folder cannot be used, or its run was made with other settings.
        """
        stop = _all_criteria(stop, max_evaluations, problem)
        with _opened(run) as folder:
            search = self._prepare(problem, stop, seed, toolbox, Journal(folder, list(problem.targets), problem.cheap))
            with search.interrupts:
                reason = self._search(search, [*callbacks, LogbookPrinter()] if verbose else callbacks)
                try:
                    candidates, reason = candidates_of(search, reason)
                finally:
                    search.journal.end(reason, search.seconds)
        return Result(
            problem=problem,
            candidates=candidates,
            population=search.population,
            logbook=search.logbook,
            timings=search.timings,
            seed=search.seed,
            evaluations=search.evaluations,
            failures=search.failures,
            last_failure=search.last_failure,
            seconds=search.seconds,
            stopped_by=reason,
            settings=search.settings,
            folder=search.folder,
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
        is_own = _is_own_evaluate(problem, own)
        own.register("evaluate", Guarded(own.evaluate, problem.weights))
        if is_own and problem.pure and not problem.cheap:
            journal.known = KnownValues(own.evaluate)
        problem.prepare()
        search = Search(problem, own, stop, seed, self.hall_of_fame, self.max_failures, journal)
        search.settings = {"technique": self.settings(), "stop": stop.to_dict(), "problem": settings["problem"]}
        return search

    def _search(self, search: Search, callbacks: Sequence[Callback]) -> str:
        """Begin a search, or go on with what its folder holds of it, until something ends it; say what did."""
        seed_run(search.seed)
        self.start(search)
        reason = None
        if search.journal.found is not None:
            check_toolbox_state(search.toolbox)
            reason = resume(search.journal.found, search, self, callbacks)
        calls = Calls(search, callbacks)

        def after() -> bool:
            asked = calls.after_generation()
            is_last = asked or search.criterion() is not None
            write_snapshot(search, self, callbacks, is_last)
            return asked

        try:
            calls.begin()
            reason = search.run(partial(self.step, search), after, reason)
            search.journal.write_held()
            calls.after_search()
        finally:
            calls.end()
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
    if _is_own_evaluate(problem, own):
        settings = {name: value for name, value in own.evaluate.keywords.items() if name != "seed"}
        problem.register_evaluate(own, seed, *own.evaluate.args, **settings)
    return own


def _is_own_evaluate(problem: Problem, toolbox: base.Toolbox) -> bool:
    """Whether a toolbox evaluates as the problem itself does."""
    return bool(getattr(toolbox.evaluate, "func", None) == problem.evaluate)
