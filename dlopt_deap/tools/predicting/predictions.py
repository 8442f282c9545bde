"""Forecasts of a saved network from new rows, in own units."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.checks import check_integer, listed
from dlopt_deap.core import errors_between
from dlopt_deap.core.forecasts.ahead import forecast_ahead, forecast_following
from dlopt_deap.data import NewRows, SeriesDescription
from dlopt_deap.data.readers.table import spoken_time
from dlopt_deap.errors import DataError
from dlopt_deap.tools.saved.saved_network import SavedNetwork

Rows = NDArray[np.float64]

NETWORK = "network"


@dataclass(frozen=True, eq=False)
class KnownRows:
    """Rows to forecast from.

    Attributes:
        rows: The rows with the inputs of the network.
        truth: The targets in the same rows, shape (rows, targets); ``None`` if the data have no such columns.
    """

    rows: NewRows
    truth: Rows | None


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a network forecasts, beside what came.

    Attributes:
        targets: The names of the targets.
        index: The time of each row, shape (rows,); ``"+1"``, ``"+2"``, ... after the end of data without a known step.
        steps: How many steps ahead each row is forecast, shape (rows,).
        truth: What came, shape (rows, targets); NaN where nobody knows.
        forecasts: What the network said, of the same shape.
        measured: The errors of the one-step forecasts of rows whose truth is known; empty if there is none.
        name: The name of the series.
    """

    targets: tuple[str, ...]
    index: NDArray[Any]
    steps: NDArray[np.int64]
    truth: Rows
    forecasts: Rows
    measured: dict[str, float]
    name: str

    @property
    def beyond(self) -> int:
        """How many rows after the last known one are forecast."""
        return int(self.steps[-1])

    @property
    def predictions(self) -> Mapping[str, Rows]:
        """The forecasts by method, for :func:`dlopt_deap.plots.forecast`."""
        return {NETWORK: self.forecasts}

    @property
    def errors(self) -> Mapping[str, Mapping[str, float]]:
        """The errors by method."""
        return {NETWORK: self.measured}

    @property
    def criterion(self) -> str:
        """The error that is told."""
        return "mae"

    @property
    def where(self) -> str:
        """Which rows they are."""
        known = "one step ahead, and " if self.beyond < len(self.index) else ""
        return f"{self.name}, {known}up to {self.beyond} {'step' if self.beyond == 1 else 'steps'} beyond the last row"

    def to_csv(self) -> str:
        """Write a row for each time: the steps ahead, and of each target the truth, if known, and the forecast."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["time", "steps", *(f"{name} {what}" for name in self.targets for what in ("truth", NETWORK))])
        for row, (time, steps) in enumerate(zip(self.index, self.steps, strict=True)):
            pairs = zip(self.truth[row].tolist(), self.forecasts[row].tolist(), strict=True)
            cells = ["" if np.isnan(one) else one for pair in pairs for one in pair]
            writer.writerow([spoken_time(time), int(steps), *cells])
        return text.getvalue()


def predict_rows(
    network: SavedNetwork,
    described: SeriesDescription,
    known: KnownRows,
    horizon: int = 1,
    future: NewRows | None = None,
    after_only: bool = False,
) -> Predictions:
    """Forecast with a saved network: known rows one step ahead, and rows beyond the end.

    Args:
        network: The network.
        described: The description of its series, with its scaling.
        known: The rows to forecast from.
        horizon: The steps to forecast beyond the last row; each reads the forecasts before it as known rows.
        future: The inputs that are no targets, in the rows beyond the end; needed for a horizon above 1 if there are
            any. Rows of times up to the last known one are passed over.
        after_only: Whether the known rows are not forecast.

    Returns:
        The forecasts of known rows, unless ``after_only``, and then those beyond the end.

    Raises:
        SettingError: If the horizon is below 1.
        DataError: If the rows are fewer than the look-back, or the future of an input is not known.
    """
    check_integer("horizon", horizon, low=1, limit="MAX_ROWS")
    rows, spec, weights = known.rows, network.spec, network.weights
    others = [name for name in described.inputs if name not in described.targets]
    given = _future_values(rows, future, others, horizon - 1) if others and horizon > 1 else None
    ahead = forecast_ahead(described, spec, weights, horizon, rows.values, given)
    following = np.empty((0, len(described.targets)))
    if not after_only:
        following = forecast_following(described, spec, weights, rows.values)[:-1]
    first = len(rows.values) - len(following)
    truth = np.full((len(following), len(described.targets)), np.nan) if known.truth is None else known.truth[first:]
    beyond = np.full((horizon, len(described.targets)), np.nan)
    has_truth = len(following) > 0 and known.truth is not None
    return Predictions(
        described.targets,
        _joined(rows.index[first:], _times(rows, horizon)),
        np.concatenate([np.ones(len(following), dtype=np.int64), np.arange(1, horizon + 1)]),
        np.vstack([truth, beyond]),
        np.vstack([following, ahead]),
        errors_between(following, truth) if has_truth else {},
        described.name,
    )


def future_description(described: SeriesDescription) -> SeriesDescription:
    """Describe the series by those of its inputs whose future must be given, to read it by.

    Raises:
        DataError: If there is none.
    """
    others = tuple(name for name in described.inputs if name not in described.targets)
    if not others:
        raise DataError(
            f"The network of {described.name!r} reads {listed(described.inputs)} alone, which it forecasts itself; "
            "leave out `future`."
        )
    return replace(described, inputs=others)


def _future_values(rows: NewRows, future: NewRows | None, names: list[str], count: int) -> Rows:
    """Give the inputs that are not forecast, in the rows that follow the known ones."""
    if future is None:
        raise DataError(
            f"A forecast of {count + 1} rows beyond the end needs {listed(names)} in the first {count} of them, which "
            "the network reads and does not forecast; give them in `future`, or forecast one row."
        )
    values, index = future.values, future.index
    if index.dtype.kind == rows.index.dtype.kind and index.dtype.kind in "fM":
        later = index > rows.index[-1]
        values, index = values[later], index[later]
        expected = _times(rows, 1)
        if len(index) and expected.dtype.kind == index.dtype.kind and index[0] != expected[0]:
            raise DataError(f"`future` must go on with {expected[0]}, the row after the last one, got {index[0]}.")
    if len(values) < count:
        raise DataError(
            f"`future` must hold {listed(names)} in {count} rows after the last one, {rows.index[-1]}, got "
            f"{len(values)}; give more, or forecast fewer."
        )
    return values[:count]


def _times(rows: NewRows, count: int) -> NDArray[Any]:
    """Give the times beyond the end; steps counted from there, if the times have no step."""
    try:
        return rows.following(count)
    except DataError:
        return np.array([f"+{step}" for step in range(1, count + 1)])


def _joined(known: NDArray[Any], beyond: NDArray[Any]) -> NDArray[Any]:
    """Put times together, as texts if they are of two kinds."""
    if known.dtype.kind != beyond.dtype.kind and not {known.dtype.kind, beyond.dtype.kind} <= set("iuf"):
        known, beyond = known.astype(str), beyond.astype(str)
    return np.concatenate([known, beyond])
