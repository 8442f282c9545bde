"""The figure of a forecast."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from dlopt_deap.plots.style import BLUE, GREY, ORANGE, new_axes

if TYPE_CHECKING:
    from numpy.typing import NDArray


class ForecastRows(Protocol):
    """Forecasts of some rows, as :class:`~dlopt_deap.core.Forecast` has them."""

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of the targets."""

    @property
    def index(self) -> NDArray[Any]:
        """The time of each row, shape (rows,)."""

    @property
    def where(self) -> str:
        """Which rows they are, as a title says it."""

    @property
    def truth(self) -> NDArray[np.float64]:
        """What came, shape (rows, targets); NaN where that is not known."""

    @property
    def predictions(self) -> Mapping[str, NDArray[np.float64]]:
        """What each method said, of the same shape; the network comes first."""

    @property
    def errors(self) -> Mapping[str, Mapping[str, float]]:
        """The errors of each method."""


def forecast(forecast: ForecastRows, target: int = 0, ax: Any = None) -> Any:
    """Draw what a network said and what came, and below it the difference.

    Args:
        forecast: The forecast.
        target: The position of the target among the series' targets.
        ax: Two axes to draw on; a new figure if ``None``.

    Returns:
        An array of two axes.
    """
    panels = ax if ax is not None else new_axes(rows=2, height=5.5)
    name = forecast.targets[target]
    index, label = forecast.index, "time"
    if not (np.issubdtype(index.dtype, np.number) or np.issubdtype(index.dtype, np.datetime64)):
        index, label = np.arange(len(index)), "row"
    truth, said = forecast.truth[:, target], next(iter(forecast.predictions.values()))[:, target]
    panels[0].plot(index, truth, color=BLUE, linewidth=2, label="truth")
    panels[0].plot(index, said, color=ORANGE, linestyle="--", linewidth=1.5, label="network")
    errors = ", ".join(f"{method} {one['mae']:.4g}" for method, one in forecast.errors.items() if "mae" in one)
    title = fill(f"{forecast.where}; mean absolute errors: {errors}" if errors else forecast.where, width=85)
    panels[0].set_title(title, fontsize="medium")
    panels[0].set_ylabel(name)
    panels[0].legend(loc="best")
    panels[1].axhline(0.0, color=GREY, linewidth=1)
    panels[1].vlines(index, 0.0, said - truth, color=ORANGE, linewidth=1)
    panels[1].plot(index, said - truth, color=ORANGE, linestyle="none", marker="o", markersize=2)
    panels[1].set(xlabel=label, ylabel="network - truth")
    return panels
