"""From given settings to a validated model, or to one sentence that says what is wrong, where, and what to do."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar, get_origin

from pydantic import ValidationError

from dlopt_deap.checks import did_you_mean, listed, shortened, shown
from dlopt_deap.errors import SettingError
from dlopt_deap.tools.catalogue import SETTINGS, catalogue, load
from dlopt_deap.tools.settings.base import Settings
from dlopt_deap.tools.settings.files import Configuration
from dlopt_deap.tools.settings.models import BY_NAME, KIND, groups_of, kinds_of, models_in, usual_kind

Model = TypeVar("Model", bound=Settings)
Path = tuple[str | int, ...]

FORM = ("tuple_type", "string_type", "none_required", "model_type")
"""Errors that tell of a form that was tried and not meant, where a value may have several."""

WORDS = (
    ("Input should be ", "must be "),
    ("a valid array", "a list"),
    ("a valid ", "a "),
    ("an integer", "a whole number"),
    ("a integer", "a whole number"),
    ("greater than or equal to", "at least"),
    ("less than or equal to", "at most"),
    ("Tuple should have", "must have"),
    ("Dictionary should have", "must have"),
    ("String should have", "must have"),
    (" after validation", ""),
    ("a tuple", "a list"),
    ("a boolean", "true or false"),
)
"""pydantic's words, and ours."""


def validated(model: type[Model], configuration: Configuration) -> Model:
    """Give the settings as a model.

    Raises:
        SettingError: If one is unknown, missing or wrong; the sentence is about one of them.
    """
    values = _with_kinds(model, configuration.values)
    try:
        # As JSON, a list may stand for a tuple, while a text still is no number.
        return model.model_validate_json(json.dumps(values))
    except ValidationError as error:
        raise SettingError(_sentence(model, configuration, values, error)) from None
    except (ValueError, RecursionError) as error:
        raise SettingError(f"The settings cannot be used: {error}.") from None


def _with_kinds(model: type[Settings], values: Mapping[str, Any]) -> dict[str, Any]:
    """Add the usual kind to groups that choose none, however deep: the first of those that are to be had."""
    return {name: _with_kind(model, name, values) for name in values}


def _with_kind(model: type[Settings], name: str, values: Mapping[str, Any]) -> Any:
    """Do so for one setting."""
    value = values[name]
    groups = models_in(model.model_fields[name].annotation) if name in model.model_fields else []
    if not groups or not isinstance(value, Mapping):
        return value
    usual = usual_kind(model, name, values)
    if KIND not in value and usual is not None:
        value = {KIND: usual, **value}
    chosen = [one for one in groups if not kinds_of(one) or value.get(KIND) in kinds_of(one)]
    return _with_kinds(chosen[0], value) if chosen else value


def _sentence(
    model: type[Settings], configuration: Configuration, values: Mapping[str, Any], error: ValidationError
) -> str:
    """Tell of the mistake that is plainest, and how many others there are."""
    found = error.errors(include_url=False)
    paths = [_path_of(model, one, values) for one in found]
    ranks = [
        (one["type"] != "extra_forbidden", -len(path), one["type"] in FORM)
        for one, path in zip(found, paths, strict=True)
    ]
    chosen = ranks.index(min(ranks))
    # What is said of a whole because of a part of it is no mistake of its own.
    others = sum(not any(other[: len(path)] == path for other in {*paths} - {path}) for path in {*paths}) - 1
    more = "" if others < 1 else " There is one more mistake." if others == 1 else f" There are {others} more mistakes."
    where = shortened(configuration.where(paths[chosen]) or "")
    problem = _problem(model, found[chosen], paths[chosen], found)
    return f"{where}: {problem}{more}" if where else problem + more


def _problem(model: type[Settings], error: Any, path: Path, found: Sequence[Any]) -> str:
    """Say what is wrong."""
    kind, got, context = error["type"], shown(error["input"]), error.get("ctx", {})
    name = _dotted(path)
    if kind == "extra_forbidden":
        return f"`{shortened(name)}` is no setting{_instead(model, error['loc'], path)}"
    if kind == "missing" and isinstance(path[-1], int):
        count = 1 + max(one["loc"][-1] for one in found if one["loc"][:-1] == error["loc"][:-1])
        return f"`{_dotted(path[:-1])}` must have {count} items, got {got}."
    if kind == "union_tag_not_found":
        return f"`{name}.{KIND}` is missing; it says what the other settings are of."
    if kind == "missing":
        return f"`{name}` is missing; {_help_of(model, error['loc'])}."
    if kind in ("literal_error", "union_tag_invalid"):
        return _no_choice(name, path, error)
    if kind == "value_error":
        text = str(context["error"]).rstrip(".")
        return f"`{name}{text[len(str(path[-1])) + 1 :]}." if _names(error) else f"`{name}`: {text}."
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        return f"`{name}` must be a group of settings, got {got}." if name else f"Settings must have names, got {got}."
    wanted = error["msg"]
    for theirs, ours in WORDS:
        wanted = wanted.replace(theirs, ours)
    return f"`{name}` {wanted}, got {got}."


