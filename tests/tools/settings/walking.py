"""All settings that there are, found from the actions' models."""

from collections.abc import Iterator
from typing import Any

from dlopt_deap.tools.catalogue import catalogue, load, load_all
from dlopt_deap.tools.settings.base import Settings
from dlopt_deap.tools.settings.models import groups_of, kinds_of

Path = tuple[str, ...]

ACTIONS = sorted(name for name in load_all("actions") if catalogue("actions")[name].package == "dlopt_deap")


ERRORS = ("outside_tolerance", "asymmetric_error", "quantile_error")


def model_of(action: str) -> type[Settings]:
    """Give the model of an action's settings."""
    found: type[Settings] = load("actions", action, "action").settings_model()
    return found


def all_groups() -> dict[type[Settings], str]:
    """Give every group of settings, and the first place at which it stands."""
    found: dict[type[Settings], str] = {}
    for action in ACTIONS:
        for path, group in groups_of(model_of(action)):
            found.setdefault(group, ".".join((action, *path)))
    return found


def all_settings() -> Iterator[tuple[str, Any]]:
    """Give every setting: where it stands, and pydantic's description of it."""
    for group, place in all_groups().items():
        for name, field in group.model_fields.items():
            yield f"{place}.{name} ({group.__name__})", field


def required(group: type[Settings]) -> list[str]:
    """Name the settings that a group cannot do without, which are all names of files."""
    return [name for name, field in group.model_fields.items() if field.is_required()]


def choices() -> list[tuple[str, dict[str, str]]]:
    """Give each action with each kind of each of its groups, as `init --set` takes them."""
    found: list[tuple[str, dict[str, str]]] = []
    for action in ACTIONS:
        found += [(action, {})]
        found += [
            (action, {f"{path[0]}.kind": kind} | {f"{path[0]}.{name}": "new.csv" for name in required(group)})
            for path, group in groups_of(model_of(action))
            for kind in kinds_of(group)
            if len(path) == 1
        ]
    deeper = {"problem.distribution.kind": "uniform", "problem.kind": "random_sampling"}
    metrics = [{"problem.metric.kind": kind, "problem.kind": "weight"} for kind in sorted(ERRORS)]
    return [*found, *(("optimize", given) for given in [deeper, *metrics])]
