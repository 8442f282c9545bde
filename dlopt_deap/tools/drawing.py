"""Figures as files."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dlopt_deap.files import replacing


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

    figure = Figure(figsize=(7.0, 2.0 + 2.0 * panels if panels > 1 else 4.2), layout="constrained")
    function(ax=figure.subplots(panels, 1, sharex=True))
    with replacing(path) as temporary, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # a name in another script: boxes say it
        figure.savefig(temporary, dpi=150)
