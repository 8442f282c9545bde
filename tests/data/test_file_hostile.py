"""Parquet and NumPy files that would take memory or time, run code, or are something else."""

import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dlopt_deap import limits
from dlopt_deap.data import read_file, read_numpy, read_parquet
from dlopt_deap.errors import DataError

FRAME = pd.DataFrame({"load": np.arange(50.0), "text": "x", "list": [[1.0]] * 50, "table": [{"a": 1}] * 50})


def npy(array: Any, header: str | None = None, version: bytes = b"\x01\x00") -> bytes:
    """Write an array, with a header of our own."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    if header is None:
        return file.getvalue()
    data = np.asarray(array).tobytes()
    return b"\x93NUMPY" + version + len(header).to_bytes(2, "little") + header.encode() + data


def header(shape: str, descr: str = "'<f8'") -> str:
    return f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n"


class Bomb:
    """What writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "hostile.npy must be a file of NumPy, but its header is none"),
        (b"\x93NUMPY", "its header is none"),
        (b"a,b\n1,2\n", "its header is none"),
        (
            npy(np.ones(30))[:-1],
            r"as many bytes as its header says, got the shape \(30,\) of dtype\('float64'\) and 239",
        ),
        (npy(np.ones(30)) + b"x", "it is damaged, or was cut"),
        (npy(np.ones(30), header("(10**12,)")), "its header is none"),
        (npy(np.ones(30), header("(1000000000000,)")), r"got the shape \(1000000000000,\)"),
        (npy(np.ones(30), header("(4611686018427387904, 4611686018427387904)")), "got the shape"),
        (npy(np.ones(30), header("(-30,)")), r"got the shape \(-30,\)"),
        (npy(np.ones(30), header("(-1, -30)")), "got the shape"),
        (npy(np.ones(30), header("(0,)")), "and 240 bytes; it is damaged"),
        (npy(np.ones(30), header("()")), "one or two axes"),
        (npy(np.ones((2, 3, 5))), "one or two axes"),
        (npy(np.ones(30), header("(30,)", "'|O'")), r"must hold numbers, but holds values of the type dtype\('O'\)"),
        (npy(np.ones(30), header("(30,)", "[('a', '<f8')]")), "must hold numbers, .* by `numpy.savez`"),
        (npy(np.ones(30), header("(30,)", "('<f8', (2,))")), "must hold numbers|its header is none"),
        (npy(np.ones(30), header("(30,)", "__import__('os').system('x')")), "its header is none"),
        (npy(np.ones(30), "[" * 9000), "its header is none"),
        (npy(np.ones(30), header("(30,)"), b"\x09\x00"), "its header is none"),
        (npy(np.array(["a"] * 30)), "must hold numbers"),
        (npy(np.ones(30, complex)), "must hold numbers"),
        (npy(np.ones((30, 0))), "holds no usable series"),
    ],
)
def test_a_damaged_array_is_refused_before_memory_is_taken(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "hostile.npy"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message) as raised:
        read_numpy(path)
    assert "hostile.npy" in str(raised.value)
    with zipfile.ZipFile(tmp_path / "hostile.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("load.npy", content)
    with pytest.raises(DataError, match=r"hostile.npz"):
        read_numpy(tmp_path / "hostile.npz")


def test_no_pickle_is_read(tmp_path: Path) -> None:
    marker = tmp_path / "executed"
    array = np.array([Bomb(marker)] * 30, dtype=object)
    np.save(tmp_path / "a.npy", array, allow_pickle=True)
    np.savez(tmp_path / "a.npz", load=array, allow_pickle=True)
    (tmp_path / "b.npy").write_bytes(pickle.dumps(Bomb(marker)))
    for name in ("a.npy", "a.npz", "b.npy"):
        with pytest.raises(DataError, match=name):
            read_numpy(tmp_path / name)
    assert not marker.exists()


def test_an_archive_that_unpacks_to_more_than_it_may_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.savez_compressed(tmp_path / "a.npz", load=np.zeros(100_000))
    assert (tmp_path / "a.npz").stat().st_size < 5000
    monkeypatch.setattr(limits, "MAX_NUMPY_BYTES", 10_000)
    with pytest.raises(DataError, match=r"at most 10000 arrays of 10000 bytes together; .* widen"):
        read_numpy(tmp_path / "a.npz")


def test_an_archive_that_lies_about_a_size_gives_no_more_than_that(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "a.npz", load=np.zeros(100_000))
    content = (tmp_path / "a.npz").read_bytes()
    size = (100_000 * 8 + 128).to_bytes(4, "little")
    assert size in content
    (tmp_path / "a.npz").write_bytes(content.replace(size, (500).to_bytes(4, "little")))
    with pytest.raises(DataError, match=r"a.npz"):
        read_numpy(tmp_path / "a.npz")


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"a": np.ones(30), "b": np.ones(31)}, r"columns of the same shape \(rows,\), got a \(30,\), b \(31,\)"),
        ({"a": np.ones((30, 2)), "b": np.ones((30, 2))}, "must hold one array, or columns"),
        ({}, "must hold an array, but holds none"),
        ({"a": np.ones(30), "b": np.array(["x"] * 30)}, "array 'b' must hold numbers"),
    ],
)
def test_an_archive_of_other_arrays_is_refused(tmp_path: Path, columns: dict[str, Any], message: str) -> None:
    np.savez(tmp_path / "a.npz", **columns)
    with pytest.raises(DataError, match=message):
        read_numpy(tmp_path / "a.npz", targets="a")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_archive_with_a_name_twice_or_another_file_is_refused(tmp_path: Path) -> None:
    for names in (("a.npy", "a.npy"), ("a.npy", "note.txt")):
        with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
            for name in names:
                archive.writestr(name, npy(np.ones(30)))
        with pytest.raises(DataError, match="with names of their own"):
            read_numpy(tmp_path / "a.npz")


