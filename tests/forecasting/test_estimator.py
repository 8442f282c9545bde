"""The estimator, among scikit-learn's own tools and by its own checks."""

import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from dlopt_deap.architecture import Space
from dlopt_deap.data import TimeSeries, sunspots
from dlopt_deap.forecasting import EvolvedForecaster
from dlopt_deap.networks import predict, predict_recursive

SPOTS = sunspots().values
SPACE = Space((3, 6), 1, (1, 6), activation="linear")
SETTINGS: dict[str, Any] = {
    "evaluations": 3,
    "finalists": 1,
    "final_epochs": 30,
    "space": SPACE,
    "random_state": 1,
}

NOT_FOR_SEQUENCES = {
    "check_methods_sample_order_invariance": "What a row means follows from the rows before it: their order matters.",
    "check_methods_subset_invariance": "A batch of rows follows the fitted rows, not those of the batch before it.",
}
"""The checks that do not apply, as docs/forecasting.md lists them."""


def waves(rows: int = 90) -> Any:
    time = np.arange(rows)
    return np.column_stack([np.sin(time / 3), np.cos(time / 5)])


def forecaster(**settings: Any) -> EvolvedForecaster:
    return EvolvedForecaster(**SETTINGS | settings)


@parametrize_with_checks(
    [EvolvedForecaster(evaluations=10, finalists=2, final_epochs=100)],
    expected_failed_checks=lambda estimator: NOT_FOR_SEQUENCES,
)
def test_it_passes_the_checks_of_scikit_learn_that_apply_to_sequences(estimator: Any, check: Any) -> None:
    check(estimator)


def test_a_series_is_forecast_one_row_ahead_from_its_own_past() -> None:
    fitted = forecaster().fit(SPOTS[:-20])
    series = TimeSeries(SPOTS, scale=(-1, 1), split_rows=(fitted._series.validation.rows.start, len(SPOTS) - 20))
    x, _ = series.testing.windows(fitted.look_back_)
    expected = series.testing.to_own_units(predict(fitted.result_.spec, fitted.result_.weights, x))[:, 0]
    # Row t of X is followed by what is forecast for it; the row before the test rows is followed by their first.
    assert np.allclose(fitted.predict(SPOTS[-21:], history=SPOTS[:-21])[:-1], expected, rtol=1e-4)
    assert np.allclose(fitted.predict(SPOTS[:-20])[-1], expected[0], rtol=1e-4)


def test_rows_to_predict_follow_the_fitted_ones_unless_a_history_is_given() -> None:
    fitted = forecaster().fit(SPOTS[:-20])
    later = fitted.predict(SPOTS[-20:])
    assert np.array_equal(later, fitted.predict(SPOTS[-20:], history=SPOTS[:-20]))
    assert np.array_equal(later, fitted.predict(SPOTS[-40:], history=SPOTS[:-40])[-20:])
    assert not np.array_equal(later, fitted.predict(SPOTS[-20:], history=SPOTS[:30]))


def test_rows_that_were_fitted_have_nothing_before_them_but_their_first_repeated() -> None:
    fitted = forecaster().fit(SPOTS)
    count = fitted.look_back_
    again = fitted.predict(SPOTS)
    assert len(again) == len(SPOTS)
    assert np.array_equal(again, fitted.predict(SPOTS, history=np.repeat(SPOTS[:1], count, axis=0)))
    assert not np.array_equal(again[: count - 1], fitted.predict(SPOTS, history=SPOTS)[: count - 1])
    assert np.array_equal(again[count - 1 :], fitted.predict(SPOTS, history=SPOTS)[count - 1 :])


def test_y_of_a_row_is_told_from_that_row_and_those_before_it_and_from_none_after_it() -> None:
    X = waves()  # noqa: N806
    fitted = forecaster().fit(X, X[:, 0] * 2)
    changed = X.copy()
    changed[50] += 1
    differs = np.flatnonzero(fitted.predict(changed) != fitted.predict(X))
    assert differs.tolist() == list(range(50, 50 + fitted.look_back_))


