"""The folder of a run."""

from pathlib import Path

import pytest

from dlopt_deap.errors import RunFolderError
from dlopt_deap.storage import new_run_folder


def test_a_missing_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    assert new_run_folder(tmp_path / "a" / "b").is_dir()


def test_an_empty_folder_is_taken_and_left_empty(tmp_path: Path) -> None:
    assert list(new_run_folder(tmp_path).iterdir()) == []


def test_a_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("mine")
    with pytest.raises(RunFolderError, match="out is a file"):
        new_run_folder(path)
    with pytest.raises(RunFolderError, match="cannot be used: Not a directory"):
        new_run_folder(path / "below")
    assert path.read_text() == "mine"


def test_a_folder_that_holds_something_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text("mine")
    with pytest.raises(RunFolderError, match=r"is not empty \(it holds result.json\)"):
        new_run_folder(tmp_path)
    assert (tmp_path / "result.json").read_text() == "mine"