def test_a_parquet_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "load.parquet"
    FRAME.to_parquet(path)
    whole = path.read_bytes()
    for content in (b"", b"PAR1", whole[:-1], whole[: len(whole) // 2], b"PAR1" + bytes(100) + b"PAR1", b"a,b\n1,2\n"):
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"load.parquet must be a Parquet file, but cannot be read as one"):
            read_parquet(path)


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ("text", "load.parquet, column 'text' must hold numbers, but it holds values of the type (large_)?string"),
        ("list", "column 'list' must hold numbers, but it holds values of the type list<"),
        ("table", "column 'table' must hold numbers, but it holds values of the type struct<"),
    ],
)
def test_columns_that_hold_no_numbers_are_refused(tmp_path: Path, targets: str, message: str) -> None:
    FRAME.to_parquet(tmp_path / "load.parquet")
    with pytest.raises(DataError, match=message):
        read_parquet(tmp_path / "load.parquet", targets=targets)
    with pytest.raises(DataError, match=f"column '{targets}' must hold dates or numbers to be the time"):
        read_parquet(tmp_path / "load.parquet", targets="load", time=targets)
    assert read_parquet(tmp_path / "load.parquet").targets == ("load",)


@pytest.mark.parametrize(
    ("limit", "most", "message"),
    [
        ("MAX_PARQUET_BYTES", 100, r"bytes are more than 100; use a smaller one, or widen"),
        ("MAX_ROWS", 40, "at most 40 rows and 10000 columns, got 50 and 4; .* widen"),
        ("MAX_COLUMNS", 3, "at most 10000000 rows and 3 columns, got 50 and 4"),
        ("MAX_COLUMN_BYTES", 100, r"column 'load' must take at most 100 bytes, got \d+; leave out rows, or widen"),
    ],
)
def test_a_parquet_file_beyond_a_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, most: int, message: str
) -> None:
    FRAME.to_parquet(tmp_path / "load.parquet")
    monkeypatch.setattr(limits, limit, most)
    with pytest.raises(DataError, match=message):
        read_parquet(tmp_path / "load.parquet")


@pytest.mark.parametrize("limit", ["MAX_ROWS", "MAX_COLUMNS", "MAX_NUMPY_BYTES"])
def test_a_numpy_file_beyond_a_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    np.save(tmp_path / "load.npy", np.ones((30, 30)))
    monkeypatch.setattr(limits, limit, 20)
    with pytest.raises(DataError, match=r"load.npy .* widen `dlopt_deap.limits"):
        read_numpy(tmp_path / "load.npy")


def test_csv_files_have_a_limit_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [tmp_path / f"{name}.csv" for name in "ab"]
    for path in paths:
        path.write_text("load\n" + "1\n" * 20)
    monkeypatch.setattr(limits, "MAX_CSV_CELLS", 30)
    assert len(read_file(paths[0])) == 20
    with pytest.raises(DataError, match=r"a.csv, .*b.csv must have at most 30 cells together; .* widen"):
        read_file(paths)


def test_metadata_of_pandas_that_is_none_is_left_out(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    for told in (b"", b"{", b"[]", b'{"index_columns": 3}', b'{"index_columns": ["text"]}', b'{"index_columns": [[]]}'):
        table = pa.table({"load": np.arange(50.0), "text": ["x"] * 50}).replace_schema_metadata({b"pandas": told})
        pq.write_table(table, tmp_path / "load.parquet")
        assert read_parquet(tmp_path / "load.parquet").time is None


def test_columns_whose_names_hold_dots_are_read(tmp_path: Path) -> None:
    pd.DataFrame({"a.b": np.arange(50.0), "a": 1.0}).to_parquet(tmp_path / "load.parquet")
    assert read_parquet(tmp_path / "load.parquet", targets="a.b").values[7, 0] == 7
    assert read_parquet(tmp_path / "load.parquet", targets="a").values[7, 0] == 1
