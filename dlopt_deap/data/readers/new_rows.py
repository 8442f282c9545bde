"""Rows that a series did not have when a network was fitted to it, and forecasts from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from dlopt_deap.checks import check_integer, shown
from dlopt_deap.data.description import SeriesDescription
from dlopt_deap.data.readers.building import known_columns, read_rows
from dlopt_deap.data.readers.options import make_options
from dlopt_deap.data.readers.reading import FileOptions, is_csv, open_data
from dlopt_deap.data.readers.table import Table
from dlopt_deap.data.steps.named_steps import make_step
from dlopt_deap.errors import DataError


@dataclass(frozen=True, eq=False)
class NewRows:
    """Rows with the inputs of a described series.

    Attributes:
        description: The series.
        values: The inputs, shape (rows, inputs), in own units.
        index: The time of each row; its number if there is no time.
    """

    description: SeriesDescription
    values: NDArray[np.float64]
    index: NDArray[Any]

    def windows(self, look_back: int) -> NDArray[np.float32]:
        """Return what a network reads, in scaled units.

        Args:
            look_back: Rows in a window, at most as many as there are.

        Returns:
            Shape (rows - look_back + 1, look_back, inputs), float32: from window k the row ``look_back + k`` is
            forecast; from the last one the row that comes next, which nobody knows yet.

        Raises:
            SettingError: If ``look_back`` is no whole number of at least 1.
            DataError: If there are too few rows, or the scaling must be fitted again.
        """
        look_back = check_integer("look_back", look_back, low=1)
        if look_back > len(self.values):
            raise DataError(
                f"A forecast needs as many rows as the network looks back, {look_back}, got {len(self.values)} to "
                f"continue {shown(self.description.name)}; give more rows."
            )
        return sliding_window_view(self.description.scale_inputs(self.values), look_back, axis=0).transpose(0, 2, 1)

    def latest(self, look_back: int) -> NDArray[np.float32]:
        """Return the last window alone, shape (1, look_back, inputs), from which the future is forecast."""
        return self.windows(look_back)[-1:]

    def following(self, count: int) -> NDArray[Any]:
        """Return the times of the rows that come next, shape (count,), or their numbers.

        Raises:
            DataError: If the times have no step, by which the next ones could be told.
        """
        positions = np.arange(1, check_integer("count", count, low=1) + 1)
        frequency, dates = self.description.frequency, self.index.dtype.kind == "M"
        if self.index.dtype.kind in "iu":
            return np.asarray(self.index[-1] + positions)
        if frequency is None:
            raise DataError(
                f"The times after {self.index[-1]} are unknown, since the series {shown(self.description.name)} has no "
                "step of time; give its `frequency` when it is read."
            )
        times = make_step(frequency, dates).at(self.index, len(self.index) - 1 + positions)
        every = np.concatenate([self.index[-1:], times])
        if not (every[:-1] < every[1:]).all():
            raise DataError(f"The times after {self.index[-1]} are too far for a date, in steps of {shown(frequency)}.")
        return times

    def forecast_times(self, look_back: int) -> NDArray[Any]:
        """Return the time of the row that is forecast from each window, shape (rows - look_back + 1,)."""
        return np.concatenate([self.index[look_back:], self.following(1)])


def read_new_rows(description: SeriesDescription, data: Any, **options: Unpack[FileOptions]) -> NewRows:
    r"""Read rows with the inputs of a described series, to forecast from.

    Columns that are no input need not be there. The time is that of the series, if the rows have it, and must go on
    in its step. A file is read as that of the series was, unless told otherwise.

    Args:
        description: The series that the network was fitted to.
        data: As :func:`as_series` takes it: a file, several, rows of pandas, or an array with the inputs (or all
            columns) in their order.
        **options: ``time``, ``missing``, ``gaps``, ``frequency``, and ``delimiter`` and ``decimal`` of CSV files. Those
            that are not given are as they were for the series.

    Raises:
        DataError: If the rows cannot be used.
        SettingError: If an option is not as it must be.

    Warns:
        DataWarning: If rows are missing; see ``gaps`` of :class:`SeriesOptions`.

    Examples:
        >>> from dlopt_deap.data import sunspots
        >>> described = SeriesDescription.from_dict(sunspots().description())
        >>> path = getfixture("tmp_path") / "new.csv"
        >>> _ = path.write_text("year,sunspots\n2009,4.8\n2010,24.9\n2011,80.8\n")
        >>> rows = read_new_rows(described, path)
        >>> rows.windows(look_back=2).shape, rows.forecast_times(look_back=2).tolist()
        ((2, 2, 1), [2011.0, 2012.0])
    """
    table, rest = open_new(description, data, options)
    inputs = known_columns("inputs", description.inputs, table)
    settings = make_options(({"time": description.time} if table.has_time(description.time) else {}) | rest)
    timed = settings.time is not None or table.index is not None
    if timed and settings.frequency is None:
        settings = make_options({**vars(settings), "frequency": description.frequency})
    if timed and not {"missing", "gaps"} & options.keys():
        settings = make_options({**vars(settings), "gaps": description.reading.get("gaps", settings.gaps)})
    rows = read_rows(table, inputs, settings)
    index = np.arange(len(rows.values)) if rows.index is None else rows.index
    return NewRows(description, rows.values, index)


def open_new(description: SeriesDescription, data: Any, options: Mapping[str, Any]) -> tuple[Table, dict[str, Any]]:
    """Open new data as those of a described series were, unless options say otherwise.

    Args:
        description: The series.
        data: See :func:`read_new_rows`.
        options: What was chosen for these data. Who chooses what to do about missing values or rows chooses both.

    Returns:
        The table, and the options that are not about its format.

    Raises:
        DataError: If the data cannot be used.
        SettingError: If an option is about another format.
    """
    kept = {"delimiter", "decimal"} if is_csv(data) else set()
    kept |= set() if {"missing", "gaps"} & options.keys() else {"missing"}
    remembered = {name: value for name, value in description.reading.items() if name in kept}
    return open_data(data, remembered | dict(options), (description.inputs, description.columns))
