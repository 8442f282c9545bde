"""A hint at a column of dates that nobody named as the time."""

import warnings

from dlopt_deap.checks import shortened
from dlopt_deap.data import TimeSeries
from dlopt_deap.data.readers.table import Table
from dlopt_deap.errors import DataWarning


def hint_at_dates(table: Table, series: TimeSeries, option: str) -> None:
    """Tell of a column of dates, if a series has no time but its table has one.

    Args:
        table: What the series was made of.
        series: The series.
        option: How a time is named on this command line, up to the name of the column.

    Warns:
        DataWarning: Of the first such column.
    """
    if series.time is not None:
        return
    for column in table.header:
        if column not in series.columns and table.holds_dates(column):
            warnings.warn(
                f"{table.source}: the column {shortened(column)!r} holds dates, but is not used; with "
                f"{option}{shortened(column)} forecasts have dates, and missing rows are noticed.",
                DataWarning,
                stacklevel=2,
            )
            return
