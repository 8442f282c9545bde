"""Series from files of NumPy: arrays as numbers alone, no larger than the file says and the limits allow."""

from __future__ import annotations

import io
import math
import zipfile
import zlib
from pathlib import Path
from typing import Any, Final, Unpack

import numpy as np
from numpy.typing import NDArray

from dlopt_deap import limits
from dlopt_deap.checks import listed, shortened, shown
from dlopt_deap.data.readers.arrays import array_table, column_table
from dlopt_deap.data.readers.building import build_series
from dlopt_deap.data.readers.options import Options, make_options
from dlopt_deap.data.readers.table import ArrayTable, Paths, Table, as_paths, join_tables
from dlopt_deap.data.series import TimeSeries
from dlopt_deap.errors import DataError
from dlopt_deap.files import as_path, read_regular

NUMERIC: Final = "biufM"
"""Kinds of types whose values are read: numbers and dates. Objects would be pickles, which are never read."""


def read_numpy(path: Paths, **options: Unpack[Options]) -> TimeSeries:
    """Read a series from a file of NumPy, or from several; NaN is a missing value.

    A ``.npy`` file holds one array, shape (rows,) or (rows, columns), whose columns are called ``"value"``, or
    ``"value_1"``, ``"value_2"``, ...; all are targets unless some are named. A ``.npz`` file holds columns, arrays of
    shape (rows,), by their names, of which one may be the ``time``: numbers or datetime64. Or it holds one array.

    Args:
        path: The file; or a list of files with the same columns, the earliest first.
        **options: See :class:`SeriesOptions`.

    Raises:
        DataError: If the file cannot be used. One that holds objects, or is larger than :mod:`dlopt_deap.limits`
            allows, is one of these.
        SettingError: If an option is not as it must be.

    Examples:
        >>> path = getfixture("tmp_path") / "load.npz"
        >>> np.savez(path, load=np.arange(50) % 7, day=np.arange("2026-01-01", "2026-02-20", dtype="datetime64[D]"))
        >>> series = read_numpy(path, targets="load", time="day")
        >>> series, series.frequency
        (TimeSeries('load', 50 rows, load -> load), 'D')
    """
    return build_series(open_numpy(path), make_options(options))


def open_numpy(path: Paths) -> Table:
    """Open a file of NumPy, or several; see :func:`read_numpy`.

    Raises:
        DataError: If a file is none.
    """
    return join_tables([_open(as_path(one)) for one in as_paths(path)])


def _open(path: Path) -> ArrayTable:
    """Read the arrays of a file."""
    content = read_regular(path, "a file of NumPy", "MAX_NUMPY_BYTES", DataError)
    if not content.startswith(b"PK"):
        return array_table(_array(content, str(path)), str(path), path.stem)
    columns = _members(content, path)
    if len(columns) == 1:
        (array,) = columns.values()
        return array_table(array, str(path), path.stem, list(columns) if array.ndim == 1 else None)
    shapes = {name: array.shape for name, array in columns.items()}
    if len(set(shapes.values())) > 1 or any(len(shape) != 1 for shape in shapes.values()):
        told = listed([f"{name} {shape}" for name, shape in shapes.items()])
        raise DataError(f"{path} must hold one array, or columns of the same shape (rows,), got {told}.")
    return column_table(columns, str(path), path.stem)


def _members(content: bytes, path: Path) -> dict[str, NDArray[Any]]:
    """Read the arrays of an archive, which may be packed."""
    columns: dict[str, NDArray[Any]] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > limits.MAX_COLUMNS or sum(one.file_size for one in members) > limits.MAX_NUMPY_BYTES:
                raise DataError(
                    f"{path} must hold at most {limits.MAX_COLUMNS} arrays of {limits.MAX_NUMPY_BYTES} bytes together; "
                    "leave out what is not needed, or widen `dlopt_deap.limits`."
                )
            for member in members:
                name = member.filename.removesuffix(".npy")
                if name in columns or name == member.filename:
                    raise DataError(f"{path} must hold arrays with names of their own, got {shown(member.filename)}.")
                with archive.open(member) as file:
                    columns[name] = _array(file.read(member.file_size + 1), f"{path}, array {shown(name)}")
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path} must be a file of NumPy, but it is damaged: {shortened(str(error))}.") from error
    if not columns:
        raise DataError(f"{path} must hold an array, but holds none.")
    return columns


def _array(content: bytes, source: str) -> NDArray[Any]:
    """Read an array whose header tells the truth about its size."""
    stream = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(stream)
        read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}[version]
        shape, by_columns, dtype = read(stream)
        dtype = np.dtype(dtype)
    except Exception as error:  # a header is a text in Python's syntax, which may be wrong in many ways
        raise DataError(
            f"{source} must be a file of NumPy, but its header is none: {shortened(str(error))}."
        ) from error
    if dtype.kind not in NUMERIC:
        raise DataError(
            f"{source} must hold numbers, but holds values of the type {shown(dtype)}; save numbers, and columns as "
            "arrays of their own by `numpy.savez`."
        )
    there = len(content) - stream.tell()
    if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != there or not 1 <= len(shape) <= 2:
        raise DataError(
            f"{source} must hold an array of one or two axes with as many bytes as its header says, got the shape "
            f"{shown(shape)} of {shown(dtype)} and {there} bytes; it is damaged, or was cut."
        )
    if shape[0] > limits.MAX_ROWS or (len(shape) > 1 and shape[1] > limits.MAX_COLUMNS):
        raise DataError(
            f"{source} must hold at most {limits.MAX_ROWS} rows and {limits.MAX_COLUMNS} columns, got the shape "
            f"{shown(shape)}; leave some out, or widen `dlopt_deap.limits`."
        )
    array: NDArray[Any] = np.ndarray(shape, dtype, content, stream.tell(), order="F" if by_columns else "C")
    return array
