"""The settings of a run that are not as they are by default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlopt_deap.tools.catalogue import load
from dlopt_deap.tools.settings.base import Settings
from dlopt_deap.tools.settings.files import Configuration
from dlopt_deap.tools.settings.models import KIND, models_in, usual_kind
from dlopt_deap.tools.settings.validation import validated


def changed_settings(action: str, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Give the settings of an action by their dotted names, without those that have their default.

    Args:
        action: The name of the action.
        kept: All its settings, as a run keeps them.

    Raises:
        SettingError: If one of them is none, or wrong: the run was made with another version, or with a package that
            is not installed here, or somebody has changed it.

    Examples:
        >>> changed_settings("optimize", {"data": {"kind": "sunspots"}, "problem": {"kind": "training", "epochs": 20}})
        {'data.kind': 'sunspots', 'problem.epochs': 20}
    """
    model = load("actions", action, "action")().settings_model()
    return _changed(validated(model, Configuration(dict(kept))), ())


def _changed(settings: Settings, path: tuple[str, ...]) -> dict[str, Any]:
    """Give what is changed in a group and in the groups within."""
    model, found = type(settings), {}
    values = settings.model_dump(mode="json", exclude_none=True)
    for name, field in model.model_fields.items():
        value = getattr(settings, name)
        if name == KIND or value is None or value == field.get_default(call_default_factory=True):
            continue
        dotted = ".".join((*path, name))
        if not isinstance(value, Settings):
            found[dotted] = values[name]
            continue
        inner = _changed(value, (*path, name))
        kind = getattr(value, KIND, None)
        if kind is not None and kind != _usual(model, name, values):
            inner = {f"{dotted}.{KIND}": kind} | inner
        found |= inner or {dotted: values[name]}
    return found


def _usual(model: type[Settings], name: str, values: Mapping[str, Any]) -> Any:
    """Give the kind that a group has if it names none."""
    return usual_kind(model, name, values) if models_in(model.model_fields[name].annotation) else None
