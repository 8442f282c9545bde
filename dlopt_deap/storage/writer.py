"""The one writer of a run's file: a thread that puts on the disk what the search hands over, and never holds it up."""

import os
import queue
import signal
import sqlite3
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from dlopt_deap.errors import RunFolderError
from dlopt_deap.storage.schema import explain

PACE = 10.0
"""After a transaction the writer rests so many times as long as the processor worked on it, and collects meanwhile."""

Statement = tuple[str, Sequence[Any]]

MAX_WAITING = 10_000
"""So many handed-over groups may wait for the disk, before the search waits for it too."""


class Writer:
    """Writes groups of statements, in order, each group in one transaction and whatever waits together in one.

    Each transaction is flushed to the disk before the next, so that neither a killed process nor a lost power supply
    can leave half of one. The search goes on meanwhile: what a crash can cost is what was handed over in the last
    milliseconds, and never anything older.

    Args:
        connection: The open file; from now on only this writer uses it.
        path: Its path.

    Attributes:
        latency: The seconds that the latest transaction took; 0 before the first.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._file = _identity(path)
        self._groups: queue.Queue[list[Statement] | None] = queue.Queue(MAX_WAITING)
        self.latency = 0.0
        self._hurry = threading.Event()
        self._error: RunFolderError | None = None
        self._thread = threading.Thread(target=self._work, name="run-writer", daemon=True)
        self._thread.start()

    def write(self, statements: list[Statement]) -> None:
        """Hand over a group of statements.

        Raises:
            RunFolderError: If an earlier one could not be written: then nothing later is either.
        """
        self._check()
        self._groups.put(statements)

    def flush(self) -> None:
        """Wait until everything that was handed over is on the disk.

        Raises:
            RunFolderError: If it cannot be written.
        """
        self._hurry.set()
        self._groups.join()
        self._hurry.clear()
        self._check()

    def close(self) -> None:
        """Write what waits, and close the file.

        Raises:
            RunFolderError: If it cannot be written.
        """
        if self._thread.is_alive():
            self._hurry.set()
            self._groups.put(None)
            self._thread.join()
            with suppress(sqlite3.Error):  # SQLite's own journal, empty by now, goes
                self._connection.execute("PRAGMA journal_mode = DELETE")
        self._connection.close()
        self._check()

    def _check(self) -> None:
        """Tell what went wrong in the thread."""
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        """Write until the end is handed over."""
        # Signals are for the main thread, whose waiting they must interrupt.
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        while True:
            taken = [self._groups.get()]
            began = time.thread_time()
            while True:
                try:
                    taken.append(self._groups.get_nowait())
                except queue.Empty:
                    break
            if self._error is None:
                self._commit([statement for group in taken if group is not None for statement in group])
            for _ in taken:
                self._groups.task_done()
            if None in taken:
                return
            self._hurry.wait(PACE * (time.thread_time() - began))

    def _commit(self, statements: list[Statement]) -> None:
        """Write statements in one transaction, or note why it is impossible."""
        if not statements:
            return
        began = time.monotonic()
        try:
            if _identity(self._path) != self._file:
                raise RunFolderError(f"The run's file {self._path} has vanished or was replaced while the run went on.")
            self._connection.execute("BEGIN IMMEDIATE")
            for text, values in statements:
                self._connection.execute(text, values)
            self._connection.execute("COMMIT")
            self.latency = time.monotonic() - began
        except Exception as error:  # whatever it is: a thread that died of it would be waited for without end
            self._error = error if isinstance(error, RunFolderError) else explain(error, self._path)
            self._error.__cause__ = error if error is not self._error else None
            with suppress(sqlite3.Error):  # the next one who opens the file undoes it then
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")


def _identity(path: Path) -> tuple[int, int] | None:
    """Tell a file from another one that has its name, or from none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
