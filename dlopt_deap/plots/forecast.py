"""The figure of a forecast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from dlopt_deap.errors import DataError
from dlopt_deap.plots.style import BLUE, GREEN, GREY, ORANGE, counted, new_axes, plain, set_title

_MEANS: Final = 40
"""So many moving means side by side fill a figure of tokens."""

CROSS_ENTROPY: Final = "cross_entropy"
"""The criterion of forecasts of tokens."""

if TYPE_CHECKING:
    from matplotlib.axes import Axes
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

    @property
    def criterion(self) -> str:
        """The error that methods are compared by."""


def forecast(forecast: ForecastRows, target: int = 0, ax: Any = None) -> Any:
    """Draw what a network said and what came, and below it the difference.

    Of tokens, whose values have no height, it draws how improbable what came was to the network and to the best naive
    method, and below it how often the most probable token was right; both as moving means.

    Args:
        forecast: The forecast.
        target: The position of the target among the series' targets; of tokens all are drawn at once.
        ax: Two axes to draw on; a new figure if ``None``.

    Returns:
        An array of two axes.
    """
    panels = ax if ax is not None else new_axes(rows=2, height=5.5)
    draw = _draw_tokens if forecast.criterion == CROSS_ENTROPY else _draw_values
    draw(forecast, target, panels)
    known = {method: one[forecast.criterion] for method, one in forecast.errors.items() if forecast.criterion in one}
    errors = ", ".join(f"{method} {error:.4g}" for method, error in known.items())
    measures = {"mae": "mean absolute errors", CROSS_ENTROPY: "cross-entropies in nats"}
    set_title(panels[0], f"{forecast.where}; {measures[forecast.criterion]}: {errors}" if errors else forecast.where)
    panels[0].legend(loc="best")
    return panels


def residuals(forecast: ForecastRows, target: int = 0, ax: Axes | None = None) -> Axes:
    """Draw how far off a network was as a histogram, with the mean, which is its bias, and the middle 90 %.

    A normal distribution of the same mean and standard deviation shows where an interval of so many standard
    deviations would go wrong.

    Args:
        forecast: The forecast, of numbers.
        target: The position of the target among the series' targets.
        ax: Where to draw; a new figure if ``None``.

    Returns:
        The axes.

    Raises:
        DataError: If the forecast is of tokens, or the truth of no row is known.
    """
    if forecast.criterion == CROSS_ENTROPY:
        raise DataError("Tokens have no residuals, since they are no numbers; draw `forecast` of them.")
    off = next(iter(forecast.predictions.values()))[:, target] - forecast.truth[:, target]
    off = off[np.isfinite(off)]
    if not len(off):
        raise DataError(f"Residuals need rows whose truth is known, got none of {len(forecast.truth)}.")
    mean, std = float(off.mean()), float(off.std())
    low, high = np.quantile(off, (0.05, 0.95))
    ax = ax if ax is not None else new_axes()
    ax.hist(off, bins="auto", density=True, color=BLUE, alpha=0.5, label=counted(len(off), "row"))
    if std > 0:
        x = np.linspace(off.min() - std / 2, off.max() + std / 2, 300)
        normal = np.exp(-(((x - mean) / std) ** 2) / 2) / (std * np.sqrt(2 * np.pi))
        ax.plot(x, normal, color=GREY, linestyle="--", label="normal distribution")
    ax.axvline(0.0, color="black", linewidth=1)
    ax.axvline(mean, color=ORANGE, linewidth=2, label=f"mean {mean:.3g}")
    for place, end in enumerate((low, high)):
        label = "" if place else f"middle 90 %: {low:.3g} to {high:.3g}"
        ax.axvline(end, color=GREEN, linestyle=":", linewidth=2, label=label)
    ax.set(xlabel=f"network - truth, {plain(forecast.targets[target])}", ylabel="density")
    set_title(ax, f"Residuals: {forecast.where}")
    ax.legend(loc="best")
    return ax


def _draw_values(forecast: ForecastRows, target: int, panels: Any) -> None:
    """Draw numbers over time, and how far off they are."""
    index, label = forecast.index, "time"
    if not (np.issubdtype(index.dtype, np.number) or np.issubdtype(index.dtype, np.datetime64)):
        index, label = np.arange(len(index)), "row"
    truth, said = forecast.truth[:, target], next(iter(forecast.predictions.values()))[:, target]
    panels[0].plot(index, truth, color=BLUE, linewidth=2, label="truth")
    panels[0].plot(index, said, color=ORANGE, linestyle="--", linewidth=1.5, label="network")
    panels[0].set_ylabel(plain(forecast.targets[target]))
    panels[1].axhline(0.0, color=GREY, linewidth=1)
    panels[1].vlines(index, 0.0, said - truth, color=ORANGE, linewidth=1)
    panels[1].plot(index, said - truth, color=ORANGE, linestyle="none", marker="o", markersize=2)
    panels[1].set(xlabel=label, ylabel="network - truth")
    if np.issubdtype(index.dtype, np.datetime64):
        _write_dates_shortly(panels[1])


def _write_dates_shortly(ax: Any) -> None:
    """Have dates below an axis that do not run into each other: what they share is written once."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator()  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]


def _draw_tokens(forecast: ForecastRows, target: int, panels: Any) -> None:
    """Draw how improbable the tokens that came were, and how often the most probable one came."""
    del target
    own, *others = forecast.errors
    best = min(others, key=lambda method: forecast.errors[method][forecast.criterion])
    came = forecast.truth.argmax(axis=1)
    length = max(1, len(came) // _MEANS)
    index = _moving_mean(forecast.index, length)
    for method, color, style in ((best, BLUE, "-"), (own, ORANGE, "--")):
        said = forecast.predictions[method]
        nats = -np.log(np.maximum(said[np.arange(len(came)), came], np.finfo(np.float32).tiny))
        panels[0].plot(index, _moving_mean(nats, length), color=color, linestyle=style, label=method)
        right = said.argmax(axis=1) == came
        panels[1].plot(index, _moving_mean(right, length), color=color, linestyle=style)
    panels[0].set_ylabel("-log p of what came")
    panels[1].set(xlabel=f"token (means of {length})", ylabel="share of right tokens", ylim=(0, 1))


def _moving_mean(values: NDArray[Any], length: int) -> NDArray[np.float64]:
    """Return the means of so many values in a row."""
    return np.convolve(values, np.full(length, 1 / length), mode="valid")
