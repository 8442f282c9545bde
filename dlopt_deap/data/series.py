"""A time series: its values, what is input and what is target, its splits and its scaling."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.data.scaling import MinMaxScaling
from dlopt_deap.data.series_checks import (
    check_chosen,
    check_columns,
    check_index,
    check_scale,
    check_shares,
    check_values,
    read_only,
)
from dlopt_deap.data.windows import Split
from dlopt_deap.errors import DataError

SHARES: Final = (0.64, 0.16, 0.2)
"""Shares of the rows for training, validation and testing, as in DLOPT."""


@dataclass(frozen=True, init=False, eq=False, repr=False)
class TimeSeries:
    """One or more variables over time, at equal steps, with the choice of inputs, targets, splits and scaling.

    It is immutable, and pickles as its values and settings alone.

    Args:
        values: Shape (rows, columns), or (rows,) for one column; finite, in the variables' own units, oldest first.
        columns: The names of the columns; ``"value"``, or ``"value_1"``, ``"value_2"``, ... unless given.
        inputs: The columns that networks read; all of them unless given.
        targets: The columns that networks predict; all of them unless given.
        index: The time of each row, shape (rows,): numbers, dates or labels; 0, 1, 2, ... unless given.
        name: What messages and figures call the series.
        scale: ``(low, high)``: networks see each column scaled from its minimum ... maximum in the training rows to
            this range (a column that is constant there goes to the middle, in its own unit); ``None``: unscaled.
        shares: The shares of the rows for training, validation and testing; they sum to 1.

    Raises:
        DataError: If the values are no finite numbers of such a shape, too few, or a column is unknown.
        SettingError: If ``scale`` or ``shares`` is not as above.

    Examples:
        >>> series = TimeSeries(np.arange(1000.0), scale=(-1, 1))
        >>> series.training, series.validation, series.testing
        (Split('series', training, rows 0 to 639), Split('series', validation, rows 640 to 799), \
Split('series', testing, rows 800 to 999))
        >>> TimeSeries([[1.0, 2.0]] * 10, columns=["wind", "power"], targets=["pover"])
        Traceback (most recent call last):
        dlopt_deap.errors.DataError: The series 'series' has no column 'pover' (in `targets`); did you mean 'power'? \
Its columns are: wind, power.
    """

    values: NDArray[np.float64]
    columns: tuple[str, ...]
    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    index: NDArray[Any]
    name: str
    scale: tuple[float, float] | None
    shares: tuple[float, float, float]
    scaled_inputs: NDArray[np.float32]
    scaled_targets: NDArray[np.float32]
    _scaling: MinMaxScaling | None

    def __init__(
        self,
        values: ArrayLike,
        columns: Sequence[str] | None = None,
        inputs: Sequence[str] | None = None,
        targets: Sequence[str] | None = None,
        index: ArrayLike | None = None,
        name: str = "series",
        scale: tuple[float, float] | None = None,
        shares: tuple[float, float, float] = SHARES,
    ) -> None:
        table = check_values(values, name)
        names = check_columns(columns, table.shape[1], name)
        fields: dict[str, Any] = {"values": table, "columns": names, "name": name}
        fields["inputs"] = check_chosen("inputs", inputs, names, name)
        fields["targets"] = check_chosen("targets", targets, names, name)
        fields["index"] = check_index(index, len(table), name)
        fields["scale"] = check_scale(scale)
        fields["shares"] = check_shares(shares)
        for field, value in fields.items():
            object.__setattr__(self, field, value)
        self._scale_values()

    def _scale_values(self) -> None:
        """Check the splits, fit the scaling on the training rows, and keep what networks see as float32."""
        training = self.values[: self._bounds()[0]]
        scaling = MinMaxScaling.fit(training, *self.scale) if self.scale else None
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = (scaling.apply(self.values) if scaling else self.values).astype(np.float32)
        if not np.isfinite(scaled).all():
            row, column = np.argwhere(~np.isfinite(scaled))[0]
            raise DataError(
                f"The series {self.name!r} has a value that float32 cannot hold once scaled by {self.scale}: "
                f"{self.values[row, column]} in row {row}, column {self.columns[column]!r}; "
                "use `scale=(-1, 1)`, or another unit."
            )
        object.__setattr__(self, "_scaling", scaling)
        for field, chosen in (("scaled_inputs", self.inputs), ("scaled_targets", self.targets)):
            object.__setattr__(self, field, read_only(scaled[:, self._positions(chosen)]))

    @property
    def training(self) -> Split:
        """The first rows, on which weights and the scaling are fitted."""
        return Split(self, "training", slice(0, self._bounds()[0]))

    @property
    def validation(self) -> Split:
        """The rows in the middle, on which candidates are compared."""
        return Split(self, "validation", slice(*self._bounds()))

    @property
    def testing(self) -> Split:
        """The last rows, for the final report alone."""
        return Split(self, "testing", slice(self._bounds()[1], len(self)))

    def fingerprint(self) -> str:
        """Return 64 hexadecimal digits (SHA-256) of the values, column names, shares and scale.

        Two series with one fingerprint give every network the same windows.
        """
        settings = [self.columns, self.inputs, self.targets, self.shares, self.scale, self.values.shape]
        digest = hashlib.sha256(json.dumps(settings).encode())
        digest.update(np.ascontiguousarray(self.values, dtype="<f8").tobytes())
        return digest.hexdigest()

    def scale_inputs(self, rows: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return values of the inputs, shape (rows, inputs) in own units, as networks of this series see them."""
        table = np.repeat(self.values[:1], len(rows), axis=0)
        positions = self._positions(self.inputs)
        table[:, positions] = rows
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = (self._scaling.apply(table) if self._scaling else table).astype(np.float32)
        return np.ascontiguousarray(scaled[:, positions])

    def unscale_targets(self, scaled: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return scaled targets, shape (..., targets), in own units; :meth:`Split.to_own_units` checks them first."""
        return scaled if self._scaling is None else self._scaling.invert(scaled, self._positions(self.targets))

    def __len__(self) -> int:
        return int(self.values.shape[0])

    def __repr__(self) -> str:
        return f"TimeSeries({self.name!r}, {len(self)} rows, {', '.join(self.inputs)} -> {', '.join(self.targets)})"

    def __reduce__(self) -> tuple[type[TimeSeries], tuple[Any, ...]]:
        """Pickle the arguments: the scaled copies are made again, and arrays are read-only again."""
        arguments = (self.values, self.columns, self.inputs, self.targets, self.index, self.name, self.scale)
        return TimeSeries, (*arguments, self.shares)

    def _positions(self, names: Sequence[str]) -> list[int]:
        """Return the positions of columns."""
        return [self.columns.index(name) for name in names]

    def _bounds(self) -> tuple[int, int]:
        """Return the first row of validation and the first row of testing."""
        rows = len(self)
        first, second = round(self.shares[0] * rows), round((self.shares[0] + self.shares[1]) * rows)
        if not 2 <= first < second < rows:
            raise DataError(
                f"The series {self.name!r} must have a row to validate on, a row to test on and two to train on; "
                f"with {rows} rows and shares of {self.shares} they are {first}, {second - first} and "
                f"{rows - second} rows to train, validate and test on; use more rows, or other `shares`."
            )
        return first, second
