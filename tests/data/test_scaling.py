import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn.utils import check_random_state

from dlopt_deap.data import TimeSeries
from dlopt_deap.data.scaling import LineScaling, scaling_from_dict
from dlopt_deap.errors import DataError, SettingError

RANDOM = np.random.default_rng(0)
VALUES = np.stack([RANDOM.lognormal(size=100), 50 + RANDOM.normal(size=100), RANDOM.uniform(-1, 9, 100)], axis=1)
LINES = [
    (-1, 1),
    (0, 5),
    "min-max",
    "standard",
    None,
    StandardScaler(),
    StandardScaler(with_std=False),
    StandardScaler(with_mean=False),
    RobustScaler(),
    RobustScaler(with_centering=False, quantile_range=(10, 90)),
    RobustScaler(with_scaling=False),
    MaxAbsScaler(),
    MinMaxScaler((2, 3)),
]
CURVES = [
    PowerTransformer(),
    QuantileTransformer(n_quantiles=50),
    FunctionTransformer(np.arcsinh, np.sinh),
    MinMaxScaler(clip=True),
    make_pipeline(PowerTransformer(), MinMaxScaler((-1, 1))),
]


class Squares(BaseEstimator):
    """A transformer of a user's own."""

    def __init__(self, note=None):
        self.note = note

    def fit(self, values, labels=None):
        return self

    def transform(self, values):
        return values**2

    def inverse_transform(self, values):
        return np.sqrt(values)


class Broken(Squares):
    def fit(self, values, labels=None):
        raise RuntimeError("no licence")


class Shaken(BaseEstimator):
    """A transformer that is fitted by chance."""

    def __init__(self, random_state=None):
        self.random_state = random_state

    def fit(self, values, labels=None):
        self.shift_ = check_random_state(self.random_state).random()
        return self

    def transform(self, values):
        return values + self.shift_

    def inverse_transform(self, values):
        return values - self.shift_


def series(scale, values=VALUES):
    return TimeSeries(values, ["a", "b", "c"], targets=["b"], scale=scale)


@pytest.mark.parametrize("scale", [*LINES, *CURVES], ids=repr)
def test_training_values_come_back_from_every_scaling(scale):
    made = series(scale)
    training = made.training.rows
    scaled = made.scaling.apply(VALUES[training], [0, 1, 2])
    assert made.scaling.invert(scaled, [0, 1, 2]) == pytest.approx(VALUES[training], rel=1e-6)
    assert made.training.to_own_units(made.scaled_targets[training])[:, 0] == pytest.approx(
        VALUES[training, 1], rel=1e-5
    )


@given(
    st.lists(st.floats(-1e12, 1e12), min_size=20, max_size=30),
    st.sampled_from([scale for scale in LINES if scale is not None]),
    st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=5),
)
def test_any_value_comes_back_from_a_straight_line(training, scale, others):
    try:
        scaling = TimeSeries(np.array(training), scale=scale).scaling
    except DataError:
        return  # a spread that float32 cannot hold once it is scaled
    values = np.array(others)[:, np.newaxis]
    reach = 1 + np.abs(values).max() + np.abs(training).max() + np.abs(scaling.centre / scaling.slope).max()
    assert np.abs(scaling.invert(scaling.apply(values, [0]), [0]) - values).max() <= 1e-14 * reach


