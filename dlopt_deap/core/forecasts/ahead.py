"""Forecasts of rows that follow known ones: one step ahead, or on and on from the network's own forecasts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.checks import check_array, check_integer, listed
from dlopt_deap.data import SeriesDescription, TimeSeries
from dlopt_deap.errors import DataError, SettingError
from dlopt_deap.networks import NetworkSpec, predict

Rows = NDArray[np.float64]
Known = TimeSeries | SeriesDescription
"""What knows the columns of a network and their scaling."""


def forecast_following(series: Known, spec: NetworkSpec, weights: ArrayLike, rows: ArrayLike) -> Rows:
    """Forecast what follows each row that has a whole window, from that row and those before it.

    Args:
        series: The series of the network, or the description of it; it knows the scaling.
        spec: The network.
        weights: Its weights, shape (num_weights,).
        rows: Known values of the inputs, shape (rows, inputs), in own units, oldest first.

    Returns:
        Shape (rows - look_back + 1, targets), in own units: what follows row ``look_back - 1``, and so on; last of all
        what follows the last row.

    Raises:
        SettingError: If ``rows`` hold no numbers.
        DataError: If they are fewer than the look-back, not finite, or of another number of columns.
    """
    known = _known_rows(series, rows, spec.look_back)
    scaled = _scaled(series, known)
    windows = np.lib.stride_tricks.sliding_window_view(scaled, spec.look_back, axis=0).transpose(0, 2, 1)
    said = predict(spec, weights, windows)
    return series.to_own_units(said) if isinstance(series, SeriesDescription) else series.testing.to_own_units(said)


def forecast_ahead(
    series: Known,
    spec: NetworkSpec,
    weights: ArrayLike,
    steps: int,
    history: TimeSeries | ArrayLike | None = None,
    future: Any = None,
) -> Rows:
    """Forecast several rows ahead: each forecast is read as a known row by the next (the recursive strategy).

    Args:
        series: The series of the network, or the description of it; it knows the scaling.
        spec: The network.
        weights: Its weights, shape (num_weights,).
        steps: How many rows to forecast, from 1.
        history: The rows to go on from, shape (rows, inputs), in own units; those of the series unless given.
        future: The inputs that are no targets, whose future no network here forecasts: for each of the ``steps`` - 1
            rows after the history a value of each, as a table with these columns, by their names or, without names, in
            the order of the inputs. More rows are not looked at.

    Returns:
        Shape (steps, targets), in own units.

    Raises:
        SettingError: If ``steps`` is below 1, or a description is given without a history.
        DataError: If the history is shorter than the look-back, or ``future`` is missing, too short or has other
            columns.

    Source:
        The recursive strategy of multi-step forecasting; see :func:`~dlopt_deap.networks.predict_recursive`, which
        does the same in scaled units for many windows at once, where all inputs are targets.
    """
    steps = check_integer("steps", steps, low=1, limit="MAX_ROWS")
    if history is None:
        if isinstance(series, SeriesDescription):
            raise SettingError("`history` must be given beside the description of a series, which has no rows.")
        history = series
    known = input_rows(series, history)
    window = _known_rows(series, known, spec.look_back)[-spec.look_back :]
    others = [name for name in series.inputs if name not in series.targets]
    following = _future_rows(others, future, steps - 1)
    own = [series.inputs.index(name) for name in series.targets if name in series.inputs]
    given = [series.inputs.index(name) for name in others]
    read = [position for position, name in enumerate(series.targets) if name in series.inputs]
    forecasts = np.empty((steps, len(series.targets)))
    for step in range(steps):
        forecasts[step] = forecast_following(series, spec, weights, window)[-1]
        if step < steps - 1:
            row = np.empty(len(series.inputs))
            row[own], row[given] = forecasts[step, read], following[step]
            if not np.isfinite(row).all():
                forecasts[step + 1 :] = np.nan
                break
            window = np.vstack([window[1:], row])
    return forecasts


def input_rows(series: Known, data: TimeSeries | ArrayLike) -> ArrayLike:
    """Give rows of the inputs of a series, in own units.

    Args:
        series: The series.
        data: A series that has columns of these names, or rows, which are given back as they are.

    Raises:
        DataError: If a column is missing.
    """
    if not isinstance(data, TimeSeries):
        return data
    if missing := [name for name in series.inputs if name not in data.columns]:
        raise DataError(f"The series {data.name!r} has no column {listed(missing)}, which the network reads.")
    return data.values[:, [data.columns.index(name) for name in series.inputs]]


def _scaled(series: Known, rows: Rows) -> NDArray[np.float32]:
    """Scale rows of the inputs as the series is scaled."""
    if isinstance(series, SeriesDescription):
        return series.scale_inputs(rows)
    positions = [series.columns.index(name) for name in series.inputs]
    with np.errstate(over="ignore", invalid="ignore"):
        return series.scaling.apply(rows, positions).astype(np.float32)


def _known_rows(series: Known, rows: ArrayLike, look_back: int) -> Rows:
    """Check rows of inputs, and give them as a table."""
    table = check_array("rows", rows, np.float64)
    table = table[:, np.newaxis] if table.ndim == 1 else table
    names = listed(series.inputs)
    if table.ndim != 2 or table.shape[1] != len(series.inputs):
        raise DataError(
            f"The rows must hold the inputs of the series ({names}), that is the shape (rows, "
            f"{len(series.inputs)}), got the shape {table.shape}."
        )
    if len(table) < look_back:
        raise DataError(
            f"The network looks back {look_back} rows, so a forecast needs as many, got {len(table)}; give more of "
            "those before."
        )
    if not np.isfinite(table).all():
        row, column = np.argwhere(~np.isfinite(table))[0]
        raise DataError(f"The rows must be finite, got {table[row, column]} in row {row} of {series.inputs[column]!r}.")
    return table


def _future_rows(names: list[str], future: Any, rows: int) -> Rows:
    """Check the future of the inputs that are not forecast, and give it as a table of their order."""
    if not names or rows == 0:
        return np.empty((rows, len(names)))
    wanted = f"the inputs {listed(names)} are not forecast, so their future must be given: {rows} rows"
    if future is None:
        raise DataError(f"To go on from its own forecasts, {wanted} (in `future`), one after the other.")
    columns = [str(name) for name in getattr(future, "columns", [])]
    if columns and (missing := [name for name in names if name not in columns]):
        raise DataError(f"`future` has no column {listed(missing)}; {wanted}.")
    table = check_array("future", future, np.float64)
    table = table[:, np.newaxis] if table.ndim == 1 else table
    if columns and table.ndim == 2:
        table = table[:, [columns.index(name) for name in names]]
    if table.ndim != 2 or table.shape[1] != len(names) or len(table) < rows:
        raise DataError(f"`future` has the shape {table.shape}; {wanted}, that is the shape ({rows}, {len(names)}).")
    if not np.isfinite(table[:rows]).all():
        raise DataError(f"`future` must hold finite numbers; {wanted}.")
    return table[:rows]
