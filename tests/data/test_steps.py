"""The step of time, rows that are missing, and what becomes of them."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlopt_deap import limits
from dlopt_deap.data import from_pandas, read_csv, sunspots
from dlopt_deap.data.steps.named_steps import make_step
from dlopt_deap.data.steps.step_search import find_step
from dlopt_deap.errors import DataError, DataWarning, SettingError

ALIASES = [
    *["D", "7D", "h", "15min", "90s", "250ms", "B", "36h"],
    *["MS", "ME", "QS", "QE", "YS", "YE", "2MS", "2QS", "5YS", "QS-FEB", "YE-JUN"],
]
FOUND = {"QS-FEB": "QS", "YE-JUN": "YE", "2QS": "2QS", "90s": "90s"}


def load(index, **options):
    return from_pandas(pd.Series(np.arange(float(len(index))), index, name="load"), **options)


@given(st.sampled_from(ALIASES), st.dates(pd.Timestamp(1900, 1, 1).date(), pd.Timestamp(2100, 1, 1).date()), st.data())
def test_a_step_is_found_through_leap_years_and_months_of_any_length(alias, start, data):
    times = pd.date_range(start, periods=data.draw(st.integers(12, 60)), freq=alias)
    step = find_step(times.to_numpy())
    assert step.name == FOUND.get(alias, alias)
    gone = data.draw(st.sets(st.integers(1, len(times) - 2), max_size=3))
    rest = times.delete(sorted(gone)).to_numpy()
    found = find_step(rest)
    assert found.name == step.name
    positions, on_step = found.positions(rest)
    assert on_step.all()
    assert positions.tolist() == [row for row in range(len(times)) if row not in gone]
    assert np.array_equal(found.at(rest, np.arange(len(times))), times.to_numpy())


@given(st.sampled_from(ALIASES), st.dates(pd.Timestamp(1900, 1, 1).date(), pd.Timestamp(2100, 1, 1).date()))
def test_a_step_that_is_found_is_one_that_may_be_named(alias, start):
    times = pd.date_range(start, periods=20, freq=alias).to_numpy()
    step = find_step(times)
    named = make_step(step.name, dates=True)
    assert np.array_equal(named.positions(times)[0], step.positions(times)[0])


@given(st.floats(1e-6, 1e6), st.floats(-1e3, 1e3), st.sets(st.integers(1, 28), max_size=5))
def test_numeric_times_have_a_step_up_to_rounding(length, start, gone):
    times = start + length * 1000 + length * np.array([row for row in range(30) if row not in gone])
    step = find_step(times)
    assert step.name == pytest.approx(length, rel=1e-6)
    assert step.positions(times)[0].tolist() == [row for row in range(30) if row not in gone]


@pytest.mark.parametrize("day", [15, 29, 30, 31])
def test_months_may_begin_on_any_day_and_end_where_they_are_too_short(day):
    times = np.array([f"2023-{month:02}-{min(day, last):02}" for month, last in zip(range(1, 13), LAST, strict=True)])
    dates = times.astype("datetime64[D]")
    step = find_step(dates)
    assert step.name == ("ME" if day == 31 else "MS")
    assert np.array_equal(step.at(dates, np.arange(12)), dates)


LAST = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def test_days_that_are_never_at_a_weekend_are_business_days_and_a_holiday_is_a_gap():
    days = pd.bdate_range("2026-01-01", periods=60)
    assert load(days).frequency == "B"
    with pytest.warns(DataWarning, match=r"lacks 1 rows, .* in steps of 'B': 1 after .*row 9 .*\(2026-01-14\)"):
        load(days.delete(10))


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize(("alias", "count"), [("h", 9000), ("D", 400), ("MS", 40), ("W-SUN", 60), ("30min", 18_000)])
def test_daylight_saving_makes_no_gap(zone, alias, count):
    index = pd.date_range("2026-01-01", periods=count, freq=alias, tz=zone)
    series = load(index)
    assert series.frequency == {"W-SUN": "7D"}.get(alias, alias)
    assert np.array_equal(series.index, index.tz_convert("UTC").tz_localize(None).to_numpy())


def test_days_of_a_place_with_daylight_saving_are_filled_at_their_midnight():
    index = pd.date_range("2026-03-01", periods=60, freq="D", tz="Europe/Berlin")
    filled = load(index.delete([20, 40]), gaps="previous")
    assert np.array_equal(filled.index, index.tz_convert("UTC").tz_localize(None).to_numpy())


def test_offsets_in_a_csv_file_are_told_from_gaps(tmp_path):
    index = pd.date_range("2026-03-20", periods=30, freq="D", tz="Europe/Berlin")
    path = tmp_path / "load.csv"
    path.write_text("day,load\n" + "".join(f"{day.isoformat()},{row}\n" for row, day in enumerate(index)))
    assert read_csv(path, time="day").frequency == "D"
    text = path.read_text().splitlines(keepends=True)
    path.write_text("".join(text[:5] + text[7:]))
    with pytest.warns(
        DataWarning, match=r"lacks 2 rows, .* of 'D': 2 after .*load.csv, line 5 \(2026-03-22 23:00:00\)"
    ):
        read_csv(path, time="day")


def test_clocks_without_an_offset_lack_the_hour_that_daylight_saving_leaves_out():
    times = pd.date_range("2026-03-28", periods=48, freq="h").delete(26)
    with pytest.warns(DataWarning, match=r"lacks 1 rows, .* 1 after .*row 25 .*\(2026-03-29 01:00:00\)"):
        load(times)


GAPPY = pd.DatetimeIndex(pd.date_range("2026-01-01", periods=30, freq="D").delete([4, 5, 9, 12, 20]))


def test_gaps_are_reported_with_their_number_and_the_first_places():
    with pytest.warns(DataWarning) as warned:
        series = load(GAPPY)
    message = str(warned[0].message)
    assert "The DataFrame lacks 5 rows, for the time in column 'index' goes on in steps of 'D': 2 after" in message
    assert "row 3 (counted from 0) (2026-01-04), 1 after" in message
    assert "and in 1 more places" in message
    assert (len(series), series.frequency) == (25, "D")
    assert warned[0].filename == __file__


def test_gaps_are_refused_or_filled_as_asked():
    with pytest.raises(DataError, match="lacks 5 rows"):
        load(GAPPY, gaps="refuse")
    previous, between = (load(GAPPY, gaps=gaps) for gaps in ("previous", "interpolate"))
    assert np.array_equal(previous.index, pd.date_range("2026-01-01", periods=30, freq="D").to_numpy())
    assert previous.values[2:8, 0].tolist() == [2, 3, 3, 3, 4, 5]
    assert between.values[2:8, 0] == pytest.approx([2, 3, 3 + 1 / 3, 3 + 2 / 3, 4, 5])
    assert previous.frequency == between.frequency == "D"


@given(st.sets(st.integers(1, 38), max_size=12), st.sampled_from(["h", "B", "MS", "YE"]))
def test_filled_gaps_of_a_straight_line_give_the_line_back(gone, alias):
    times = pd.date_range("2020-01-31", periods=40, freq=alias)
    rest = sorted(set(range(40)) - gone)
    data = pd.Series(np.array(rest) * 2.5, times[rest])
    series = from_pandas(data, gaps="interpolate", frequency=alias)
    assert series.values[:, 0] == pytest.approx(np.arange(40) * 2.5)
    assert np.array_equal(series.index, times.to_numpy())


IRREGULAR = pd.DatetimeIndex(["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04 07:13", "2026-01-05", "2026-01-06"])


def test_times_without_a_step_are_told_and_cannot_be_filled():
    with pytest.warns(
        DataWarning, match=r"no step of time .* mostly follow after 1 days .*row 3 .*\(2026-01-04 07:13:00\)"
    ):
        assert load(IRREGULAR, split_rows=(3, 4)).frequency is None
    for gaps in ("refuse", "previous", "interpolate"):
        with pytest.raises(DataError, match="no step of time"):
            load(IRREGULAR, gaps=gaps)


def test_dates_written_as_one_number_are_told():
    days = pd.date_range("2026-01-01", periods=60).strftime("%Y%m%d").astype(int)
    with pytest.warns(DataWarning, match="if these are dates, write them as 2026-01-31"):
        load(pd.Index(days))


def test_a_step_that_is_named_must_be_that_of_the_rows():
    days = pd.date_range("2026-01-01", periods=30)
    assert load(days, frequency="D").frequency == "D"
    with pytest.warns(DataWarning, match="lacks 29 rows"):
        assert load(days, frequency="12h").frequency == "12h"
    with pytest.raises(
        DataError, match=r"row 1 .*must be in step with `frequency` 'MS' from 2026-01-01 on, got 2026-01-02"
    ):
        load(days, frequency="MS")
    with pytest.raises(DataError, match=r"row 0 .*must be in step with `frequency` 'W-SUN'"):
        load(days, frequency="W-SUN")
    assert load(pd.date_range("2026-01-01", periods=30, freq="SMS"), frequency="SMS").frequency == "SMS"


@pytest.mark.parametrize(
    ("frequency", "message"),
    [
        (1, "must be an offset alias of pandas, such as 'D' or 'MS', since the times are dates, got 1"),
        ("fortnight", "must be an offset alias of pandas, such as 'D', 'h' or 'MS', got 'fortnight'"),
        ("-1D", "got '-1D'"),
        (-1, "must be a finite number above 0"),
        ("", "got ''"),
    ],
)
def test_what_is_no_step_is_refused(frequency, message):
    with pytest.raises(SettingError, match=message):
        load(pd.date_range("2026-01-01", periods=30), frequency=frequency)


def test_numeric_times_need_a_number():
    years = pd.Index(range(1990, 2020))
    assert load(years, frequency=1).frequency == 1.0
    with pytest.raises(SettingError, match="must be a number above 0, since the times are numbers, got 'YS'"):
        load(years, frequency="YS")
    with pytest.warns(DataWarning, match=r"lacks 2 rows, .* in steps of 1.0: 2 after .*row 9 .*\(1999.0\)"):
        load(years.delete([10, 11]))


def test_rows_that_were_dropped_on_purpose_are_no_gap():
    values = pd.Series(np.where(np.arange(40) % 7 == 3, np.nan, 1.0), pd.date_range("2026-01-01", periods=40))
    assert len(from_pandas(values, missing="drop")) == 34
    with pytest.warns(DataWarning, match="lacks 1 rows"):
        from_pandas(values.drop(values.index[12]), missing="drop")
    with pytest.raises(SettingError, match="puts rows in and `missing='drop'` takes rows out"):
        from_pandas(values, missing="drop", gaps="previous")


def test_a_gap_of_more_rows_than_memory_is_meant_to_hold_is_not_filled(monkeypatch):
    monkeypatch.setattr(limits, "MAX_ROWS", 1000)
    times = pd.DatetimeIndex([*pd.date_range("2026-01-01", periods=20, freq="s"), pd.Timestamp("2026-06-01")])
    with pytest.raises(DataError, match="would have more than 1000 rows without; name the right `frequency`, or widen"):
        load(times, gaps="previous")


def test_the_series_that_are_shipped_have_no_gap():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert sunspots().frequency == 1.0
