"""What keeps a failing candidate from hurting anybody but itself."""

import math
import os
import re
import socket
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from dlopt_deap.core.individuals.solution import WORST, Provenance, Values
from dlopt_deap.errors import SettingError

TRACEBACK_LENGTH = 8000
"""So many characters of a traceback are kept, those at its end."""


OUT_OF_MEMORY = "its memory ran out"
"""The reason of an evaluation that could not have the memory that it asked for."""

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]+")


class Guarded:
    """An evaluate function that neither raises for a candidate nor returns anything that is not finite.

    A candidate that fails gets the worst value of each target, and in its metrics a status and the reason: ``"failed"``
    if it raised, called ``sys.exit`` or gave something that is not finite, ``"memory"`` if memory ran out. What ends
    its process cannot be caught here; a map that evaluates in other processes says ``"timeout"`` or ``"died"`` then.
    Metrics are the same in every run; what differs, such as the time that it took, is the values' provenance.

    It pickles whenever the function does.

    Args:
        evaluate: The function to guard: individual -> the fitness values. If it has an attribute ``batch``, a function
            of several individuals that gives the values of each, so has the guarded one.
        weights: The fitness' weights; their signs tell which value is the worst.

    Raises:
        SettingError: From the call, if the function gives another number of values than there are targets: then it is
            the function that is wrong, not a candidate.

    Examples:
        >>> guarded = Guarded(lambda individual: (1 / individual[0],), weights=(-1,))
        >>> guarded([0]), guarded([0]).metrics["reason"]
        ((1e+100,), 'ZeroDivisionError: division by zero')
    """

    def __init__(self, evaluate: Callable[[Any], Iterable[float]], weights: Sequence[float]) -> None:
        self.evaluate = evaluate
        self.weights = tuple(weights)
        if hasattr(evaluate, "batch"):
            self.batch = self._batch

    def __call__(self, individual: Any) -> Values:
        """Evaluate one individual."""
        began = time.perf_counter()
        trace = ""
        try:
            result = self.evaluate(individual)
            values = result if isinstance(result, Values) else Values(result)
        except (Exception, SystemExit) as error:
            values, trace = self._raised(error), traceback.format_exc()
        values = self._checked(values)
        values.provenance = Provenance(time.perf_counter() - began, worker_name(), trace[-TRACEBACK_LENGTH:])
        return values

    def _batch(self, individuals: Sequence[Any]) -> list[Values]:
        """Evaluate several individuals at once; if that fails, each alone, so that only the guilty one does."""
        began = time.perf_counter()
        try:
            results = list(self.evaluate.batch(individuals))  # type: ignore[attr-defined]
            found = [one if isinstance(one, Values) else Values(one) for one in results]
        except (Exception, SystemExit):
            return [self(individual) for individual in individuals]
        if len(found) != len(individuals):
            raise SettingError(
                f"`evaluate.batch` must return the values of {len(individuals)} individuals, got {len(found)}."
            )
        checked = [self._checked(values) for values in found]
        provenance = Provenance((time.perf_counter() - began) / max(len(individuals), 1), worker_name())
        for values in checked:
            values.provenance = provenance
        return checked

    def failed(self, reason: str, status: str = "failed", provenance: Provenance | None = None) -> Values:
        """Give the values of a candidate that failed, and why it did.

        Args:
            reason: Why, in words that are the same in every run.
            status: ``"failed"``, ``"timeout"``, ``"memory"`` or ``"died"``.
            provenance: Where and how.
        """
        worst = [-math.copysign(WORST, weight) for weight in self.weights]
        values = Values(worst, {"status": status, "reason": reason})
        values.provenance = provenance or Provenance()
        return values

    def _checked(self, values: Values) -> Values:
        """Give the values with their status, or those of a failure if one is not finite."""
        if len(values) != len(self.weights):
            raise SettingError(
                f"`evaluate` must return {len(self.weights)} value(s), one a target, got {len(values)}: {values!r}."
            )
        if not all(math.isfinite(value) for value in values):
            return self.failed(f"a value is not finite: {tuple(values)}")
        values.metrics.setdefault("status", "ok")
        return values

    def _raised(self, error: BaseException) -> Values:
        """Give the values of a candidate whose evaluation raised."""
        if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":  # TensorFlow's own
            return self.failed(OUT_OF_MEMORY, "memory")
        if isinstance(error, SystemExit):
            return self.failed(f"SystemExit: sys.exit({error.code!r}) was called")
        return self.failed(_ADDRESS.sub("0x...", f"{type(error).__name__}: {error}"))


def succeeded(values: Any) -> bool:
    """Whether the values of an evaluation are real ones, and not those of a failure.

    Examples:
        >>> guarded = Guarded(lambda individual: (1 / individual[0],), weights=(-1,))
        >>> succeeded(guarded([2])), succeeded(guarded([0]))
        (True, False)
    """
    return bool(getattr(values, "metrics", {}).get("status", "ok") == "ok")


def worker_name() -> str:
    """Name this process: its host and its number."""
    return f"{socket.gethostname()}:{os.getpid()}"
