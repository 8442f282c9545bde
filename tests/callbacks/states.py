"""Searches to be called back from."""

from types import SimpleNamespace
from typing import Any

from toy import Toy

from dlopt_deap.core import Evolution, Stop


def optimize(callbacks: Any, evaluations: int | None = 33, **options: Any) -> Any:
    """Make a small run, whose last generation is cut short unless told otherwise."""
    problem = options.pop("problem", Toy())
    options.setdefault("stop", Stop(max_evaluations=evaluations) if evaluations else None)
    size = options.pop("population_size", 5)
    return Evolution(population_size=size).optimize(problem, seed=1, callbacks=callbacks, **options)


def state(**changes: Any) -> Any:
    """Give the state of a search as a callback sees it."""
    known = {
        "stop": Stop(max_evaluations=100),
        "evaluations": 20,
        "taken_over": 0,
        "generation": 3,
        "evaluations_per_second": 4.0,
        "seconds": 5.0,
        "session_seconds": 5.0,
        "cache_hits": 0,
        "failures": 0,
        "stopped_by": "",
        "best": {"mae": 0.5},
    } | changes
    return SimpleNamespace(**{"total": known["stop"].max_evaluations, **known})
