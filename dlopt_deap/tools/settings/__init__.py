"""The settings of actions: validated models, which need pydantic and are only imported when an action is used.

What packages of others derive theirs from can be had here; it is loaded on first use (PEP 562).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlopt_deap.tools.settings.base import Settings
    from dlopt_deap.tools.settings.choices import with_choices
    from dlopt_deap.tools.settings.data import DataSource
    from dlopt_deap.tools.settings.problems import ProblemSettings
    from dlopt_deap.tools.settings.run import ActionSettings, OutputSettings
    from dlopt_deap.tools.settings.space import NetworkSettings, SpaceSettings
    from dlopt_deap.tools.settings.training import TrainingOptions

_HOMES = {
    "ActionSettings": "run",
    "DataSource": "data",
    "NetworkSettings": "space",
    "OutputSettings": "run",
    "ProblemSettings": "problems",
    "Settings": "base",
    "SpaceSettings": "space",
    "TrainingOptions": "training",
    "with_choices": "choices",
}

__all__ = [
    "ActionSettings",
    "DataSource",
    "NetworkSettings",
    "OutputSettings",
    "ProblemSettings",
    "Settings",
    "SpaceSettings",
    "TrainingOptions",
    "with_choices",
]


def __getattr__(name: str) -> Any:
    """Load a public name from the module that has it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
