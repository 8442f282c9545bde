"""Parquet files that would end the process that reads them."""

from pathlib import Path

import pandas as pd
import pytest

from dlopt_deap.data import read_parquet
from dlopt_deap.data.readers import parquet_trial
from dlopt_deap.errors import DataError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "load.parquet"
    pd.DataFrame({"load": range(50)}).to_parquet(path)
    return path


def test_a_file_that_ends_its_reader_is_refused_and_the_program_lives(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_trial, "CODE", "import os; os.abort()")
    with pytest.raises(DataError, match=r"load\.parquet must be a Parquet file, but is so damaged"):
        read_parquet(path)


def test_a_whole_file_and_one_that_is_none_at_all_end_nobody(path: Path) -> None:
    assert parquet_trial.survives(path.read_bytes())
    assert parquet_trial.survives(b"no such thing")


def test_the_trial_reads_what_the_reader_reads(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code = parquet_trial.CODE.replace("    pass  #", "    raise  #")
    assert "raise" in code
    import subprocess
    import sys

    tried = subprocess.run(
        [sys.executable, "-P", "-c", code, "1000000"], input=path.read_bytes(), capture_output=True, check=False
    )
    assert (tried.returncode, tried.stderr) == (0, b"")
