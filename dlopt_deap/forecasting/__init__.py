"""For forecasters: one call from data to a network, and an estimator for scikit-learn."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from dlopt_deap.forecasting.budget import Budget, seconds_of
from dlopt_deap.forecasting.one_call import evolve
from dlopt_deap.forecasting.solving import solve
from dlopt_deap.forecasting.task import Task, make_task

if TYPE_CHECKING:
    from dlopt_deap.forecasting.estimator import EvolvedForecaster

__all__ = ["Budget", "EvolvedForecaster", "Task", "evolve", "make_task", "seconds_of", "solve"]


def __getattr__(name: str) -> Any:
    if name == "EvolvedForecaster":  # it derives from scikit-learn's classes, which take a while to load
        return import_module("dlopt_deap.forecasting.estimator").EvolvedForecaster
    raise AttributeError(f"module 'dlopt_deap.forecasting' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
