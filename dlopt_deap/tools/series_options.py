"""The options by which scripts are told of a time series."""

import argparse
from pathlib import Path
from typing import Any

from dlopt_deap.data import TimeSeries, sunspots
from dlopt_deap.data.readers.building import build_series
from dlopt_deap.data.readers.csv_file import open_csv
from dlopt_deap.data.readers.options import make_options
from dlopt_deap.errors import SettingError
from dlopt_deap.tools.unnamed_time import hint_at_dates


def add_series_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which series, and what of it."""
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a CSV file with a header")
    parser.add_argument("--target", type=column_names, metavar="COLUMN", help="what to forecast (A,B for several)")
    parser.add_argument("--inputs", type=column_names, metavar="A,B", help="what to forecast from (the target)")
    parser.add_argument("--time", metavar="COLUMN", help="the column of dates or times, which must increase")
    parser.add_argument("--delimiter", metavar="X", help="between cells (found out)")
    parser.add_argument("--decimal", default=".", metavar="X", help="the decimal point (%(default)s)")
    parser.add_argument("--missing", default="refuse", help="refuse, interpolate, previous or drop (%(default)s)")
    parser.add_argument("--series", choices=["sunspots"], help="a series that comes with the package")
    parser.add_argument("--season", type=int, metavar="N", help="rows of a season, for one of the naive forecasts")


def read_series(options: Any) -> TimeSeries:
    """Read the file, or take the series that the package ships.

    Raises:
        SettingError: If neither is given, or both.
        DataError: If the file cannot be used.
    """
    if (options.file is None) == (options.series is None):
        raise SettingError("Give either a FILE or --series sunspots.")
    if options.season is not None and options.season < 1:
        raise SettingError(f"`--season` must be a whole number of at least 1, got {options.season}.")
    if options.series:
        return sunspots()
    table = open_csv(options.file, options.delimiter, options.decimal)
    chosen = {"inputs": options.inputs, "targets": options.target, "time": options.time, "missing": options.missing}
    series = build_series(table, make_options(chosen))
    hint_at_dates(table, series, "--time ")
    return series


def column_names(text: str) -> list[str]:
    """Split the names of columns at commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def whole_numbers(text: str) -> tuple[int, ...]:
    """Split whole numbers at commas."""
    return tuple(int(number) for number in text.split(","))
