"""Series from Parquet files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from dlopt_deap import limits
from dlopt_deap.checks import listed, shortened, shown
from dlopt_deap.data.readers.building import build_series
from dlopt_deap.data.readers.options import Options, make_options
from dlopt_deap.data.readers.pandas_frame import times_of
from dlopt_deap.data.readers.parquet_trial import survives
from dlopt_deap.data.readers.table import NUMBER, TIME, ArrayTable, Paths, Table, Times, as_paths, join_tables
from dlopt_deap.data.series import TimeSeries
from dlopt_deap.errors import DataError
from dlopt_deap.files import as_path, read_regular


def read_parquet(path: Paths, **options: Unpack[Options]) -> TimeSeries:
    """Read a series from a Parquet file, or from several; nulls and NaN are missing values.

    Columns hold numbers; the time holds numbers, dates or timestamps, in UTC if their zone is known. An index of dates
    with which pandas wrote the file is the time unless another one is named. Only columns that are used are read.

    Args:
        path: The file; or a list of files with the same columns, the earliest first.
        **options: See :class:`SeriesOptions`.

    Raises:
        DataError: If the file cannot be used, or pyarrow is not installed. A file that is larger than
            :mod:`dlopt_deap.limits` allows is one of these.
        SettingError: If an option is not as it must be.

    Warns:
        DataWarning: If rows are missing, or the times have no step; see ``gaps`` of :class:`SeriesOptions`.

    Examples:
        >>> import pandas as pd
        >>> path = getfixture("tmp_path") / "load.parquet"
        >>> pd.DataFrame({"load": range(50)}, pd.date_range("2026-01-01", periods=50, freq="h")).to_parquet(path)
        >>> series = read_parquet(path)
        >>> series, series.frequency
        (TimeSeries('load', 50 rows, load -> load), 'h')
    """
    return build_series(open_parquet(path), make_options(options))


def open_parquet(path: Paths) -> Table:
    """Open a Parquet file, or several; see :func:`read_parquet`.

    Raises:
        DataError: If a file is none, or pyarrow is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise DataError(
            "Parquet files need the package pyarrow, which is not installed; run: pip install 'dlopt_deap[parquet]'."
        ) from error
    return join_tables([_File(pyarrow, as_path(one)).table() for one in as_paths(path)])


class _File:
    """A Parquet file whose columns are read when they are asked for."""

    def __init__(self, pyarrow: ModuleType, path: Path) -> None:
        self.pyarrow, self.path = pyarrow, path
        content = read_regular(path, "a Parquet file", "MAX_PARQUET_BYTES", DataError)
        if not survives(content):
            raise DataError(f"{path} must be a Parquet file, but is so damaged that reading it ends the program.")
        with self._reading():
            self.file = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(content))
            self.schema, self.rows = self.file.schema_arrow, self.file.metadata.num_rows
            names = self.schema.names
        if not names or self.rows < 1 or len(set(names)) < len(names):
            raise DataError(
                f"{path} must hold rows of columns with names of their own, got {self.rows} rows of {listed(names)}."
            )
        if self.rows > limits.MAX_ROWS or len(names) > limits.MAX_COLUMNS:
            raise DataError(
                f"{path} must hold at most {limits.MAX_ROWS} rows and {limits.MAX_COLUMNS} columns, got {self.rows} "
                f"and {len(names)}; leave some out, or widen `dlopt_deap.limits`."
            )

    def table(self) -> ArrayTable:
        """Make a table of the file."""
        kinds = {field.name: self._kind(field.type) for field in self.schema}
        index = self._index(kinds)
        times = self.times(index) if index is not None else None
        kinds = {name: kind for name, kind in kinds.items() if name != index}
        return ArrayTable(str(self.path), self.path.stem, kinds, self.rows, self.numbers, self.times, times)

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a column as numbers, NaN where a value is missing."""
        column, pyarrow = self._column(name), self.pyarrow
        with self._reading():
            if pyarrow.types.is_boolean(column.type):
                column = column.cast(pyarrow.uint8())
            return np.asarray(column.cast(pyarrow.float64(), safe=False).to_numpy(zero_copy_only=False))

    def times(self, name: str) -> Times:
        """Return a column as times."""
        import pandas as pd

        column, pyarrow = self._column(name), self.pyarrow
        with self._reading():
            if pyarrow.types.is_date(column.type):
                column = column.cast(pyarrow.timestamp("ms")).cast(pyarrow.timestamp("s"))
            return times_of(pd.Index(column.to_pandas()), name)

    def _column(self, name: str) -> Any:
        """Read one column, whose size is known before."""
        if (size := self._size(name)) > limits.MAX_COLUMN_BYTES:
            raise DataError(
                f"{self.path}, column {shown(name)} must take at most {limits.MAX_COLUMN_BYTES} bytes, got {size}; "
                "leave out rows, or widen `dlopt_deap.limits.MAX_COLUMN_BYTES`."
            )
        with self._reading():
            column = self.file.read(columns=[name], use_threads=False).column(0)
        if len(column) != self.rows:
            raise DataError(f"{self.path} must hold {self.rows} rows, got {len(column)} in column {shown(name)}.")
        return column

    def _size(self, name: str) -> int:
        """Return the bytes that a column takes unpacked, as the file says."""
        with self._reading():
            metadata = self.file.metadata
            groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
            chunks = [group.column(place) for group in groups for place in range(group.num_columns)]
            return sum(int(chunk.total_uncompressed_size) for chunk in chunks if chunk.path_in_schema == name)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Tell of a damaged file, in which pyarrow and pandas find faults of any kind."""
        try:
            yield
        except Exception as error:
            raise DataError(
                f"{self.path} must be a Parquet file, but cannot be read as one: {shortened(str(error))}."
            ) from error

    def _kind(self, kind: Any) -> str:
        """Say what a column of a type holds."""
        types = self.pyarrow.types
        if types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind) or types.is_decimal(kind):
            return NUMBER
        return TIME if types.is_timestamp(kind) or types.is_date(kind) else f"values of the type {shortened(str(kind))}"

    def _index(self, kinds: dict[str, str]) -> str | None:
        """Return the column that was an index of dates in pandas, if there is one."""
        try:
            told = json.loads((self.schema.metadata or {}).get(b"pandas", b"{}"))["index_columns"]
            (name,) = told
        except (ValueError, TypeError, KeyError, RecursionError):
            return None
        return name if isinstance(name, str) and kinds.get(name) == TIME else None