def _no_choice(name: str, path: Path, error: Any) -> str:
    """Say among what a setting chooses, or why what was chosen is not to be had."""
    context = error["ctx"]
    told = str(context.get("expected", context.get("expected_tags"))).replace(" or ", " ")
    choices = [choice for choice in re.findall(r"[\w.<>-]+", told) if choice != BY_NAME]
    given = context.get("tag", error["input"])
    group = SETTINGS.get(str(path[-2])) if path[-1] == KIND and len(path) > 1 else None
    if group is not None and given in catalogue(group):
        try:
            load(group, given, name)
        except SettingError as broken:
            return str(broken)
    return f"`{name}` must be one of {listed(choices)}, got {shown(given)}{did_you_mean(given, choices, '.')}"


def _dotted(path: Path) -> str:
    """Write the name of a setting."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def _path_of(model: type[Settings], error: Any, values: Any) -> Path:
    """Give the place of a mistake: the names, as they were given, that lead to the setting which is wrong."""
    path = _given_path(model, error["loc"], values, error["type"] == "missing")
    if error["type"] == "union_tag_invalid":
        return (*path, KIND)
    return (*path, name) if (name := _names(error)) else path


def _names(error: Any) -> str:
    """Give the setting of a group that a check of the whole group complains of, if it names one."""
    if error["type"] != "value_error":
        return ""
    named = re.match(r"`(\w+)[`\[]", str(error["ctx"]["error"]))
    given = error["input"]
    return named[1] if named and isinstance(given, Mapping) and named[1] in given else ""


def _given_path(model: type[Settings], loc: Path, values: Any, is_missing: bool) -> Path:
    """Give the place of an error without what pydantic adds: kinds that were chosen, and forms that were tried."""
    path: list[str | int] = []
    steps = [step for step, _ in _steps(model, loc)]
    for position, step in enumerate(steps):
        is_last = position == len(steps) - 1
        is_written = isinstance(step, int) or (isinstance(values, Mapping) and step in values)
        if not is_written and not (is_last and is_missing):
            continue
        path.append(step)
        try:
            values = values[step]
        except (LookupError, TypeError):
            values = None
    return tuple(path)


def _steps(model: type[Settings], loc: Path) -> Iterator[tuple[str | int, list[type[Settings]]]]:
    """Go along a place of pydantic's: give each name without the kinds that were chosen, and the groups it leads to."""
    groups, is_alias = [model], False
    for step in loc:
        chosen = [one for one in groups if step in kinds_of(one)] if len(groups) > 1 else []
        if chosen:
            groups = chosen
            continue
        if isinstance(step, str) and not is_alias:
            fields = [one.model_fields[step] for one in groups if step in one.model_fields]
            groups = [one for field in fields for one in models_in(field.annotation)]
            is_alias = any(get_origin(field.annotation) is dict for field in fields)
        else:
            is_alias = False
        yield step, groups


def _instead(model: type[Settings], loc: Path, path: Path) -> str:
    """Suggest the setting that was meant: one of this group, of another kind of it, or of another group."""
    here, name = _model_at(model, loc[:-1]), str(path[-1])
    known = list(here.model_fields) if here else []
    homes = [(home, one) for home, one in groups_of(model) if name in one.model_fields]
    kinds = [repr(kind) for home, one in homes if home == path[:-1] for kind in kinds_of(one)]
    if kinds:
        return f" of this kind of `{_dotted(path[:-1])}`; it is one of the kind {' or '.join(kinds)}."
    if hint := did_you_mean(name, known):
        return hint
    if homes:
        return f" here; it belongs to `{'.'.join(homes[0][0])}`." if homes[0][0] else " here; it belongs to no group."
    return f"; there {'is' if len(known) == 1 else 'are'} {listed(known)}." if known else "."


def _help_of(model: type[Settings], loc: Path) -> str:
    """Give the help of a setting, as the second half of a sentence."""
    parent = _model_at(model, loc[:-1])
    text = (parent.model_fields[str(loc[-1])].description or "") if parent else ""
    return f"it is needed: {text[:1].lower()}{text[1:].rstrip('.')}" if text else "it is needed"


def _model_at(model: type[Settings], loc: Path) -> type[Settings] | None:
    """Find the group of settings at a place of pydantic's."""
    groups = [model]
    for _, groups in _steps(model, loc):  # noqa: B007 - the last are wanted
        pass
    kinds = [one for one in groups if loc and loc[-1] in kinds_of(one)]
    return next(iter(kinds or groups), None)
