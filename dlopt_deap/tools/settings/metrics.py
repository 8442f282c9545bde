"""Settings that name an error: by its name, or as one with settings of its own."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from dlopt_deap.sampling import AsymmetricError, OutsideTolerance, QuantileError
from dlopt_deap.sampling.metrics import Metric
from dlopt_deap.tools.settings.base import Settings
from dlopt_deap.tools.settings.models import BY_NAME, KIND

MetricName = Literal["mae", "mse", "rmse", "mape", "smape", "median_ae", "cross_entropy", "error_rate"]


class OutsideToleranceSettings(Settings):
    """The share of forecasts that are further from the truth than a tolerance."""

    kind: Literal["outside_tolerance"]
    """The error."""
    tolerance: float = Field(0.05, ge=0)
    """How far off a forecast may be, in scaled units."""

    def build(self) -> Metric:
        """Make the error."""
        return OutsideTolerance(self.tolerance)


class AsymmetricErrorSettings(Settings):
    """The cost of forecasts where too low and too high cost differently."""

    kind: Literal["asymmetric_error"]
    """The error."""
    under: float = Field(1.0, gt=0)
    """The cost of a scaled unit below the truth."""
    over: float = Field(1.0, gt=0)
    """The cost of a scaled unit above the truth."""

    def build(self) -> Metric:
        """Make the error."""
        return AsymmetricError(self.under, self.over)


class QuantileErrorSettings(Settings):
    """The pinball loss, which is least for forecasts of a quantile."""

    kind: Literal["quantile_error"]
    """The error."""
    quantile: float = Field(0.5, gt=0, lt=1)
    """The share of truths that should be below their forecast."""

    def build(self) -> Metric:
        """Make the error."""
        return QuantileError(self.quantile)


def _tag(value: Any) -> str | None:
    """Tell a name from a group of settings, by its kind."""
    kind = value.get(KIND) if isinstance(value, dict) else getattr(value, KIND, BY_NAME)
    return None if kind is None else str(kind)


MetricChoice = Annotated[
    Annotated[MetricName, Tag(BY_NAME)]
    | Annotated[OutsideToleranceSettings, Tag("outside_tolerance")]
    | Annotated[AsymmetricErrorSettings, Tag("asymmetric_error")]
    | Annotated[QuantileErrorSettings, Tag("quantile_error")],
    Discriminator(_tag),
]
"""An error by its name, or a group of settings that says which by its ``kind``."""


def metrics_of(chosen: Any) -> str | Metric | list[str | Metric] | None:
    """Give the error that a setting names, or several; ``None`` if none is set."""
    return (
        [_metric(one) for one in chosen] if isinstance(chosen, tuple) else None if chosen is None else _metric(chosen)
    )


def _metric(chosen: Any) -> str | Metric:
    """Give one error."""
    built: str | Metric = chosen if isinstance(chosen, str) else chosen.build()
    return built
