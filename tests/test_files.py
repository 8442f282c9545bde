"""Whole files or none."""

from pathlib import Path

import pytest

from dlopt_deap.errors import RunFolderError
from dlopt_deap.files import replacing, write_text


def test_a_file_is_replaced_when_the_block_ends_well(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    write_text(path, "new")
    assert path.read_text() == "new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.txt"]


def test_the_old_file_stays_whole_when_the_block_raises(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    def fail() -> None:
        with replacing(path) as temporary:
            temporary.write_text("ha")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.txt"]


def test_the_temporary_file_has_the_suffix_that_writers_look_at(tmp_path: Path) -> None:
    with replacing(tmp_path / "best.keras") as temporary:
        assert temporary.suffix == ".keras"
        assert temporary.parent == tmp_path


def test_a_folder_that_is_not_there_is_told_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"Cannot write .*gone/a\.txt"):
        write_text(tmp_path / "gone" / "a.txt", "x")
