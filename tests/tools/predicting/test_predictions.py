"""Forecasts of a saved network from new rows."""

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlopt_deap.data import NewRows, SeriesDescription, TimeSeries, read_new_rows
from dlopt_deap.errors import DataError, RunFolderError, SettingError
from dlopt_deap.networks import NetworkSpec, initial_weights, predict, predict_recursive
from dlopt_deap.tools import KnownRows, SavedNetwork, load_saved, predict_rows
from dlopt_deap.tools.predicting.predictions import future_description
from dlopt_deap.tools.settings.data import FileSource, SineSource
from dlopt_deap.tools.settings.new_data import known_rows

RNG = np.random.default_rng(1)
TABLE = np.column_stack([50 + 10 * np.sin(np.arange(60)), 5 + np.cos(np.arange(60))]) + RNG.normal(0, 0.1, (60, 2))
NAMES = ["load", "temp"]


def series(inputs: list[str], targets: list[str], scale: Any = (-1, 1), rows: int = 40) -> TimeSeries:
    return TimeSeries(TABLE[:rows], NAMES, inputs, targets, scale=scale)


def network(of: TimeSeries) -> SavedNetwork:
    spec = NetworkSpec(len(of.inputs), (4,), len(of.targets), 3)
    weights = initial_weights(spec, seed=1)
    return SavedNetwork(Path("runs/mine"), spec, weights, SeriesDescription.from_dict(of.description()))


def known(saved: SavedNetwork, table: np.ndarray = TABLE[40:]) -> KnownRows:
    described = saved.described()
    positions = [NAMES.index(name) for name in described.targets]
    chosen = table[:, [NAMES.index(name) for name in described.inputs]]
    return KnownRows(NewRows(described, chosen, np.arange(len(table))), table[:, positions])


def test_new_rows_are_scaled_as_the_training_was_and_not_anew() -> None:
    old = series(["load"], ["load"])
    saved = network(old)
    found = predict_rows(saved, saved.described(), known(saved))
    windows = np.lib.stride_tricks.sliding_window_view(old.scaling.apply(TABLE[40:, :1], [0]), 3, axis=0)
    said = predict(saved.spec, saved.weights, windows.transpose(0, 2, 1))
    assert found.forecasts == pytest.approx(old.testing.to_own_units(said))
    anew = TimeSeries(TABLE[40:, :1], scale=(-1, 1))
    assert not np.allclose(anew.scaled_inputs[:, 0], old.scaling.apply(TABLE[40:, :1], [0])[:, 0])


def test_rows_beyond_the_end_read_the_forecasts_before_them() -> None:
    old = series(NAMES, NAMES)
    saved = network(old)
    found = predict_rows(saved, saved.described(), known(saved), horizon=6, after_only=True)
    window = old.scaling.apply(TABLE[-3:], [0, 1])[np.newaxis]
    loop = predict_recursive(saved.spec, saved.weights, window, 6)[0]
    assert found.forecasts == pytest.approx(old.testing.to_own_units(loop), rel=1e-4)
    assert found.steps.tolist() == [1, 2, 3, 4, 5, 6]
    assert np.isnan(found.truth).all()
    assert found.measured == {}


def test_the_last_row_of_all_is_the_first_beyond_the_end() -> None:
    saved = network(series(["load"], ["load"]))
    every = predict_rows(saved, saved.described(), known(saved))
    after = predict_rows(saved, saved.described(), known(saved), after_only=True)
    assert len(every.index) == 20 - 3 + 1
    assert every.forecasts[-1] == pytest.approx(after.forecasts[0])
    assert every.index.tolist() == list(range(3, 21))


def test_errors_are_those_of_the_rows_whose_truth_is_known_in_own_units() -> None:
    saved = network(series(["load"], ["load"]))
    found = predict_rows(saved, saved.described(), known(saved), horizon=4)
    deviations = np.abs(found.forecasts - found.truth)[:-4]
    assert found.measured["mae"] == pytest.approx(deviations.mean())
    assert found.measured["rmse"] == pytest.approx(np.sqrt((deviations**2).mean()))


def test_inputs_that_are_not_forecast_need_their_future_for_more_than_one_row() -> None:
    saved = network(series(NAMES, ["load"]))
    assert len(predict_rows(saved, saved.described(), known(saved), horizon=1, after_only=True).forecasts) == 1
    with pytest.raises(DataError, match=r"A forecast of 3 rows beyond the end needs temp in the first 2 of them"):
        predict_rows(saved, saved.described(), known(saved), horizon=3)


