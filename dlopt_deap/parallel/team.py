"""The processes that do one piece of work after the other until all is done, whatever happens to some of them."""

import logging
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait
from typing import Any

from dlopt_deap.core import Provenance
from dlopt_deap.core.running.guard import OUT_OF_MEMORY
from dlopt_deap.errors import WorkerError
from dlopt_deap.parallel.child import DONE, LOADED, MEMORY, RAISED, READY, STOPPED, UNREADABLE
from dlopt_deap.parallel.outcomes import TIMEOUT, Done, Lost, Outcome, Raised, describe_exit, open_pickle
from dlopt_deap.parallel.process import WorkerProcess
from dlopt_deap.parallel.work import Work

_LOGGER = logging.getLogger(__name__)

FAILED_STARTS = 3
"""After so many processes in a row that end before they are ready, no more are started."""

GRACE_SECONDS = 0.25
"""So long a process may go on with what nobody wants any more, which costs less than a new process."""

Outcomes = list[tuple[int, Outcome]]


class Team:
    """The processes that do one :class:`~dlopt_deap.parallel.work.Work`; whoever leads calls :meth:`step` until it is.

    Args:
        work: What there is to do.
        size: The number of processes.
        spare: Where idle processes are taken from and given back to.
        start: Starts a process.
    """

    def __init__(
        self, work: Work, size: int, spare: list[WorkerProcess], start: Callable[[], WorkerProcess] = WorkerProcess
    ) -> None:
        self._work = work
        self._size = size
        self._spare = spare
        self._start = start
        self._members: list[WorkerProcess] = []
        self._failed_starts = 0

    @property
    def idle(self) -> bool:
        """Whether one of its processes waits for work."""
        return any(member.idle for member in self._members)

    @property
    def free(self) -> bool:
        """Whether it could begin more work than it has, perhaps in a process that it has yet to start."""
        return self.idle or len(self._members) < self._size

    def step(self, patience: float, also: Sequence[Any] = ()) -> Outcomes:
        """Hand out work, wait until something happens but no longer than ``patience``, and give what was finished.

        Args:
            patience: In seconds.
            also: Other things to wait for, as :func:`multiprocessing.connection.wait` takes them.

        Raises:
            WorkerError: If processes cannot start, or cannot load the function.
        """
        self._hand_out()
        deadline = min((member.deadline for member in self._members), default=float("inf"))
        patience = max(0.0, min(patience, deadline - time.monotonic()))
        wait([*(member.connection for member in self._members), *also], patience)
        finished: Outcomes = []
        for member in tuple(self._members):
            finished += self._hear(member)
        for member in tuple(self._members):
            if time.monotonic() >= member.deadline and not member.connection.poll():
                finished += self._end_overdue(member)
        return finished

    def disband(self) -> None:
        """Give the processes back; those that go on with what nobody wants are ended."""
        busy = [member for member in self._members if member.positions or member.stopping]
        for member in busy:
            if not member.stopping:
                member.stop()
        until = time.monotonic() + GRACE_SECONDS
        while any(member.stopping for member in busy) and time.monotonic() < until:
            wait([member.connection for member in busy if member.stopping], max(0.0, until - time.monotonic()))
            for member in busy:
                member.stopping = member.stopping and not _has_stopped(member)
        for member in self._members:
            member.positions.clear()
            if member.stopping or member.exitcode is not None:
                member.close()
            else:
                self._spare.append(member)
        self._members = []

    def _hand_out(self) -> None:
        """Give work to whoever has none, and fetch or start processes while there is more."""
        for member in tuple(self._members):
            if member.idle and self._work.waiting:
                self._give(member)
        while len(self._members) < self._size and self._starting < self._work.waiting:
            member = self._spare.pop() if self._spare else self._start()
            self._members.append(member)
            if member.idle:
                self._give(member)
        if not self._work.waiting and self.idle:
            self._even_out()

    @property
    def _starting(self) -> int:
        """The number of processes that will ask for work when they are ready."""
        return sum(not member.ready for member in self._members)

    def _give(self, member: WorkerProcess) -> None:
        """Give a piece of work to an idle process."""
        renewal = self._work.limits.evaluations
        piece = self._work.take(self._size, None if renewal is None else renewal - member.evaluations)
        if not piece:
            return
        try:
            member.give(self._work.function, piece, self._work.items(piece), self._work.limits.memory)
        except OSError:  # it died while it had nothing to do
            self._work.give_back(piece)
            self._remove(member)

    def _even_out(self) -> None:
        """Let the rest of a piece be done by another process, when its owner is held up by a call.

        Should the owner come to it first, it is done twice, which changes nothing.
        """
        for member in self._members:
            held_up = time.monotonic() - member.began > GRACE_SECONDS
            if len(member.positions) > 1 and held_up and not member.stopping:
                member.stop()
                self._work.give_back(list(member.positions)[1:])

    def _hear(self, member: WorkerProcess) -> Outcomes:
        """Take note of what a process says, and of its death."""
        finished: Outcomes = []
        try:
            for kind, *message in member.messages():
                finished += self._note(member, kind, *message)
                if member not in self._members:
                    break
        except EOFError:
            finished += self._bury(member)
        return finished

    def _note(self, member: WorkerProcess, kind: int, body: Any = None, more: Any = None, seconds: float = 0.0) -> Any:
        """Take note of one message."""
        if kind == UNREADABLE:
            raise WorkerError(f"A worker cannot load what it is to call:\n{more}") from open_pickle(body)
        if kind == READY:
            member.ready = True
            self._failed_starts = 0
        if kind == STOPPED:
            member.stopping = False
            member.positions.clear()
        if kind in (READY, STOPPED):
            member.start_clock(None)
        if kind == LOADED:
            member.start_clock(self._work.limits.seconds)
        return self._outcome(member, kind, body, more, seconds) if kind in (DONE, RAISED, MEMORY) else []

    def _outcome(self, member: WorkerProcess, kind: int, body: bytes, more: Any, seconds: float) -> Outcomes:
        """Take note of the outcome of a call."""
        position = member.positions.popleft()
        member.evaluations += 1
        member.start_clock(self._work.limits.seconds if member.positions else None)
        self._work.pace.add(seconds)
        outcome: Outcome = Done(body, bool(more)) if kind == DONE else Raised(body, more)
        if kind == MEMORY:
            outcome = Lost("memory", OUT_OF_MEMORY, Provenance(seconds, member.name, more))
        finished = self._work.finish(position, outcome)
        if outcome.out_of_memory or member.evaluations == self._work.limits.evaluations:
            self._work.give_back(member.positions)
            self._remove(member)
        return finished

    def _bury(self, member: WorkerProcess) -> Outcomes:
        """Take note of a death: only the call that the process was at is to blame."""
        reason = describe_exit(member.wait_for_end())
        if not member.ready:
            self._failed_starts += 1
            if self._failed_starts >= FAILED_STARTS:
                raise WorkerError(f"{FAILED_STARTS} workers in a row ended before they were ready; {reason}.")
        return self._lose(member, "died", reason)

    def _end_overdue(self, member: WorkerProcess) -> Outcomes:
        """End a process that is at one call for too long."""
        if not member.ready:
            member.end()
            return self._bury(member)
        member.write_trace()
        member.end()
        return self._lose(member, "timeout", TIMEOUT.format(self._work.limits.seconds or 0.0))

    def _lose(self, member: WorkerProcess, status: str, reason: str) -> Outcomes:
        """Note that a process is lost, and with it the call that it was at."""
        provenance = member.provenance()
        positions = list(member.positions)
        self._work.give_back(positions[1:])
        self._remove(member)
        if not positions:
            return []
        _LOGGER.warning("An evaluation was lost: %s.", reason)
        return self._work.finish(positions[0], Lost(status, reason, provenance))

    def _remove(self, member: WorkerProcess) -> None:
        """Part with a process."""
        self._members.remove(member)
        member.close()


def _has_stopped(member: WorkerProcess) -> bool:
    """Whether a process has told that it left the rest; what else it tells, nobody wants to know."""
    try:
        return any(kind == STOPPED for kind, *_ in member.messages())
    except EOFError:
        return False
