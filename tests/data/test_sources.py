"""One series from every source."""

import datetime
import decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dlopt_deap.data import (
    SeriesOptions,
    TimeSeries,
    as_series,
    from_array,
    from_pandas,
    read_csv,
    read_file,
    read_numpy,
    read_parquet,
)
from dlopt_deap.data.readers.options import Options
from dlopt_deap.errors import DataError, DataWarning, SettingError

DAYS = pd.date_range("2026-01-01", periods=50, freq="D", name="day")
FRAME = pd.DataFrame({"wind": np.sin(np.arange(50)), "power": np.arange(50) % 7, "place": "north"}, DAYS)
CHOICE = {"targets": "power", "inputs": ["wind", "power"], "season": 7, "split_rows": (30, 40)}


def write_csv(folder, frame=FRAME, name="load.csv"):
    frame.to_csv(folder / name)
    return folder / name


def write_parquet(folder, frame=FRAME, name="load.parquet"):
    frame.to_parquet(folder / name)
    return folder / name


def write_npz(folder, frame=FRAME, name="load.npz"):
    columns = {column: frame[column].to_numpy() for column in ("wind", "power")}
    np.savez_compressed(folder / name, day=frame.index.to_numpy().astype("datetime64[s]"), **columns)
    return folder / name


WRITERS = [write_csv, write_parquet, write_npz]


def seen(series):
    """Return what a series is, whatever its source."""
    described = series.description()
    return {name: value for name, value in described.items() if name != "name"}, series.index.astype(
        "datetime64[s]"
    ).tolist()


@pytest.mark.parametrize("write", WRITERS)
def test_every_source_gives_the_same_series(tmp_path, write):
    expected = from_pandas(FRAME, **CHOICE)
    series = as_series(write(tmp_path), time="day", **CHOICE)
    assert seen(series) == seen(expected)
    assert (series.name, series.frequency, series.season) == ("load", "D", 7)
    assert expected.inputs == ("wind", "power")


@pytest.mark.parametrize("write", WRITERS)
def test_several_files_continue_each_other(tmp_path, write):
    suffix = write(tmp_path).suffix
    parts = [
        write(tmp_path, FRAME.iloc[rows], f"{name}{suffix}") for rows, name in ((slice(20), "a"), (slice(20, 50), "b"))
    ]
    series = read_file(parts, time="day", **CHOICE)
    assert seen(series) == seen(from_pandas(FRAME, **CHOICE))
    assert series.name == "a"
    assert seen(as_series([str(part) for part in parts], time="day", **CHOICE)) == seen(series)


@pytest.mark.parametrize("write", WRITERS)
def test_files_in_the_wrong_order_are_refused_by_the_name_of_the_second(tmp_path, write):
    suffix = write(tmp_path).suffix
    parts = [
        write(tmp_path, FRAME.iloc[rows], f"{name}{suffix}") for rows, name in ((slice(20), "a"), (slice(20, 50), "b"))
    ]
    with pytest.raises(DataError, match=rf"a\{suffix}, (line 2|row 0 .*), column 'day': the time must increase.*sort"):
        read_file(parts[::-1], time="day", **CHOICE)
    with pytest.raises(DataError, match=rf"a\{suffix}, (line 2|row 0 .*), column 'day': the time must increase"):
        read_file([parts[0], parts[0]], time="day", **CHOICE)


@pytest.mark.parametrize("write", WRITERS)
def test_files_with_other_columns_are_refused_by_name(tmp_path, write):
    first = write(tmp_path)
    other = tmp_path / f"other{first.suffix}"
    if write is write_npz:
        np.savez(other, wind=FRAME["wind"])
        np.savez(first, wind=FRAME["wind"], power=FRAME["power"])
    else:
        write(tmp_path, FRAME.drop(columns="wind"), other.name)
    with pytest.raises(DataError, match=rf"other\{first.suffix} must have the columns of .*load"):
        read_file([first, other], targets="power")


@pytest.mark.parametrize("write", WRITERS)
def test_a_gap_between_files_is_told_with_the_file_before_it(tmp_path, write):
    suffix = write(tmp_path).suffix
    parts = [
        write(tmp_path, FRAME.iloc[rows], f"{name}{suffix}") for rows, name in ((slice(20), "a"), (slice(23, 50), "b"))
    ]
    with pytest.warns(DataWarning, match=rf"lacks 3 rows, .* 3 after .*a\{suffix}, (line 21|row 19)"):
        read_file(parts, time="day", **CHOICE)


@pytest.mark.parametrize("write", [None, *WRITERS])
def test_missing_values_are_treated_alike(tmp_path, write):
    frame = FRAME.assign(power=FRAME["power"].astype(float).mask(FRAME["power"] == 3))

    def read(missing):
        source = frame if write is None else write(tmp_path, frame)
        return as_series(source, "power", missing=missing, **({} if write is None else {"time": "day"}))

    assert len(read("drop")) == 43
    assert read("interpolate").values[:7, 0].tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert read("previous").values[:7, 0].tolist() == [0, 1, 2, 2, 4, 5, 6]
    with pytest.raises(DataError, match=r"(line 5|row 3 .*), column 'power': the value is missing"):
        read("refuse")


