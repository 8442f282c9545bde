"""Series, their splits, scaling and windows, and where they come from; sequences of tokens."""

from typing import TypeAlias

from dlopt_deap.data.csv_file import read_csv
from dlopt_deap.data.series import TimeSeries
from dlopt_deap.data.sources import sine, sunspots
from dlopt_deap.data.text_file import license_text, read_text
from dlopt_deap.data.tokens import TokenSequence
from dlopt_deap.data.windows import Split

Series: TypeAlias = TimeSeries | TokenSequence
"""What networks are made for."""

__all__ = [
    "Series",
    "Split",
    "TimeSeries",
    "TokenSequence",
    "license_text",
    "read_csv",
    "read_text",
    "sine",
    "sunspots",
]
