"""The estimator for scikit-learn, which loads scikit-learn: import it from :mod:`dlopt_deap.forecasting`."""

from __future__ import annotations

import numbers
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from dlopt_deap.architecture import Space
from dlopt_deap.checks import check_integer, shown
from dlopt_deap.core import forecast_ahead, forecast_following
from dlopt_deap.data import TimeSeries
from dlopt_deap.errors import SettingError
from dlopt_deap.forecasting.budget import Span
from dlopt_deap.forecasting.one_call import evolve
from dlopt_deap.forecasting.rows import (
    check_share,
    last_rows,
    names_of,
    positions_of,
    series_of_pairs,
    series_of_rows,
    workers_of,
)

Rows = NDArray[np.float64]

FEWEST_ROWS = 8
"""Rows that a series must have, to train, to validate, and to look back at all."""

MOST_SEED = 2**31 - 1


class EvolvedForecaster(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """A recurrent network, found by evolution, as a regressor of scikit-learn for rows that are in the order of time.

    **What a row means.** Row ``t`` of ``X`` holds what is known when ``y[t]`` is to be told. The network reads a window
    of rows that ends with it, ``X[t - look_back + 1]`` ... ``X[t]``, and gives one number (or one a target) for it. So
    ``predict(X)`` has one row for each row of ``X``, as any regressor's has, no value of ``y`` is ever read that is
    not in ``X``, and what leaks from the future is what the user puts into ``X``, nothing else. There are two ways to
    fit:

    - ``fit(X)``: ``X`` is the series itself, and ``y`` its next row, ``y[t] = X[t + 1]`` in the columns ``target``. The
      network forecasts one row ahead from the past of all columns. ``predict(X)[t]`` is the forecast of row ``t + 1``,
      ``predict(X)[-1]`` that of the row to come, and ``forecast(steps)`` goes on from there by itself.
    - ``fit(X, y)``: as with any regressor. ``X`` may hold what is known in advance (the calendar, a weather forecast)
      and past values of ``y``, such as a column of ``y`` one row before. ``forecast(steps, X_future=...)`` needs the
      rows to come.

    **What is before the first row.** The window of the first rows of ``X`` reaches back into ``history``, or else into
    the last rows that were fitted: ``X`` is what follows them, as the test rows of a ``TimeSeriesSplit`` do. Only where
    ``X`` begins with the very rows that were fitted first, nothing was before it, and its first row is repeated.

    **Why so.** sktime and skforecast take ``fit(y, X)``, add the past of ``y`` themselves, and let ``predict`` forecast
    recursively: there a row of forecasts depends on those before it, ``predict`` cannot be told the true values in
    between, and ``y`` comes first. That does not fit scikit-learn's ``cross_val_score``, ``GridSearchCV``,
    ``Pipeline`` and ``TransformedTargetRegressor``, which work here unchanged. As in both, ``X`` of the row itself is
    read, not only that of earlier rows. The recursive forecast has a method of its own, :meth:`forecast`.

    Args:
        target: For ``fit(X)``: the column or columns to forecast, by name or position; all of them unless given.
        budget: What a fit may take: ``"2 min"``, seconds, ...; as long as ``evaluations`` take unless given.
        evaluations: How many networks a fit tries; ``None``: as many as the budget allows.
        fitness: What is best, as :func:`~dlopt_deap.evolve` takes it.
        space: The limits of the search, a :class:`~dlopt_deap.architecture.Space`; chosen by the rows unless given.
        season: The rows of a season, over which look-backs should reach.
        validation_fraction: The share of the rows, the last ones, that choose among networks and end their training.
        finalists: How many of the best are trained for long at the end.
        final_epochs: The most epochs of such a training.
        n_jobs: Local processes; ``None`` is this one alone, -1 every core.
        random_state: A number, a ``RandomState``, or ``None`` for numpy's own: of all that is random in a fit. With the
            same one and without a budget a fit is repeated to the last bit.

    Attributes:
        result_: The :class:`~dlopt_deap.Result`: ``result_.spec``, ``result_.model()``, ``result_.logbook``.
        look_back_: How many rows the network reads.
        n_features_in_: The columns of ``X``.
        feature_names_in_: Their names, if they have any.

    Examples:
        >>> from dlopt_deap.data import sunspots
        >>> X = sunspots().values
        >>> forecaster = EvolvedForecaster(evaluations=2, finalists=1, final_epochs=3, random_state=1).fit(X[:-20])
        >>> forecaster.predict(X[-20:]).shape, forecaster.forecast(steps=5).shape
        ((20,), (5,))
    """

    def __init__(
        self,
        target: Any = None,
        *,
        budget: Span | None = None,
        evaluations: int | None = 200,
        fitness: str = "mae",
        space: Space | None = None,
        season: int | None = None,
        validation_fraction: float = 0.2,
        finalists: int = 10,
        final_epochs: int | None = None,
        n_jobs: int | None = None,
        random_state: Any = None,
    ) -> None:
        self.target = target
        self.budget = budget
        self.evaluations = evaluations
        self.fitness = fitness
        self.space = space
        self.season = season
        self.validation_fraction = validation_fraction
        self.finalists = finalists
        self.final_epochs = final_epochs
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:  # noqa: N803 - scikit-learn's name
        """Evolve and train a network.

        Args:
            X: Shape (rows, features), oldest row first.
            y: What belongs to each row, shape (rows,) or (rows, targets); the next row of ``X`` unless given.

        Raises:
            ValueError: If the rows are too few or hold no finite numbers, or a parameter is not as the class says.
        """
        share = check_share(self.validation_fraction)
        checks = {"dtype": np.float64, "ensure_min_samples": FEWEST_ROWS}
        self._has_own_y = y is not None
        if y is None:
            rows = validate_data(self, X, **checks)
            self._positions = positions_of(self.target, names_of(self, rows))
            self._is_flat = len(self._positions) == 1
            series = series_of_rows(rows, names_of(self, rows), self._positions, share, self.season)
        else:
            rows, values = validate_data(self, X, y, multi_output=True, y_numeric=True, **checks)
            if self.target is not None:
                raise SettingError(
                    f"`target` names what `fit(X)` forecasts, got {shown(self.target)} and a `y` beside it; leave out "
                    "one."
                )
            self._is_flat = values.ndim == 1
            series = series_of_pairs(rows, np.asarray(values, np.float64), share, self.season)
        self.result_ = evolve(
            series,
            budget=self.budget,
            evaluations=self.evaluations,
            fitness=self.fitness,
            space=self.space,
            seed=self._seed(),
            workers=workers_of(self.n_jobs),
            progress=False,
            finalists=self.finalists,
            final_epochs=self.final_epochs,
        )
        self._series = series
        self.look_back_ = self.result_.spec.look_back
        self._first, self._last = rows[: self.look_back_].copy(), rows[-self.look_back_ :].copy()
        return self

    def predict(self, X: ArrayLike, history: ArrayLike | None = None) -> Rows:  # noqa: N803
        """Tell ``y`` of each row; after ``fit(X)`` the forecast of the row that follows it.

        Args:
            X: Shape (rows, features), oldest row first.
            history: The rows before them, of the same features; those that were fitted last unless given.

        Returns:
            Shape (rows,), or (rows, targets) of several, in own units.
        """
        check_is_fitted(self, "result_")
        rows = validate_data(self, X, reset=False, dtype=np.float64)
        known = np.vstack([self._before(rows, history), rows])
        return self._shaped(forecast_following(*self._network(), known))

    def forecast(
        self,
        steps: int,
        history: ArrayLike | None = None,
        X_future: ArrayLike | None = None,  # noqa: N803
    ) -> Rows:
        """Forecast the rows to come, as many as ``steps``, in own units.

        After ``fit(X)`` each forecast is read as the known row by the next one. Columns that are not forecast must be
        given for the ``steps`` - 1 rows in between. After ``fit(X, y)`` nothing is known of the rows to come but what
        is given of them.

        Args:
            steps: How many rows, from 1.
            history: The rows to go on from, all features; those that were fitted last unless given.
            X_future: After ``fit(X)``: the columns that are not forecast, in the rows to come. After ``fit(X, y)``: all
                features in the ``steps`` rows to come.

        Returns:
            Shape (steps,), or (steps, targets) of several.

        Raises:
            ValueError: If ``steps`` is below 1, or the future or the history is missing or too short.
        """
        check_is_fitted(self, "result_")
        steps = check_integer("steps", steps, low=1, limit="MAX_ROWS")
        if self._has_own_y:
            if X_future is None or len(X_future) < steps:  # type: ignore[arg-type]
                raise SettingError(
                    f"After `fit(X, y)` a forecast of {steps} rows needs all features of these rows in `X_future`; to "
                    "forecast from the past alone, fit the series itself: `fit(X)`."
                )
            rows = validate_data(self, X_future, reset=False, dtype=np.float64)[:steps]
            known = np.vstack([self._tail(history), rows])
            return self._shaped(forecast_following(*self._network(), known))
        past = self._last if history is None else validate_data(self, history, reset=False, dtype=np.float64)
        return self._shaped(forecast_ahead(*self._network(), steps, past, X_future))

    def score(
        self,
        X: ArrayLike,  # noqa: N803
        y: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> float:
        """Give R², the share of the variance of ``y`` that :meth:`predict` explains.

        Args:
            X: Shape (rows, features).
            y: What belongs to each row; after ``fit(X)`` the next row of ``X`` unless given, for all rows but the last.
            sample_weight: Shape (rows,), or (rows - 1,) without ``y``.
        """
        forecasts = self.predict(X)
        if y is None:
            if self._has_own_y:
                raise SettingError("After `fit(X, y)` a score needs `y` too.")
            rows = validate_data(self, X, reset=False, dtype=np.float64)
            y, forecasts = self._shaped(rows[1:, self._positions]), forecasts[:-1]
        return float(r2_score(y, forecasts, sample_weight=sample_weight))

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn that several targets work, and that ``y`` may be left out."""
        tags = super().__sklearn_tags__()
        tags.target_tags.required = False
        tags.target_tags.multi_output = True
        tags.target_tags.single_output = True
        return tags

    def _before(self, rows: Rows, history: ArrayLike | None) -> Rows:
        """Give the rows before these, as many as their first window reaches back."""
        count = self.look_back_
        if history is None and len(rows) >= count and np.array_equal(rows[:count], self._first):
            return np.repeat(rows[:1], count - 1, axis=0)
        return self._tail(history)

    def _tail(self, history: ArrayLike | None) -> Rows:
        """Give the last rows of a history, one less than a window."""
        rows = self._last if history is None else validate_data(self, history, reset=False, dtype=np.float64)
        return last_rows(rows, self.look_back_ - 1)

    def _network(self) -> tuple[TimeSeries, Any, Any]:
        """Give the series, the network and its weights."""
        return self._series, self.result_.spec, self.result_.weights

    def _shaped(self, values: Rows) -> Rows:
        """Give one number a row where there is one target."""
        return values[:, 0] if self._is_flat else values

    def _seed(self) -> int:
        """Take the seed, or draw one."""
        if isinstance(self.random_state, numbers.Integral):
            return int(self.random_state)
        return int(check_random_state(self.random_state).randint(MOST_SEED))
