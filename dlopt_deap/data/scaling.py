"""Scaling by a straight line a column: from a range, from mean and deviation, or as it was saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.checks import as_float, check_choice, items_of, shown
from dlopt_deap.errors import DataError, SettingError

FloatArray = NDArray[np.float64]

SLOPE_OF_A_CONSTANT: Final = 1.0
"""A column that does not vary while the scaling is fitted keeps its own unit, so that later changes stay visible."""

KINDS: Final = ("line", "transformer")


class Scaling(Protocol):
    """What turns the own units of some columns into those that networks see, and back."""

    def apply(self, values: FloatArray, columns: list[int]) -> FloatArray:
        """Return ``values``, shape (..., len(columns)) in the own units of those ``columns``, in scaled units."""

    def invert(self, scaled: FloatArray, columns: list[int]) -> FloatArray:
        """Return ``scaled``, shape (..., len(columns)) in scaled units, in the own units of those ``columns``."""

    def to_dict(self) -> dict[str, Any]:
        """Give the scaling as JSON values."""


@dataclass(frozen=True, eq=False)
class LineScaling:
    """A straight line a column: ``scaled = centre + slope * (value - middle)``.

    Attributes:
        centre: The scaled value of ``middle``, shape (columns,).
        slope: Scaled units per unit of the column, shape (columns,), finite and not zero.
        middle: The value that is mapped to ``centre``, shape (columns,), in the column's own unit.
    """

    centre: FloatArray
    slope: FloatArray
    middle: FloatArray

    @classmethod
    def to_range(cls, values: FloatArray, low: float, high: float) -> LineScaling:
        """Fit the line that maps each column's minimum to ``low`` and its maximum to ``high``.

        A column that is constant in ``values`` is mapped to the middle of [``low``, ``high``] with a slope of 1, and so
        is one that varies so little, or so much, that the slope would be infinite or zero.

        Args:
            values: Shape (rows, columns), in the columns' own units.
            low: Where the minimum goes.
            high: Where the maximum goes.

        Examples:
            >>> scaling = LineScaling.to_range(np.array([[0.0, 7.0], [10.0, 7.0]]), -1.0, 1.0)
            >>> scaling.apply(np.array([[5.0, 7.0], [20.0, 7.5]]), [0, 1]).tolist()
            [[0.0, 0.0], [3.0, 0.5]]
        """
        minimum, maximum = values.min(axis=0), values.max(axis=0)
        # Halves first: the sum and the difference of two large numbers could overflow.
        half_width = maximum / 2 - minimum / 2
        slope = _slopes((high - low) / 2, half_width)
        return cls(np.full_like(slope, (low + high) / 2), slope, maximum / 2 + minimum / 2)

    @classmethod
    def standard(cls, values: FloatArray) -> LineScaling:
        """Fit the line after which each column has the mean 0 and the standard deviation 1 (of the population).

        A column that is constant in ``values`` keeps its unit, with a slope of 1.

        Args:
            values: Shape (rows, columns), in the columns' own units.

        Examples:
            >>> LineScaling.standard(np.array([[1.0, 5.0], [3.0, 5.0]])).apply(np.array([[4.0, 6.0]]), [0, 1]).tolist()
            [[2.0, 1.0]]
        """
        # In units of the largest value, whose square would overflow.
        unit = np.abs(values).max(axis=0)
        unit[unit == 0] = 1.0
        ratios = values / unit
        mean, deviation = ratios.mean(axis=0), ratios.std(axis=0)
        # The mean of equal numbers may be off by the last bit, and then they seem to deviate.
        constant = np.ptp(ratios, axis=0) == 0
        mean[constant], deviation[constant] = ratios[0, constant], 0.0
        return cls(np.zeros_like(mean), _slopes(1.0, deviation * unit), mean * unit)

    @classmethod
    def unscaled(cls, columns: int) -> LineScaling:
        """Make the line that leaves the values as they are."""
        return cls(np.zeros(columns), np.ones(columns), np.zeros(columns))

    @classmethod
    def from_dict(cls, entries: Mapping[str, Any], columns: int) -> LineScaling:
        """Read what :meth:`to_dict` gave, for so many columns.

        Raises:
            DataError: If it is none, such as after somebody edited the file.

        Examples:
            >>> saved = LineScaling.to_range(np.array([[0.1], [0.7]]), 0.0, 1.0).to_dict()
            >>> saved
            {'kind': 'line', 'centre': [0.5], 'slope': [1.6666666666666667], 'middle': [0.39999999999999997]}
            >>> LineScaling.from_dict(saved, 1).apply(np.array([[0.7]]), [0]).tolist()
            [[1.0]]
        """
        lines = {name: _numbers(name, entries.get(name), columns) for name in ("centre", "slope", "middle")}
        if (lines["slope"] == 0).any():
            raise DataError(f"`slope` of a saved scaling must not be zero, got {shown(entries['slope'])}.")
        return cls(**lines)

    def apply(self, values: FloatArray, columns: list[int]) -> FloatArray:
        """Return ``values``, shape (..., len(columns)) in the own units of those ``columns``, in scaled units."""
        with np.errstate(over="ignore", invalid="ignore"):
            scaled: FloatArray = self.centre[columns] + self.slope[columns] * (values - self.middle[columns])
        return scaled

    def invert(self, scaled: FloatArray, columns: list[int]) -> FloatArray:
        """Return ``scaled``, shape (..., len(columns)) in scaled units, in the own units of those ``columns``."""
        with np.errstate(over="ignore", invalid="ignore"):
            own_units: FloatArray = (scaled - self.centre[columns]) / self.slope[columns] + self.middle[columns]
        return own_units

    def to_dict(self) -> dict[str, Any]:
        """Give the scaling as JSON values, which :meth:`from_dict` reads to the last bit."""
        return {
            "kind": "line",
            "centre": self.centre.tolist(),
            "slope": self.slope.tolist(),
            "middle": self.middle.tolist(),
        }


@dataclass(frozen=True)
class TransformerRecord:
    """What is saved of a scaling that is no straight line: which one it is, but not what it was fitted to.

    Attributes:
        transformer: The name of its class.
        parameters: Its parameters, as JSON values.
    """

    transformer: str
    parameters: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Give the record as JSON values."""
        return {
            "kind": "transformer",
            "transformer": self.transformer,
            "parameters": self.parameters,
            "saved": "must be fitted again from the training data",
        }