@pytest.mark.parametrize("scale", [scale for scale in LINES if hasattr(scale, "fit")], ids=repr)
def test_a_straight_line_of_scikit_learn_is_what_scikit_learn_draws(scale):
    made = series(scale)
    fitted = scale.fit(VALUES[made.training.rows])
    assert isinstance(made.scaling, LineScaling)
    assert made.scaling.apply(VALUES, [0, 1, 2]) == pytest.approx(fitted.transform(VALUES), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("scale", CURVES, ids=repr)
def test_a_transformer_is_fitted_to_the_training_rows_of_each_column_by_itself(scale):
    made = series(scale)
    changed = series(scale, np.where(np.arange(100)[:, np.newaxis] < 64, VALUES, 3.0))
    assert np.array_equal(made.scaled_inputs[:64], changed.scaled_inputs[:64])
    alone = TimeSeries(VALUES[:, 1], scale=scale)
    assert np.array_equal(alone.scaled_inputs[:, 0], made.scaled_inputs[:, 1])


def test_the_standard_scaling_gives_training_rows_the_mean_0_and_the_deviation_1():
    scaled = series("standard").scaling.apply(VALUES[:64], [0, 1, 2])
    assert scaled.mean(axis=0) == pytest.approx(0, abs=1e-12)
    assert scaled.std(axis=0) == pytest.approx(1)


def test_a_constant_column_keeps_its_unit():
    values = np.where(np.arange(100) < 90, 0.1, 1.1)
    assert TimeSeries(values, scale="standard").scaled_inputs[[0, 99], 0].tolist() == [0, 1]


@pytest.mark.parametrize("size", [1e-300, 1e-160, 1e100, 1e148])
def test_the_standard_scaling_neither_overflows_nor_vanishes(size):
    scaled = TimeSeries(VALUES[:, 0] * size, scale="standard").scaled_inputs
    assert scaled == pytest.approx(TimeSeries(VALUES[:, 0], scale="standard").scaled_inputs, rel=1e-5, abs=1e-5)


def test_min_max_is_a_range_from_minus_1_to_1():
    assert series("min-max").scale == (-1, 1)
    assert series("min-max").fingerprint() == series((-1, 1)).fingerprint()


def test_fingerprints_differ_between_scalings_and_their_parameters():
    others = [FunctionTransformer(np.log1p, np.expm1), PowerTransformer("box-cox"), QuantileTransformer(n_quantiles=40)]
    positive = np.abs(VALUES) + 1
    scales = [scale for scale in [*LINES, *CURVES, *others] if scale != "min-max"]
    assert len({series(scale, positive).fingerprint() for scale in scales}) == len(scales)
    assert series(RobustScaler(), positive).fingerprint() == series(RobustScaler(), positive).fingerprint()


def test_fingerprints_of_the_settings_of_earlier_releases_stay_as_they_were():
    rising = np.arange(100.0)
    assert TimeSeries(rising, scale=(-1, 1)).fingerprint() == (
        "1b75d06bcab505205c7d65da0eed747040037dd1ffb9a40bbd23f64a3af33b22"
    )
    assert TimeSeries(rising, ["x"], scale=None, shares=(0.5, 0.25, 0.25)).fingerprint() == (
        "a1395764bfb0ae75caaa2e904b6a7897fd8e9f973a88c5401415eca2f6775258"
    )


@pytest.mark.parametrize("scale", [*LINES, *CURVES], ids=repr)
def test_a_pickled_series_has_the_scaling_that_was_fitted(scale):
    made = series(scale)
    again = pickle.loads(pickle.dumps(made))
    assert np.array_equal(again.scaled_inputs, made.scaled_inputs)
    assert again.fingerprint() == made.fingerprint()
    assert np.array_equal(again.testing.to_own_units([[0.3]]), made.testing.to_own_units([[0.3]]))


def test_two_series_with_a_random_transformer_are_the_same():
    scale = Shaken()
    assert np.array_equal(series(scale).scaled_inputs, series(scale).scaled_inputs)


def test_a_transformer_that_is_changed_later_changes_no_series():
    scale = RobustScaler()
    made = series(scale)
    before = made.fingerprint()
    scale.set_params(with_centering=False)
    made.scale.set_params(with_centering=False)
    assert made.fingerprint() == before
    assert not hasattr(scale, "center_")


@pytest.mark.parametrize("scale", LINES, ids=repr)
def test_a_straight_line_is_read_from_json_to_the_last_bit(scale):
    saved = json.loads(json.dumps(series(scale).scaling.to_dict(), allow_nan=False))
    assert np.array_equal(
        scaling_from_dict(saved, 3).apply(VALUES, [0, 1, 2]), series(scale).scaling.apply(VALUES, [0, 1, 2])
    )


def test_a_transformer_that_was_saved_says_that_it_must_be_fitted_again():
    saved = json.loads(json.dumps(series(PowerTransformer(standardize=False)).scaling.to_dict(), allow_nan=False))
    assert saved["transformer"] == "sklearn.preprocessing.PowerTransformer"
    assert saved["parameters"] == {"copy": True, "method": "yeo-johnson", "standardize": False}
    assert "fitted again" in saved["saved"]
    assert scaling_from_dict(saved, 3).to_dict() == saved


@pytest.mark.parametrize(
    ("saved", "message"),
    [
        (None, "must be a table of settings, got None"),
        ({}, "`kind` must be one of line, transformer, got None"),
        ({"kind": "lime"}, "did you mean 'line'"),
        ({"kind": "line", "centre": [0, 0], "slope": [1, 1]}, "`middle` of a saved scaling must hold 2 finite numbers"),
        ({"kind": "line", "centre": [0, 0], "slope": [1, 0], "middle": [0, 0]}, "`slope` .* must not be zero"),
        ({"kind": "line", "centre": [0, 0], "slope": [1, "1"], "middle": [0, 0]}, "`slope` .* 2 finite numbers"),
        ({"kind": "line", "centre": [0, float("nan")], "slope": [1, 1], "middle": [0, 0]}, "`centre`"),
        ({"kind": "transformer", "transformer": 3}, "must name it in `transformer`"),
    ],
)
def test_a_saved_scaling_that_is_none_is_refused(saved, message):
    with pytest.raises(DataError, match=message):
        scaling_from_dict(saved, 2)


def test_a_transformer_of_a_users_own_will_do():
    positive = np.abs(VALUES)
    assert series(Squares(), positive).scaled_inputs[5] == pytest.approx(positive[5] ** 2)


@pytest.mark.parametrize(
    ("scale", "message"),
    [
        (Squares(), r"must bring values back, but makes 3.0 of -3.0 in the column 'value'; give it the right inverse"),
        (FunctionTransformer(np.sqrt, np.square), "must give finite values, but gives nan for the value -3.0"),
        (FunctionTransformer(np.arcsinh), "must bring values back"),
        (OneHotEncoder(), "must turn one column into one column"),
        (KBinsDiscretizer(3, encode="ordinal", quantile_method="linear"), "must bring values back"),
        (PowerTransformer("box-cox"), "cannot be used for the column 'value'.*positive"),
        (Broken(), "cannot be used for the column 'value': no licence"),
    ],
    ids=repr,
)
def test_a_transformer_that_cannot_scale_the_values_is_refused(scale, message):
    with pytest.raises(DataError, match=message):
        TimeSeries(np.arange(-3.0, 97.0), scale=scale)


@pytest.mark.parametrize(
    ("scale", "message"),
    [
        (Normalizer(), "lacks inverse_transform"),
        (RobustScaler, r"got its class; write RobustScaler\(\)"),
        (FunctionTransformer(lambda values: values), "`func` of `scale` must be .* a function with a name"),
        (Squares(note=object()), "`note` of `scale` must be"),
        (Squares(note=np.random.RandomState(1)), "`note` of `scale` must be"),
        ("standart", "'standart'; did you mean 'standard'"),
        (np.array([2, 3]), "or a transformer of scikit-learn, got array"),
    ],
    ids=lambda one: type(one).__name__ if not isinstance(one, str) else one,
)
def test_what_is_no_scaling_is_refused(scale, message):
    with pytest.raises(SettingError, match=message):
        series(scale)
