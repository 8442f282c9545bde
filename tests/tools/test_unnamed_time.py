"""Columns of dates that nobody named."""

from pathlib import Path

import pytest
from load_data import load_file
from tools.running import process

from dlopt_deap.tools.settings.data import FileSource

TRAIN = ("--set", "architectures=[[2]]", "--set", "look_back=[3]", "--set", "epochs=1", "--seed", "1")


@pytest.mark.slow
@pytest.mark.keras
def test_the_command_hints_once_at_a_column_of_dates_that_is_not_named(tmp_path: Path) -> None:
    load_file(tmp_path / "load.csv", 0, 60)
    ended = process("train", "load.csv", "--set", "data.targets=load", *TRAIN, "--out", "run", folder=tmp_path)
    assert ended.code == 0
    told = [line for line in ended.stderr.splitlines() if "holds dates" in line]
    assert told == [
        "warning: load.csv: the column 'date' holds dates, but is not used; with --set data.time=date forecasts have "
        "dates, and missing rows are noticed."
    ]


def test_a_column_that_is_named_needs_no_hint(tmp_path: Path) -> None:
    file = str(load_file(tmp_path / "load.csv", 0, 60))
    assert FileSource(path=file, targets="load", time="date").read().time == "date"


@pytest.mark.parametrize("cells", ["word", "2026", "1.5", "now", "", "2026-01-31,2026-13-01"])
def test_columns_of_anything_else_need_no_hint(tmp_path: Path, cells: str) -> None:
    written = [cells.split(",")[row % len(cells.split(","))] for row in range(30)]
    (tmp_path / "load.csv").write_text("other,load\n" + "".join(f"{cell},{row}\n" for row, cell in enumerate(written)))
    assert FileSource(path=str(tmp_path / "load.csv"), targets="load").read().time is None


@pytest.mark.parametrize("cell", ["2026-01-31", "31.01.2026 18:30", "2026-01-31T18:30:00+02:00", "31 Jan 2026"])
def test_dates_are_known_by_their_form(tmp_path: Path, cell: str) -> None:
    (tmp_path / "load.csv").write_text("when,load\n" + "".join(f"{cell},{row}\n" for row in range(30)))
    with pytest.warns(UserWarning, match="the column 'when' holds dates"):
        FileSource(path=str(tmp_path / "load.csv"), targets="load").read()


def test_dates_of_other_files_are_known_by_their_type(tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"when": pd.date_range("2026-01-01", periods=30), "load": range(30)})
    frame.to_parquet(tmp_path / "load.parquet")
    with pytest.warns(UserWarning, match="the column 'when' holds dates"):
        FileSource(path=str(tmp_path / "load.parquet"), targets="load").read()
