"""One call for every source: files by their suffix, and whatever holds numbers in Python."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Unpack

from dlopt_deap.checks import did_you_mean, items_of, shown
from dlopt_deap.data.readers.arrays import array_table, column_table
from dlopt_deap.data.readers.building import build_series
from dlopt_deap.data.readers.csv_file import open_csv
from dlopt_deap.data.readers.numpy_file import open_numpy
from dlopt_deap.data.readers.options import OtherOptions, make_options
from dlopt_deap.data.readers.pandas_frame import frame_table
from dlopt_deap.data.readers.parquet_file import open_parquet
from dlopt_deap.data.readers.table import Paths, Table, Times, as_paths
from dlopt_deap.data.series import TimeSeries
from dlopt_deap.errors import DataError, SettingError

READERS: Final[Mapping[str, Callable[..., Table]]] = {
    **dict.fromkeys((".csv", ".tsv", ".txt"), open_csv),
    ".parquet": open_parquet,
    **dict.fromkeys((".npy", ".npz"), open_numpy),
}
"""What opens a file, by its suffix."""


class FileOptions(OtherOptions, total=False):
    """The options of :class:`SeriesOptions` beside the columns, and those of CSV files."""

    delimiter: str | None
    decimal: str


def read_file(
    path: Paths,
    targets: str | Sequence[str] | None = None,
    inputs: str | Sequence[str] | None = None,
    **options: Unpack[FileOptions],
) -> TimeSeries:
    r"""Read a series from a file, or from several: CSV (.csv, .tsv, .txt), Parquet (.parquet) or NumPy (.npy, .npz).

    Args:
        path: The file; or a list of files of one kind with the same columns, the earliest first.
        targets: The columns that networks predict; the numeric column unless given, if there is only one.
        inputs: The columns that networks read; the targets unless given.
        **options: See :class:`SeriesOptions`; for CSV files also ``delimiter`` and ``decimal``, see :func:`read_csv`.

    Raises:
        DataError: If a file cannot be used.
        SettingError: If an argument is not as it must be.

    Examples:
        >>> path = getfixture("tmp_path") / "load.csv"
        >>> _ = path.write_text("day,load\n" + "".join(f"{day},{day % 7}\n" for day in range(50)))
        >>> read_file(path, "load", time="day")
        TimeSeries('load', 50 rows, load -> load)
    """
    table, rest = open_file(path, options)
    return build_series(table, make_options({"targets": targets, "inputs": inputs} | rest))


def as_series(
    data: Any,
    targets: str | Sequence[str] | None = None,
    inputs: str | Sequence[str] | None = None,
    **options: Unpack[FileOptions],
) -> TimeSeries:
    """Make a series of whatever holds one.

    Args:
        data: A :class:`TimeSeries`, which is given back; a Series or DataFrame of pandas; an array or a list of
            numbers; a file, or a list of files.
        targets: The columns that networks predict.
        inputs: The columns that networks read; the targets unless given.
        **options: See :class:`SeriesOptions`.

    Raises:
        DataError: If the data cannot be used.
        SettingError: If an argument is not as it must be, or is given for a series that is made already.

    Examples:
        >>> as_series([1.0, 2.0, 4.0] * 10)
        TimeSeries('series', 30 rows, value -> value)
    """
    if isinstance(data, TimeSeries):
        return _unchanged(data, {"targets": targets, "inputs": inputs} | options)
    table, rest = open_data(data, options)
    return build_series(table, make_options({"targets": targets, "inputs": inputs} | rest))


def open_data(
    data: Any, options: Mapping[str, Any], names: Sequence[Sequence[str]] = ()
) -> tuple[Table, dict[str, Any]]:
    """Return a table of whatever holds one, and the options that are not about its format.

    Args:
        data: See :func:`as_series`.
        options: Options by name.
        names: What the columns of an array may be called: the first of these that are as many.

    Raises:
        DataError: If the data cannot be used.
        SettingError: If an option is about another format.
    """
    if _names_files(data):
        return open_file(data, options)
    if csv := sorted({"delimiter", "decimal"} & set(options)):
        raise SettingError(f"`{csv[0]}` is an option of CSV files, got it for {shown(type(data).__name__)}.")
    rest = dict(options)
    if isinstance(data, TimeSeries):
        columns = {name: data.values[:, place] for place, name in enumerate(data.columns)}
        table = column_table(columns, f"The series {data.name!r}", data.name)
        index = data.index if data.index.dtype.kind in "fM" else None
        times = None if index is None else Times(index, None, data.time or "index")
        return replace(table, index=times), rest
    pandas = sys.modules.get("pandas")  # what was not imported made no data
    if pandas is not None and isinstance(data, pandas.Series | pandas.DataFrame):
        return frame_table(data), rest
    return array_table(data, "The array", "series", fitting=names), rest


def is_csv(data: Any) -> bool:
    """Tell whether data is the name of a CSV file, or a list of such names."""
    if not _names_files(data):
        return False
    return all(READERS.get(Path(one).suffix.lower()) is open_csv for one in as_paths(data))


def open_file(path: Paths, options: Mapping[str, Any]) -> tuple[Table, dict[str, Any]]:
    """Open files by their suffix, and return their table with the options that are not about the format.

    Raises:
        DataError: If a file is none.
        SettingError: If the suffixes differ or are unknown, or an option of CSV files is given for others.
    """
    paths = as_paths(path)
    suffixes = list(dict.fromkeys(Path(one).suffix.lower() for one in paths))
    if len(suffixes) > 1 and any(READERS.get(suffix) is not READERS.get(suffixes[0]) for suffix in suffixes):
        raise SettingError(f"Files that are read together must be of one kind, got {', '.join(map(shown, suffixes))}.")
    reader = READERS.get(suffixes[0])
    if reader is None:
        raise DataError(
            f"{shown(os.fspath(paths[0]))} must end in {', '.join(READERS)}, which says how it is read, got "
            f"{shown(suffixes[0])}{did_you_mean(suffixes[0], READERS) or ';'} rename it, or call `data.read_csv`."
        )
    about_csv = {name: value for name, value in options.items() if name in ("delimiter", "decimal")}
    if about_csv and reader is not open_csv:
        raise SettingError(f"`{next(iter(about_csv))}` is an option of CSV files, got it for {shown(str(paths[0]))}.")
    rest = {name: value for name, value in options.items() if name not in about_csv}
    return reader(paths, **about_csv), rest


def _unchanged(series: TimeSeries, options: Mapping[str, Any]) -> TimeSeries:
    """Return a series, unless it would have to be made anew."""
    if given := [name for name, value in options.items() if value is not None]:
        raise SettingError(
            f"`{given[0]}` is an option of data that becomes a series, but {shown(series)} is one already; give the "
            "option when it is made."
        )
    return series


def _names_files(data: Any) -> bool:
    """Tell whether data is the name of a file, or a list of such names."""
    if isinstance(data, str | os.PathLike):
        return True
    items = items_of(data) if isinstance(data, list | tuple) else None
    return bool(items) and isinstance(items[0], str | os.PathLike)  # type: ignore[index]
