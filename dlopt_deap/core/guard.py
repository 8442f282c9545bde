"""What keeps a failing candidate from hurting anybody but itself."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from dlopt_deap.core.solution import WORST, Values
from dlopt_deap.errors import SettingError


class Guarded:
    """An evaluate function that neither raises for a candidate nor returns anything that is not finite.

    A candidate that fails gets the worst value of each target, and in its metrics the status ``"failed"`` and the
    reason. It pickles whenever the function does.

    Args:
        evaluate: The function to guard: individual -> the fitness values.
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

    def __call__(self, individual: Any) -> Values:
        """Evaluate one individual."""
        try:
            result = self.evaluate(individual)
            values = result if isinstance(result, Values) else Values(result)
        except Exception as error:
            return self.failed(f"{type(error).__name__}: {error}")
        if len(values) != len(self.weights):
            raise SettingError(
                f"`evaluate` must return {len(self.weights)} value(s), one a target, got {len(values)}: {values!r}."
            )
        if not all(math.isfinite(value) for value in values):
            return self.failed(f"a value is not finite: {tuple(values)}")
        values.metrics.setdefault("status", "ok")
        return values

    def failed(self, reason: str) -> Values:
        """Give the values of a candidate that failed, and why it did."""
        worst = [-math.copysign(WORST, weight) for weight in self.weights]
        return Values(worst, {"status": "failed", "reason": reason})