def test_the_future_of_inputs_is_what_the_network_reads() -> None:
    saved = network(series(NAMES, ["load"]))
    described = saved.described()
    future = NewRows(future_description(described), TABLE[50:, 1:], np.arange(10))
    found = predict_rows(saved, described, known(saved, TABLE[30:50]), 4, future, after_only=True)
    window = TABLE[47:50].copy()
    for step in range(4):
        scaled = described.scale_inputs(window[-3:])[np.newaxis]
        said = described.to_own_units(predict(saved.spec, saved.weights, scaled))[0, 0]
        assert found.forecasts[step, 0] == pytest.approx(said, rel=1e-5)
        window = np.vstack([window, [said, TABLE[50 + step, 1]]])


def test_a_future_that_is_too_short_or_begins_elsewhere_is_told(tmp_path: Path) -> None:
    saved = network(series(NAMES, ["load"]))
    described = saved.described()
    timed = NewRows(described, TABLE[40:], np.arange(40.0, 60.0))
    truth = KnownRows(timed, None)
    names = future_description(described)
    with pytest.raises(DataError, match=r"in 2 rows after the last one, 59.0, got 1"):
        predict_rows(saved, described, truth, 3, NewRows(names, TABLE[:1, 1:], np.array([60.0])))
    late = NewRows(names, TABLE[:9, 1:], np.arange(50.0, 59.0))
    with pytest.raises(DataError, match="got 0"):
        predict_rows(saved, described, truth, 3, late)