@pytest.mark.parametrize("write", [None, *WRITERS])
def test_infinite_values_are_refused_with_their_place(tmp_path, write):
    frame = FRAME.assign(power=np.where(np.arange(50) == 8, np.inf, 1.0))
    with pytest.raises(DataError, match=r"(line 10|row 8 .*), column 'power' must hold a finite number, got"):
        as_series(frame if write is None else write(tmp_path, frame), "power")


def test_the_index_of_a_parquet_file_of_pandas_is_the_time_unless_another_is_named(tmp_path):
    assert read_parquet(write_parquet(tmp_path), targets="wind").time == "day"
    later = FRAME.assign(year=np.arange(1950.0, 2000.0))
    assert read_parquet(write_parquet(tmp_path, later), targets="wind", time="year").index[0] == 1950
    nameless = read_parquet(write_parquet(tmp_path, FRAME.rename_axis(None)), targets="wind")
    assert nameless.frequency == "D"


@pytest.mark.parametrize("kind", ["int8", "uint64", "float32", "bool", "Int64", "boolean", "Float32", "decimal"])
def test_numbers_of_any_type_are_read(tmp_path, kind):
    values = pd.Series(np.arange(50) % 2)
    if kind == "decimal":
        values = values.map(lambda number: decimal.Decimal(int(number)))
        sources = [write_parquet(tmp_path, values.to_frame("load"))]
    else:
        values = values.astype(kind)
        sources = [values.to_frame("load"), write_parquet(tmp_path, values.to_frame("load"))]
    for source in sources:
        assert as_series(source).values[:4, 0].tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize("kind", ["Int64", "Float64", "boolean"])
def test_na_of_pandas_is_a_missing_value(tmp_path, kind):
    values = pd.Series([1, 0] * 25, dtype=kind)
    values[4] = pd.NA
    for source in (values, write_parquet(tmp_path, values.to_frame("load"))):
        assert as_series(source, missing="previous").values[4, 0] == 0
        with pytest.raises(DataError, match=r"row 4 .*: the value is missing"):
            as_series(source)


def test_dates_without_a_time_are_read_from_parquet(tmp_path):
    frame = FRAME.assign(date=[day.date() for day in FRAME.index]).reset_index(drop=True)
    assert read_parquet(write_parquet(tmp_path, frame), targets="wind", time="date").frequency == "D"


@pytest.mark.parametrize(
    ("index", "frequency", "first"),
    [
        (pd.period_range("2020-01", periods=50, freq="M"), "MS", "2020-01-01"),
        (pd.period_range("1950", periods=50, freq="Y"), "YS", "1950-01-01"),
        (pd.date_range("2026-01-01", periods=50, freq="h", tz="Asia/Tokyo"), "h", "2025-12-31T15"),
        (pd.date_range("2026-01-01", periods=50, freq="B"), "B", "2026-01-01"),
    ],
)
def test_the_index_of_pandas_becomes_the_time(index, frequency, first):
    series = from_pandas(pd.Series(np.arange(50.0), index))
    assert series.frequency == frequency
    assert series.index[0] == np.datetime64(first)
    assert series.time == "index"


def test_numbers_as_index_are_the_time_unless_they_count_the_rows():
    assert from_pandas(pd.Series(np.arange(50.0))).time is None
    assert from_pandas(pd.Series(np.arange(50.0), np.arange(1950, 2000))).frequency == 1.0
    with pytest.warns(DataWarning, match="lacks 1 rows"):
        from_pandas(pd.Series(np.arange(50.0)).drop(7))
    with pytest.raises(DataError, match=r"row 1 .*the time must increase from row to row, got 48.0 after 49.0"):
        from_pandas(pd.Series(np.arange(50.0))[::-1])


def test_labels_that_are_no_time_are_left_out():
    assert from_pandas(pd.Series(np.arange(50.0), [f"row {row}" for row in range(50)])).time is None


