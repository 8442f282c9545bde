"""Statistics of a population that failed evaluations cannot spoil."""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
from deap import tools

from dlopt_deap.core.individuals.solution import has_failed

STATISTICS: dict[str, Callable[[Sequence[float]], Any]] = {
    "avg": np.mean,
    "std": np.std,
    "min": np.min,
    "max": np.max,
}
"""What a chapter of the logbook holds, under the names that DEAP's users know."""


LOGBOOK_HEADER = ("gen", "restart", "nevals", "evaluations", "failures")
"""The columns of a logbook before the chapters."""


def target_statistics(targets: Iterable[str]) -> tools.MultiStatistics:
    """Make a chapter of statistics for each target; failed individuals are left out."""
    return statistics({name: partial(target_value, position=position) for position, name in enumerate(targets)})


def statistics(keys: dict[str, Callable[[Any], float]]) -> tools.MultiStatistics:
    """Make one chapter of statistics for each key.

    Args:
        keys: The name of a chapter, and the function that takes one number from an individual. What is not finite is
            left out; where nothing is left, the statistic is ``None``.

    Returns:
        A ``deap.tools.MultiStatistics`` with the fields ``avg``, ``std``, ``min`` and ``max`` in each chapter.

    Examples:
        >>> record = statistics({"size": len}).compile([[1, 2], [1, 2, 3, 4]])
        >>> record["size"]["avg"], record["size"]["max"]
        (3.0, 4.0)
    """
    multi = tools.MultiStatistics({name: tools.Statistics(key) for name, key in keys.items()})
    for name, function in STATISTICS.items():
        multi.register(name, partial(finite, function))
    return multi


def finite(function: Callable[[Sequence[float]], Any], values: Iterable[float]) -> float | None:
    """Apply ``function`` to the finite ones among ``values``; ``None`` if there is none."""
    numbers = [float(value) for value in values if math.isfinite(value)]
    return float(function(numbers)) if numbers else None


def target_value(individual: Any, position: int) -> float:
    """Return one fitness value of an individual, NaN where it has none or its evaluation failed."""
    if not individual.fitness.valid or has_failed(individual):
        return math.nan
    return float(individual.fitness.values[position])


def new_logbook(statistics: tools.MultiStatistics) -> tools.Logbook:
    """Make a logbook whose columns stand in the order in which they are read."""
    logbook = tools.Logbook()
    chapters = list(statistics)
    logbook.header = [*LOGBOOK_HEADER, *chapters]
    for chapter in chapters:
        logbook.chapters[chapter].header = list(statistics[chapter].fields)
    return logbook
