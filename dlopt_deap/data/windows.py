"""Splits of a series, and the windows that networks read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from dlopt_deap import limits
from dlopt_deap.checks import check_array, check_integer
from dlopt_deap.errors import DataError, SettingError

if TYPE_CHECKING:
    from dlopt_deap.data.series import TimeSeries


@dataclass(frozen=True, eq=False)
class Split:
    """Some rows of a series, which a network has to predict from the rows before them.

    Attributes:
        series: The series that the rows belong to.
        name: ``"training"``, ``"validation"`` or ``"testing"``.
        rows: The rows of the series that are targets, as a slice with a start and a stop.
    """

    series: TimeSeries
    name: str
    rows: slice

    @property
    def max_look_back(self) -> int:
        """The longest look-back for which there are windows.

        The split that begins with the first row takes its windows from itself, any other from the rows before it.
        """
        return int(self.rows.start or self.rows.stop - 1)

    @property
    def index(self) -> NDArray[Any]:
        """The time of each row (or its number, if the series has no time), shape (rows,)."""
        return self.series.index[self.rows]

    def windows(self, look_back: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return what a network reads and what it has to predict, both in scaled units.

        The window of row r holds the rows r - ``look_back`` ... r - 1. Windows reach back into the rows before the
        split, so every look-back is judged on the same rows. Only the training split has nothing before it: its first
        ``look_back`` rows have no window, so it gives ``rows - look_back`` windows instead of ``rows``.

        Args:
            look_back: Rows in a window, from 1 to ``max_look_back``.

        Returns:
            ``x``, shape (windows, look_back, inputs), float32, a read-only view of the series (no copy is made);
            and ``y``, shape (windows, targets), float32, read-only.

        Raises:
            SettingError: If ``look_back`` is no whole number of at least 1.
            DataError: If there are too few rows for so long a window, or the windows would take too much memory.

        Examples:
            >>> from dlopt_deap.data import TimeSeries
            >>> x, y = TimeSeries(np.arange(100.0)).validation.windows(3)
            >>> x.shape, x[0, :, 0].tolist(), y[0].tolist()
            ((16, 3, 1), [61.0, 62.0, 63.0], [64.0])
        """
        first = self._first_target(check_integer("look_back", look_back, low=1))
        self._check_size(self.rows.stop - first, look_back)
        inputs = self.series.scaled_inputs[first - look_back : self.rows.stop - 1]
        x = sliding_window_view(inputs, look_back, axis=0).transpose(0, 2, 1)
        return x, self.series.scaled_targets[first : self.rows.stop]

    def to_own_units(self, y: ArrayLike) -> NDArray[np.float64]:
        """Turn scaled targets, such as a network's predictions, into the series' own units.

        Args:
            y: Shape (..., targets), in scaled units.

        Returns:
            The same shape, float64, in the own unit of each target.

        Raises:
            SettingError: If the last axis does not hold one number a target.
        """
        scaled = check_array("y", y, np.float64)
        targets = self.series.targets
        if scaled.ndim == 0 or scaled.shape[-1] != len(targets):
            raise SettingError(
                f"`y` must have one number a target ({', '.join(targets)}) on its last axis, "
                f"that is the shape (..., {len(targets)}), got the shape {scaled.shape}."
            )
        return self.series.unscale_targets(scaled)

    def _first_target(self, look_back: int) -> int:
        """Return the first row that has a whole window before it."""
        if look_back > self.max_look_back:
            where = f"the {self.name} split of the series {self.series.name!r} (rows {self.rows.start} to "
            raise DataError(
                f"`look_back` must be at most {self.max_look_back} for {where}{self.rows.stop - 1} of "
                f"{len(self.series)}), got {look_back}; shorten the look-back, or use a longer series."
            )
        return int(self.rows.start or look_back)

    def _check_size(self, windows: int, look_back: int) -> None:
        """Refuse windows that take too much memory; a view takes none, but whoever computes with it copies it."""
        numbers = windows * look_back * self.series.scaled_inputs.shape[1]
        if numbers > limits.MAX_WINDOW_NUMBERS:
            raise DataError(
                f"The windows of the {self.name} split of the series {self.series.name!r} must hold at most "
                f"{limits.MAX_WINDOW_NUMBERS} numbers, got {numbers} with a look-back of {look_back}; shorten it, or "
                "widen `dlopt_deap.limits.MAX_WINDOW_NUMBERS`."
            )

    def __repr__(self) -> str:
        return f"Split({self.series.name!r}, {self.name}, rows {self.rows.start} to {self.rows.stop - 1})"
