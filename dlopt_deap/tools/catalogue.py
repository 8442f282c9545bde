"""What can be named in a configuration: what the package has, and what other packages add by entry points."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any, get_args

from dlopt_deap.checks import check_choice, shortened, shown
from dlopt_deap.errors import SettingError

PREFIX = "dlopt_deap."
"""How the groups of entry points begin, such as ``dlopt_deap.operators``."""


@dataclass(frozen=True)
class Entry:
    """Something that has a name.

    Attributes:
        name: The name.
        package: The package that has it.
        load: Gives it.
    """

    name: str
    package: str
    load: Callable[[], Any]


BUILT_IN: dict[str, dict[str, str]] = {
    "actions": {
        name: f"dlopt_deap.tools.actions.{name}:{name.capitalize()}"
        for name in ("optimize", "sample", "train", "predict", "report", "compare", "export")
    },
    "data_sources": {
        "file": "dlopt_deap.tools.settings.data:FileSource",
        "sine": "dlopt_deap.tools.settings.data:SineSource",
        "sunspots": "dlopt_deap.tools.settings.data:SunspotsSource",
        "text": "dlopt_deap.tools.settings.text:TextSource",
    },
    "problems": {
        "training": "dlopt_deap.tools.settings.problems:TrainingProblemSettings",
        "random_sampling": "dlopt_deap.tools.settings.problems:RandomSamplingSettings",
        "weight": "dlopt_deap.tools.settings.problems:WeightSettings",
        "joint": "dlopt_deap.tools.settings.problems:JointSettings",
    },
    "algorithms": {
        **{
            name: f"dlopt_deap.core:{name}"
            for name in ("ea_mu_plus_lambda", "ea_mu_comma_lambda", "ea_truncation", "SelfAdjustingMuPlusLambda")
        },
        **{name: f"deap.algorithms:{name}" for name in ("eaSimple", "eaMuPlusLambda", "eaMuCommaLambda")},
    },
    "operators": {
        **{
            f"{part}.{name}": f"dlopt_deap.{part}:{name}"
            for part, names in {
                "architecture": (
                    *("mut_architecture", "mut_gaussian", "mut_uniform", "mut_hyperparameters", "mut_length"),
                    *("cx_layers", "cx_uniform"),
                ),
                "weight": (
                    *("mut_gaussian", "mut_gaussian_per_layer", "mut_self_adaptive", "mut_reset", "mut_neurons"),
                    *("mut_layer", "cx_uniform", "cx_neurons", "cx_layers", "cx_blend", "cx_sbx"),
                ),
            }.items()
            for name in names
        },
        **{
            name: f"deap.tools:{name}"
            for name in (
                *("selTournament", "selBest", "selRandom", "selRoulette", "selStochasticUniversalSampling"),
                *("selNSGA2", "selSPEA2", "selLexicase"),
            )
        },
        "sel_dominance_tournament": "dlopt_deap.core:sel_dominance_tournament",
    },
}
"""The groups, and what the package itself puts into them: a module and a name in it."""

BASES = {
    "actions": "dlopt_deap.tools.action:ActionBase",
    "data_sources": "dlopt_deap.tools.settings.data:DataSource",
    "problems": "dlopt_deap.tools.settings.problems:ProblemSettings",
}
"""What the members of a group derive from; those of the other groups are functions."""

SETTINGS = {"data": "data_sources", "problem": "problems"}
"""The settings whose ``kind`` names a member of a group."""


@cache
def catalogue(group: str) -> dict[str, Entry]:
    """Give everything in a group by its name; what the package has goes before what others call alike.

    Args:
        group: One of :data:`BUILT_IN`.
    """
    own = {name: Entry(name, place.partition(".")[0], _loader(place)) for name, place in BUILT_IN[group].items()}
    others = {
        point.name: Entry(point.name, _package(point), point.load) for point in entry_points(group=PREFIX + group)
    }
    return others | own


def load(group: str, name: object, setting: str) -> Any:
    """Load one by its name.

    Args:
        group: One of :data:`BUILT_IN`.
        name: The name.
        setting: The setting that names it, for the message.

    Raises:
        SettingError: If there is none of that name, or it cannot be loaded, or is not what the group holds.
    """
    entry = catalogue(group)[check_choice(setting, name, catalogue(group))]
    told = f"{entry.name!r} ({group} of the package {entry.package!r})"
    try:
        loaded = entry.load()
    except Exception as error:  # whatever a package of somebody else's raises when it is imported
        raise SettingError(
            f"{told} cannot be loaded: {type(error).__name__}: {shortened(str(error))}; mend or remove that package."
        ) from error
    if wanted := _unmet(group, entry.name, loaded):
        raise SettingError(f"{told} must be {wanted}, got {shown(loaded)}; mend or remove that package.")
    return loaded


def load_all(group: str) -> dict[str, Any]:
    """Load everything in a group that can be loaded; what cannot is told when it is named."""
    loaded = {}
    for name in catalogue(group):
        try:
            loaded[name] = load(group, name, group)
        except SettingError:
            continue
    return loaded


def _unmet(group: str, name: str, loaded: Any) -> str:
    """Say what something in a group must be, if it is not."""
    if group not in BASES:
        return "" if callable(loaded) else "a function"
    base = _loader(BASES[group])()
    if not (inspect.isclass(loaded) and issubclass(loaded, base)) or inspect.isabstract(loaded):
        return f"a subclass of {base.__name__} with all that it asks for"
    if group == "actions":
        told = getattr(loaded, "name", None) == name and isinstance(getattr(loaded, "description", None), str)
        return "" if told else f"an action with a description whose name is {name!r} too"
    kind = vars(loaded)["__pydantic_fields__"]["kind"]
    is_named = get_args(kind.annotation) == (name,) and kind.default == name
    return "" if is_named else f"settings whose kind is {name!r} too, by the type Literal[{name!r}] and as default"


def _loader(place: str) -> Callable[[], Any]:
    """Give a function that imports a name from a module."""
    module, _, name = place.partition(":")

    def load_it() -> Any:
        found: ModuleType = import_module(module)
        return getattr(found, name)

    return load_it


def _package(point: EntryPoint) -> str:
    """Name the package that has an entry point."""
    return point.dist.name if point.dist is not None else "unknown"
