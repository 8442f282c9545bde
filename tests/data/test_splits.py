import datetime
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlopt_deap.data import TimeSeries, from_pandas
from dlopt_deap.errors import DataError, SettingError

RISING = np.arange(100.0)
DAYS = np.arange("2020-01-01", "2020-04-10", dtype="datetime64[D]")


def bounds(series):
    return series.training.rows.stop, series.validation.rows.stop


def test_a_series_is_split_at_rows():
    series = TimeSeries(RISING, split_rows=(50, 60), scale=(0, 1))
    assert [split.rows for split in (series.training, series.validation, series.testing)] == [
        slice(0, 50),
        slice(50, 60),
        slice(60, 100),
    ]
    assert series.scaled_inputs[49] == 1
    assert series.shares is None


@pytest.mark.parametrize(
    "times",
    [
        ("2020-02-20", "2020-03-01"),
        ("2020-02-20 00:00", "2020-02-29 18:30"),
        (datetime.date(2020, 2, 20), datetime.datetime(2020, 3, 1)),
        (np.datetime64("2020-02-20"), pd.Timestamp("2020-03-01", tz="UTC")),
        ("2020-02-20T01:00+01:00", "2020-03"),
    ],
)
def test_a_series_is_split_at_the_first_rows_at_or_after_two_times(times):
    assert bounds(TimeSeries(RISING, index=DAYS, split_times=times)) == (50, 60)


def test_numeric_times_are_split_at_numbers():
    assert bounds(TimeSeries(RISING, index=RISING / 10, split_times=(5, 5.95))) == (50, 60)
    assert bounds(from_pandas(pd.Series(RISING, np.arange(1901, 2001)), split_times=(1951, 1961))) == (50, 60)


@given(st.integers(0, 110), st.integers(0, 110))
def test_rows_and_their_times_split_alike(first, second):
    made = []
    for arguments in ({"split_rows": (first, second)}, {"split_times": (1000.0 + first, 1000.0 + second)}):
        try:
            made.append(bounds(TimeSeries(RISING, index=1000 + RISING, **arguments)))
        except (DataError, SettingError):
            made.append(None)
    expected = (first, second) if 2 <= first < second < 100 else None
    assert made == [expected, expected]


def test_series_with_the_same_rows_in_the_same_splits_have_one_fingerprint():
    by_row = TimeSeries(RISING, index=DAYS, split_rows=(50, 60))
    by_time = TimeSeries(RISING, index=DAYS, split_times=("2020-02-20", "2020-03-01"))
    assert by_row.fingerprint() == by_time.fingerprint()
    assert by_row.fingerprint() != TimeSeries(RISING, split_rows=(50, 61)).fingerprint()
    assert pickle.loads(pickle.dumps(by_time)).fingerprint() == by_time.fingerprint()
    assert bounds(pickle.loads(pickle.dumps(by_time))) == (50, 60)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"split_times": ("2020-01-20", "2021-01-01")},
            "must lie in the series .* from 2020-01-01 to 2020-04-09, got 2021",
        ),
        ({"split_times": ("2019-01-20", "2020-03-01")}, "got 2019-01-20"),
        ({"split_times": ("2020-03-01 06:00", "2020-03-01 18:00")}, "61, 0 and 39 rows to train, validate and test"),
        ({"split_rows": (1, 50)}, "two to train on"),
        ({"split_rows": (50, 100)}, "50, 50 and 0 rows"),
        ({"split_rows": (60, 50)}, "60, -10 and 50 rows"),
        ({"split_times": (5, 6), "index": list("ab") * 50}, "neither dates nor numbers .*; split by `split_rows`"),
        ({"split_times": (5, 6), "index": RISING[::-1]}, "increase from row to row"),
    ],
)
def test_splits_without_rows_are_refused(arguments, message):
    with pytest.raises(DataError, match=message):
        TimeSeries(RISING, **{"index": DAYS} | arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"split_times": ("2020-03-01", "2020-02-01")}, r"must be \(first of validation, first of testing\)"),
        ({"split_times": ("today", "now")}, "must hold dates, such as '2026-01-31' .* got 'today'"),
        ({"split_times": ("NaT", "2020-03-01")}, "got 'NaT'"),
        ({"split_times": (5, 6)}, "must hold dates, .* got 5"),
        ({"split_times": "2020-03-01"}, "must be two"),
        ({"split_times": ("a", "b"), "index": RISING}, r"must be numbers, .* \(0.0 ... 99.0\), got 'a'"),
        ({"split_rows": 5}, "must be two"),
        ({"split_rows": (2.5, 6)}, "must be a whole number"),
        (
            {"split_rows": (5, 6), "split_times": ("2020-01-20", "2020-03-01")},
            "in one way, .* split_rows=.* and split_times=",
        ),
        ({"shares": (0.5, 0.25, 0.25), "split_rows": (5, 6)}, "in one way, .* shares=.* and split_rows="),
    ],
)
def test_splits_that_are_none_are_refused(arguments, message):
    with pytest.raises(SettingError, match=message):
        TimeSeries(RISING, **{"index": DAYS} | arguments)


def test_a_season_must_lie_before_the_validation_split():
    assert TimeSeries(RISING, season=64).season == 64
    with pytest.raises(DataError, match=r"`season` .* at most 64, its rows of training, .* got 65"):
        TimeSeries(RISING, season=65)
    with pytest.raises(SettingError, match="`season`"):
        TimeSeries(RISING, season=1.5)
