"""What is saved of a series beside a result: enough to forecast from new rows, but no row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.checks import check_array, did_you_mean, shown
from dlopt_deap.data.description_checks import CHECKS, check_reading, check_splits
from dlopt_deap.data.scaling import Scaling, TransformerRecord, scaling_from_dict
from dlopt_deap.errors import DataError, SettingError


class Described(Protocol):
    """A series, as far as its description asks it."""

    @property
    def scaling(self) -> Scaling:
        """The fitted scaling of all columns."""

    def fingerprint(self) -> str:
        """Return the digits by which series are told apart."""


@dataclass(frozen=True, eq=False)
class SeriesDescription:
    """A series without its rows.

    Attributes:
        name: What it was called.
        rows: The number of its rows.
        columns: The names of its columns.
        inputs: Those that networks read.
        targets: Those that networks predict.
        scaling: The scaling as it was fitted to the training rows; or the name of the transformer, if that was saved.
        splits: The first row and the end of each split.
        season: The rows of a season.
        frequency: The step of the time, an offset alias of pandas or a number.
        time: The name of the time.
        fingerprint: That of the series.
        reading: How its file was read: ``delimiter``, ``decimal``, ``missing``, ``gaps``, as far as they were chosen.

    Examples:
        >>> from dlopt_deap.data import sunspots
        >>> saved = sunspots().description()
        >>> saved["splits"], saved["frequency"], saved["time"]
        ({'training': [0, 198], 'validation': [198, 247], 'testing': [247, 309]}, 1.0, 'year')
        >>> described = SeriesDescription.from_dict(saved)
        >>> described.to_own_units(described.scale_inputs([[154.4], [0.0]])).round(3).tolist()
        [[154.4], [0.0]]
    """

    name: str
    rows: int
    columns: tuple[str, ...]
    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    scaling: Scaling | TransformerRecord
    splits: dict[str, list[int]]
    season: int | None
    frequency: str | float | None
    time: str | None
    fingerprint: str
    reading: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, entries: object) -> SeriesDescription:
        """Read what :meth:`to_dict` gave.

        Raises:
            DataError: If it is none, such as after somebody edited the file.
        """
        names = [one.name for one in fields(cls)]
        if not isinstance(entries, Mapping):
            raise DataError(f"The description of a series must be a table of settings, got {shown(entries)}.")
        for name in entries:
            if name not in names:
                hint = did_you_mean(name, names, end=".")
                raise DataError(f"The description of a series has no entry {shown(name)}{hint}")
        if lacking := [name for name in names if name not in entries and name != "reading"]:
            raise DataError(f"The description of a series must have the entry `{lacking[0]}`, but lacks it.")
        checked = {name: check(name, entries[name]) for name, check in CHECKS.items()}
        columns = checked["columns"]
        for name in ("inputs", "targets"):
            if unknown := [column for column in checked[name] if column not in columns]:
                raise DataError(f"`{name}` of a described series must be among its columns, got {shown(unknown[0])}.")
        checked["splits"] = check_splits(entries["splits"], checked["rows"])
        checked["reading"] = check_reading("reading", entries.get("reading", {}))  # of earlier versions there is none
        return cls(**checked, scaling=scaling_from_dict(entries["scaling"], len(columns)))

    def to_dict(self) -> dict[str, Any]:
        """Give the description as JSON values."""
        entries = {one.name: getattr(self, one.name) for one in fields(self)}
        if not self.reading:
            del entries["reading"]
        lists = {name: list(entries[name]) for name in ("columns", "inputs", "targets")}
        return entries | lists | {"scaling": self.scaling.to_dict()}

    def fitted_again(self, series: Described) -> SeriesDescription:
        """Take the scaling of the series that was described, as one that is no straight line needs.

        Raises:
            DataError: If the series is another one, or made with other settings.
        """
        if series.fingerprint() != self.fingerprint:
            raise DataError(
                f"The scaling of {shown(self.name)} must be fitted to the series that was described, got "
                f"{shown(series)} with the fingerprint {series.fingerprint()[:8]}... for {self.fingerprint[:8]}...; "
                "make it of the same rows, columns, splits and scale."
            )
        return replace(self, scaling=series.scaling)

    def scale_inputs(self, values: ArrayLike) -> NDArray[np.float32]:
        """Turn inputs into what networks see.

        Args:
            values: Shape (..., inputs), in own units.

        Returns:
            The same shape, float32, in scaled units.

        Raises:
            SettingError: If the last axis does not hold one number an input.
            DataError: If the scaling must be fitted again, or gives what float32 cannot hold.
        """
        own = self._one_each("values", values, self.inputs)
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = self._fitted().apply(own, [self.columns.index(name) for name in self.inputs]).astype(np.float32)
        if not np.isfinite(scaled).all():
            raise DataError(
                f"The scaling of {shown(self.name)} must give finite numbers, but does not for "
                f"{own[~np.isfinite(scaled)][0]}; the values are beyond those that it was fitted to."
            )
        return scaled

    def to_own_units(self, y: ArrayLike) -> NDArray[np.float64]:
        """Turn scaled targets, such as a network's predictions, into own units.

        Args:
            y: Shape (..., targets), in scaled units.

        Returns:
            The same shape, float64, in the own unit of each target.

        Raises:
            SettingError: If the last axis does not hold one number a target.
            DataError: If the scaling must be fitted again.
        """
        scaled = self._one_each("y", y, self.targets)
        return self._fitted().invert(scaled, [self.columns.index(name) for name in self.targets])

    def _fitted(self) -> Scaling:
        """Return the scaling, if it is known what it was fitted to."""
        if isinstance(self.scaling, TransformerRecord):
            raise DataError(
                f"The scaling of {shown(self.name)} by {self.scaling.transformer} must be fitted again, since it is no "
                "straight line and was saved by name only; make the series of its rows and settings as they were, and "
                "give it to `SeriesDescription.fitted_again`."
            )
        return self.scaling

    @staticmethod
    def _one_each(name: str, values: ArrayLike, columns: tuple[str, ...]) -> NDArray[np.float64]:
        """Return an array with one number a column on its last axis."""
        array = check_array(name, values, np.float64)
        if array.ndim == 0 or array.shape[-1] != len(columns):
            raise SettingError(
                f"`{name}` must have one number for each of {', '.join(columns)} on its last axis, that is the shape "
                f"(..., {len(columns)}), got the shape {array.shape}."
            )
        return array
