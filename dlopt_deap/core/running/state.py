"""What a callback may rely on: the state of a search, for reading."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from dlopt_deap.core.problem import Problem
from dlopt_deap.core.running.stop import Stop


class SearchState(Protocol):
    """Where a search stands after a generation.

    Callbacks get it to read. What they change in it is the search itself: that is at their own risk, and a resumed run
    ends as an uninterrupted one only if such changes follow from the state alone.
    """

    @property
    def problem(self) -> Problem:
        """The problem being solved."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """The settings of ``technique``, ``stop`` and ``problem``, as JSON values."""

    @property
    def stop(self) -> Stop:
        """The criteria that end the search."""

    @property
    def seed(self) -> int:
        """The run's seed."""

    @property
    def targets(self) -> Mapping[str, int]:
        """The name of each target and its sign: +1 if it is maximised, -1 if it is minimised."""

    @property
    def population(self) -> list[Any]:
        """The present population; individuals have a valid ``fitness``, except in a generation that was cut short."""

    @property
    def hall_of_fame(self) -> Any:
        """The best that ever lived: a DEAP ``HallOfFame``, best first, or a ``ParetoFront`` of several targets."""

    @property
    def best(self) -> Mapping[str, float]:
        """The best value of each target so far; empty until an evaluation succeeds. With many targets each is apart."""

    @property
    def logbook(self) -> Any:
        """A DEAP ``Logbook`` with a row for each generation of all sessions, and a chapter for each statistic."""

    @property
    def timings(self) -> Sequence[float | None]:
        """The seconds of the search at each row of the logbook."""

    @property
    def generation(self) -> int:
        """The number of generations so far, initial populations not counted."""

    @property
    def restart(self) -> int:
        """The number of restarts so far."""

    @property
    def evaluations(self) -> int:
        """The number of evaluations so far, in all sessions; failed ones and those known already are counted too."""

    @property
    def total(self) -> int | None:
        """The evaluations after which the search ends, if they are bounded."""

    @property
    def failures(self) -> int:
        """The number of evaluations that failed."""

    @property
    def last_failure(self) -> str:
        """The reason of the latest of those, or an empty text."""

    @property
    def cache_hits(self) -> int:
        """The evaluations of this session that cost nothing, since their genes had been evaluated before."""

    @property
    def taken_over(self) -> int:
        """The evaluations that earlier sessions of a resumed run made."""

    @property
    def seconds(self) -> float:
        """The seconds of the search so far, those of earlier sessions too."""

    @property
    def session_seconds(self) -> float:
        """The seconds of this session's search so far."""

    @property
    def evaluations_per_second(self) -> float:
        """The rate of this session; 0 as long as it made none."""

    @property
    def folder(self) -> Path | None:
        """The run folder, if there is one."""

    @property
    def stopped_by(self) -> str:
        """What ended the search, as in its result; an empty text while it goes on, or if an exception ended it."""


Callback = Callable[[SearchState], Any]
"""Called after each generation with the state of the search; a true answer ends it.

A generation that is cut short, such as by the budget, is one too; the answer has nothing to end then.

Objects may have more: ``end(search)`` is called once when the search has ended, and where the methods ``state_dict() ->
dict`` and ``load_state_dict(dict)`` are, that state is saved with each snapshot of a run folder and given back when the
run is resumed.
"""
