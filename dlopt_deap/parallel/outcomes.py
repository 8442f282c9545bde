"""What became of an evaluation in another process, as plain data that travels between processes."""

import pickle
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from dlopt_deap.core import Provenance
from dlopt_deap.errors import WorkerError

TIMEOUT = "it took longer than the limit of {:g} s"
"""The reason of an evaluation that was ended."""


@dataclass(frozen=True)
class Done:
    """The function returned: the pickled value, which only its receiver opens."""

    value: bytes
    out_of_memory: bool = False

    def settle(self, function: Callable[..., Any]) -> Any:  # noqa: ARG002 - as with the others
        """Give the value."""
        return open_pickle(self.value)


@dataclass(frozen=True)
class Raised:
    """The function raised: the pickled exception, and where it was raised."""

    error: bytes
    traceback: str

    out_of_memory = False

    def settle(self, function: Callable[..., Any]) -> Any:  # noqa: ARG002 - as with the others
        """Raise the exception here."""
        error = open_pickle(self.error)
        error.add_note(f"It was raised in a worker:\n{self.traceback}")
        raise error


@dataclass(frozen=True)
class Lost:
    """The function neither returned nor raised: its process was ended."""

    status: str
    reason: str
    provenance: Provenance

    @property
    def out_of_memory(self) -> bool:
        """Whether memory was what it ran out of."""
        return self.status == "memory"

    def settle(self, function: Callable[..., Any]) -> Any:
        """Give the values of a failure, if the function has any.

        Raises:
            WorkerError: If it has none.
        """
        while isinstance(function, partial):  # as a DEAP toolbox makes it of what is registered
            function = function.func
        if hasattr(function, "failed"):
            return function.failed(self.reason, status=self.status, provenance=self.provenance)
        trace = f"\n{self.provenance.traceback}" if self.provenance.traceback else ""
        raise WorkerError(f"An evaluation was lost: {self.reason}.{trace}")


Outcome = Done | Raised | Lost


def open_pickle(pickled: bytes) -> Any:
    """Unpickle what a worker sent.

    Raises:
        WorkerError: If it cannot be, such as an exception whose class has a constructor of its own.
    """
    try:
        return pickle.loads(pickled)
    except Exception as error:
        raise WorkerError(f"What a worker sent cannot be unpickled: {type(error).__name__}: {error}") from error


def describe_exit(code: int | None) -> str:
    """Say in words how a process ended."""
    if code == -signal.SIGKILL:
        return "its process was killed (SIGKILL), as the system does when memory runs out"
    if code is not None and code < 0:
        try:
            return f"its process died of {signal.Signals(-code).name}"
        except ValueError:
            return f"its process died of signal {-code}"
    return f"its process ended with exit code {code}"
