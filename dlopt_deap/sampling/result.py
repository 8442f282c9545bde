"""What a random sampling gives."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Sampling:
    """The errors of a network with many random weights, and the promise that follows from them.

    Attributes:
        mean: The mean of the finite errors.
        std: Their standard deviation (divided by their number, as in DLOPT).
        p: The probability of an error below ``threshold``, under the normal distribution with this mean and standard
            deviation, truncated to [``lower``, ``upper``]; 0 where it underflows.
        log_p: Its natural logarithm, exact even then; minus infinity where the probability is zero.
        samples: The error of each sample in the order drawn, shape (samples,), float64; not finite where it failed.
        best_weights: The weights with the lowest error, shape (num_weights,), float32.
        log_p_low: The lower end of the confidence interval of ``log_p``, perhaps minus infinity.
        log_p_high: Its upper end.
        threshold: The error to stay below.
        lower: The least error that is thought possible.
        upper: The greatest.
        confidence: The nominal coverage of the interval.
        num_failed: How many samples had an error that is not finite; they are left out of all but ``samples``.
    """

    mean: float
    std: float
    p: float
    log_p: float
    samples: NDArray[np.float64]
    best_weights: NDArray[np.float32]
    log_p_low: float
    log_p_high: float
    threshold: float
    lower: float
    upper: float
    confidence: float
    num_failed: int

    def to_dict(self) -> dict[str, Any]:
        """Return all but the weights as plain numbers and lists for JSON; DLOPT's keys come first.

        JSON knows no infinity: a number that is not finite becomes ``None`` (``null``). So a ``log_p`` of ``None``
        is a probability of zero, a ``log_p_low`` of ``None`` an interval without a lower end, and a ``None`` among
        ``samples`` one that failed.
        """
        plain: dict[str, Any] = {name: _plain(getattr(self, name)) for name in ("log_p", "p", "mean", "std")}
        plain["samples"] = [_plain(error) for error in self.samples.tolist()]
        for name in ("log_p_low", "log_p_high", "threshold", "lower", "upper", "confidence", "num_failed"):
            plain[name] = _plain(getattr(self, name))
        return plain

    def __repr__(self) -> str:
        return (
            f"Sampling(log_p={self.log_p:.4g} in [{self.log_p_low:.4g}, {self.log_p_high:.4g}], "
            f"mean={self.mean:.4g}, std={self.std:.4g}, samples={len(self.samples)}, failed={self.num_failed})"
        )


def _plain(number: float) -> float | None:
    """Return a number that JSON knows."""
    return number if math.isfinite(number) else None
