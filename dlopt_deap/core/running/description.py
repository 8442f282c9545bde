"""What stands in a toolbox, as JSON values, so that a resumed run can tell whether it is still the same."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from deap import base

NOT_DESCRIBED = ("map", "clone")
"""Aliases that cannot change a result: where evaluations are made, and how individuals are copied."""


def describe_toolbox(toolbox: base.Toolbox) -> dict[str, Any]:
    """Name the function behind each alias, with the arguments that it was registered with.

    Examples:
        >>> toolbox = base.Toolbox()
        >>> toolbox.register("select", max, key=len)
        >>> describe_toolbox(toolbox)
        {'select': {'function': 'builtins.max', 'key': 'builtins.len'}}
    """
    functions = {name: value for name, value in vars(toolbox).items() if callable(value) and name not in NOT_DESCRIBED}
    return {name: plain(function) for name, function in sorted(functions.items())}


def plain(value: Any) -> Any:
    """Give a setting as JSON values: functions by their names, objects by ``to_dict`` or else by their class."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, partial):
        arguments = {"arguments": [plain(one) for one in value.args]} if value.args else {}
        return {"function": plain(value.func), **arguments, **plain(value.keywords)}
    if isinstance(value, type):
        return _name(value)
    if callable(getattr(value, "to_dict", None)):
        return plain(value.to_dict())
    if hasattr(value, "tolist"):
        return value.tolist()
    return _name(value)


def _name(value: Callable[..., Any] | Any) -> str:
    """Name a function or a class, or the class of an object, without anything that differs from run to run."""
    named = value if hasattr(value, "__qualname__") else type(value)
    return f"{named.__module__}.{named.__qualname__}"
