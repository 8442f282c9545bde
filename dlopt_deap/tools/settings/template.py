"""A commented configuration, written from the models of the settings."""

import json
import re
import typing
from collections.abc import Mapping
from dataclasses import replace
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from dlopt_deap.tools.action import ActionBase
from dlopt_deap.tools.run_options import NOT_KEPT
from dlopt_deap.tools.settings.base import Settings
from dlopt_deap.tools.settings.files import Configuration
from dlopt_deap.tools.settings.models import KIND, kinds_of, models_in, usual_kind
from dlopt_deap.tools.settings.validation import validated

ALIAS = "mutate"
"""The alias of the group that is shown of those that stand by alias."""

EXAMPLES = {str: "name", int: 1, float: 1.0, bool: True}
"""What stands for a value of which there is none by default."""


def template(action: type[ActionBase], given: Mapping[str, Any] | None = None) -> str:
    """Write a configuration of an action in TOML.

    Its essentials, and what is given, are settings; all others are comments that show the default, or an example. Each
    line has the whole name of its setting, as ``--set`` takes it, so that it holds wherever it stands.

    Args:
        action: The action.
        given: Settings by their dotted names; a ``kind`` chooses which group is shown.

    Raises:
        SettingError: If a setting that is given is none, or wrong.
    """
    configuration = Configuration({})
    for name, value in (_essentials(action, given or {}) | dict(given or {})).items():
        configuration = configuration.changed(name, value, f"--set {name}")
    configuration = replace(configuration, values=_filled(action.settings_model(), configuration.values))
    validated(action.settings_model(), configuration)
    lines = [
        f"# Settings of `dlopt-deap {action.name}`. {action.description}",
        "# A line that begins with # shows a default or an example: take the # away and change it. A [group] of TOML",
        "# does as well as the whole names, which are those that --set takes.",
        "",
        *_group(action.settings_model(), (), configuration.values),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _filled(model: type[Settings], values: Mapping[str, Any]) -> dict[str, Any]:
    """Add examples of what groups need whose kind was given alone."""
    filled = dict(values)
    for name, group in values.items():
        field = model.model_fields.get(name)
        if field is None or not isinstance(group, Mapping) or get_origin(field.annotation) is dict:
            continue
        kind = group.get(KIND, usual_kind(model, name, values))
        for chosen in [one for one in models_in(field.annotation) if kind in kinds_of(one)]:
            needed = {inner: _example(one) for inner, one in chosen.model_fields.items() if one.is_required()}
            filled[name] = {**needed, **group}
    return filled


def _essentials(action: type[ActionBase], given: Mapping[str, Any]) -> dict[str, Any]:
    """Give the essentials without those of a group of which another kind is given."""
    essentials = action.essentials
    others = [
        f"{name.removesuffix(KIND)}"
        for name, kind in essentials.items()
        if name.endswith(f".{KIND}") and given.get(name, kind) != kind
    ]
    return {name: value for name, value in essentials.items() if not name.startswith(tuple(others))}


def _group(model: type[Settings], path: tuple[str, ...], values: Mapping[str, Any]) -> list[str]:
    """Write a group: its values first, then the groups in it."""
    lines: list[str] = []
    groups: list[str] = []
    for name, field in model.model_fields.items():
        if not path and name in NOT_KEPT:
            continue
        if models_in(field.annotation) and not _is_value(field):
            usual = {KIND: usual_kind(model, name, values)}
            groups += _subgroups((*path, name), field, usual, values.get(name) or {})
        else:
            lines += _setting((*path, name), field, values)
    further = {name: value for name, value in values.items() if name not in model.model_fields}
    return [*lines, *(f"{'.'.join((*path, name))} = {toml(value)}" for name, value in further.items()), *groups]


def _setting(path: tuple[str, ...], field: FieldInfo, values: Mapping[str, Any]) -> list[str]:
    """Write one setting below its help."""
    bounds, dotted = _bounds(field), ".".join(path)
    help_text = f"# {field.description}{f' ({bounds})' if bounds else ''}"
    if path[-1] in values:
        return [help_text, f"{dotted} = {toml(values[path[-1]])}"]
    unknown = field.is_required() or field.default is None
    default = _example(field) if unknown else field.get_default(call_default_factory=True)
    return [help_text, f"# {dotted} = {toml(default)}"]


def _subgroups(
    path: tuple[str, ...], field: FieldInfo, usual: Mapping[str, Any], values: Mapping[str, Any]
) -> list[str]:
    """Write a group, or each of those that stand by alias."""
    if get_origin(field.annotation) is not dict:
        return _subgroup(path, field, usual, values)
    by_alias = values or {ALIAS: {}}
    return [line for alias, one in by_alias.items() for line in _subgroup((*path, alias), field, usual, one)]


def _subgroup(
    path: tuple[str, ...], field: FieldInfo, usual: Mapping[str, Any], values: Mapping[str, Any]
) -> list[str]:
    """Write one group below its help."""
    models = models_in(field.annotation)
    wanted = {**usual, **values}[KIND]
    chosen = next((one for one in models if wanted in kinds_of(one)), models[0])
    others = [kind for one in models for kind in kinds_of(one) if one is not chosen]
    lines = ["", f"# {field.description}"]
    if others:
        lines.append(f"# Other kinds: {', '.join(others)}.")
        lines.append(f"# Their settings are shown by `dlopt-deap init --set {'.'.join(path)}.kind=...`.")
    needed = [(name, one) for name, one in chosen.model_fields.items() if one.is_required()]
    if not values and needed and not field.is_required() and field.default is None:
        # A group that may be left out is none without what it needs, so that comes before everything else of it.
        lines.append("# Its further settings are those of `data`.")
        return lines + [line for name, one in needed for line in _setting((*path, name), one, values)]
    return lines + _group(chosen, path, values)


def _is_value(field: FieldInfo) -> bool:
    """Whether a setting that may be a group may be a plain value too, such as the name of a metric."""
    return any(one is not NoneType and not models_in(one) for one in _alternatives(field.annotation))


def _alternatives(annotation: Any) -> list[Any]:
    """Give the types among which a type lets one choose."""
    if get_origin(annotation) in (UnionType, typing.Union):
        return [one for part in get_args(annotation) for one in _alternatives(part)]
    return _alternatives(get_args(annotation)[0]) if get_origin(annotation) is typing.Annotated else [annotation]


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


def _example(field: FieldInfo) -> Any:
    """Give an example of a setting that has no default."""
    return field.examples[0] if field.examples else _example_of(field.annotation)


def _example_of(annotation: Any) -> Any:
    """Make a value of a type."""
    if annotation in EXAMPLES:
        return EXAMPLES[annotation]
    if choices := _choices(annotation):
        return choices[0]
    origin, arguments = get_origin(annotation), [one for one in get_args(annotation) if one is not NoneType]
    if origin is dict:
        return {"name": _example_of(arguments[1])}
    if origin is tuple:
        return [_example_of(one) for one in arguments if one is not Ellipsis]
    return _example_of(arguments[0]) if arguments else "name"


def toml(value: Any) -> str:
    """Write a value as TOML has it.

    Examples:
        >>> toml((1, 2.5)), toml({"mae": -1}), toml("a"), toml(True)
        ('[1, 2.5]', '{ mae = -1 }', '"a"', 'true')
        >>> toml({"a b": 1})
        '{ "a b" = 1 }'
    """
    if isinstance(value, Settings):
        return toml(value.model_dump(mode="json", exclude_none=True))
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_key(name)} = {toml(one)}" for name, one in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml(one) for one in value)}]"
    # JSON writes some characters as two halves, which TOML does not know, and one as it is, which TOML refuses.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    """Write a name as TOML has it: in quotes, unless it is plain."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml(name)
