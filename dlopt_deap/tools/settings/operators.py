"""Settings that register operators of one's choice in a toolbox."""

import inspect
from collections.abc import Mapping
from functools import partial
from typing import Any, Literal

from pydantic import ConfigDict

from dlopt_deap.checks import did_you_mean, listed, shown
from dlopt_deap.core import Problem
from dlopt_deap.errors import SettingError
from dlopt_deap.tools.catalogue import catalogue, load
from dlopt_deap.tools.settings.base import Settings

Alias = Literal["mutate", "mate", "select", "select_parents", "select_survivors"]
"""What the algorithms take from a toolbox."""

GIVEN = ("space", "spec")
"""The arguments of operators that the problem gives."""

LEFT_OUT = ("individual", "individual1", "individual2", "ind1", "ind2", "individuals", "k", "rng", "fit_attr", *GIVEN)
"""The arguments that no configuration sets."""


class OperatorSettings(Settings):
    """An operator by its name; further settings are its keyword arguments."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, float | int | bool | str | list[float]]

    name: str
    """A function of this package, of DEAP, or of an installed package."""

    @property
    def arguments(self) -> dict[str, Any]:
        """The keyword arguments that are set."""
        return dict(self.__pydantic_extra__ or {})


def operators_of(chosen: Mapping[Alias, OperatorSettings], problem: Problem) -> dict[str, Any]:
    """Give what is to be registered in the toolbox of a problem, by alias.

    Raises:
        SettingError: If there is no such operator, or it takes no such argument, or needs one that is not set.
    """
    return {alias: _operator(alias, one, problem) for alias, one in chosen.items()}


def _operator(alias: str, chosen: OperatorSettings, problem: Problem) -> Any:
    """Give one operator with its arguments."""
    setting = f"operators.{alias}"
    function = load("operators", _full_name(chosen.name, problem), f"{setting}.name")
    parameters = inspect.signature(function).parameters
    settable = [name for name in parameters if name not in LEFT_OUT]
    for name in chosen.arguments:
        if name not in settable:
            raise SettingError(
                f"`{setting}.{name}` is no argument of {chosen.name}{did_you_mean(name, settable)}"
                f"{'' if did_you_mean(name, settable) else f', which takes {listed(settable)}.' if settable else '.'}"
            )
    given = {name: getattr(problem, name) for name in GIVEN if name in parameters and hasattr(problem, name)}
    needed = [
        name
        for name in (*settable, *GIVEN)
        if name in parameters and parameters[name].default is inspect.Parameter.empty
    ]
    if missing := [name for name in needed if name not in given | chosen.arguments]:
        raise SettingError(f"`{setting}` needs {listed(missing)} for {chosen.name}, got {shown(chosen.arguments)}.")
    return partial(function, **given, **chosen.arguments)


def _full_name(name: str, problem: Problem) -> str:
    """Give the name under which an operator of this package stands: those of the two submodules share some."""
    part = "weight" if hasattr(problem, "encoding") else "architecture"
    full = f"{part}.{name}"
    return full if full in catalogue("operators") else name