def scaling_from_dict(entries: object, columns: int) -> LineScaling | TransformerRecord:
    """Read a saved scaling of so many columns.

    Raises:
        DataError: If it is none.
    """
    if not isinstance(entries, Mapping):
        raise DataError(f"A saved scaling must be a table of settings, got {shown(entries)}.")
    try:
        kind = check_choice("kind", entries.get("kind"), KINDS)
    except SettingError as error:
        raise DataError(f"A saved scaling is damaged: {error}") from error
    if kind == "line":
        return LineScaling.from_dict(entries, columns)
    transformer, parameters = entries.get("transformer"), entries.get("parameters")
    if not isinstance(transformer, str) or not isinstance(parameters, Mapping):
        raise DataError(
            "A saved scaling by a transformer must name it in `transformer`, with its `parameters`, got "
            f"{shown(transformer)} and {shown(parameters)}."
        )
    return TransformerRecord(transformer, dict(parameters))


def _slopes(scaled: float, own: FloatArray) -> FloatArray:
    """Return scaled units per own unit; 1 where the column does not vary, or no number can hold its slope."""
    constant = own == 0
    with np.errstate(over="ignore"):
        slope: FloatArray = np.divide(scaled, own, where=~constant, out=np.ones_like(own))
    slope[constant | ~np.isfinite(slope) | (slope == 0)] = SLOPE_OF_A_CONSTANT
    return slope


def _numbers(name: str, value: ArrayLike | None, columns: int) -> FloatArray:
    """Return a list of finite numbers, one a column."""
    items = items_of(value) if isinstance(value, list | tuple) else None
    numbers = np.array([as_float(item) for item in items or []])
    if len(numbers) != columns or not np.isfinite(numbers).all():
        raise DataError(f"`{name}` of a saved scaling must hold {columns} finite numbers, got {shown(value)}.")
    return numbers
