import pickle
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlopt_deap.data import TimeSeries, sine, sunspots
from dlopt_deap.errors import DataError, SettingError

RISING = np.arange(100.0)


def test_a_thousand_rows_are_split_as_in_dlopt():
    series = TimeSeries(np.arange(1000.0))
    assert [split.rows for split in (series.training, series.validation, series.testing)] == [
        slice(0, 640),
        slice(640, 800),
        slice(800, 1000),
    ]


@settings(deadline=None)
@given(rows=st.integers(20, 300), first=st.floats(0.1, 0.8), second=st.floats(0.1, 0.9))
def test_the_splits_follow_each_other_and_cover_all_rows(rows, first, second):
    shares = (first, (1 - first) * second, 1 - first - (1 - first) * second)
    try:
        series = TimeSeries(np.arange(float(rows)), shares=shares)
    except DataError:
        return  # a share of less than a row
    bounds = [0, series.training.rows.stop, series.validation.rows.stop, rows]
    assert [series.training.rows.start, series.validation.rows.start, series.testing.rows.start] == bounds[:3]
    assert series.testing.rows.stop == rows
    assert bounds == sorted(set(bounds))


def test_the_training_split_alone_fits_the_scaling():
    series = TimeSeries(RISING, scale=(-1, 1))
    changed = TimeSeries(np.where(RISING < 64, RISING, 1e6), scale=(-1, 1))
    assert series.scaled_inputs[0] == -1
    assert series.scaled_inputs[63] == 1
    assert np.array_equal(series.scaled_inputs[:64], changed.scaled_inputs[:64])
    assert series.scaled_inputs[64] > 1


@settings(deadline=None)
@given(
    st.lists(st.floats(-1e6, 1e6).map(lambda number: round(number, 3)), min_size=20, max_size=40),
    st.floats(-5, 4),
    st.floats(0.1, 5),
)
def test_scaled_values_come_back_in_own_units(values, low, width):
    series = TimeSeries(np.array(values), scale=(low, low + width))
    _, y = series.testing.windows(1)
    own, spread = series.values[series.testing.rows], np.ptp(series.values) + 1
    # float32 keeps 24 bits of the scaled value, which may lie far outside the range of the training rows.
    tolerance = 1e-6 * (spread + np.abs(y).max() * np.ptp(series.values[series.training.rows]) / width)
    assert np.abs(series.testing.to_own_units(y) - own).max() <= tolerance + 1e-6 * np.abs(y).max()


def test_a_column_that_varies_by_less_than_a_slope_can_hold_counts_as_constant():
    series = TimeSeries([0.0] * 5 + [2.2e-313] + [0.0] * 4, scale=(-1, 1))
    assert np.isfinite(series.scaled_inputs).all()


def test_a_constant_column_goes_to_the_middle_and_comes_back():
    series = TimeSeries(np.where(np.arange(100) < 90, 5.0, 6.0), scale=(0, 1))
    assert series.scaled_inputs[0] == 0.5
    assert series.scaled_inputs[99] == 1.5
    assert series.testing.to_own_units([[0.5], [1.5]]).tolist() == [[5.0], [6.0]]


def test_columns_are_scaled_each_by_itself_and_targets_have_their_own_units():
    values = np.stack([RISING, 1000 * RISING, -RISING], axis=1)
    series = TimeSeries(values, ["a", "b", "c"], inputs=["a", "c"], targets=["b"], scale=(0, 1))
    x, y = series.validation.windows(2)
    assert x.shape == (16, 2, 2)
    assert y.shape == (16, 1)
    assert series.validation.to_own_units(y)[0, 0] == pytest.approx(64_000, rel=1e-6)


def test_a_series_without_scale_keeps_its_units():
    assert TimeSeries(RISING).scaled_targets[7] == 7
    assert TimeSeries(RISING).testing.to_own_units([[7.0]]) == 7


def test_all_columns_are_inputs_and_targets_unless_chosen():
    series = TimeSeries(np.ones((50, 2)))
    assert series.inputs == series.targets == ("value_1", "value_2")


def test_a_series_cannot_be_changed():
    source = RISING.copy()
    series = TimeSeries(source)
    source[0] = 5
    assert series.values[0, 0] == 0
    for array in (series.values, series.scaled_inputs, series.scaled_targets, series.index):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(AttributeError):
        series.name = "other"


def test_a_pickled_series_is_the_same_stays_read_only_and_costs_little_more_than_its_values():
    series = TimeSeries(np.random.default_rng(1).random((500, 3)), scale=(0, 1), name="noise")
    text = pickle.dumps(series.validation)
    split = pickle.loads(text)
    assert len(text) < series.values.nbytes + series.index.nbytes + 2000
    assert split.series.fingerprint() == series.fingerprint()
    assert (split.name, split.rows, split.series.name) == ("validation", series.validation.rows, "noise")
    assert np.array_equal(split.windows(4)[0], series.validation.windows(4)[0])
    with pytest.raises(ValueError, match="read-only"):
        split.series.values[0] = 1


