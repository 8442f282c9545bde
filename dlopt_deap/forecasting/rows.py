"""How rows of scikit-learn become a series: without scikit-learn, for the estimator that needs it."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.checks import check_integer, check_number, did_you_mean, items_of, listed, shown
from dlopt_deap.data import TimeSeries
from dlopt_deap.errors import SettingError

Rows = NDArray[np.float64]


def names_of(estimator: Any, rows: Rows) -> list[str]:
    """Give the names of the features, ``x0``, ``x1``, ... if they have none."""
    named = getattr(estimator, "feature_names_in_", None)
    return [f"x{number}" for number in range(rows.shape[1])] if named is None else [str(name) for name in named]


def series_of_rows(
    rows: Rows, names: list[str], targets: list[int], share: float, season: int | None = None
) -> TimeSeries:
    """Make the series whose next row is forecast.

    Args:
        rows: Shape (rows, features).
        names: The names of the features.
        targets: The positions of those that are forecast.
        share: The share of the rows to validate on.
        season: The rows of a season.
    """
    return _series(rows, names, names, [names[position] for position in targets], share, season)


def series_of_pairs(rows: Rows, values: Rows, share: float, season: int | None = None) -> TimeSeries:
    """Make the series in which ``y`` stands one row later, since the window of a row ends with the row before it.

    Args:
        rows: ``X``, shape (rows, features).
        values: ``y``, shape (rows,) or (rows, targets).
        share: The share of the rows to validate on.
        season: The rows of a season.

    Examples:
        >>> series = series_of_pairs(np.arange(20.0).reshape(10, 2), np.arange(10.0), share=0.2)
        >>> x, y = series.training.windows(look_back=3)
        >>> series.values[2, :2].tolist(), series.values[3, 2]  # row 2 is the last of the first window
        ([4.0, 5.0], np.float64(2.0))
    """
    outputs = values.reshape(len(values), -1)
    inputs = [f"x{number}" for number in range(rows.shape[1])]
    targets = [f"y{number}" for number in range(outputs.shape[1])]
    # The first y and the last row of X fill the corners of the table; no window has either.
    table = np.hstack([np.vstack([rows, rows[-1:]]), np.vstack([outputs[:1], outputs])])
    return _series(table, [*inputs, *targets], inputs, targets, share, season)


def _series(
    table: Rows, columns: list[str], inputs: list[str], targets: list[str], share: float, season: int | None
) -> TimeSeries:
    """Make a series whose last row alone is no training and no validation, since a series must test on something."""
    rows = len(table)
    first = rows - 1 - min(max(1, round(share * rows)), rows - 3)
    return TimeSeries(table, columns, inputs, targets, scale=(-1, 1), split_rows=(first, rows - 1), season=season)


def positions_of(target: Any, names: list[str]) -> list[int]:
    """Find the columns that are to be forecast, by names or positions."""
    if target is None:
        return list(range(len(names)))
    wanted = [target] if isinstance(target, str | numbers.Integral) else items_of(target) or []
    found = []
    for one in wanted:
        is_position = isinstance(one, numbers.Integral) and -len(names) <= int(one) < len(names)
        if not is_position and one not in names:
            hint = did_you_mean(one, names, ".")
            raise SettingError(f"`target` must be columns of X ({listed(names)}), got {shown(one)}{hint}")
        found.append(names.index(str(one)) if isinstance(one, str) else int(one) % len(names))  # type: ignore[call-overload]
    if not found or len(set(found)) < len(found):
        raise SettingError(f"`target` must be one or more different columns, got {shown(target)}.")
    return found


def last_rows(rows: Rows, count: int) -> Rows:
    """Give the last rows, as many as are asked for; the first one is repeated where they are fewer.

    Examples:
        >>> last_rows(np.array([[1.0], [2.0]]), 3).tolist(), last_rows(np.array([[1.0], [2.0]]), 1).tolist()
        ([[1.0], [1.0], [2.0]], [[2.0]])
    """
    missing = max(0, count - len(rows))
    whole = np.vstack([np.repeat(rows[:1], missing, axis=0), rows])
    return np.asarray(whole[len(whole) - count :], np.float64)


def check_share(validation_fraction: object) -> float:
    """Return the share of the rows to validate on."""
    share = check_number("validation_fraction", validation_fraction, above=0.0)
    if share >= 1:
        raise SettingError(f"`validation_fraction` must be a share above 0 and below 1, got {share}.")
    return share


def workers_of(n_jobs: int | None) -> int | None:
    """Turn scikit-learn's number of jobs into that of processes; ``None`` is every core."""
    if n_jobs is None:
        return 1
    return None if n_jobs == -1 else check_integer("n_jobs", n_jobs, low=1)
