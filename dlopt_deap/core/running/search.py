"""A search in progress: what one generation hands to the next, and the one place where evaluations are counted."""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from deap import base

from dlopt_deap.checks import check_integer, check_number
from dlopt_deap.core.individuals.fame import new_hall_of_fame
from dlopt_deap.core.individuals.lineage import Lineage, number_of
from dlopt_deap.core.individuals.solution import Values, has_failed
from dlopt_deap.core.individuals.statistics import new_logbook
from dlopt_deap.core.problem import Problem, check_weights
from dlopt_deap.core.running.criteria import met_criterion
from dlopt_deap.core.running.guard import succeeded
from dlopt_deap.core.running.journal import Journal
from dlopt_deap.core.running.signals import Interrupts
from dlopt_deap.core.running.stop import Stop
from dlopt_deap.storage import Generation

COUNTS = ("generation", "restart", "evaluations", "failures", "failures_in_a_row", "_idle", "_stagnant", "_counted")
"""The whole numbers of a search that a snapshot holds."""


class _SearchStopped(Exception):  # noqa: N818 - it is a message to `run`, not an error
    """Ends a generation in its middle; its text is the reason."""


class Search:
    """The state of a search, as techniques change it; what callbacks may rely on is :class:`SearchState`, which it has.

    Args:
        problem: The problem being solved.
        toolbox: The DEAP toolbox; its ``map`` is replaced by one that counts.
        stop: The criteria that end the search.
        seed: The run's seed.
        hall_of_fame: How many of the best are kept.
        max_failures: After so many failed evaluations in a row the search ends.
        journal: Where evaluations are written down, if anywhere.

    Attributes:
        toolbox: The toolbox, whose ``evaluate`` is guarded.
        interrupts: Ctrl-C and termination, as far as they were noted.
        map: The toolbox's own map, which does not count.
        carried: What the technique carries from one step to the next.
        lineage: Follows the individuals through the operators.
        timings: The seconds of the search at each row of the logbook; ``None`` where an older run did not keep them.
        unwritten: The generations that are not in the run folder yet.
        next_snapshot: The time, by ``time.monotonic``, before which no snapshot of a cheap search is due.
    """

    def __init__(
        self,
        problem: Problem,
        toolbox: base.Toolbox,
        stop: Stop,
        seed: int,
        hall_of_fame: int,
        max_failures: int,
        journal: Journal,
    ) -> None:
        self.problem = problem
        self.settings: dict[str, Any] = {}
        self.stop = stop
        self.seed = seed
        self.stopped_by = ""
        self.population: list[Any] = []
        self.hall_of_fame = new_hall_of_fame(hall_of_fame, len(problem.targets))
        self.statistics = problem.statistics()
        self.logbook = new_logbook(self.statistics)
        self.generation = self.restart = self.evaluations = self.failures = 0
        self.max_failures = max_failures
        self.last_failure = ""
        self.failures_in_a_row = self._idle = self._stagnant = self._counted = 0
        self._best: tuple[float, ...] | None = None
        self._evaluated: list[Any] = []
        self.lineage = Lineage()
        self.timings: list[float | None] = []
        self.unwritten: list[Generation] = []
        self.next_snapshot = -math.inf
        self._seconds_before = 0.0
        self._evaluations_before = 0
        self._began = time.monotonic()
        self._ended: float | None = None
        self.journal = journal
        self.carried: dict[str, Any] = {}
        self.interrupts = Interrupts(stop.signals)
        self.map = toolbox.map
        self.toolbox = toolbox
        self.toolbox.register("map", self._counting_map)

    @property
    def targets(self) -> dict[str, int]:
        """The name of each target and its sign."""
        return self.problem.targets

    @property
    def best(self) -> dict[str, float]:
        """The best value of each target so far; empty until an evaluation succeeds."""
        found = [one.fitness.values for one in self.hall_of_fame if not has_failed(one)]
        if not found:
            return {}
        columns = zip(self.targets.items(), zip(*found, strict=True), strict=True)
        return {name: max(values) if sign > 0 else min(values) for (name, sign), values in columns}

    @property
    def total(self) -> int | None:
        """The evaluations after which the search ends, if they are bounded."""
        return self.stop.max_evaluations

    @property
    def cache_hits(self) -> int:
        """The evaluations of this session that were not made, since their genes had been evaluated before."""
        return 0 if self.journal.known is None else self.journal.known.hits

    @property
    def taken_over(self) -> int:
        """The evaluations that earlier sessions made."""
        return self._evaluations_before + self.journal.taken_over

    @property
    def session_seconds(self) -> float:
        """Seconds since this session's search began, or that it took."""
        return (time.monotonic() if self._ended is None else self._ended) - self._began

    @property
    def seconds(self) -> float:
        """Seconds since the search began, or that it took; of a resumed search, those of all its sessions."""
        return self._seconds_before + self.session_seconds

    @property
    def evaluations_per_second(self) -> float:
        """The rate of this session."""
        made, seconds = self.evaluations - self.taken_over, self.session_seconds
        return made / seconds if made > 0 and seconds > 0 else 0.0

    @property
    def folder(self) -> Path | None:
        """The run folder, if there is one."""
        return None if self.journal.run is None else self.journal.run.path

    def run(self, step: Callable[[], None], after: Callable[[], bool], reason: str | None = None) -> str:
        """Take steps, one a generation, until a criterion is met; return its name.

        Whatever ends the search, everything that was evaluated is in the hall of fame, and every evaluation is counted
        in the logbook.

        Args:
            step: Makes a generation.
            after: Called after each; a true answer ends the search.
            reason: Why a resumed search has ended already, if it has.
        """
        try:
            while reason is None:
                step()
                asked = after()
                reason = self.criterion() or ("callback" if asked else None)
        except _SearchStopped as stopped:
            reason = str(stopped)
        except KeyboardInterrupt:
            reason = self.interrupts.reason or "interrupted"
        self._ended = time.monotonic()
        self.hall_of_fame.update([individual for individual in self._evaluated if individual.fitness.valid])
        if self.evaluations > self._counted:
            self.record()
        self.stopped_by = reason
        return reason

    def add_seconds(self, seconds: float) -> None:
        """Count the seconds of earlier sessions too."""
        self._seconds_before += check_number("seconds", seconds, low=0.0)

    def counts(self) -> dict[str, Any]:
        """Give everything about the search that is a number or a text, by its name without an underscore."""
        numbers = {name.lstrip("_"): getattr(self, name) for name in COUNTS}
        return numbers | {"last_failure": self.last_failure, "best": self._best}

    def restore_counts(self, counts: Mapping[str, Any]) -> None:
        """Take back what :meth:`counts` gave."""
        for name in COUNTS:
            setattr(self, name, check_integer(name.lstrip("_"), counts[name.lstrip("_")], low=0))
        self._evaluations_before = self.evaluations
        self.last_failure = str(counts["last_failure"])
        self._best = None if counts["best"] is None else tuple(check_number("best", one) for one in counts["best"])

    def record(self) -> None:
        """Write the row of the generation that just ended."""
        evaluated, self._counted = self.evaluations - self._counted, self.evaluations
        row = {
            "gen": self.generation,
            "restart": self.restart,
            "nevals": evaluated,
            "evaluations": self.evaluations,
            "failures": self.failures,
            **self.lineage.take_counts(),
            **self.statistics.compile([one for one in self.population if one.fitness.valid]),
        }
        self.logbook.record(**row)
        self.timings.append(round(self.seconds, 6))
        numbers = [number_of(one) for one in self.population]
        self.unwritten.append(Generation(row, numbers, self.timings[-1]))
        self._idle = self._idle + 1 if evaluated == 0 else 0
        best = self.hall_of_fame[0].fitness.wvalues if len(self.hall_of_fame) else None
        improved = best is not None and (self._best is None or best > self._best)
        self._stagnant = 0 if improved else self._stagnant + 1
        self._best = best
        self._evaluated = []

    def _counting_map(self, evaluate: Callable[[Any], Values], individuals: Iterable[Any]) -> Iterator[Values]:
        """Evaluate through the toolbox's own map, as many as the budget allows, and count what comes back."""
        wanted = list(individuals)
        check_weights(self.problem, wanted)
        limit = self.stop.max_evaluations
        allowed = wanted if limit is None else wanted[: max(limit - self.evaluations, 0)]
        waiting = iter(allowed)
        first, generation = self.evaluations + 1, self.generation
        self.problem.begin_generation(allowed, generation)
        for values in self.journal.evaluate(self.map, evaluate, allowed, first=first, generation=generation):
            if values is None:
                self._stop_if_asked()
                continue
            self._evaluated.append(next(waiting))
            self.lineage.evaluated(self._evaluated[-1], self.evaluations + 1, values)
            self._count(values)
            yield values
        if len(allowed) < len(wanted):
            self.end("max_evaluations")

    def end(self, reason: str) -> NoReturn:
        """End the search in the middle of a generation, such as when its technique cannot go on.

        Args:
            reason: What the result calls it.
        """
        raise _SearchStopped(reason)

    def _stop_if_asked(self) -> None:
        """End the search in the middle of a generation, if its time is over or a signal was noted."""
        limit = self.stop.max_seconds
        if limit is not None and self.seconds >= limit and self.evaluations:  # a search without any has no result
            self.end("max_seconds")
        if self.interrupts.reason is not None:
            self.end(self.interrupts.reason)

    def _count(self, values: Values) -> None:
        """Count an evaluation, and end the search when one failure too many came in a row."""
        self.evaluations += 1
        if succeeded(values):
            self.failures_in_a_row = 0
            return
        self.failures += 1
        self.failures_in_a_row += 1
        self.last_failure = str(values.metrics.get("reason"))
        if self.failures_in_a_row >= self.max_failures:
            self.end("failures")

    def criterion(self) -> str | None:
        """Name the criterion that is met after a generation, if one is."""
        return self.interrupts.reason or met_criterion(self, self._stagnant, self._idle)
