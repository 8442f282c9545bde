"""The figures of a comparison."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dlopt_deap import plots
from dlopt_deap.files import make_folder
from dlopt_deap.tools.comparing.comparison import Comparison
from dlopt_deap.tools.reporting.drawing import draw
from dlopt_deap.tools.reporting.run_figures import UNSAFE
from dlopt_deap.tools.saved.run_record import RunRecord


def draw_comparison(comparison: Comparison, folder: str | Path) -> list[Path]:
    """Draw the best so far of each group against the evaluations, a figure for each target of the searches.

    Args:
        comparison: The comparison.
        folder: Where to; made if it is missing.

    Returns:
        The files: none of targets that a logbook lacks, such as those of a second stage.

    Raises:
        RunFolderError: If they cannot be written.
    """
    place = make_folder(folder)
    drawn = []
    for name, sign in comparison.targets.items():
        groups = {group.name: [best_curve(run, name, sign) for run in group.runs] for group in comparison.groups}
        if all(len(evaluations) for curves in groups.values() for evaluations, _ in curves):
            path = place / f"best_so_far_{re.sub(UNSAFE, '_', name)}.png"
            draw(path, partial(plots.best_so_far, groups, name, sign))
            drawn.append(path)
    return drawn


def best_curve(run: RunRecord, target: str, sign: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the evaluations after each generation of a run, and the best so far, NaN before there is one.

    Args:
        run: The run.
        target: The target.
        sign: +1 if it is maximised, -1 if it is minimised.

    Returns:
        Two arrays of shape (generations,); empty if the logbook has no such chapter.
    """
    if target not in run.logbook.chapters:
        return np.empty(0), np.empty(0)
    best = np.array(run.logbook.chapters[target].select("max" if sign > 0 else "min"), dtype=float)
    accumulate = np.fmax.accumulate if sign > 0 else np.fmin.accumulate
    return np.array(run.logbook.select("evaluations"), dtype=float), accumulate(best)
