"""Series, their splits, scaling and windows, and where they come from."""

from dlopt_deap.data.csv_file import read_csv
from dlopt_deap.data.series import TimeSeries
from dlopt_deap.data.sources import sine, sunspots
from dlopt_deap.data.windows import Split

__all__ = ["Split", "TimeSeries", "read_csv", "sine", "sunspots"]
