"""What can be learnt of settings from their types."""

from collections.abc import Mapping
from functools import cache
from typing import Any, get_args

from dlopt_deap.tools.settings.base import Settings

KIND = "kind"
"""The setting that chooses among groups of settings."""

BY_NAME = "<name>"
"""What stands among the kinds of a group for something that is given by its name alone."""


def models_in(annotation: Any) -> list[type[Settings]]:
    """Find the groups of settings that a type names."""
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        return [annotation]
    return [one for part in get_args(annotation) for one in models_in(part)]


def kinds_of(model: type[Settings]) -> tuple[Any, ...]:
    """Give the kinds that a group stands for."""
    field = model.model_fields.get(KIND)
    return get_args(field.annotation) if field else ()


@cache
def groups_of(model: type[Settings], path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], type[Settings]]]:
    """List all groups of settings below a model, itself included, with the names that lead to them."""
    found = [(path, model)]
    for name, field in model.model_fields.items():
        for group in models_in(field.annotation):
            found += groups_of(group, (*path, name))
    return found


def usual_kind(model: type[Settings], name: str, values: Mapping[str, Any]) -> Any:
    """Give the kind that a group of settings has where it names none; ``None`` if it must name one, or has no kinds.

    Args:
        model: The model that the group is a setting of.
        name: The setting.
        values: What is set beside it.
    """
    kind = models_in(model.model_fields[name].annotation)[0].model_fields.get(KIND)
    if kind is None or kind.is_required():
        return None
    return model.usual_kind(name, values) or kind.default
