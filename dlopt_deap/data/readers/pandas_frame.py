"""Series from pandas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.checks import listed, shortened, shown
from dlopt_deap.data.readers.building import build_series
from dlopt_deap.data.readers.options import OtherOptions, make_options
from dlopt_deap.data.readers.table import NUMBER, TIME, ArrayTable, Times
from dlopt_deap.data.series import TimeSeries
from dlopt_deap.errors import DataError, SettingError

if TYPE_CHECKING:
    import pandas as pd


def from_pandas(
    data: pd.Series[Any] | pd.DataFrame,
    targets: str | Sequence[str] | None = None,
    inputs: str | Sequence[str] | None = None,
    **options: Unpack[OtherOptions],
) -> TimeSeries:
    """Make a series of a Series or DataFrame of pandas; NaN, NaT and NA are missing values.

    Its index becomes the time if it holds dates, periods (the beginning of each) or numbers (other than 0, 1, 2, ...),
    unless a column is named as ``time``. Dates with a time zone become UTC.

    Args:
        data: The rows, oldest first.
        targets: The columns that networks predict; the numeric column unless given, if there is only one.
        inputs: The columns that networks read; the targets unless given.
        **options: See :class:`SeriesOptions`.

    Raises:
        DataError: If the rows cannot be used.
        SettingError: If an argument is not as it must be.

    Warns:
        DataWarning: If rows are missing, or the times have no step; see ``gaps`` of :class:`SeriesOptions`.

    Examples:
        >>> import pandas as pd
        >>> index = pd.date_range("2026-01-01", periods=50, freq="MS")
        >>> series = from_pandas(pd.Series(range(50), index, name="load"))
        >>> series, series.frequency
        (TimeSeries('series', 50 rows, load -> load), 'MS')
    """
    return build_series(frame_table(data), make_options({"targets": targets, "inputs": inputs} | options))


def frame_table(data: pd.Series[Any] | pd.DataFrame) -> ArrayTable:
    """Make a table of pandas' rows.

    Raises:
        SettingError: If they are none of pandas.
        DataError: If columns or rows have several labels, or columns have the same one.
    """
    import pandas as pd

    if isinstance(data, pd.Series):
        data = data.to_frame("value" if data.name is None else str(data.name))
    if not isinstance(data, pd.DataFrame):
        raise SettingError(f"`data` must be a Series or a DataFrame of pandas, got {shown(type(data).__name__)}.")
    for axis, labels in (("columns", data.columns), ("rows", data.index)):
        if isinstance(labels, pd.MultiIndex):
            raise DataError(
                f"The {axis} of the DataFrame must have one label each, got {labels.nlevels} "
                f"({shown(labels[:1].tolist())} comes first); make one of them, or take one group."
            )
    frame = data.set_axis([str(label) for label in data.columns], axis=1)
    if twice := sorted(set(frame.columns[frame.columns.duplicated()])):
        raise DataError(f"The columns of the DataFrame must differ, got {listed(twice)} more than once; rename them.")
    if frame.shape[1] == 0:
        raise DataError("The DataFrame must have a column, but has none.")
    return ArrayTable(
        "The DataFrame",
        "series",
        {str(column): _kind(frame[column].dtype) for column in frame.columns},
        len(frame),
        lambda column: _numbers(frame[column]),
        lambda column: times_of(pd.Index(frame[column]), column),
        _index_times(frame.index),
    )


def times_of(index: pd.Index[Any], name: str) -> Times:
    """Return dates, periods or numbers of pandas as times, in UTC if their zone is known."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(index.dtype):
        return Times(index.to_numpy(dtype=np.float64, na_value=np.nan), None, name)
    dates = index.to_timestamp() if isinstance(index, pd.PeriodIndex) else pd.DatetimeIndex(index)
    if dates.tz is None:
        return Times(dates.to_numpy(), None, name)
    wall, values = dates.tz_localize(None).to_numpy(), dates.tz_convert("UTC").tz_localize(None).to_numpy()
    return Times(values, None if np.array_equal(wall, values, equal_nan=True) else wall, name)


def _index_times(index: pd.Index[Any]) -> Times | None:
    """Return the index as times, if it holds any."""
    import pandas as pd

    numbered = isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1
    if numbered or _kind(index.dtype) not in (NUMBER, TIME):
        return None
    return times_of(index, "index" if index.name is None else str(index.name))


def _kind(dtype: Any) -> str:
    """Say what values of a type are."""
    import pandas as pd

    types = pd.api.types
    if types.is_numeric_dtype(dtype) and not types.is_complex_dtype(dtype):
        return NUMBER
    if types.is_datetime64_any_dtype(dtype) or isinstance(dtype, pd.PeriodDtype):
        return TIME
    return f"values of the type {dtype}"


def _numbers(column: pd.Series[Any]) -> NDArray[np.float64]:
    """Return a numeric column, NaN where a value is missing."""
    try:
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError, OverflowError) as error:
        raise DataError(
            f"The DataFrame, column {shown(column.name)} must hold numbers: {shortened(str(error))}."
        ) from error
