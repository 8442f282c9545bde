"""A commented configuration, written from the models of the settings."""

import json
import typing
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from dlopt_deap.tools.action import ActionBase
from dlopt_deap.tools.settings.base import Settings
from dlopt_deap.tools.settings.models import KIND, kinds_of, models_in
from dlopt_deap.tools.settings.run import NOT_KEPT

EXAMPLES = {str: "name", int: 1, float: 1.0, bool: True}
"""What stands for a value of which there is none by default."""


def template(action: type[ActionBase], given: Mapping[str, Any] | None = None) -> str:
    """Write a configuration of an action in TOML.

    Its essentials, and what is given, are settings; all others are comments that show the default, or an example.

    Args:
        action: The action.
        given: Settings by their dotted names; a ``kind`` chooses which group is shown.
    """
    lines = [
        f"# Settings of `dlopt-deap {action.name}`. {action.description}",
        "# A line that begins with # shows a default or an example: take the # away and change it.",
        "",
    ]
    given = given or {}
    # Essentials of one kind are no settings of another.
    usual = {
        name: value for name, value in action.essentials.items() if f"{name.rpartition('.')[0]}.{KIND}" not in given
    }
    values = {**usual, **given}
    lines += _group(action.settings_model(), (), values, commented=False)
    return "\n".join(lines).rstrip() + "\n"


def _group(model: type[Settings], path: tuple[str, ...], values: Mapping[str, Any], commented: bool) -> list[str]:
    """Write a group: its values first, then the groups in it, as TOML wants them."""
    lines: list[str] = []
    groups: list[str] = []
    for name, field in model.model_fields.items():
        if not path and name in NOT_KEPT:
            continue
        if models_in(field.annotation) and not _is_value(field):
            groups += _subgroup((*path, name), field, values, commented)
        else:
            lines += _setting((*path, name), field, values, commented)
    return [*lines, *groups]


def _setting(path: tuple[str, ...], field: FieldInfo, values: Mapping[str, Any], commented: bool) -> list[str]:
    """Write one setting below its help."""
    bounds = _bounds(field)
    dotted = ".".join(path)
    help_text = f"# {field.description}{f' ({bounds})' if bounds else ''}"
    if dotted in values:
        return [help_text, f"{'# ' if commented else ''}{path[-1]} = {toml(values[dotted])}"]
    unknown = field.is_required() or field.default is None
    example = field.examples[0] if field.examples else _example(field.annotation) if unknown else None
    default = example if unknown else field.get_default(call_default_factory=True)
    return [help_text, f"# {path[-1]} = {toml(default)}"]


def _subgroup(path: tuple[str, ...], field: FieldInfo, values: Mapping[str, Any], commented: bool) -> list[str]:
    """Write a group below its header; one that is optional is a comment as a whole."""
    models = models_in(field.annotation)
    dotted = ".".join(path)
    by_alias = get_origin(field.annotation) is dict
    optional = (NoneType in get_args(field.annotation) or by_alias) and not any(
        name.startswith(f"{dotted}.") for name in values
    )
    commented = commented or optional
    if by_alias:
        path = (*path, "mutate")
    wanted = values.get(f"{dotted}.{KIND}")
    chosen = next((one for one in models if wanted in kinds_of(one)), models[0])
    others = [kind for one in models for kind in kinds_of(one) if one is not chosen]
    lines = ["", f"# {field.description}"]
    if others:
        lines.append(f"# Other kinds: {', '.join(others)}.")
        lines.append(f"# Their settings are shown by `dlopt-deap init --set {dotted}.kind=...`.")
    lines.append(f"{'# ' if commented else ''}[{'.'.join(path)}]")
    return lines + _group(chosen, path, values, commented)


def _is_value(field: FieldInfo) -> bool:
    """Whether a setting that may be a group is usually a plain value, such as the name of a metric."""
    return isinstance(field.default, str)


def _bounds(field: FieldInfo) -> str:
    """Say in words what a value may be, as far as its type tells."""
    signs = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    found = [
        f"{word} {getattr(one, sign)}" for one in field.metadata for sign, word in signs.items() if hasattr(one, sign)
    ]
    if choices := _choices(field.annotation):
        found.append(" or ".join(map(str, choices)))
    return ", ".join(found)


def _choices(annotation: Any) -> list[Any]:
    """Give the values among which a setting chooses."""
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    if get_origin(annotation) in (UnionType, typing.Union):
        return [choice for part in get_args(annotation) for choice in _choices(part)]
    return []


def _example(annotation: Any) -> Any:
    """Make a value of a type."""
    if annotation in EXAMPLES:
        return EXAMPLES[annotation]
    if choices := _choices(annotation):
        return choices[0]
    origin, arguments = get_origin(annotation), [one for one in get_args(annotation) if one is not NoneType]
    if origin is dict:
        return {"name": _example(arguments[1])}
    if origin is tuple:
        return [_example(one) for one in arguments if one is not Ellipsis]
    return _example(arguments[0]) if arguments else "name"


def toml(value: Any) -> str:
    """Write a value as TOML has it.

    Examples:
        >>> toml((1, 2.5)), toml({"mae": -1}), toml("a"), toml(True)
        ('[1, 2.5]', '{ mae = -1 }', '"a"', 'true')
    """
    if isinstance(value, Settings):
        return toml(value.model_dump(mode="json", exclude_none=True))
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{name} = {toml(one)}" for name, one in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml(one) for one in value)}]"
    return json.dumps(value)