def test_a_series_is_named_after_its_column_and_options():
    assert from_pandas(pd.Series(np.arange(50.0), name=3)).columns == ("3",)
    assert from_pandas(pd.Series(np.arange(50.0)), name="demand").name == "demand"


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        (FRAME, {}, "has the numeric columns wind, power; all its columns are: wind, power, place"),
        (
            FRAME,
            {"targets": "place"},
            "The DataFrame, column 'place' must hold numbers, but it holds values of the type (str|object)",
        ),
        (FRAME, {"targets": "wid"}, "no column 'wid' .*did you mean 'wind'"),
        (FRAME, {"targets": "wind", "time": "place"}, "column 'place' must hold dates or numbers to be the time"),
        (pd.concat([FRAME, FRAME["wind"]], axis=1), {"targets": "wind"}, "must differ, got wind more than once"),
        (
            FRAME.set_index("place", append=True),
            {"targets": "wind"},
            "The rows of the DataFrame must have one label each",
        ),
        (pd.concat({"a": FRAME}, axis=1), {"targets": "wind"}, "The columns of the DataFrame must have one label each"),
        (pd.Series([1j] * 30), {}, "holds values of the type complex128"),
        (pd.Series(list("ab") * 20, dtype="category"), {}, "holds values of the type category"),
        (pd.Series([datetime.date(2026, 1, 1)] * 30), {}, "holds values of the type object"),
        (pd.Series([pd.Timedelta(1)] * 30), {}, "holds values of the type timedelta64"),
        (pd.DataFrame(), {}, "must have a column, but has none"),
        (pd.DataFrame({"a": []}), {}, "must have a row without a missing value|must have the shape"),
        (pd.Series([1.0] * 5, pd.DatetimeIndex([*DAYS[:4], pd.NaT])), {}, "row 4 .*the time is missing"),
    ],
)
def test_rows_of_pandas_that_cannot_be_used_are_refused(data, options, message):
    with pytest.raises(DataError, match=message):
        from_pandas(data, **options)


def test_a_list_of_frames_and_what_is_no_frame_are_refused():
    with pytest.raises(SettingError, match="must be a Series or a DataFrame of pandas, got 'list'"):
        from_pandas([1, 2])
    with pytest.raises(DataError, match="must be a table of real numbers"):
        as_series(object())


def test_all_columns_of_an_array_are_targets_unless_some_are_named():
    values = np.arange(100.0).reshape(50, 2)
    assert as_series(values).targets == ("value_1", "value_2")
    assert as_series(values, "value_2").inputs == ("value_2",)
    assert from_array(values, ["wind", "power"], targets="power", inputs=["wind"]).inputs == ("wind",)
    assert as_series(list(range(50)), scale=None).scale is None
    assert as_series([1.0, np.nan] * 20, missing="previous").values[:2, 0].tolist() == [1, 1]


def test_a_series_is_given_back_unless_it_would_change():
    series = TimeSeries(np.arange(50.0))
    assert as_series(series) is series
    with pytest.raises(SettingError, match="`season` is an option of data that becomes a series"):
        as_series(series, season=7)


@pytest.mark.parametrize("array", [np.arange(60.0), np.arange(60).reshape(30, 2), np.asfortranarray(np.ones((30, 3)))])
def test_an_array_of_a_numpy_file_is_read_as_it_is(tmp_path, array):
    np.save(tmp_path / "a.npy", array)
    np.savez(tmp_path / "a.npz", array)
    for name in ("a.npy", "a.npz"):
        assert np.array_equal(read_numpy(tmp_path / name).values, array.reshape(len(array), -1))


def test_files_are_told_apart_by_their_suffix(tmp_path):
    path = tmp_path / "LOAD.TXT"
    path.write_text("b;a\n" + "".join(f"{row};{row}\n" for row in range(30)))
    assert read_file(path, "a", delimiter=";").name == "LOAD"
    with pytest.raises(DataError, match=r"'load.xlsx' must end in .csv, .tsv, .txt, .parquet, .npy, .npz"):
        as_series("load.xlsx")
    with pytest.raises(SettingError, match=r"must be of one kind, got '.csv', '.parquet'"):
        as_series(["a.csv", "b.parquet"])
    with pytest.raises(SettingError, match=r"`decimal` is an option of CSV files, got it for 'a.parquet'"):
        as_series("a.parquet", decimal=",")
    with pytest.raises(SettingError, match="`decimal` is an option of CSV files, got it for 'ndarray'"):
        as_series(np.ones(30), decimal=",")
    with pytest.raises(SettingError, match="`path` must be the name of a file"):
        read_file([path, 3])
    with pytest.raises(SettingError, match="`path` must be the name of a file"):
        read_csv([])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": "a"}, "no option 'target' of a series; did you mean 'targets'"),
        ({"missing": "gues"}, "`missing` must be one of"),
        ({"gaps": "drop"}, "`gaps` must be one of report, refuse, interpolate, previous, got 'drop'"),
        ({"season": 0}, "`season` must be a whole number of at least 1"),
        ({"frequency": "D"}, "`frequency` .* no time"),
        ({"name": 3}, "`name` must be a text"),
        ({"split_rows": (3,)}, "`split_rows` must be two"),
        (
            {"shares": (0.5, 0.25, 0.25), "split_rows": (20, 30)},
            "in one way, by shares, by row or by time, got shares=",
        ),
    ],
)
def test_options_that_are_none_are_refused(options, message):
    with pytest.raises(SettingError, match=message):
        read_numpy_like(options)


def read_numpy_like(options):
    return as_series([float(row) for row in range(40)], **options)


def test_all_readers_know_all_options():
    assert set(Options.__annotations__) == set(SeriesOptions.__dataclass_fields__)


def test_parquet_without_pyarrow_says_how_to_install_it(tmp_path, monkeypatch):
    path = write_parquet(tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(DataError, match=r"need the package pyarrow, .*: pip install 'dlopt_deap\[parquet\]'"):
        read_parquet(Path(path))
