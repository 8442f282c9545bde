"""A map that evaluates on SCOOP's workers, and needs none of them to come to its end."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from dlopt_deap.errors import WorkerError
from dlopt_deap.parallel.batches import Completions
from dlopt_deap.parallel.limits import Limits
from dlopt_deap.parallel.maps import HEARTBEAT_SECONDS, Map
from dlopt_deap.parallel.pool import PoolMap
from dlopt_deap.parallel.scoop_pieces import ScoopPieces
from dlopt_deap.parallel.signals import scoop_is_running
from dlopt_deap.parallel.team import Team
from dlopt_deap.parallel.work import Work, pickle_function

_LOGGER = logging.getLogger(__name__)


class ScoopMap(Map):
    """Evaluate on the workers that ``python -m scoop`` started, on this host or on many.

    Each worker evaluates in a process of its own, as a :class:`PoolMap` with one worker does, and so does the root,
    which leads. What SCOOP lost, because a worker or the broker was killed, is noticed when it is long overdue, and
    done elsewhere; at the worst the root does everything. Done twice, an evaluation gives the same again.

    Args:
        limits: What an evaluation may take.

    Raises:
        WorkerError: If the program was not started by ``python -m scoop``: SCOOP would silently evaluate serially.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        if not scoop_is_running():
            raise WorkerError("SCOOP has no workers; start the program by `python -m scoop PROGRAM`.")
        import scoop

        self.workers = int(scoop.SIZE)
        self.description = f"{self.workers} SCOOP worker{'s' if self.workers > 1 else ''}"
        self._own = PoolMap(1, limits)
        self.bounded = self._own.bounded
        self._pieces = ScoopPieces(self.workers - 1, self._own.limits)

    def calls(self, function: Callable[..., Any], calls: Sequence[tuple[Any, ...]]) -> Completions:
        """Do as :meth:`completions` does, with any number of arguments a call."""
        if not calls:
            return
        work = self._own.work(pickle_function(function), calls)
        team = self._own.team(work)
        try:
            while not work.finished:
                outcomes = self._step(work, team)
                for position, outcome in outcomes:
                    yield position, outcome.settle(function)
                if not outcomes:
                    yield None
        finally:
            self._own.disband(team)
            self._pieces.abandon(work)

    def close(self) -> None:
        """End the root's own process; the others' end with them."""
        self._own.close()
        self._pieces.link.close()

    def _step(self, work: Work, team: Team) -> list[Any]:
        """Hand out, wait a little, and give what was finished."""
        self._pieces.hand_out(work)
        patience = 0.0 if self._pieces.link.has_messages() else HEARTBEAT_SECONDS
        outcomes = team.step(patience, self._pieces.link.descriptors)
        outcomes += self._pieces.collect(work)
        if team.free and not work.waiting:
            overdue = self._pieces.overdue(work)
            if overdue:
                _LOGGER.warning("SCOOP gave nothing back for %d evaluation(s) for long: doing them here.", len(overdue))
                work.give_back(overdue)
        return outcomes
