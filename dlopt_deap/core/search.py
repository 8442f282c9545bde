"""A search in progress: what one generation hands to the next, and the one place where evaluations are counted."""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

from deap import base

from dlopt_deap.checks import check_integer, check_number
from dlopt_deap.core.fame import new_hall_of_fame
from dlopt_deap.core.guard import succeeded
from dlopt_deap.core.journal import Journal
from dlopt_deap.core.problem import Problem
from dlopt_deap.core.signals import Interrupts
from dlopt_deap.core.solution import Values, has_failed
from dlopt_deap.core.statistics import new_logbook
from dlopt_deap.core.stop import IDLE_GENERATIONS, Stop
from dlopt_deap.errors import SettingError

Callback = Callable[["Search"], Any]
"""Called after each generation with the search; a true answer ends it.

A callback that is an object with the methods ``state_dict() -> dict`` and ``load_state_dict(dict)`` has its state saved
with each snapshot of a run folder, and given back when the run is resumed.
"""

COUNTS = ("generation", "restart", "evaluations", "failures", "failures_in_a_row", "_idle", "_stagnant", "_counted")
"""The whole numbers of a search that a snapshot holds."""


class _SearchStopped(Exception):  # noqa: N818 - it is a message to `run`, not an error
    """Ends a generation in its middle; its text is the reason."""


class Search:
    """The state of a search, as techniques change it and callbacks read it.

    Attributes:
        problem: The problem being solved.
        toolbox: The DEAP toolbox, whose ``map`` counts and whose ``evaluate`` is guarded.
        stop: The criteria that end the search.
        seed: The run's seed.
        population: The present population.
        hall_of_fame: The best individuals that ever lived: a ``HallOfFame``, or a ``ParetoFront`` for several targets.
        logbook: A row a generation, with a chapter for each statistic.
        generation: The number of generations so far, the initial populations not counted.
        restart: The number of restarts so far.
        evaluations: The number of evaluations so far, failed ones included.
        failures: The number of failed ones among them.
        last_failure: The reason of the latest of those.
        journal: Where evaluations are written down, if anywhere.
        interrupts: Ctrl-C and termination, as far as they were noted.
        map: The toolbox's own map, which does not count.
        carried: What the technique carries from one step to the next.
        rows: The rows of the logbook that are not in the run folder yet.
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
        self.stop = stop
        self.seed = seed
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
        self.rows: list[dict[str, Any]] = []
        self.next_snapshot = -math.inf
        self._seconds_before = 0.0
        self._began = time.monotonic()
        self._ended: float | None = None
        self.journal = journal
        self.carried: dict[str, Any] = {}
        self.interrupts = Interrupts(stop.signals)
        self.map = toolbox.map
        self.toolbox = toolbox
        self.toolbox.register("map", self._counting_map)

    @property
    def seconds(self) -> float:
        """Seconds since the search began, or that it took; of a resumed search, those of all its sessions."""
        return self._seconds_before + (self._ended or time.monotonic()) - self._began

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
            **self.statistics.compile([one for one in self.population if one.fitness.valid]),
        }
        self.rows.append(row)
        self.logbook.record(**row)
        self._idle = self._idle + 1 if evaluated == 0 else 0
        best = self.hall_of_fame[0].fitness.wvalues if len(self.hall_of_fame) else None
        improved = best is not None and (self._best is None or best > self._best)
        self._stagnant = 0 if improved else self._stagnant + 1
        self._best = best
        self._evaluated = []

    def _counting_map(self, evaluate: Callable[[Any], Values], individuals: Iterable[Any]) -> Iterator[Values]:
        """Evaluate through the toolbox's own map, as many as the budget allows, and count what comes back."""
        wanted = list(individuals)
        self._check_weights(wanted)
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

    def _check_weights(self, individuals: Sequence[Any]) -> None:
        """Refuse individuals that were made for other targets: they would be evolved towards the worst."""
        signs = self.problem.weights
        for weights in {individual.fitness.weights for individual in individuals}:
            if len(weights) != len(signs) or any(w * s <= 0 for w, s in zip(weights, signs, strict=True)):
                raise SettingError(
                    f"The toolbox makes individuals with the fitness weights {tuple(weights)}, but the problem's "
                    f"targets {self.problem.targets} need weights of the signs {signs}."
                )

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
        stop = self.stop
        met = {
            "max_evaluations": stop.max_evaluations is not None and self.evaluations >= stop.max_evaluations,
            "max_generations": stop.max_generations is not None and self.generation >= stop.max_generations,
            "max_seconds": self._time_is_over(),
            "stagnation": stop.stagnation is not None and self._stagnant >= stop.stagnation,
            "target_fitness": self._target_is_reached(),
            "nothing new": self._idle >= IDLE_GENERATIONS,
        }
        return self.interrupts.reason or next((name for name, is_met in met.items() if is_met), None)

    def _time_is_over(self) -> bool:
        """Whether the time is over, and nothing is left of an earlier session, which had it."""
        limit = self.stop.max_seconds
        return limit is not None and self.seconds >= limit and not self.journal.has(self.evaluations + 1)

    def _target_is_reached(self) -> bool:
        """Whether one individual of the hall of fame is as good as asked in every target named."""
        wanted = self.stop.target_fitness
        if not wanted:
            return False
        signs = self.problem.targets
        return any(
            not has_failed(one)
            and all(
                sign * value >= sign * wanted[name]
                for (name, sign), value in zip(signs.items(), one.fitness.values, strict=True)
                if name in wanted
            )
            for one in self.hall_of_fame
        )
