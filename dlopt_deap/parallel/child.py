"""What runs inside a process of a pool: it calls functions on items, and dies with the process that started it."""

import ctypes
import faulthandler
import os
import pickle
import signal
import time
import traceback
from multiprocessing.connection import Connection
from typing import Any

from dlopt_deap.limits import take_over
from dlopt_deap.parallel.memory import memory_bounded
from dlopt_deap.parallel.threads import bound_threads

READY, LOADED, UNREADABLE, DONE, RAISED, MEMORY, STOPPED = range(7)
"""What a process says: it is ready; its piece of work is loaded, or cannot be; a call returned, raised, or could not
have the memory; it has stopped."""

STOP = b""
"""Asks a process to leave the rest of its piece; any other message is a piece of work."""

TRACE_SIGNAL = signal.SIGUSR1
"""Makes a process write down where it is, whatever it is doing."""

KNOWN_FUNCTIONS = 4
"""A process keeps so many functions, with their data, so that these are not sent with each piece of work."""

_PR_SET_PDEATHSIG = 1


def serve(connection: Connection, crashes: Connection, parent: int, limits: dict[str, int]) -> None:
    """Do what is asked for until nobody can ask any more."""
    _prepare(crashes.fileno(), parent)
    take_over(limits)
    functions: dict[bytes, Any] = {}
    try:
        _say(connection, READY)
        while True:
            message = connection.recv_bytes()
            if message == STOP:
                _say(connection, STOPPED)
            else:
                _work(connection, functions, *pickle.loads(message))
    except (EOFError, OSError):
        return


def remember(known: dict[bytes, Any], digest: bytes, function: Any) -> None:
    """Note a function and forget the oldest; both ends of a connection do so alike."""
    known[digest] = function
    while len(known) > KNOWN_FUNCTIONS:
        del known[next(iter(known))]


def _prepare(crashes: int, parent: int) -> None:
    """Leave signals to the process that leads, die with it, and write down where a crash came from.

    Batch systems send a signal to all processes of a job; an evaluation that it ended would count as failed.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR2):
        signal.signal(number, lambda *_: None)  # not ignored, which programs that an evaluation starts would inherit
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)
    _no_core_dumps()
    faulthandler.enable(crashes, all_threads=False)
    faulthandler.register(TRACE_SIGNAL, crashes, all_threads=False)
    bound_threads()


def _no_core_dumps() -> None:
    """Let a crash cost no more than itself: hundreds of them must not fill the disk."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _work(
    connection: Connection,
    functions: dict[bytes, Any],
    digest: bytes,
    pickled: bytes | None,
    items: bytes,
    memory: float | None,
) -> None:
    """Do one piece of work, and say the outcome of each of its items at once."""
    try:
        if pickled is not None:
            remember(functions, digest, pickle.loads(pickled))
        calls = pickle.loads(items)
    except Exception as error:
        _say(connection, UNREADABLE, _pickled(error), traceback.format_exc())
        return
    _say(connection, LOADED)
    for arguments in calls:
        began = time.monotonic()
        kind, body, more = _call(functions[digest], arguments, memory)
        _say(connection, kind, body, more, time.monotonic() - began)
        if connection.poll():  # somebody wants it to stop
            return


def _call(function: Any, arguments: tuple[Any, ...], memory: float | None) -> tuple[int, bytes, Any]:
    """Call a function: its outcome, pickled, and whether memory ran out, or the traceback."""
    try:
        with memory_bounded(memory):
            value = function(*arguments)
        status = getattr(value, "metrics", {}).get("status") if hasattr(value, "provenance") else None
        return DONE, _pickled(value), status == "memory"
    except MemoryError:
        return MEMORY, b"", traceback.format_exc()
    except SystemExit as error:
        return RAISED, _pickled(RuntimeError(f"sys.exit({error.code!r}) was called")), traceback.format_exc()
    except BaseException as error:
        return RAISED, _pickled(error), traceback.format_exc()


def _pickled(value: Any) -> bytes:
    """Pickle what is to be sent, or why that cannot be."""
    import cloudpickle

    try:
        return bytes(cloudpickle.dumps(value))
    except Exception as error:
        if not isinstance(value, BaseException):
            raise
        return pickle.dumps(RuntimeError(f"{type(value).__name__}: {value} (not picklable: {error})"))


def _say(connection: Connection, *message: Any) -> None:
    """Send a message to the process that leads."""
    connection.send_bytes(pickle.dumps(message))
