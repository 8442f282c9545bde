"""Min-max scaling, one pair of limits a column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

SLOPE_OF_A_CONSTANT: Final = 1.0
"""A column that does not vary while the scaling is fitted keeps its own unit, so that later changes stay visible."""


@dataclass(frozen=True, eq=False)
class MinMaxScaling:
    """A straight line a column: ``scaled = centre + slope * (value - middle)``.

    Attributes:
        centre: The middle of the scaled range, one number for all columns.
        slope: Scaled units per unit of the column, shape (columns,).
        middle: The value that is mapped to ``centre``, shape (columns,), in the column's own unit.
    """

    centre: float
    slope: FloatArray
    middle: FloatArray

    @classmethod
    def fit(cls, values: FloatArray, low: float, high: float) -> MinMaxScaling:
        """Fit the line that maps each column's minimum to ``low`` and its maximum to ``high``.

        A column that is constant in ``values`` is mapped to the middle of [``low``, ``high``] with a slope of 1, and so
        is one that varies so little, or so much, that the slope would be infinite or zero.

        Args:
            values: Shape (rows, columns), in the columns' own units.
            low: Where the minimum goes.
            high: Where the maximum goes.

        Examples:
            >>> scaling = MinMaxScaling.fit(np.array([[0.0, 7.0], [10.0, 7.0]]), -1.0, 1.0)
            >>> scaling.apply(np.array([[5.0, 7.0], [20.0, 7.5]])).tolist()
            [[0.0, 0.0], [3.0, 0.5]]
        """
        minimum, maximum = values.min(axis=0), values.max(axis=0)
        # Halves first: the sum and the difference of two large numbers could overflow.
        half_width = maximum / 2 - minimum / 2
        constant = half_width == 0
        with np.errstate(over="ignore"):
            slope = np.divide((high - low) / 2, half_width, where=~constant, out=np.ones_like(half_width))
        slope[constant | ~np.isfinite(slope) | (slope == 0)] = SLOPE_OF_A_CONSTANT
        return cls((low + high) / 2, slope, maximum / 2 + minimum / 2)

    def apply(self, values: FloatArray) -> FloatArray:
        """Return ``values``, shape (..., columns) in own units, in scaled units."""
        with np.errstate(over="ignore", invalid="ignore"):
            scaled: FloatArray = self.centre + self.slope * (values - self.middle)
        return scaled

    def invert(self, scaled: FloatArray, columns: list[int]) -> FloatArray:
        """Return ``scaled``, shape (..., len(columns)) in scaled units, in the own units of those ``columns``."""
        with np.errstate(over="ignore", invalid="ignore"):
            own_units: FloatArray = (scaled - self.centre) / self.slope[columns] + self.middle[columns]
        return own_units