def test_y_that_stands_in_its_row_is_learnt() -> None:
    X = np.random.default_rng(0).normal(size=(200, 1))  # noqa: N806
    fitted = forecaster(final_epochs=150).fit(X[:150], 3 * X[:150, 0] + 5)
    assert fitted.score(X[150:], 3 * X[150:, 0] + 5) > 0.9


def test_the_next_row_is_y_so_both_ways_to_fit_a_series_agree() -> None:
    fitted = forecaster().fit(SPOTS)
    supervised = forecaster().fit(SPOTS[:-1], SPOTS[1:, 0])
    assert supervised.predict(SPOTS[:-1]).shape == (len(SPOTS) - 1,)
    y = SPOTS[1:, 0]
    assert fitted.score(SPOTS) == pytest.approx(r2_score(y, fitted.predict(SPOTS)[:-1]))
    assert fitted.score(SPOTS[:-1], y) == pytest.approx(fitted.score(SPOTS))


def test_a_forecast_goes_on_from_the_last_row_with_what_it_forecast_itself() -> None:
    fitted = forecaster().fit(SPOTS)
    ahead = fitted.forecast(5)
    assert ahead[0] == pytest.approx(fitted.predict(SPOTS)[-1], rel=1e-5)
    second = fitted.predict([[ahead[0]]], history=SPOTS)
    assert ahead[1] == pytest.approx(second[0], rel=1e-4)
    spec, weights = fitted.result_.spec, fitted.result_.weights
    window = fitted._series.scaled_inputs[-fitted.look_back_ :][np.newaxis]
    closed = fitted._series.testing.to_own_units(predict_recursive(spec, weights, window, steps=5))[0, :, 0]
    assert np.allclose(ahead, closed, rtol=1e-3)
    assert np.array_equal(fitted.forecast(5, history=SPOTS[:-9])[:1], fitted.forecast(1, history=SPOTS[:-9]))


def test_columns_that_are_not_forecast_must_be_given_for_the_rows_to_come() -> None:
    table = pd.DataFrame(waves(), columns=["load", "wind"])
    fitted = forecaster(target="load").fit(table[:-10])
    future = table[["wind"]][-10:]
    ahead = fitted.forecast(4, X_future=future)
    assert ahead.shape == (4,)
    assert np.array_equal(ahead, fitted.forecast(4, X_future=future.to_numpy()))
    assert np.array_equal(ahead, fitted.forecast(4, X_future=table[-10:][["wind", "load"]]))
    assert np.array_equal(fitted.forecast(1), ahead[:1])
    with pytest.raises(ValueError, match="the inputs wind are not forecast, so their future must be given: 3 rows"):
        fitted.forecast(4)
    with pytest.raises(ValueError, match="has no column wind"):
        fitted.forecast(4, X_future=table[["load"]])
    with pytest.raises(ValueError, match=r"has the shape \(2, 1\)"):
        fitted.forecast(4, X_future=future[:2])


def test_after_a_fit_with_y_a_forecast_is_of_rows_whose_features_are_given() -> None:
    X = waves()  # noqa: N806
    fitted = forecaster().fit(X[:-10], X[:-10, 0] + 1)
    assert np.array_equal(fitted.forecast(6, X_future=X[-10:]), fitted.predict(X[-10:])[:6])
    with pytest.raises(ValueError, match=r"needs all features of these rows in `X_future`"):
        fitted.forecast(6)
    with pytest.raises(ValueError, match="a score needs `y` too"):
        fitted.score(X)


def test_several_columns_or_targets_give_a_row_of_numbers() -> None:
    X = waves()  # noqa: N806
    both = forecaster().fit(X)
    assert (both.predict(X).shape, both.forecast(3).shape) == ((90, 2), (3, 2))
    assert 0 < both.score(X) <= 1
    turned = forecaster(target=[1, 0]).fit(X)
    assert turned.score(X) > 0
    assert forecaster(target=-1).fit(X).predict(X).shape == (90,)
    assert forecaster().fit(X, X + 1).predict(X).shape == (90, 2)


