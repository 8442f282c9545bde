"""Series, their splits, scaling and windows, and where they come from; sequences of tokens."""

from typing import TypeAlias

from dlopt_deap.data.description import SeriesDescription
from dlopt_deap.data.readers.arrays import from_array
from dlopt_deap.data.readers.csv_file import read_csv
from dlopt_deap.data.readers.new_rows import NewRows, read_new_rows
from dlopt_deap.data.readers.numpy_file import read_numpy
from dlopt_deap.data.readers.options import SeriesOptions
from dlopt_deap.data.readers.pandas_frame import from_pandas
from dlopt_deap.data.readers.parquet_file import read_parquet
from dlopt_deap.data.readers.reading import as_series, read_file
from dlopt_deap.data.readers.text_file import license_text, read_text
from dlopt_deap.data.series import TimeSeries
from dlopt_deap.data.sources import sine, sunspots
from dlopt_deap.data.tokens import TokenSequence
from dlopt_deap.data.windows import Split

Series: TypeAlias = TimeSeries | TokenSequence
"""What networks are made for."""

__all__ = [
    "NewRows",
    "Series",
    "SeriesDescription",
    "SeriesOptions",
    "Split",
    "TimeSeries",
    "TokenSequence",
    "as_series",
    "from_array",
    "from_pandas",
    "license_text",
    "read_csv",
    "read_file",
    "read_new_rows",
    "read_numpy",
    "read_parquet",
    "read_text",
    "sine",
    "sunspots",
]
