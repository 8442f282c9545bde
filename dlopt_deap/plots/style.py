"""How figures look: colours that colour-blind people tell apart and that differ in print (Okabe and Ito 2008)."""

from __future__ import annotations

import warnings
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, ORANGE, GREEN, GREY, YELLOW = "#0072B2", "#D55E00", "#009E73", "#666666", "#E69F00"
PALE, BLACK = "#C8C8C8", "#000000"
COLOURS = (BLUE, ORANGE, GREEN, "#CC79A7", YELLOW, "#56B4E9", BLACK)
DASHES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
"""What tells several lines apart; there are not as many of the one as of the other, so that pairs repeat late."""

_WIDE: Final = 5.5
"""So many inches are room for five entries of a legend side by side."""

COLOUR_MAP = "cividis_r"
"""The colours of numbers, which grow darker with them, for colour-blind people and in print too."""

BAND: dict[str, Any] = {"alpha": 0.2, "linewidth": 0}


def new_axes(rows: int = 1, width: float = 7.0, height: float = 4.2) -> Any:
    """Make a figure with its axes: one, or an array of as many as there are rows, with a common x-axis."""
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(rows, 1, figsize=(width, height), sharex=True, layout="constrained")
    del figure
    return axes


def set_title(ax: Axes, text: str) -> None:
    """Write a title above axes, in as many lines as their width asks for."""
    from matplotlib.font_manager import FontProperties

    points = FontProperties(size="medium").get_size_in_points()
    letters = int(72 * inches_of(ax)[0] / (0.52 * points))
    ax.set_title(plain(fill(text, width=max(letters, 20))), fontsize="medium")


def inches_of(ax: Axes) -> tuple[float, float]:
    """Give width and height of axes as they will be, in inches."""
    figure = ax.get_figure(root=True)
    engine = None if figure is None else figure.get_layout_engine()
    if figure is not None and engine is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of no room, which saving the figure gives too
            engine.execute(figure)
    box = ax.get_window_extent()
    dpi = 100.0 if figure is None else figure.dpi
    return box.width / dpi, box.height / dpi


def legend_below(ax: Axes) -> None:
    """Put the legend side by side below axes that are full; within those that are too small for that."""
    if inches_of(ax)[0] < _WIDE:
        ax.legend(loc="best", fontsize="small")
    else:
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=5, frameon=False)


def target_label(name: str, sign: int) -> str:
    """Name a target on an axis, and say which way is better.

    Examples:
        >>> target_label("mae", -1)
        'mae (less is better)'
    """
    return f"{plain(name)} ({'more' if sign > 0 else 'less'} is better)"


def plain(text: str) -> str:
    r"""Have matplotlib write a text as it stands: what is between two dollars would be read as a formula.

    Examples:
        >>> plain("price/$")
        'price/\\$'
    """
    return text.replace("$", r"\$")


def counted(number: int, noun: str) -> str:
    """Say how many there are of something.

    Examples:
        >>> counted(1, "unit"), counted(2_000, "unit")
        ('1 unit', '2,000 units')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
