"""Whole files or none."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlopt_deap import files
from dlopt_deap.errors import DataError, RunFolderError, SettingError
from dlopt_deap.files import as_path, read_regular, replacing, write_text


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


def read(path: Path) -> bytes:
    return read_regular(path, "a note", "MAX_CSV_BYTES", DataError)


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"whole" * 100_000)
    assert read(tmp_path / "a.txt") == b"whole" * 100_000


@pytest.mark.parametrize(
    "change", [lambda path: path.write_text("longer than it was"), lambda path: path.write_text("")]
)
def test_a_file_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], Any]
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("as it was")
    whole = files._read_at_most

    def read_meanwhile(file: Any, count: int) -> bytes:
        change(path)
        return whole(file, count)

    monkeypatch.setattr(files, "_read_at_most", read_meanwhile)
    with pytest.raises(DataError, match=r"a\.txt must stay as it is while it is read, but it changed"):
        read(path)


def test_a_file_that_vanishes_while_it_is_read_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("as it was")
    whole = files._read_at_most

    def read_meanwhile(file: Any, count: int) -> bytes:
        path.unlink()
        return whole(file, count)

    monkeypatch.setattr(files, "_read_at_most", read_meanwhile)
    assert read(path) == b"as it was"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a\0b", "no file can have such a name"),
        ("x" * 5000, "File name too long"),
        (".", "it is a folder"),
        ("no", "no such"),
    ],
)
def test_a_name_that_no_file_has_is_told(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path / name)


def test_what_is_no_name_is_refused() -> None:
    with pytest.raises(SettingError, match="`path` must be the name of a file, got 0"):
        as_path(0)
