"""Objects with a state of their own: what of algorithms, callbacks and the functions of a toolbox a run must keep."""

import random
from collections.abc import Mapping
from functools import partial
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
from deap import base

from dlopt_deap.core.individuals.plain_values import individual_state, restore_individual
from dlopt_deap.core.problem import Problem
from dlopt_deap.core.running.description import NOT_DESCRIBED
from dlopt_deap.errors import RunFolderError, SettingError
from dlopt_deap.storage.codec import dumps

GLOBAL_STREAMS = (random.random.__self__, np.random.normal.__self__)  # type: ignore[attr-defined]
"""The owners of the functions of Python's ``random`` and of numpy's global generator, which a snapshot has anyway."""


INDIVIDUAL = "an individual"
"""Marks the state of an individual among the attributes of an object."""


def has_state(owner: Any) -> bool:
    """Whether an object says itself what must be kept of it."""
    return hasattr(owner, "state_dict") and hasattr(owner, "load_state_dict")


def toolbox_state(toolbox: base.Toolbox) -> dict[str, Any]:
    """Give the state of the objects behind a toolbox's functions, such as a CMA-ES strategy or a selection with memory.

    Returns:
        For each object, by the first alias that belongs to it, what its ``state_dict()`` gives, or else its attributes.
    """
    return {alias: object_state(owner) for alias, owner in _owners(toolbox).items()}


def check_toolbox_state(toolbox: base.Toolbox) -> None:
    """See that the state of a toolbox can be saved.

    Raises:
        SettingError: If it cannot, naming the alias.
    """
    for alias, owner in _owners(toolbox).items():
        check_object_state(owner, f"`toolbox.{alias}`")


def restore_toolbox_state(toolbox: base.Toolbox, states: Mapping[str, Any], template: Any) -> None:
    """Give the objects behind a toolbox's functions their state back.

    Args:
        toolbox: The toolbox.
        states: What :func:`toolbox_state` gave.
        template: An individual such as the objects may hold.

    Raises:
        RunFolderError: If there are other objects now.
    """
    owners = _owners(toolbox)
    if owners.keys() != states.keys():
        raise RunFolderError(
            f"The run was made with a toolbox whose {sorted(states)} have a state, and now {sorted(owners)} have; "
            "give the same toolbox."
        )
    for alias, owner in owners.items():
        restore_object(owner, states[alias], template)


def _owners(toolbox: base.Toolbox) -> dict[str, Any]:
    """Name the objects with a state behind the functions of a toolbox, each once."""
    owners: dict[str, Any] = {}
    for alias, function in vars(toolbox).items():
        owner = None if alias in (*NOT_DESCRIBED, "evaluate") else _owner(function)
        if owner is not None and not any(owner is known for known in owners.values()):
            owners[alias] = owner
    return owners


def _owner(function: Any) -> Any:
    """Give the object that a function belongs to, or is, if it may have a state that changes; otherwise ``None``."""
    while isinstance(function, partial):
        function = function.func
    owner = getattr(function, "__self__", function)
    stateless = (FunctionType, ModuleType, type, Problem)
    if isinstance(owner, stateless) or hasattr(owner, "__wrapped__") or any(owner is one for one in GLOBAL_STREAMS):
        return None
    known = isinstance(owner, random.Random | np.random.Generator | np.random.RandomState)
    return owner if known or has_state(owner) or getattr(owner, "__dict__", None) else None


def object_state(owner: Any) -> Any:
    """Give the state of an object as plain values, as far as it has only such, and individuals."""
    if has_state(owner):
        return owner.state_dict()
    if isinstance(owner, random.Random):
        return owner.getstate()
    if isinstance(owner, np.random.Generator):
        return owner.bit_generator.state
    if isinstance(owner, np.random.RandomState):
        return owner.get_state(legacy=False)
    return {
        name: {INDIVIDUAL: individual_state(value)} if hasattr(value, "fitness") else value
        for name, value in vars(owner).items()
    }


def check_object_state(owner: Any, name: str) -> None:
    """See that the state of an object can be saved.

    Args:
        owner: The object.
        name: What belongs to it, for a message.

    Raises:
        SettingError: If it cannot.
    """
    try:
        dumps(object_state(owner), {})
    except SettingError as error:
        raise SettingError(
            f"{name} belongs to an object of {type(owner).__name__}, whose state a run folder cannot save: {error} "
            "Give it the methods `state_dict` and `load_state_dict`, or run without a folder."
        ) from error


def restore_object(owner: Any, state: Any, template: Any) -> None:
    """Give an object the state back that :func:`object_state` gave; of attributes only those that it has.

    Args:
        owner: The object.
        state: Its state.
        template: An individual of the kind that it may hold.

    Raises:
        RunFolderError: If it is the state of another kind of object.
    """
    if has_state(owner):
        owner.load_state_dict(state)
    elif isinstance(owner, random.Random):
        owner.setstate(state)
    elif isinstance(owner, np.random.Generator):
        owner.bit_generator.state = state
    elif isinstance(owner, np.random.RandomState):
        owner.set_state(state)
    elif vars(owner).keys() != state.keys():
        raise RunFolderError(f"The run holds other attributes of {type(owner).__name__} than it has.")
    else:
        vars(owner).update({name: _attribute(value, template) for name, value in state.items()})


def _attribute(value: Any, template: Any) -> Any:
    """Give the value of an attribute: an individual, if it was one."""
    is_individual = isinstance(value, dict) and value.keys() == {INDIVIDUAL}
    return restore_individual(value[INDIVIDUAL], template) if is_individual else value
