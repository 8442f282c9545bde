"""Errors of predictions that are made from settings: what a forecast may cost, when no metric's name says it.

Each is called like a metric of :mod:`dlopt_deap.sampling.metrics`: with predictions, shape (samples, windows, ...), and
the targets, shape (windows, ...), both in scaled units; it gives one error a sample, shape (samples,), float64, to be
minimised. A forecast that is not finite makes the error of its sample so. All are values: equal if their settings are,
and they pickle.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.checks import as_float, check_number, shown
from dlopt_deap.errors import SettingError
from dlopt_deap.sampling.metrics import Errors, Predictions, deviations_from, mean_of_each


@dataclass(frozen=True)
class OutsideTolerance:
    """The share of forecasts that are further than ``tolerance`` from the truth, in [0, 1].

    It is a staircase: its gradient is zero wherever there is one, so that no training can follow it.

    Attributes:
        tolerance: How far off a forecast may be, in scaled units, from 0; a forecast exactly as far off is inside.

    Raises:
        SettingError: If ``tolerance`` is no finite number of at least 0.

    Examples:
        >>> outside = OutsideTolerance(0.5)
        >>> outside.name, outside(np.zeros((1, 4, 1)), np.array([[0.0], [0.5], [-0.6], [0.7]])).tolist()
        ('outside_0.5', [0.5])
    """

    tolerance: float

    def __post_init__(self) -> None:
        # Of a zero the sign is dropped: equal settings have one name.
        object.__setattr__(self, "tolerance", abs(check_number("tolerance", self.tolerance, low=0.0)))

    @property
    def name(self) -> str:
        """What a target with this error is called."""
        return f"outside_{_digits(self.tolerance)}"

    def __call__(self, predictions: Predictions, y: NDArray[np.float32]) -> Errors:
        """Return the share of each sample."""
        sizes = np.abs(deviations_from(predictions, y))
        # A comparison with NaN is false, and one with infinity finite: both must be seen in the mean.
        return mean_of_each(np.where(np.isfinite(sizes), sizes > self.tolerance, sizes))

    def to_dict(self) -> dict[str, Any]:
        """Give the settings as JSON values."""
        return {"kind": "outside_tolerance", **asdict(self)}


@dataclass(frozen=True)
class AsymmetricError:
    """The mean cost of forecasts where too low and too high cost differently: linear in how far, on either side.

    The cost of one forecast p of y is ``under`` max(y - p, 0) + ``over`` max(p - y, 0). The best forecast is the
    ``under`` / (``under`` + ``over``) quantile of what may come.

    Attributes:
        under: The cost of a scaled unit below the truth, above 0.
        over: The cost of a scaled unit above the truth, above 0. A cost of zero on one side would make the best
            forecast one that is endlessly far on that side.

    Raises:
        SettingError: If a cost is no finite number above 0.

    Source:
        The lin-lin cost: Granger: Prediction with a generalized cost of error function, Operational Research
        Quarterly 20(2), 1969.

    Examples:
        >>> cost = AsymmetricError(under=3, over=1)
        >>> cost.name, cost(np.zeros((1, 2, 1)), np.array([[1.0], [-1.0]])).tolist()
        ('asymmetric_under_3_over_1', [2.0])
    """

    under: float
    over: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "under", check_number("under", self.under, above=0.0))
        object.__setattr__(self, "over", check_number("over", self.over, above=0.0))

    @property
    def name(self) -> str:
        """What a target with this error is called."""
        return f"asymmetric_under_{_digits(self.under)}_over_{_digits(self.over)}"

    def __call__(self, predictions: Predictions, y: NDArray[np.float32]) -> Errors:
        """Return the mean cost of each sample, in the unit of the costs."""
        return _mean_cost(predictions, y, self.under, self.over)

    def to_dict(self) -> dict[str, Any]:
        """Give the settings as JSON values."""
        return {"kind": "asymmetric_error", **asdict(self)}


@dataclass(frozen=True)
class QuantileError:
    """The mean pinball loss, which is least for forecasts of a quantile: what so large a share of the truths is below.

    The loss of one forecast p of y is ``quantile`` (y - p) where y >= p, and (1 - ``quantile``) (p - y) where y < p.
    For the median it is half of the mean absolute error.

    Attributes:
        quantile: The share of truths that should be below their forecast, between 0 and 1.

    Raises:
        SettingError: If ``quantile`` is no number between 0 and 1.

    Source:
        Koenker, Bassett: Regression quantiles, Econometrica 46(1), 1978; taken as a mean instead of a sum.

    Examples:
        >>> loss = QuantileError(0.75)
        >>> loss.name, loss(np.zeros((1, 2, 1)), np.array([[1.0], [-1.0]])).tolist()
        ('quantile_0.75', [0.5])
    """

    quantile: float

    def __post_init__(self) -> None:
        quantile = as_float(self.quantile)
        if not 0.0 < quantile < 1.0:
            raise SettingError(
                f"`quantile` must be a number between 0 and 1, the share of truths that should be below their "
                f"forecast, got {shown(self.quantile)}."
            )
        object.__setattr__(self, "quantile", quantile)

    @property
    def name(self) -> str:
        """What a target with this error is called."""
        return f"quantile_{_digits(self.quantile)}"

    def __call__(self, predictions: Predictions, y: NDArray[np.float32]) -> Errors:
        """Return the mean loss of each sample, in the (scaled) unit of the targets."""
        return _mean_cost(predictions, y, self.quantile, 1.0 - self.quantile)

    def to_dict(self) -> dict[str, Any]:
        """Give the settings as JSON values."""
        return {"kind": "quantile_error", **asdict(self)}


def _mean_cost(predictions: Predictions, y: NDArray[np.float32], under: float, over: float) -> Errors:
    """Return the mean over windows and outputs of a cost of each unit below and above the truth."""
    deviations = deviations_from(predictions, y)
    with np.errstate(over="ignore"):
        costs = np.where(deviations < 0.0, -under * deviations, over * deviations)
    return mean_of_each(costs)


def _digits(number: float) -> str:
    """Write a number so that another one is written otherwise, and a whole one without a point."""
    return repr(number).removesuffix(".0")