def test_the_future_must_go_on_where_the_rows_end(tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("t,load,temp\n" + "".join(f"{n},{a},{b}\n" for n, (a, b) in enumerate(TABLE)))
    old = FileSource(path=str(tmp_path / "old.csv"), targets="load", inputs=("load", "temp"), time="t").read()
    saved = network(old)
    described = saved.described()
    rows = known_rows(FileSource(path=str(tmp_path / "old.csv")), described)
    future = NewRows(future_description(described), TABLE[:9, 1:], np.arange(61.0, 70.0))
    with pytest.raises(DataError, match=r"`future` must go on with 60.0, the row after the last one, got 61.0"):
        predict_rows(saved, described, rows, 3, future)


def test_a_network_that_forecasts_all_that_it_reads_takes_no_future() -> None:
    with pytest.raises(DataError, match="leave out `future`"):
        future_description(network(series(["load"], ["load"])).described())


def test_times_go_on_in_their_step_and_are_counted_where_there_is_none(tmp_path: Path) -> None:
    days = np.datetime64("2026-01-30") + np.arange(20)
    old = TimeSeries(TABLE[:20, :1], index=days, frequency="D", time="day")
    saved = network(old)
    described = saved.described()
    rows = KnownRows(NewRows(described, TABLE[:20, :1], days.astype("datetime64[us]")), None)
    dated = predict_rows(saved, described, rows, 2, after_only=True)
    assert list(csv.reader(io.StringIO(dated.to_csv())))[1][:2] == ["2026-02-19", "1"]
    unknown = SavedNetwork(saved.path, saved.spec, saved.weights, TimeSeries(TABLE[:20, :1]).described())
    undated = NewRows(unknown.described(), TABLE[:20, :1], rows.rows.index)
    counted = predict_rows(unknown, unknown.described(), KnownRows(undated, None), 2)
    assert counted.index.tolist()[-2:] == ["+1", "+2"]


def test_the_file_holds_truth_where_it_is_known_and_an_empty_cell_elsewhere() -> None:
    saved = network(series(NAMES, NAMES))
    header, *rows = csv.reader(io.StringIO(predict_rows(saved, saved.described(), known(saved)).to_csv()))
    assert header == ["time", "steps", "load truth", "load network", "temp truth", "temp network"]
    assert float(rows[0][2]) == TABLE[43, 0]
    assert (rows[-1][2], rows[-1][4]) == ("", "")


def test_a_model_alone_needs_the_data_that_it_was_trained_with() -> None:
    old = series(["load"], ["load"])
    saved = network(old)
    alone = SavedNetwork(Path("best.keras"), saved.spec, saved.weights)
    with pytest.raises(SettingError, match=r"best\.keras does not say how its series was scaled"):
        alone.described()
    assert alone.described(old).to_own_units([[0.5]]) == saved.described().to_own_units([[0.5]])
    with pytest.raises(SettingError, match="has 1 inputs and 1 outputs, and the series 'series' has 2 and 1"):
        alone.described(series(NAMES, ["load"]))


def test_a_scaling_that_is_no_straight_line_is_fitted_again_to_the_same_data_alone() -> None:
    from sklearn.preprocessing import PowerTransformer

    old = series(["load"], ["load"], PowerTransformer())
    saved = network(old)
    with pytest.raises(SettingError, match=r"must be fitted again; give the data that it was trained with"):
        saved.described()
    with pytest.raises(DataError, match="must be fitted to the series that was described"):
        saved.described(series(["load"], ["load"], PowerTransformer(), rows=41))
    described = saved.described(old)
    found = predict_rows(saved, described, KnownRows(NewRows(described, TABLE[:, :1], np.arange(60)), None))
    assert np.isfinite(found.forecasts).all()


def test_new_files_need_the_columns_of_the_model_alone_and_truth_is_taken_where_it_is(tmp_path: Path) -> None:
    described = network(series(["temp"], ["load"])).described()
    (tmp_path / "inputs.csv").write_text("temp,other\n" + "5.5,x\n" * 9)
    assert known_rows(FileSource(path=str(tmp_path / "inputs.csv")), described).truth is None
    (tmp_path / "both.csv").write_text("load,temp\n" + "50,5.5\n" * 9)
    found = known_rows(FileSource(path=str(tmp_path / "both.csv")), described)
    assert found.truth is not None
    assert (found.rows.values[0, 0], found.truth[0, 0]) == (5.5, 50)
    (tmp_path / "gaps.csv").write_text("load,temp\n" + "50,5.5\n" * 8 + ",5.5\n")
    assert known_rows(FileSource(path=str(tmp_path / "gaps.csv")), described).truth is None
    (tmp_path / "none.csv").write_text("load\n" + "1\n" * 9)
    with pytest.raises(DataError, match="no column 'temp'"):
        known_rows(FileSource(path=str(tmp_path / "none.csv")), described)


def test_settings_of_other_columns_than_the_model_has_are_refused(tmp_path: Path) -> None:
    described = network(series(["load"], ["load"])).described()
    with pytest.raises(SettingError, match=r"`data.targets` must be among the columns of the model, load, temp, got"):
        known_rows(FileSource(path="new.csv", targets="power"), described)


def test_series_of_other_sources_are_forecast_too() -> None:
    old = SineSource().read()
    saved = network(old)
    found = predict_rows(saved, saved.described(), known_rows(SineSource(start=50.0), saved.described()))
    assert np.isfinite(found.forecasts).all()
    assert len(found.index) == 500 - 3 + 1


def test_too_few_rows_are_told() -> None:
    saved = network(series(["load"], ["load"]))
    with pytest.raises(DataError, match="looks back 3 rows"):
        predict_rows(saved, saved.described(), known(saved, TABLE[:2]))
    with pytest.raises(SettingError, match="`horizon` must be a whole number of at least 1"):
        predict_rows(saved, saved.described(), known(saved), horizon=0)


def test_what_is_no_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="There is no folder"):
        load_saved(tmp_path / "none")
    with pytest.raises(RunFolderError, match="must be a result, but there is no such file"):
        load_saved(tmp_path)


def test_rows_can_be_read_as_the_data_package_reads_them() -> None:
    saved = network(series(["load"], ["load"]))
    rows = read_new_rows(saved.described(), TABLE[:, :1])
    assert len(predict_rows(saved, saved.described(), KnownRows(rows, None)).forecasts) == 58


def test_the_settings_of_new_files_are_those_of_the_training_unless_given(tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("load;temp\n" + "".join(f"{row % 7},5;{row}\n" for row in range(50)))
    old = FileSource(path=str(tmp_path / "old.csv"), targets="load", inputs="temp", decimal=",", delimiter=";")
    described = network(old.read()).described()
    (tmp_path / "new.csv").write_text("temp;load\n" + "5;50,5\n" * 9)
    found = known_rows(FileSource(path=str(tmp_path / "new.csv")), described)
    assert found.truth is not None
    assert (found.rows.values[0, 0], found.truth[0, 0]) == (5, 50.5)
    (tmp_path / "other.csv").write_text("temp,load\n" + "5,50.5\n" * 9)
    given = FileSource(path=str(tmp_path / "other.csv"), decimal=".", delimiter=",")
    assert known_rows(given, described).rows.values.tolist() == [[5]] * 9
