"""The pieces of work that are on their way through SCOOP: sent, come back, or lost."""

import logging
import time
from dataclasses import dataclass
from typing import Any

from dlopt_deap.parallel.child import remember
from dlopt_deap.parallel.limits import Limits
from dlopt_deap.parallel.scoop_link import ScoopLink
from dlopt_deap.parallel.scoop_worker import Answer, evaluate_piece
from dlopt_deap.parallel.team import Outcomes
from dlopt_deap.parallel.work import Work

_LOGGER = logging.getLogger(__name__)

OVERDUE_SECONDS = 10.0
"""A piece is overdue when it is out for longer than this and three times the longest evaluation seen."""

SMALL = 50_000
"""Bytes of a pickled function that is sent with every piece; a larger one only to workers that lack it."""


@dataclass
class _Piece:
    """A piece that SCOOP has, or has lost; ``work`` is ``None`` when nobody wants it any more."""

    future: Any
    work: Work | None
    positions: list[int]
    sent: float
    reclaimed: bool = False


class ScoopPieces:
    """Sends pieces to SCOOP, never more at once than there are other workers.

    A piece that is lost keeps its place, so that the more workers are gone, the less is sent, down to nothing.

    Args:
        workers: The number of workers besides the root.
        limits: What an evaluation may take.
    """

    def __init__(self, workers: int, limits: Limits) -> None:
        self.link = ScoopLink()
        self._places = workers
        self._limits = limits
        self._pieces: list[_Piece] = []
        self._sent: dict[bytes, int] = {}

    def hand_out(self, work: Work) -> None:
        """Send pieces while there are places and work."""
        while work.waiting and len(self._pieces) < self._places and self.link.listens:
            positions = work.take(self._places + 1)
            if positions:
                self._send(work, positions)

    def collect(self, work: Work) -> Outcomes:
        """Give what was finished of some work."""
        finished: Outcomes = []
        for piece in tuple(self._pieces):
            if self.link.is_done(piece.future):
                self._pieces.remove(piece)
                finished += self._open(work, piece)
        return finished

    def overdue(self, work: Work) -> list[int]:
        """Give what is out for so long that it is probably lost, each once."""
        patience = 0.0 if self.link.gone else OVERDUE_SECONDS + 3 * work.pace.longest
        late: list[int] = []
        for piece in self._pieces:
            if piece.work is work and not piece.reclaimed and time.monotonic() - piece.sent > patience:
                piece.reclaimed = True
                late += piece.positions
        return late

    def abandon(self, work: Work) -> None:
        """Forget what some pieces were for."""
        for piece in self._pieces:
            if piece.work is work:
                piece.work = None

    def _send(self, work: Work, positions: list[int], anew: bool = False) -> None:
        """Send a piece, with the function where it may be missing."""
        digest, pickled = work.function
        sent = self._sent.pop(digest, 0)
        remember(self._sent, digest, sent + 1)
        lacking = anew or len(pickled) <= SMALL or sent < self._places
        function = (digest, pickled if lacking else None)
        future = self.link.submit(evaluate_piece, function, work.items(positions), self._limits)
        self._pieces.append(_Piece(future, work, positions, time.monotonic()))

    def _open(self, work: Work, piece: _Piece) -> Outcomes:
        """Note the answer to a piece."""
        try:
            answer: Answer = self.link.result(piece.future)
        except Exception as error:
            self._places -= 1  # it would take piece after piece, and do none
            _LOGGER.warning("A SCOOP worker cannot evaluate, and is left out: %s", error)
            if piece.work is work:
                work.give_back(piece.positions)
            return []
        if piece.work is not work:
            return []
        if answer.lacks_function:
            self._send(work, piece.positions, anew=True)
            return []
        work.pace.merge(answer.pace)
        finished: Outcomes = []
        for place, outcome in answer.outcomes.items():
            finished += work.finish(piece.positions[place], outcome, final=True)
        return finished
