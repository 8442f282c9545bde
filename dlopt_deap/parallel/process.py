"""One process of a pool, as the process that leads sees it."""

import math
import os
import pickle
import signal
import socket
import time
from collections import deque
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from multiprocessing.util import Finalize
from typing import Any

from dlopt_deap.core import Provenance
from dlopt_deap.limits import all_limits
from dlopt_deap.parallel.child import STOP, TRACE_SIGNAL, remember, serve
from dlopt_deap.parallel.signals import interrupts_blocked
from dlopt_deap.parallel.threads import thread_environment

START_SECONDS = 300.0
"""A process that is not ready after so long, or has not loaded its function, will never be."""

TRACE_SECONDS = 0.5
"""So long a process that is about to be ended may take to write down where it is."""

TRACE_LENGTH = 8000

END_SECONDS = 10.0
"""So long a process whose pipe has ended may take to die by itself."""


class WorkerProcess:
    """A process that calls functions on items, started afresh by loky, with a pipe of its own.

    Having a pipe each, processes cannot harm each other: one that is killed, even in the middle of a message, holds no
    lock that another one waits for, and the end of its pipe tells of its death.

    Attributes:
        positions: The positions of the items that it has and has not told the outcome of; it is at the first.
        ready: Whether it has started.
        stopping: Whether it was asked to leave the rest of its piece.
        evaluations: The number of calls that it has done.
        deadline: When it is to be ended, by the monotonic clock.
        began: When it began its present item, by the monotonic clock.
    """

    def __init__(self) -> None:
        from multiprocessing import resource_tracker

        from loky.backend import get_context

        resource_tracker.ensure_running()  # its start unblocks Ctrl-C, so it must not fall into the block below
        context = get_context("loky")
        self.connection, theirs = context.Pipe()
        self._crashes = Connection(os.memfd_create("crashes"))
        arguments = (theirs, self._crashes, os.getpid(), all_limits())
        self._process = context.Process(target=serve, args=arguments, env=thread_environment())
        with interrupts_blocked():
            self._process.start()
        theirs.close()
        Finalize(self, _end, (self._process,), exitpriority=10)
        self.name = f"{socket.gethostname()}:{self._process.pid}"
        self.positions: deque[int] = deque()
        self.ready = self.stopping = False
        self.evaluations = 0
        self.began = time.monotonic()
        self.deadline = self.began + START_SECONDS
        self._known: dict[bytes, Any] = {}

    @property
    def pid(self) -> int:
        """The process' number."""
        return int(self._process.pid)

    @property
    def idle(self) -> bool:
        """Whether it can be given work."""
        return self.ready and not self.positions and not self.stopping

    @property
    def exitcode(self) -> int | None:
        """The exit code, below zero for a signal; ``None`` while it lives."""
        code: int | None = self._process.exitcode
        return code

    def give(self, function: tuple[bytes, bytes], positions: Sequence[int], items: bytes, memory: float | None) -> None:
        """Send a piece of work: the digest and the pickled function, and pickled items.

        Raises:
            OSError: If the process is dead.
        """
        digest, pickled = function
        message = pickle.dumps((digest, None if digest in self._known else pickled, items, memory))
        self.connection.send_bytes(message)
        if digest not in self._known:
            remember(self._known, digest, None)
        self.positions.extend(positions)
        self.start_clock(START_SECONDS)

    def stop(self) -> None:
        """Ask to leave what is not begun."""
        self.stopping = True
        try:
            self.connection.send_bytes(STOP)
        except OSError:
            return  # its death will be noticed

    def messages(self) -> Iterator[tuple[Any, ...]]:
        """Give the messages that are there.

        Raises:
            EOFError: After the last one, if the process is dead.
        """
        try:
            while self.connection.poll():
                yield pickle.loads(self.connection.recv_bytes())
        except OSError as error:
            raise EOFError from error
        if self.exitcode is not None and not self.connection.poll():
            raise EOFError

    def start_clock(self, seconds: float | None) -> None:
        """Begin to measure what it is at now, which may take so long."""
        self.began = time.monotonic()
        self.deadline = math.inf if seconds is None else self.began + seconds

    def write_trace(self) -> None:
        """Let a process that hangs write down where."""
        os.kill(self.pid, TRACE_SIGNAL)
        patience = time.monotonic() + TRACE_SECONDS
        while not os.fstat(self._crashes.fileno()).st_size and time.monotonic() < patience:
            time.sleep(0.01)

    def provenance(self) -> Provenance:
        """Tell of the item that it is at, or was when it died."""
        trace = os.pread(self._crashes.fileno(), TRACE_LENGTH, 0).decode(errors="replace")
        return Provenance(time.monotonic() - self.began, self.name, trace)

    def wait_for_end(self) -> int | None:
        """Give the exit code of a process that is dying, which is not yet known when its pipe ends."""
        self._process.join(END_SECONDS)
        return self.end()

    def end(self) -> int | None:
        """End the process, whatever it is doing, and give its exit code."""
        _end(self._process)
        return self.exitcode

    def close(self) -> None:
        """End the process and free what it took here."""
        self.end()
        self.connection.close()
        self._crashes.close()


def _end(process: Any) -> None:
    """Kill a process and wait for its end, which comes at once."""
    if process.exitcode is None:
        os.kill(process.pid, signal.SIGKILL)
    process.join()
