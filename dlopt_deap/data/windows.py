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
    from dlopt_deap.data import Series


@dataclass(frozen=True, eq=False)
class Split:
    """Some rows of a series, which a network has to predict from the rows before them.

    Attributes:
        series: The series that the rows belong to.
        name: ``"training"``, ``"validation"`` or ``"testing"``.
        rows: The rows of the series that are targets, as a slice with a start and a stop.
    """

    series: Series
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
        inputs = self.series.scaled_inputs[first - look_back : self.rows.stop - 1]
        self._check_size((self.rows.stop - first) * look_back * inputs.shape[1], f"a look-back of {look_back}")
        x = sliding_window_view(inputs, look_back, axis=0).transpose(0, 2, 1)
        return x, self.series.scaled_targets[first : self.rows.stop]

    def horizon_windows(self, look_back: int, horizon: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return what a network reads and the ``horizon`` rows that it has to forecast from it, both in scaled units.

        The window of row r is that of :meth:`windows`; what follows it are the rows r ... r + ``horizon`` - 1, and r
        takes part if all of them lie in the split. So there are ``horizon - 1`` windows less than of one row, and
        every look-back is judged on the same rows here too.

        Args:
            look_back: Rows in a window, from 1 to ``max_look_back``.
            horizon: Rows to forecast from each window, from 1 to the number of windows of one row.

        Returns:
            ``x``, shape (windows, look_back, inputs), float32, and ``y``, shape (windows, horizon, targets), float32:
            read-only views of the series (no copy is made).

        Raises:
            SettingError: If ``look_back`` or ``horizon`` is no whole number of at least 1.
            DataError: If there are too few rows for so long a window or horizon, or the windows would take too much
                memory.

        Examples:
            >>> from dlopt_deap.data import TimeSeries
            >>> x, y = TimeSeries(np.arange(100.0)).validation.horizon_windows(3, 2)
            >>> x.shape, x[0, :, 0].tolist(), y[0, :, 0].tolist()
            ((15, 3, 1), [61.0, 62.0, 63.0], [64.0, 65.0])
        """
        horizon = check_integer("horizon", horizon, low=1)
        x, y = self.windows(look_back)
        if horizon > len(y):
            raise DataError(
                f"`horizon` must be at most {len(y)} with a look-back of {look_back} for {self._where}, got {horizon}; "
                "forecast fewer rows, or use a longer series."
            )
        count = len(y) - horizon + 1
        self._check_size(count * horizon * y.shape[1], f"a horizon of {horizon}")
        return x[:count], sliding_window_view(y, horizon, axis=0).transpose(0, 2, 1)

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

    @property
    def _where(self) -> str:
        """The split as a message names it."""
        rows = f"(rows {self.rows.start} to {self.rows.stop - 1} of {len(self.series)})"
        return f"the {self.name} split of the series {self.series.name!r} {rows}"

    def _first_target(self, look_back: int) -> int:
        """Return the first row that has a whole window before it."""
        if look_back > self.max_look_back:
            raise DataError(
                f"`look_back` must be at most {self.max_look_back} for {self._where}, got {look_back}; shorten the "
                "look-back, or use a longer series."
            )
        return int(self.rows.start or look_back)

    def _check_size(self, numbers: int, length: str) -> None:
        """Refuse windows that take too much memory; a view takes none, but whoever computes with it copies it."""
        if numbers > limits.MAX_WINDOW_NUMBERS:
            raise DataError(
                f"The windows of {self._where} must hold at most {limits.MAX_WINDOW_NUMBERS} numbers, got {numbers} "
                f"with {length}; shorten it, or widen `dlopt_deap.limits.MAX_WINDOW_NUMBERS`."
            )

    def __repr__(self) -> str:
        return f"Split({self.series.name!r}, {self.name}, rows {self.rows.start} to {self.rows.stop - 1})"
