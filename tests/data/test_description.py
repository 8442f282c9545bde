"""What is saved of a series, and forecasts from rows that it did not have."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import PowerTransformer

from dlopt_deap.data import SeriesDescription, TimeSeries, from_pandas, read_csv, read_new_rows
from dlopt_deap.errors import DataError, DataWarning, SettingError

DAYS = pd.date_range("2026-01-01", periods=80, freq="D", name="day")
FRAME = pd.DataFrame({"wind": np.sin(np.arange(80)) + 2, "power": np.arange(80) % 7 + 10.0, "sun": 1.0}, DAYS)
SERIES = from_pandas(FRAME[:60], "power", ["wind", "power"], scale="standard", season=7)


def saved(series=SERIES):
    return json.loads(json.dumps(series.description(), allow_nan=False))


DESCRIBED = SeriesDescription.from_dict(saved())


def test_a_description_holds_what_a_reader_wants_to_know():
    assert {name: value for name, value in saved().items() if name not in ("scaling", "fingerprint")} == {
        "name": "series",
        "rows": 60,
        "columns": ["wind", "power"],
        "inputs": ["wind", "power"],
        "targets": ["power"],
        "splits": {"training": [0, 38], "validation": [38, 48], "testing": [48, 60]},
        "season": 7,
        "frequency": "D",
        "time": "day",
    }
    assert saved()["fingerprint"] == SERIES.fingerprint()
    assert DESCRIBED.to_dict() == saved()


def test_new_rows_are_seen_as_the_series_would_have_seen_them():
    whole = from_pandas(FRAME, "power", ["wind", "power"], scale="standard", split_rows=(38, 60))
    rows = read_new_rows(DESCRIBED, FRAME[55:])
    x, y = whole.testing.windows(5)
    assert np.array_equal(rows.windows(5)[:-1], x)
    assert DESCRIBED.to_own_units(y)[:, 0] == pytest.approx(FRAME["power"][60:], rel=1e-6)
    assert rows.latest(5).shape == (1, 5, 2)
    assert np.array_equal(rows.latest(5)[0, :-1], x[-1, 1:])


def test_forecasts_have_the_times_that_come_next():
    rows = read_new_rows(DESCRIBED, FRAME[55:])
    times = rows.forecast_times(5)
    assert len(times) == len(rows.windows(5)) == 21
    assert np.array_equal(times, pd.date_range("2026-03-02", periods=21).to_numpy())
    assert rows.following(3).astype("datetime64[D]").astype(str).tolist() == ["2026-03-22", "2026-03-23", "2026-03-24"]


@pytest.mark.parametrize("alias", ["h", "B", "MS", "ME", "QS", "YE"])
def test_times_go_on_in_months_and_business_days(alias):
    index = pd.date_range("2020-01-31", periods=64, freq=alias)
    described = from_pandas(pd.Series(np.arange(60.0), index[:60])).described()
    rows = read_new_rows(described, pd.Series(np.arange(5.0), index[55:60], name="value"))
    assert np.array_equal(rows.following(4), index[60:].to_numpy())


def test_only_the_inputs_need_be_there(tmp_path):
    path = tmp_path / "new.csv"
    FRAME[["sun", "power", "wind"]][60:70].to_csv(path, sep=";")
    rows = read_new_rows(DESCRIBED, path, delimiter=";")
    assert rows.windows(3).shape == (8, 3, 2)
    assert rows.index[0] == np.datetime64("2026-03-02")
    FRAME[["power"]][60:70].to_csv(path)
    with pytest.raises(DataError, match=r"new.csv has no column 'wind' \(in `inputs`\)"):
        read_new_rows(DESCRIBED, path)


def test_rows_of_an_array_are_counted():
    rows = read_new_rows(DESCRIBED, FRAME[["wind", "power"]].to_numpy()[60:70])
    assert rows.forecast_times(8).tolist() == [8, 9, 10]
    assert np.array_equal(rows.windows(4), read_new_rows(DESCRIBED, FRAME[60:70]).windows(4))
    assert len(read_new_rows(DESCRIBED, SERIES).windows(60)) == 1


def test_new_rows_must_go_on_in_the_step_of_the_series():
    with pytest.warns(DataWarning, match="lacks 1 rows"):
        read_new_rows(DESCRIBED, FRAME[60:].drop(DAYS[65]))
    assert len(read_new_rows(DESCRIBED, FRAME[60:].drop(DAYS[65]), gaps="previous").values) == 20
    with pytest.raises(DataError, match="must be in step with `frequency` 'D'"):
        read_new_rows(DESCRIBED, FRAME[60:].set_index(pd.date_range("2026-03-02", periods=20, freq="5h")))


def test_too_few_rows_are_refused():
    with pytest.raises(DataError, match="as many rows as the network looks back, 9, got 5 to continue 'series'"):
        read_new_rows(DESCRIBED, FRAME[60:65]).windows(9)
    with pytest.raises(SettingError, match="`look_back`"):
        read_new_rows(DESCRIBED, FRAME[60:65]).windows(0)


def test_times_without_a_step_have_none_that_comes_next():
    irregular = TimeSeries(np.arange(20.0), index=np.cumsum(np.arange(20.0)), time="t")
    rows = read_new_rows(irregular.described(), TimeSeries(np.arange(20.0)))
    assert rows.following(1) == 20
    with pytest.warns(DataWarning, match="no step"):
        rows = read_new_rows(irregular.described(), irregular)
    with pytest.raises(DataError, match="has no step of time; give its `frequency` when it is read"):
        rows.following(1)


def test_times_too_far_for_a_date_are_refused():
    described = SeriesDescription.from_dict(saved() | {"frequency": "99999W"})
    rows = read_new_rows(described, FRAME[60:62], frequency="D")
    with pytest.raises(DataError, match="too far for a date, in steps of '99999W'"):
        rows.following(2000)


def test_a_transformer_must_be_fitted_again_to_the_series_that_was_described():
    series = from_pandas(FRAME[:60], "power", ["wind"], scale=PowerTransformer("box-cox"))
    described = SeriesDescription.from_dict(saved(series))
    with pytest.raises(DataError, match=r"'series' by sklearn.preprocessing.PowerTransformer must be fitted again"):
        described.to_own_units([[1.0]])
    with pytest.raises(DataError, match="must be fitted to the series that was described"):
        described.fitted_again(SERIES)
    fitted = described.fitted_again(series)
    assert np.array_equal(read_new_rows(fitted, FRAME[:60]).windows(60)[0], series.scaled_inputs)
    assert np.array_equal(fitted.to_own_units([[0.5]]), series.testing.to_own_units([[0.5]]))


def test_values_that_the_scaling_cannot_hold_are_refused():
    with pytest.raises(DataError, match=r"must give finite numbers, but does not for 1e\+300"):
        DESCRIBED.scale_inputs([[1.0, 1e300]])
    with pytest.raises(
        SettingError, match=r"one number for each of wind, power on its last axis, .* got the shape \(1, 1\)"
    ):
        DESCRIBED.scale_inputs([[1.0]])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": 3}, "`name` of a described series must be a text, got 3"),
        ({"rows": 0}, "`rows` .* whole number of at least 1"),
        ({"rows": True}, "`rows` .* got True"),
        ({"columns": ["a", "a"]}, "`columns` .* different names"),
        ({"columns": "wind"}, "`columns` .* different names"),
        ({"inputs": ["wint"]}, "`inputs` .* among its columns, got 'wint'"),
        ({"targets": []}, "`targets` .* different names, got"),
        ({"season": 1.5}, "`season`"),
        ({"frequency": -1}, "`frequency` .* a text or a number above 0, got -1"),
        ({"time": 3}, "`time` .* must be a text"),
        ({"fingerprint": "xyz"}, "`fingerprint` .* 64 hexadecimal digits"),
        ({"splits": {"training": [0, 38]}}, "`splits` .* from 0 to 60"),
        ({"splits": {"training": [0, 38], "validation": [39, 48], "testing": [48, 60]}}, "`splits`"),
        ({"splits": {"training": [0, 38], "validation": [38, 30], "testing": [30, 60]}}, "`splits`"),
        ({"splits": {"training": [0, 38], "validation": [38, 48], "testing": [48, 59]}}, "`splits`"),
        ({"scaling": {"kind": "line"}}, "`centre` of a saved scaling must hold 2 finite numbers"),
        ({"scalling": 1}, "no entry 'scalling'; did you mean 'scaling'"),
    ],
)
def test_a_damaged_description_is_refused(changed, message):
    with pytest.raises(DataError, match=message):
        SeriesDescription.from_dict(saved() | changed)


def test_what_lacks_an_entry_or_is_no_description_is_refused():
    entries = saved()
    del entries["season"]
    with pytest.raises(DataError, match="must have the entry `season`"):
        SeriesDescription.from_dict(entries)
    for nothing in (None, [], "x", 3):
        with pytest.raises(DataError, match="must be a table of settings"):
            SeriesDescription.from_dict(nothing)


def european(path, first=0, rows=60, missing=None):
    lines = [f"{DAYS[row]:%Y-%m-%d};{row % 7},5" for row in range(first, first + rows)]
    if missing is not None:
        lines[missing] = lines[missing].split(";")[0] + ";"
    path.write_text("day;load\n" + "\n".join(lines) + "\n")
    return path


def test_new_files_are_read_as_the_file_of_the_series_was(tmp_path):
    old = european(tmp_path / "old.csv", missing=3)
    series = read_csv(old, time="day", delimiter=";", decimal=",", missing="previous", gaps="interpolate")
    assert saved(series)["reading"] == {"delimiter": ";", "decimal": ",", "missing": "previous", "gaps": "interpolate"}
    described = SeriesDescription.from_dict(saved(series))
    assert described.to_dict() == saved(series)
    rows = read_new_rows(described, european(tmp_path / "new.csv", first=50, rows=20, missing=5))
    assert rows.values[:7, 0].tolist() == [1.5, 2.5, 3.5, 4.5, 5.5, 5.5, 0.5]
    assert rows.following(1).astype("datetime64[D]").astype(str).tolist() == ["2026-03-12"]


def test_options_go_before_how_the_file_of_the_series_was_read(tmp_path):
    described = read_csv(european(tmp_path / "old.csv"), time="day", decimal=",", missing="previous").described()
    (tmp_path / "new.csv").write_text("load\n" + "1.5\n" * 9)
    assert read_new_rows(described, tmp_path / "new.csv", decimal=".").values.tolist() == [[1.5]] * 9
    with pytest.raises(DataError, match="missing"):
        read_new_rows(described, european(tmp_path / "gap.csv", missing=3), missing="refuse")


def test_rows_of_another_form_are_read_in_their_own_way(tmp_path):
    series = read_csv(european(tmp_path / "old.csv"), time="day", delimiter=";", decimal=",", gaps="previous")
    assert read_new_rows(series.described(), [[1.5], [2.5]]).values.tolist() == [[1.5], [2.5]]
    np.savez(tmp_path / "new.npz", load=np.array([1.5, 2.5]))
    assert read_new_rows(series.described(), tmp_path / "new.npz").values.tolist() == [[1.5], [2.5]]


def test_a_series_of_an_earlier_version_does_not_say_how_its_file_was_read():
    assert "reading" not in saved()
    assert DESCRIBED.reading == {}


@pytest.mark.parametrize(
    "reading", [None, ["decimal"], {"decimal": ";"}, {"delimiter": ";;"}, {"missing": 1}, {"path": "x"}, {"gaps": "x"}]
)
def test_what_cannot_say_how_a_file_was_read_is_refused(reading):
    with pytest.raises(DataError, match="must say how its file was read"):
        SeriesDescription.from_dict(saved() | {"reading": reading})
