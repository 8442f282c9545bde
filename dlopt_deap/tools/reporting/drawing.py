"""Figures as files."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dlopt_deap.files import replacing

LONGEST_LABEL = 48
"""Characters of the name of an upright axis, of a figure with one panel."""

WIDTH, PANEL, FRAME, DPI = 5.6, 1.75, 1.6, 200
"""Inches of a figure, of a panel, of what is around panels, and dots an inch.

Text of 10 points in a figure so wide is read on a phone, which shrinks it to about 3.5 inches, and on paper, where the
dots are fine enough."""


def draw(path: Path, function: Callable[..., Any], panels: int = 1) -> None:
    """Draw one figure into a file, without a window and without pyplot's global state.

    Args:
        path: The file, whose suffix says its form.
        function: Draws on ``ax``: axes, or an array of several.
        panels: How many axes, one below another.

    Raises:
        RunFolderError: If the file cannot be written.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, FRAME + PANEL * max(panels, 1.25)), layout="constrained")
    function(ax=figure.subplots(panels, 1, sharex=True))
    for ax in figure.axes:  # names of somebody's columns may be longer than any figure
        text = ax.yaxis.label.get_text()
        most = LONGEST_LABEL if panels == 1 else LONGEST_LABEL // 2
        ax.yaxis.label.set_text(text if len(text) <= most else f"{text[:most]}...")
    with replacing(path) as temporary, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # a name in another script: boxes say it
        figure.savefig(temporary, dpi=DPI)
