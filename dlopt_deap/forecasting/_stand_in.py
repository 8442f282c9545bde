"""Stands in for ``data.as_series`` until that is merged."""

from pathlib import Path
from typing import Any

import numpy as np

from dlopt_deap.data import TimeSeries, read_csv


def as_series(data: Any, targets: Any = None, inputs: Any = None) -> TimeSeries:
    """Make a series of whatever holds one."""
    if isinstance(data, TimeSeries):
        return data
    if isinstance(data, str | Path):
        return read_csv(data, inputs=inputs, targets=targets)
    columns = [str(name) for name in getattr(data, "columns", [])] or None
    return TimeSeries(np.asarray(data, np.float64), columns, inputs or targets, targets, scale=(-1, 1))
