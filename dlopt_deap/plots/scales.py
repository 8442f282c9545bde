"""Scales and limits of axes that hold values of very different sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DECADES: Final = 100.0
"""Values whose greatest is so many times their least are drawn on a logarithmic scale."""

FAR: Final = 2.0
"""Values lie beyond an axis if they are further from the middle 90 % than so many times the range of these."""


def fit_scale(ax: Axes, *drawn: ArrayLike) -> None:
    """Choose the scale of the y-axis for what is drawn, and leave out what lies far beyond the rest.

    Values of one sign that span decades get a logarithmic scale. Else a few wild values, such as those of a first
    generation, would press all others into a line: they are left out, and a note at the right says how many.

    Args:
        ax: The axes.
        *drawn: What is drawn, of any shapes; what is not finite does not count.
    """
    values = np.concatenate([np.ravel(np.asarray(one, dtype=float)) for one in drawn])
    values = values[np.isfinite(values)]
    sizes = np.abs(values)
    if not len(values):
        return
    if (values > 0).all() and sizes.max() > DECADES * sizes.min():
        ax.set_yscale("log")
        return
    if (values < 0).all() and sizes.max() > DECADES * sizes.min():
        ax.set_yscale("symlog", linthresh=float(sizes.min()))
        return
    low, high = usual_limits(values)
    beyond = int(((values < low) | (values > high)).sum())
    if beyond:
        inside = values[(values >= low) & (values <= high)]
        margin = 0.06 * (np.ptp(inside) or 1.0)
        ax.set_ylim(inside.min() - margin, inside.max() + margin)
        note(ax, f"{beyond} of {len(values)} values lie beyond the axis")


def usual_limits(values: Any) -> tuple[float, float]:
    """Give the limits beyond which values lie far from the rest; infinite where these do not differ.

    Examples:
        >>> usual_limits([*range(101), 1e6])
        (-176.75, 277.75)
    """
    low, high = (float(one) for one in np.round(np.quantile(values, (0.05, 0.95)), 12))
    reach = FAR * (high - low)
    return (low - reach, high + reach) if reach else (-np.inf, np.inf)


def note(ax: Axes, text: str) -> None:
    """Write a small note along the right side of axes."""
    settings: dict[str, Any] = {"rotation": 90, "fontsize": "small", "ha": "left", "va": "center"}
    ax.text(1.01, 0.5, text, transform=ax.transAxes, **settings)
