"""Settings that choose one of several groups by their ``kind``."""

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Annotated, Any, TypeVar

from pydantic import Field, create_model

from dlopt_deap.tools.settings.base import Settings

Model = TypeVar("Model", bound=Settings)


def choice_of(groups: Sequence[type[Settings]]) -> Any:
    """Give the type of a setting whose ``kind`` chooses among groups of settings, for a field of a model."""
    if len(groups) == 1:
        return groups[0]
    return Annotated[reduce(or_, groups), Field(discriminator="kind")]


def with_choices(model: type[Model], choices: Mapping[str, Sequence[type[Settings]]]) -> type[Model]:
    """Give a model in which some settings choose among the given groups, instead of naming their common base.

    Args:
        model: The model.
        choices: The groups, by the name of the setting.
    """
    fields: dict[str, Any] = {}
    for name, groups in choices.items():
        field = model.model_fields[name]
        default = ... if field.is_required() else field.default
        kind = choice_of(groups) if default is not None else choice_of(groups) | None
        fields[name] = (kind, Field(default, description=field.description))
    return create_model(model.__name__, __base__=model, __doc__=model.__doc__, __module__=model.__module__, **fields)
