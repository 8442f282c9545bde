"""A source of data."""

from typing import Literal

import numpy as np
from pydantic import Field

from dlopt_deap.data import TimeSeries
from dlopt_deap.tools.settings import DataSource


class LogisticMap(DataSource):
    """The logistic map, x -> r x (1 - x)."""

    kind: Literal["logistic_map"] = "logistic_map"
    """The source."""
    r: float = Field(3.9, gt=0, le=4)
    """Its parameter; from about 3.57 on it is chaotic."""
    rows: int = Field(300, ge=10)
    """The rows."""

    def read(self) -> TimeSeries:
        """Compute the series."""
        values = np.full(self.rows, 0.5)
        for row in range(1, self.rows):
            values[row] = self.r * values[row - 1] * (1 - values[row - 1])
        return TimeSeries(values, name="logistic_map")
