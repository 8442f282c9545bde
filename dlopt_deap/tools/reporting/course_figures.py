"""The figures of a search that only a report draws: who came from whom, what the operators did, all that was tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from dlopt_deap import plots
from dlopt_deap.errors import DataError, SettingError
from dlopt_deap.storage.schema import NAME as DATABASE
from dlopt_deap.tools.reporting.drawing import draw
from dlopt_deap.tools.saved.forecast_file import NAME as FORECAST
from dlopt_deap.tools.saved.forecast_file import read_forecast
from dlopt_deap.tools.saved.run_record import RunRecord
from dlopt_deap.tools.saved.saved_result import SEARCH


def draw_course(record: RunRecord, place: Path) -> list[Path]:
    """Draw what a run has enough for: a search by operators has more than one by a strategy, or an old one.

    Args:
        record: What :func:`~dlopt_deap.tools.read_run` gave.
        place: The folder of the figures, which exists.

    Returns:
        The files.

    Raises:
        RunFolderError: If one cannot be written, or something in the run folder is damaged.
    """
    drawn = []
    for name, function in _figures(record):
        path = place / f"{name}.png"
        try:
            draw(path, function)
        except (DataError, SettingError):  # it has not what this one shows
            continue
        drawn.append(path)
    return drawn


def _figures(record: RunRecord) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Give the figures that may be drawn."""
    if record.result is not None and record.result.criterion == "mae" and (record.folder / FORECAST).exists():
        yield "residuals", partial(plots.residuals, read_forecast(record.folder / FORECAST, record.result.test))
    if record.kind != SEARCH or not (record.folder / DATABASE).exists() or not record.targets:
        return
    course = plots.read_course(record.folder)
    target, sign = next(iter(record.targets.items()))
    yield "population", partial(plots.population_over_generations, course, target, sign)
    yield "parallel_coordinates", partial(plots.parallel_coordinates, course, target, sign)
    yield "genealogy", partial(plots.genealogy, course, target, sign)
    yield "operators", partial(plots.operator_success, course)
