"""How figures look: colours that colour-blind people tell apart and that differ in print (Okabe and Ito 2008)."""

from typing import Any

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"
COLOURS = (BLUE, ORANGE, GREEN, "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
"""What tells several lines apart; there are not as many of the one as of the other, so that pairs repeat late."""

BAND: dict[str, Any] = {"alpha": 0.2, "linewidth": 0}


def new_axes(rows: int = 1, width: float = 7.0, height: float = 4.2) -> Any:
    """Make a figure with its axes: one, or an array of as many as there are rows, with a common x-axis."""
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(rows, 1, figsize=(width, height), sharex=True, layout="constrained")
    del figure
    return axes
