"""The figure of a forecast."""

from __future__ import annotations

from textwrap import fill
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.core import Forecast
from dlopt_deap.core.token_forecast import TokenForecast
from dlopt_deap.plots.style import BLUE, GREY, ORANGE, new_axes

_MEANS: Final = 40
"""So many moving means side by side fill a figure of tokens."""


def forecast(forecast: Forecast, target: int = 0, ax: Any = None) -> Any:
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
    draw = _draw_tokens if isinstance(forecast, TokenForecast) else _draw_values
    draw(forecast, target, panels)
    errors = ", ".join(f"{method} {one[forecast.criterion]:.4g}" for method, one in forecast.errors.items())
    measures = {"mae": "mean absolute errors", "cross_entropy": "cross-entropies in nats"}
    title = fill(f"{forecast.split.name} split; {measures[forecast.criterion]}: {errors}", width=85)
    panels[0].set_title(title, fontsize="medium")
    panels[0].legend(loc="best")
    return panels


def _draw_values(forecast: Forecast, target: int, panels: Any) -> None:
    """Draw numbers over time, and how far off they are."""
    index = forecast.split.index
    truth, said = forecast.truth[:, target], next(iter(forecast.predictions.values()))[:, target]
    panels[0].plot(index, truth, color=BLUE, linewidth=2, label="truth")
    panels[0].plot(index, said, color=ORANGE, linestyle="--", linewidth=1.5, label="network")
    panels[0].set_ylabel(forecast.split.series.targets[target])
    panels[1].axhline(0.0, color=GREY, linewidth=1)
    if np.issubdtype(index.dtype, np.number) or np.issubdtype(index.dtype, np.datetime64):
        panels[1].vlines(index, 0.0, said - truth, color=ORANGE, linewidth=1)
    panels[1].plot(index, said - truth, color=ORANGE, linestyle="none", marker="o", markersize=2)
    panels[1].set(xlabel="time", ylabel="network - truth")


def _draw_tokens(forecast: Forecast, target: int, panels: Any) -> None:
    """Draw how improbable the tokens that came were, and how often the most probable one came."""
    del target
    own, *others = forecast.errors
    best = min(others, key=lambda method: forecast.errors[method][forecast.criterion])
    came = forecast.truth.argmax(axis=1)
    length = max(1, len(came) // _MEANS)
    index = _moving_mean(forecast.split.index, length)
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
