"""The figure of a training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dlopt_deap.errors import DataError
from dlopt_deap.plots.style import BLUE, GREEN, ORANGE, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def training_history(history: Mapping[str, Sequence[float]], ax: Axes | None = None) -> Axes:
    """Draw the losses of a training against its epochs, and the epoch with the least validation loss.

    Args:
        history: A number an epoch: ``loss``, and ``val_loss`` if there was validation.
        ax: Where to draw; a new figure if ``None``.

    Returns:
        The axes.

    Raises:
        DataError: If there is no epoch.
    """
    from matplotlib.ticker import MaxNLocator

    ax = ax if ax is not None else new_axes()
    labels = {"loss": ("training", BLUE, "-"), "val_loss": ("validation", ORANGE, "--")}
    drawn = {name: np.asarray(history[name], dtype=float) for name in labels if len(history.get(name, ()))}
    if not drawn:
        raise DataError("A history needs at least one epoch to be drawn, got none.")
    for name, losses in drawn.items():
        label, color, style = labels[name]
        ax.plot(np.arange(1, len(losses) + 1), losses, color=color, linestyle=style, label=label)
    if "val_loss" in drawn:
        best = int(np.argmin(drawn["val_loss"])) + 1
        ax.axvline(best, color=GREEN, linestyle=":", label=f"least validation loss, epoch {best}")
    if min(losses.min() for losses in drawn.values()) > 0:
        ax.set_yscale("log")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlabel="epochs", ylabel="loss, in scaled units", title="Training")
    ax.legend(loc="best")
    return ax
