"""How good forecasts are: of a network, and of the methods that cost nothing and must be beaten."""

import csv
import io
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.checks import check_choice, check_integer, shown
from dlopt_deap.core.forecasts.forecast_base import Forecast, Rows
from dlopt_deap.core.forecasts.token_forecast import compare_tokens
from dlopt_deap.data import Series, Split, TimeSeries, TokenSequence
from dlopt_deap.errors import DataError, SettingError
from dlopt_deap.networks import NetworkSpec, predict
from dlopt_deap.sampling import METRICS
from dlopt_deap.sampling.token_metrics import GREATEST

PERCENTAGES = ("mape", "smape")
"""The errors that mean something in the series' own units only."""

NUMERIC = tuple(name for name in METRICS if name not in GREATEST)
"""The errors of numbers; the others are those of probabilities."""


@dataclass(frozen=True, eq=False)
class SeriesForecast(Forecast):
    """Forecasts of the rows of a time series, in its own units; the errors are all that measure numbers."""

    @property
    def criterion(self) -> str:
        """The error that methods are compared by."""
        return "mae"

    @property
    def unit(self) -> str:
        """What the criterion measures, in words."""
        return "mean absolute error, in the series' own units"

    def to_csv(self) -> str:
        """Write the rows as CSV: the time, and for each target the truth and what each method says."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        names = self.targets
        methods = {"truth": self.truth, **self.predictions}
        writer.writerow(["time", *[f"{name} {method}" for name in names for method in methods]])
        for row, time in enumerate(self.index):
            said = [float(rows[row, position]) for position in range(len(names)) for rows in methods.values()]
            writer.writerow([time, *said])
        return text.getvalue()


def forecast_errors(split: Split, spec: NetworkSpec, weights: ArrayLike, names: Iterable[str] = ()) -> dict[str, float]:
    """Measure a network on a split.

    Args:
        split: The rows to forecast.
        spec: The network.
        weights: Its weights, shape (num_weights,).
        names: Errors of numbers to take of tokens too.

    Returns:
        Of a series all errors of numbers, ``mape`` and ``smape`` in own units, the others in scaled units. Of tokens
        the errors of probabilities, and those that are named.
    """
    x, y = split.windows(spec.look_back)
    predicted = predict(spec, weights, x)
    if isinstance(split.series, TokenSequence):
        return errors_between(predicted, y, dict.fromkeys([*GREATEST, *names]))
    scaled = [name for name in NUMERIC if name not in PERCENTAGES]
    own = errors_between(split.to_own_units(predicted), split.to_own_units(y), PERCENTAGES)
    return errors_between(predicted, y, scaled) | own


def compare_forecasts(
    series: Series, spec: NetworkSpec, weights: ArrayLike, season: int | None = None, split: str = "testing"
) -> Forecast:
    """Compare a network with naive forecasts and a linear autoregression, on the same rows.

    Tokens have naive forecasts of their own; see ``compare_tokens`` in ``core/forecasts/token_forecast.py``.

    Args:
        series: The series, or sequence of tokens.
        spec: The network.
        weights: Its weights, shape (num_weights,).
        season: The rows of a season, for the forecast by the value one season ago; that of the series unless given, and
            none for tokens.
        split: ``"testing"``, which is meant to be looked at once, or ``"validation"``.

    Returns:
        The forecasts of ``network``, ``last value``, ``season ago`` (if a season is known), ``training mean`` and
        ``linear autoregression`` (least squares on the training rows, with the network's inputs and look-back).

    Raises:
        SettingError: If the split is another, the season is no whole number of at least 1, or the network does not fit
            the series.
        DataError: If season or look-back is longer than what is before the rows.
    """
    rows: Split = getattr(series, check_choice("split", split, ("validation", "testing")))
    if isinstance(series, TokenSequence):
        if season is not None:
            raise SettingError(f"Tokens have no `season`, got {shown(season)} for {series!r}; leave it out.")
        return compare_tokens(rows, series, spec, weights)
    x, y = rows.windows(spec.look_back)
    targets = np.column_stack([series.values[:, series.columns.index(name)] for name in series.targets])
    predictions: dict[str, Rows] = {
        "network": rows.to_own_units(predict(spec, weights, x)),
        "last value": _value_ago(rows, targets, 1),
    }
    season = series.season if season is None else season
    if season is not None:
        predictions["season ago"] = _value_ago(rows, targets, check_integer("season", season, low=1))
    mean = targets[series.training.rows].mean(axis=0)
    predictions["training mean"] = np.broadcast_to(mean, (len(y), len(mean)))
    predictions["linear autoregression"] = rows.to_own_units(_autoregression(series, spec.look_back, x))
    truth = targets[rows.rows]
    return SeriesForecast(
        rows, truth, predictions, {name: errors_between(one, truth) for name, one in predictions.items()}
    )


def errors_between(predicted: NDArray[Any], truth: NDArray[Any], names: Iterable[str] = NUMERIC) -> dict[str, float]:
    """Take errors of one set of forecasts.

    Args:
        predicted: The forecasts, shape (rows, targets).
        truth: What they are of, of the same shape.
        names: Which errors, of ``METRICS``.

    Returns:
        The errors by name; NaN where there is none, such as a percentage of zero.
    """
    errors = {}
    for name in names:
        try:
            errors[name] = float(METRICS[name](predicted[np.newaxis], truth)[0])
        except SettingError:
            errors[name] = math.nan
    return errors


def _value_ago(split: Split, targets: Rows, rows: int) -> Rows:
    """Forecast by the value so many rows before."""
    if rows > split.max_look_back:
        raise DataError(
            f"`season` must not reach further back than a look-back can, {split.max_look_back} rows for the "
            f"{split.name} split, got {rows}; use a shorter season, or a longer series."
        )
    return targets[split.rows.start - rows : split.rows.stop - rows]


def _autoregression(series: TimeSeries, look_back: int, x: NDArray[np.float32]) -> Rows:
    """Fit a linear autoregression on the training windows, and forecast from the windows ``x``, in scaled units."""
    past, following = series.training.windows(look_back)
    coefficients, *_ = np.linalg.lstsq(_with_constant(past), following.astype(float), rcond=None)
    return np.asarray(_with_constant(x) @ coefficients)


def _with_constant(x: NDArray[np.float32]) -> Rows:
    """Make a row of regressors of each window, with a one for the constant."""
    return np.column_stack([x.reshape(len(x), -1).astype(float), np.ones(len(x))])