def test_the_same_random_state_gives_the_same_network_and_a_clone_too() -> None:
    first = forecaster(space=None).fit(SPOTS)
    again = clone(first).fit(SPOTS)
    assert np.array_equal(first.predict(SPOTS), again.predict(SPOTS))
    other = forecaster(space=None, random_state=2).fit(SPOTS)
    assert not np.array_equal(first.predict(SPOTS), other.predict(SPOTS))
    state = forecaster(space=None, random_state=np.random.RandomState(3)).fit(SPOTS)
    same = forecaster(space=None, random_state=np.random.RandomState(3)).fit(SPOTS)
    assert np.array_equal(state.predict(SPOTS), same.predict(SPOTS))


@pytest.mark.slow
def test_it_pickles_fitted_and_is_found_again_by_a_process_that_knows_nothing_of_it() -> None:
    fitted = forecaster().fit(SPOTS)
    kept = pickle.dumps(fitted)
    assert np.array_equal(pickle.loads(kept).forecast(3), fitted.forecast(3))
    code = "import pickle, sys; print(*pickle.loads(sys.stdin.buffer.read()).forecast(3))"
    told = subprocess.run([sys.executable, "-c", code], input=kept, capture_output=True, check=True).stdout
    assert [float(number) for number in told.split()] == pytest.approx(fitted.forecast(3).tolist())


def test_it_is_validated_on_later_rows_with_and_without_y() -> None:
    folds = TimeSeriesSplit(3)
    scores = cross_val_score(forecaster(), SPOTS[:-1], SPOTS[1:, 0], cv=folds)
    assert len(scores) == 3
    assert np.isfinite(scores).all()
    assert np.isfinite(cross_val_score(forecaster(), SPOTS, cv=folds)).all()


def test_a_grid_chooses_among_its_settings() -> None:
    grid = GridSearchCV(forecaster(), {"final_epochs": [1, 60]}, cv=TimeSeriesSplit(2)).fit(SPOTS)
    assert grid.best_params_ == {"final_epochs": 60}
    assert grid.best_estimator_.forecast(2).shape == (2,)


def test_it_stands_at_the_end_of_a_pipeline_and_below_a_transformed_target() -> None:
    X = waves()  # noqa: N806
    y = np.exp(X[:, 0])
    piped = make_pipeline(StandardScaler(), forecaster())
    whole = TransformedTargetRegressor(piped, func=np.log, inverse_func=np.exp).fit(X[:-10], y[:-10])
    assert whole.predict(X[-10:]).shape == (10,)
    assert (whole.predict(X[-10:]) > 0).all()


@pytest.mark.parametrize(
    ("settings", "X", "message"),
    [
        ({"target": "load"}, waves(), "`target` must be columns of X"),
        ({"target": 2}, waves(), "`target` must be columns of X"),
        ({"target": []}, waves(), "`target` must be one or more different columns"),
        ({"target": [0, -2]}, waves(), "`target` must be one or more different columns"),
        ({"validation_fraction": 1.0}, waves(), "`validation_fraction` must be a share"),
        ({"validation_fraction": 0}, waves(), "`validation_fraction`"),
        ({"n_jobs": 0}, waves(), "`n_jobs`"),
        ({"budget": "soon"}, waves(), "`budget`"),
        ({}, waves(7), "minimum of 8 is required"),
        ({}, waves()[:, 0], "1D array"),
    ],
)
def test_a_wrong_setting_is_told_when_it_is_fitted(settings: Any, X: Any, message: str) -> None:  # noqa: N803
    with pytest.raises(ValueError, match=message):
        forecaster(**settings).fit(X)


def test_a_target_beside_a_y_is_refused() -> None:
    with pytest.raises(ValueError, match="`target` names what `fit\\(X\\)` forecasts"):
        forecaster(target=0).fit(waves(), waves()[:, 0])


def test_eight_rows_are_enough_to_fit() -> None:
    assert EvolvedForecaster(evaluations=1, finalists=1, final_epochs=1).fit(waves(8)).forecast(2).shape == (2, 2)


@pytest.mark.slow
def test_scikit_learn_is_loaded_by_the_estimator_and_not_by_the_one_call() -> None:
    code = """
import sys
from dlopt_deap import data, evolve
evolve(data.sine(stop=10.0), evaluations=1, finalists=1, final_epochs=1, workers=1)
print("sklearn" in sys.modules)
from dlopt_deap import EvolvedForecaster
print("sklearn" in sys.modules)
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.split() == ["False", "True"]
