"""Evolve recurrent neural networks for time series with DEAP.

The public names below are loaded on first use (PEP 562), so that importing the package costs next to nothing and a
worker loads only what it needs.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlopt_deap import (
        architecture,
        callbacks,
        core,
        data,
        forecasting,
        joint,
        networks,
        parallel,
        plots,
        sampling,
        storage,
        tools,
        weight,
    )
    from dlopt_deap.core import (
        AskTell,
        Evolution,
        ModelOptimization,
        Problem,
        RandomSearch,
        Result,
        Solution,
        Stop,
        Values,
    )
    from dlopt_deap.data import TimeSeries, TokenSequence
    from dlopt_deap.errors import DloptError, DloptWarning
    from dlopt_deap.forecasting import EvolvedForecaster, evolve
    from dlopt_deap.networks import NetworkSpec
    from dlopt_deap.weight import WeightProblem

__all__ = [
    "AskTell",
    "DloptError",
    "DloptWarning",
    "Evolution",
    "EvolvedForecaster",
    "ModelOptimization",
    "NetworkSpec",
    "Problem",
    "RandomSearch",
    "Result",
    "Solution",
    "Stop",
    "TimeSeries",
    "TokenSequence",
    "Values",
    "WeightProblem",
    "__version__",
    "architecture",
    "callbacks",
    "core",
    "data",
    "evolve",
    "forecasting",
    "joint",
    "networks",
    "parallel",
    "plots",
    "sampling",
    "storage",
    "tools",
    "weight",
]

_HOMES = {
    **dict.fromkeys(("DloptError", "DloptWarning"), "errors"),
    **dict.fromkeys(("TimeSeries", "TokenSequence"), "data"),
    "NetworkSpec": "networks",
    "WeightProblem": "weight",
    **dict.fromkeys(("EvolvedForecaster", "evolve"), "forecasting"),
    **dict.fromkeys(
        (
            "AskTell",
            "Evolution",
            "ModelOptimization",
            "Problem",
            "RandomSearch",
            "Result",
            "Solution",
            "Stop",
            "Values",
        ),
        "core",
    ),
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("dlopt_deap")
    if name in _HOMES:
        return getattr(import_module(f"dlopt_deap.{_HOMES[name]}"), name)
    if name in __all__:
        return import_module(f"dlopt_deap.{name}")
    raise AttributeError(f"module 'dlopt_deap' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