def test_the_fingerprint_changes_with_all_that_networks_can_see_and_with_nothing_else():
    values = np.stack([RISING, RISING**2], axis=1)
    base = {"columns": ["a", "b"], "inputs": ["a"], "targets": ["b"], "scale": (0, 1), "shares": (0.64, 0.16, 0.2)}
    series = TimeSeries(values, **base)
    others = [
        TimeSeries(values + 1, **base),
        TimeSeries(values, **{**base, "columns": ["b", "a"]}),
        TimeSeries(values, **{**base, "inputs": ["b"]}),
        TimeSeries(values, **{**base, "scale": (0, 2)}),
        TimeSeries(values, **{**base, "scale": None}),
        TimeSeries(values, **{**base, "shares": (0.6, 0.2, 0.2)}),
    ]
    prints = {series.fingerprint(), *(other.fingerprint() for other in others)}
    assert len(prints) == 7
    assert re.fullmatch("[0-9a-f]{64}", series.fingerprint())
    same = TimeSeries(np.asfortranarray(values), name="other", index=RISING, **base)
    assert same.fingerprint() == series.fingerprint()
    assert TimeSeries(RISING * 0.0).fingerprint() == TimeSeries(RISING * -0.0).fingerprint()


def test_the_fingerprint_is_the_same_in_every_release():
    expected = "1b75d06b"
    assert TimeSeries(RISING, scale=(-1, 1)).fingerprint()[:8] == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"values": [1.0, np.nan] * 10}, "must be finite, got nan in row 1, column 0"),
        ({"values": ["a"] * 10}, "must be a table of real numbers"),
        ({"values": np.ones((2, 2, 2))}, r"must have the shape .* got the shape \(2, 2, 2\)"),
        ({"values": []}, "at least one of each"),
        ({"values": [1.0, 2.0, 3.0]}, "with 3 rows and shares of"),
        ({"values": RISING, "columns": ["a", "b"]}, "must name its 1 columns, got 2 names: a, b"),
        ({"values": np.ones((50, 2)), "columns": ["a", "a"]}, "got a more than once"),
        ({"values": RISING, "columns": ["load"], "inputs": ["laod"]}, r"'laod' \(in `inputs`\); did you mean 'load'"),
        ({"values": RISING, "targets": []}, "must name one or more different columns"),
        ({"values": RISING, "index": [1, 2]}, r"one entry for each of its 100 rows, got the shape \(2,\)"),
        ({"values": np.full(50, 1e100)}, "float32 cannot hold"),
        ({"values": np.r_[np.arange(50.0), 1e100, np.arange(9.0)], "scale": (0, 1)}, "1e\\+100 in row 50"),
        ({"values": np.r_[np.arange(50.0), -1e306, np.arange(9.0)]}, "-1e\\+306 in row 50, .* in a larger unit"),
    ],
)
def test_unusable_values_are_refused_with_the_place(arguments, message):
    with pytest.raises(DataError, match=message):
        TimeSeries(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scale": (1, 0)}, "low < high"),
        ({"scale": 3}, r"must be \(low, high\) or None"),
        ({"shares": (0.5, 0.5)}, "must be three numbers"),
        ({"shares": (0.5, 0.4, 0.3)}, "must sum to 1"),
        ({"shares": (0.5, 0.5, 0.0)}, "above 0.0"),
        ({"columns": [3]}, "must hold column names"),
    ],
)
def test_wrong_settings_are_refused(arguments, message):
    with pytest.raises(SettingError, match=message):
        TimeSeries(RISING, **arguments)


def test_the_sine_wave_is_that_of_dlopt():
    series = sine()
    assert len(series) == 1000
    assert series.columns == ("sin",)
    assert np.array_equal(series.values[:, 0], np.sin(2 * np.pi * np.arange(0, 100, 0.1)))
    assert series.scale is None
    assert series.index[10] == 1.0
    assert len(sine(freq=2, start=5, stop=15, step=0.05)) == 200


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"step": 0}, "`step`"), ({"stop": 0}, "`stop` must be greater"), ({"freq": np.nan}, "`freq`")],
)
def test_a_sine_wave_without_samples_is_refused(arguments, message):
    with pytest.raises(SettingError, match=message):
        sine(**arguments)


def test_the_sunspot_numbers_are_those_that_were_observed():
    series = sunspots()
    numbers = dict(zip(series.index.tolist(), series.values[:, 0].tolist(), strict=True))
    assert list(numbers) == list(range(1700, 2009))
    # The highest yearly mean of all, the Dalton minimum, and both ends.
    assert max(numbers, key=numbers.get) == 1957
    assert [numbers[year] for year in (1700, 1778, 1810, 1957, 2008)] == [5, 154.4, 0, 190.2, 2.9]
    # A second source, sunspot.year of R, sums to 14049.3 and differs in four years (see the file's header).
    differences = (37.6 - 37.5) + (154.6 - 154.7) + (140.4 - 140.5) + (29.4 - 29.2)
    assert sum(numbers[year] for year in range(1700, 1989)) == pytest.approx(14049.3 + differences)
    assert series.scale == (-1, 1)


def test_a_scale_so_narrow_that_it_has_no_way_back_leaves_the_series_its_own_unit() -> None:
    series = TimeSeries([0.0, 4.0] * 10, scale=(-5e-324, 0.0))
    scaled = series.validation.windows(1)[1]
    assert series.validation.to_own_units(scaled).tolist() == series.values[series.validation.rows].tolist()
