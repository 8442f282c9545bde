"""A time series: its values, what is input and what is target, its splits and its scaling."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.checks import shown
from dlopt_deap.data.description import SeriesDescription
from dlopt_deap.data.description_checks import SPLITS, check_reading
from dlopt_deap.data.scaling import LineScaling, Scaling
from dlopt_deap.data.series_checks import (
    STANDARD,
    check_chosen,
    check_columns,
    check_index,
    check_labels,
    check_scale,
    check_season,
    check_values,
    read_only,
)
from dlopt_deap.data.splits import resolve_splits
from dlopt_deap.data.transformers import fit_transformer, transformer_record
from dlopt_deap.data.windows import Split
from dlopt_deap.errors import DataError


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
        scale: How networks see each column, fitted on its training rows alone: ``(low, high)``, from its minimum ...
            maximum to this range; ``"min-max"``, to (-1, 1); ``"standard"``, with mean 0 and standard deviation 1 (a
            column that is constant there keeps its unit); a transformer of scikit-learn, of which each column gets a
            copy of its own; ``None``: unscaled.
        shares: The shares of the rows for training, validation and testing, which sum to 1; (0.64, 0.16, 0.2) unless
            the series is split in another way.
        split_rows: Or the first row of validation and the first of testing, counted from 0.
        split_times: Or two times of the ``index``, at or after which they begin: dates or numbers.
        season: The rows of a season, for the naive forecast by the value one season ago.
        frequency: The step of ``index``: an offset alias of pandas for dates, a number for numbers. It is kept, not
            checked; the readers of files find it out.
        time: The name of what ``index`` holds.
        reading: How a file was read that it comes from: ``delimiter``, ``decimal``, ``missing`` and ``gaps``, as far as
            they were chosen. It is kept for files that are read later (:func:`read_new_rows`).

    Attributes:
        scaling: The fitted scaling of all columns.

    Raises:
        DataError: If the values are no finite numbers of such a shape, too few, a column is unknown, or a transformer
            cannot be fitted or has no way back.
        SettingError: If another argument is not as above.

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
    shares: tuple[float, float, float] | None
    season: int | None
    frequency: str | float | None
    time: str | None
    reading: Mapping[str, str]
    scaling: Scaling
    scaled_inputs: NDArray[np.float32]
    scaled_targets: NDArray[np.float32]
    _scale: Any
    _bounds: tuple[int, int]

    def __init__(
        self,
        values: ArrayLike,
        columns: Sequence[str] | None = None,
        inputs: Sequence[str] | None = None,
        targets: Sequence[str] | None = None,
        index: ArrayLike | None = None,
        name: str = "series",
        scale: Any = None,
        shares: tuple[float, float, float] | None = None,
        *,
        split_rows: tuple[int, int] | None = None,
        split_times: tuple[Any, Any] | None = None,
        season: int | None = None,
        frequency: str | float | None = None,
        time: str | None = None,
        reading: Mapping[str, str] | None = None,
    ) -> None:
        table = check_values(values, name)
        names = check_columns(columns, table.shape[1], name)
        fields: dict[str, Any] = {"values": table, "columns": names, "name": name}
        fields["inputs"] = check_chosen("inputs", inputs, names, name)
        fields["targets"] = check_chosen("targets", targets, names, name)
        fields["index"] = check_index(index, len(table), name)
        fields["_scale"] = check_scale(scale)
        splits = resolve_splits(name, fields["index"], shares, split_rows, split_times)
        fields["shares"], fields["_bounds"] = splits
        fields["season"] = check_season(season, splits[1][0], name)
        fields["frequency"], fields["time"] = check_labels(frequency, time)
        fields["reading"] = check_reading("reading", {} if reading is None else reading)
        for field, value in fields.items():
            object.__setattr__(self, field, value)
        object.__setattr__(self, "scaling", self._fit_scaling(table[: self._bounds[0]]))
        self._keep_scaled()

    def _fit_scaling(self, training: NDArray[np.float64]) -> Scaling:
        """Fit the scaling that was asked for."""
        if self._scale is None:
            return LineScaling.unscaled(len(self.columns))
        if isinstance(self._scale, tuple):
            return LineScaling.to_range(training, *self._scale)
        if self._scale == STANDARD:
            return LineScaling.standard(training)
        return fit_transformer(self._scale, training, self.columns)

    def _keep_scaled(self) -> None:
        """Keep what networks see as float32."""
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = self.scaling.apply(self.values, list(range(len(self.columns)))).astype(np.float32)
        if not np.isfinite(scaled).all():
            row, column = np.argwhere(~np.isfinite(scaled))[0]
            raise DataError(
                f"The series {shown(self.name)} has a value that float32 cannot hold once scaled by "
                f"{shown(self._scale)}: {self.values[row, column]} in row {row}, column {self.columns[column]!r}; "
                "use `scale=(-1, 1)`, or another unit."
            )
        for field, chosen in (("scaled_inputs", self.inputs), ("scaled_targets", self.targets)):
            object.__setattr__(self, field, read_only(scaled[:, self._positions(chosen)]))

    @property
    def scale(self) -> Any:
        """The scaling that was asked for: ``(low, high)``, ``"standard"``, ``None``, or a copy of the transformer."""
        return self._scale if self._scale is None or isinstance(self._scale, tuple | str) else deepcopy(self._scale)

    @property
    def training(self) -> Split:
        """The first rows, on which weights and the scaling are fitted."""
        return Split(self, "training", slice(0, self._bounds[0]))

    @property
    def validation(self) -> Split:
        """The rows in the middle, on which candidates are compared."""
        return Split(self, "validation", slice(*self._bounds))

    @property
    def testing(self) -> Split:
        """The last rows, for the final report alone."""
        return Split(self, "testing", slice(self._bounds[1], len(self)))

    def fingerprint(self) -> str:
        """Return 64 hexadecimal digits (SHA-256) of the values, column names, splits and scale.

        Two series with one fingerprint give every network the same windows.
        """
        splits = {"rows": self._bounds} if self.shares is None else self.shares
        scale = self._scale
        if not (scale is None or isinstance(scale, tuple | str)):
            scale = transformer_record(scale).to_dict()
        settings = [self.columns, self.inputs, self.targets, splits, scale, self.values.shape]
        digest = hashlib.sha256(json.dumps(settings).encode())
        digest.update(np.ascontiguousarray(self.values, dtype="<f8").tobytes())
        return digest.hexdigest()

    def description(self) -> dict[str, Any]:
        """Describe the series without its rows, as JSON values; :class:`SeriesDescription` reads them.

        A saved result holds them, so that its network can forecast from new rows.
        """
        return self.described().to_dict()

    def described(self) -> SeriesDescription:
        """Describe the series without its rows."""
        return SeriesDescription(
            self.name,
            len(self),
            self.columns,
            self.inputs,
            self.targets,
            self.scaling,
            {name: [rows.start, rows.stop] for name in SPLITS for rows in [getattr(self, name).rows]},
            self.season,
            self.frequency,
            self.time,
            self.fingerprint(),
            dict(self.reading),
        )

    def unscale_targets(self, scaled: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return scaled targets, shape (..., targets), in own units; :meth:`Split.to_own_units` checks them first."""
        return self.scaling.invert(scaled, self._positions(self.targets))

    def __len__(self) -> int:
        return int(self.values.shape[0])

    def __repr__(self) -> str:
        return (
            f"TimeSeries({shown(self.name)}, {len(self)} rows, {', '.join(self.inputs)} -> {', '.join(self.targets)})"
        )

    def __reduce__(self) -> tuple[Any, tuple[dict[str, Any]]]:
        """Pickle what it is made of, with the scaling as it was fitted; the scaled copies are made again."""
        made = ("scaled_inputs", "scaled_targets")
        return _remade, ({name: value for name, value in vars(self).items() if name not in made},)

    def _positions(self, names: Sequence[str]) -> list[int]:
        """Return the positions of columns."""
        return [self.columns.index(name) for name in names]


def _remade(fields: dict[str, Any]) -> TimeSeries:
    """Make a series of what was pickled, with arrays that are read-only again."""
    series = object.__new__(TimeSeries)
    for name, value in fields.items():
        object.__setattr__(series, name, read_only(value) if isinstance(value, np.ndarray) else value)
    series._keep_scaled()
    return series
