"""CSV files that would take memory or time, or be taken for something else."""

import gzip
import os
from pathlib import Path

import pytest

from dlopt_deap import limits
from dlopt_deap.data import read_csv, sine
from dlopt_deap.errors import DataError, SettingError

ROWS = "".join(f"{row},{row}.5\n" for row in range(20))


def write(folder: Path, content: bytes | str, name: str = "load.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (gzip.compress(b"a,b\n1,2\n", mtime=0), "load.csv must be a CSV file, but it is packed by gzip; unpack it"),
        (b"PK\x03\x04" + bytes(50), "it is a zip archive or a spreadsheet"),
        (("a,b\n" + ROWS).encode("utf-16"), "it is in UTF-16 or UTF-32; save the file as UTF-8"),
        (b"a,b\n1,2\n3,\0\n", "line 3 holds a byte of zero"),
        ('""\n', "load.csv must hold a line of column names and lines of numbers, but it is empty"),
        (
            'a,b\n1,"2\n' + ROWS,
            r"line 22 must be a line .*: unexpected end of data \(in what follows line 1\)",
        ),
        ("day,load\nnow,1\n", "line 2, column 'day' must hold a date, got 'now', which is another one each day"),
        ("load\n" + "1\n" * 3, "load.csv holds no usable series. .* use more rows"),
    ],
)
def test_what_is_no_usable_csv_file_is_told_with_its_name_and_the_way_out(
    tmp_path: Path, content: bytes | str, message: str
) -> None:
    path = write(tmp_path, content)
    with pytest.raises(DataError, match=message):
        read_csv(path, time="day" if path.read_bytes().startswith(b"day") else None)


@pytest.mark.parametrize(
    ("limit", "most", "message"),
    [
        (
            "MAX_CSV_BYTES",
            100,
            r"its \d+ bytes are more than 100; use a smaller one, or widen `dlopt_deap.limits",
        ),
        ("MAX_CSV_CELLS", 10, "must have at most 10 cells, but has more from line 6 on; .* widen"),
        ("MAX_COLUMNS", 1, "line 1 must have at most 1 cells, got 2; .* widen"),
        ("MAX_CELL_LENGTH", 3, "line 12 must have cells of at most 3 characters, got one of 4; .* widen"),
    ],
)
def test_a_file_beyond_a_limit_is_refused_with_the_way_to_widen_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, most: int, message: str
) -> None:
    path = write(tmp_path, "a,b\n" + ROWS)
    monkeypatch.setattr(limits, limit, most)
    with pytest.raises(DataError, match=message):
        read_csv(path, targets=["b"])


def test_a_pipe_that_nobody_writes_to_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    for path in (tmp_path / "pipe.csv", Path("/dev/zero")):
        with pytest.raises(DataError, match="but it is a device or a pipe"):
            read_csv(path)


def test_a_message_about_thousands_of_columns_stays_short(tmp_path: Path) -> None:
    names = [f"c{number}" for number in range(9_000)]
    path = write(tmp_path, "\n".join(",".join(row) for row in (names, *[["1"] * 9_000] * 9)))
    with pytest.raises(DataError, match="and 8980 more") as raised:
        read_csv(path)
    assert len(str(raised.value)) < 1000


@pytest.mark.parametrize("argument", ["inputs", "targets", "path"])
def test_what_names_nothing_is_refused(tmp_path: Path, argument: str) -> None:
    arguments: dict[str, object] = {"path": write(tmp_path, "a,b\n" + ROWS), "targets": "b", argument: 5}
    with pytest.raises(SettingError, match=f"`{argument}` must"):
        read_csv(**arguments)  # type: ignore[arg-type]


def test_a_sine_wave_of_more_rows_than_memory_is_meant_to_hold_is_refused() -> None:
    with pytest.raises(SettingError, match=r"at most 10000000 rows, got 1e\+301; choose a larger step"):
        sine(stop=1e300)


def test_windows_of_more_numbers_than_memory_is_meant_to_hold_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_WINDOW_NUMBERS", 1000)
    assert len(sine().validation.windows(6)[0]) == 160
    with pytest.raises(DataError, match="at most 1000 numbers, got 1120 with a look-back of 7; shorten it, or widen"):
        sine().validation.windows(7)
