"""Ctrl-C where several processes get it at once: who shall hear it, and where."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager


def scoop_is_running() -> bool:
    """Whether this program was started by ``python -m scoop``."""
    scoop = sys.modules.get("scoop")
    return bool(getattr(scoop, "IS_RUNNING", False))


def die_quietly_unless_origin() -> None:
    """Let a SCOOP worker end without a traceback at Ctrl-C, which goes to all of them and to their broker."""
    scoop = sys.modules.get("scoop")
    follows = scoop_is_running() and not getattr(scoop, "IS_ORIGIN", True)
    if follows and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def interrupts_blocked() -> Iterator[None]:
    """Let processes that are started meanwhile be born deaf to Ctrl-C, which goes to the whole process group.

    The signal is blocked, which children inherit, and not ignored: one that comes meanwhile reaches this process later.
    """
    previous = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, previous)
