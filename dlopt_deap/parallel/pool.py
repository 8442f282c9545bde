"""A map that evaluates in processes of this machine."""

from collections.abc import Callable, Sequence
from typing import Any

from dlopt_deap.checks import check_integer
from dlopt_deap.errors import WorkerError
from dlopt_deap.parallel.batches import Completions
from dlopt_deap.parallel.limits import Limits
from dlopt_deap.parallel.maps import HEARTBEAT_SECONDS, Map
from dlopt_deap.parallel.process import WorkerProcess
from dlopt_deap.parallel.team import Team
from dlopt_deap.parallel.work import Paces, Work, pickle_function


class PoolMap(Map):
    """Evaluate in a pool of processes on this machine.

    The processes are loky's, started afresh (not forked) and without running the user's program again: functions and
    classes of a notebook or a script reach them, and neither TensorFlow nor threads of this process can deadlock them.
    They die with the thread that started them, however it dies.

    A process that crashes, is killed, or exceeds a limit costs the one evaluation that it was at, after it was tried
    again; it is replaced. The function's ``failed`` tells what such an evaluation is worth, as that of
    :class:`~dlopt_deap.core.Guarded` does.

    Args:
        workers: Processes; as many as there are usable cores if ``None``.
        limits: What an evaluation may take.

    Raises:
        WorkerError: From a call, if processes cannot start, or an evaluation is lost whose function has no ``failed``.
    """

    def __init__(self, workers: int | None = None, limits: Limits | None = None) -> None:
        self.workers = check_integer("workers", usable_cores() if workers is None else workers, low=1)
        self.limits = limits or Limits()
        self.bounded = self.limits.bounded
        number = f"{self.workers} process" + "es" * (self.workers > 1)
        self.description = f"a local pool of {number}"
        self._spare: list[WorkerProcess] = []
        self._paces = Paces()
        self._teams: list[Team] = []

    def calls(self, function: Callable[..., Any], calls: Sequence[tuple[Any, ...]]) -> Completions:
        """Do as :meth:`completions` does, with any number of arguments a call."""
        if not calls:
            return
        work = self.work(pickle_function(function), calls)
        team = self.team(work)
        try:
            while not work.finished:
                outcomes = team.step(HEARTBEAT_SECONDS)
                for position, outcome in outcomes:
                    yield position, outcome.settle(function)
                if not outcomes:
                    yield None
        finally:
            self.disband(team)

    def work(self, function: tuple[bytes, bytes], calls: Sequence[tuple[Any, ...]]) -> Work:
        """Prepare the calls of a function, given by its digest and its pickle."""
        return Work(function, calls, self.limits, self._paces.of(function[0]))

    def team(self, work: Work) -> Team:
        """Let processes do some work; whoever asked must disband them."""
        self._teams.append(Team(work, self.workers, self._spare, _start))
        return self._teams[-1]

    def disband(self, team: Team) -> None:
        """Take the processes back, for the next work."""
        if team in self._teams:
            self._teams.remove(team)
            team.disband()
        while len(self._spare) > self.workers:
            self._spare.pop().close()

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        for team in tuple(self._teams):
            self.disband(team)
        while self._spare:
            self._spare.pop().close()


def usable_cores() -> int:
    """Give the number of cores that this process may use, by its affinity and by the limits of its container."""
    import loky

    return int(loky.cpu_count())


def _start() -> WorkerProcess:
    """Start a process.

    Raises:
        WorkerError: If the system refuses.
    """
    try:
        return WorkerProcess()
    except OSError as error:
        raise WorkerError(f"The system refuses to start another process: {error}; start fewer workers.") from error
