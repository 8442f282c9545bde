"""Every setting has a default or is required, a help text and bounds; and the library's own names and defaults."""

import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass, field
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

import pytest
from deap.algorithms import eaMuPlusLambda
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from tools.settings.walking import ACTIONS, all_groups, all_settings, model_of

from dlopt_deap import Evolution, NetworkSpec, RandomSearch, WeightProblem, data
from dlopt_deap.architecture import RandomSamplingProblem, Space, TrainingProblem
from dlopt_deap.core import ModelOptimization, Stop
from dlopt_deap.core.running.stop import SIGNALS
from dlopt_deap.data.readers.options import SeriesOptions
from dlopt_deap.joint import FinalEvolution, InnerEvolution, JointProblem
from dlopt_deap.networks import TrainingSettings
from dlopt_deap.networks.cells import ACTIVATIONS, CELLS
from dlopt_deap.networks.losses import LOSSES
from dlopt_deap.networks.optimizers import OPTIMIZERS
from dlopt_deap.parallel import Limits
from dlopt_deap.sampling import (
    METRICS,
    AsymmetricError,
    Normal,
    OutsideTolerance,
    QuantileError,
    Uniform,
    mae_random_sampling,
)
from dlopt_deap.tools.run_options import NOT_KEPT
from dlopt_deap.tools.settings import data as data_settings
from dlopt_deap.tools.settings import metrics, problems, run, space, techniques, training
from dlopt_deap.tools.settings.base import Settings
from dlopt_deap.weight import Encoding
from dlopt_deap.weight.objective import Objective
from dlopt_deap.weight.techniques import TECHNIQUES

SETTINGS = dict(all_settings())

UNBOUNDED = {
    "threshold": "an error in scaled units may be any number, as that of a log_p target",
    "lower": "as the threshold",
    "upper": "as the threshold; above lower, which the problem checks",
    "loc": "a mean",
    "low": "an end; below high, which is checked as a whole",
    "high": "an end; above low",
    "start": "a time",
    "stop": "a time; after start, which is checked",
    "bounds": "two ends; checked by the encoding",
    "scale": "two ends of a range, or the deviation of a distribution, which is bounded",
    "target_fitness": "a fitness may be any number",
    "frequency": "a step of time, as a number or a text; checked with the times",
    "split_times": "times",
    "split_rows": "checked with the number of rows",
    "shares": "checked as a whole: positive, and of sum 1",
    "arguments": "arguments of somebody's function",
}
"""Settings whose numbers have no bound of their own, and why."""


def numbers_without_bounds(annotation: Any, bounded: bool = False) -> int:
    """Count the numbers in a type that neither a least nor a greatest value bounds."""
    if annotation in (int, float):
        return 0 if bounded else 1
    if get_origin(annotation) is typing.Annotated:
        inner, *notes = get_args(annotation)
        notes = [note for one in notes for note in (one.metadata if isinstance(one, FieldInfo) else [one])]
        return numbers_without_bounds(inner, bounded or any(has_bound(note) for note in notes))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return 0
    if get_origin(annotation) in (UnionType, typing.Union, tuple, list, dict):
        return sum(numbers_without_bounds(one, bounded) for one in get_args(annotation))
    return 0


def has_bound(note: Any) -> bool:
    return any(hasattr(note, sign) for sign in ("ge", "gt", "le", "lt"))


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_has_a_help_text_that_is_a_sentence(name: str) -> None:
    text = SETTINGS[name].description
    assert text
    assert text[0].isupper()
    assert text.endswith(".")
    assert "\n" not in text


@pytest.mark.parametrize("name", SETTINGS)
def test_a_default_cannot_be_changed_by_who_gets_it(name: str) -> None:
    found = SETTINGS[name]
    if not found.is_required():
        default = found.get_default(call_default_factory=True)
        assert default is None or not isinstance(default, list | set)  # settings are immutable


@pytest.mark.parametrize("name", SETTINGS)
def test_a_number_has_a_bound_or_a_reason_for_none(name: str) -> None:
    found = SETTINGS[name]
    if name.partition(" ")[0].rpartition(".")[2] not in UNBOUNDED:
        assert not numbers_without_bounds(found.annotation, any(has_bound(note) for note in found.metadata))


def test_the_reasons_for_no_bound_are_those_of_settings_that_there_are() -> None:
    assert set(UNBOUNDED) <= {name.partition(" ")[0].rpartition(".")[2] for name in SETTINGS}


@pytest.mark.parametrize("group", all_groups())
def test_a_group_that_is_left_out_is_the_group_with_nothing_set(group: type[Settings]) -> None:
    for name, one in group.model_fields.items():
        default = None if one.is_required() else one.get_default(call_default_factory=True)
        if isinstance(default, Settings):
            assert default == type(default)(), f"{group.__name__}.{name}"


@pytest.mark.parametrize("group", all_groups())
def test_settings_cannot_be_changed_and_refuse_what_they_do_not_know(group: type[Settings]) -> None:
    assert group.model_config["frozen"]
    assert group.model_config["strict"]
    assert group.model_config["extra"] == ("allow" if group.__name__ == "OperatorSettings" else "forbid")


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_has_what_all_actions_have(action: str) -> None:
    assert issubclass(model_of(action), run.OutputSettings)
    computes = issubclass(model_of(action), run.ActionSettings)
    assert (set(NOT_KEPT) <= set(model_of(action).model_fields)) == computes


NEEDED = {"series", "space", "spec", "threads", "seed", "split of a series"}
"""What the library is given by the action, and no settings have."""


@dataclass(frozen=True)
class Counterpart:
    """What a group of settings stands for in the library.

    Attributes:
        group: The settings.
        functions: What takes them.
        renamed: Names in the library by those of the settings.
        grouped: Settings that are groups, or chosen by name, and are compared by themselves.
        ours: Settings that the library has no name for, and why.
        theirs: Names of the library that no settings have, and why.
        defaults: Settings whose default is another on purpose, and why.
    """

    group: type[Settings]
    functions: tuple[Callable[..., Any], ...]
    renamed: dict[str, str] = field(default_factory=dict)
    grouped: tuple[str, ...] = ()
    ours: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)


LOSS = "the library's None stands for it where no tokens are"
SPLIT = {"split": "the validation split, always, so that the test split is kept"}

COUNTERPARTS = [
    Counterpart(
        space.SpaceSettings,
        (Space,),
        defaults={
            "layers": "what is searched in minutes; DLOPT's spaces, which are the library's, are larger",
            "units": "likewise",
            "activation": "linear for numbers, since a forecast may leave the range of the training rows",
        },
    ),
    Counterpart(
        space.NetworkSettings,
        (NetworkSpec,),
        theirs={"inputs": "the number of the series' inputs", "outputs": "likewise"},
        defaults={
            "units": "the library has none",
            "look_back": "the library has none",
            "activation": "as in a space",
        },
    ),
    Counterpart(
        training.TrainingOptions,
        (TrainingSettings,),
        defaults={
            "batch_size": "as the scripts: few epochs have to do in a search; the library's is Keras'",
            "learning_rate": "likewise",
        },
    ),
    Counterpart(run.StopSettings, (Stop,)),
    Counterpart(run.LimitSettings, (Limits,)),
    Counterpart(training.NormalSettings, (Normal,)),
    Counterpart(training.UniformSettings, (Uniform,)),
    Counterpart(metrics.OutsideToleranceSettings, (OutsideTolerance,), defaults={"tolerance": "the library has none"}),
    Counterpart(
        metrics.AsymmetricErrorSettings,
        (AsymmetricError,),
        defaults=dict.fromkeys(("under", "over"), "the library has none; 1 is the mean absolute error"),
    ),
    Counterpart(metrics.QuantileErrorSettings, (QuantileError,), defaults={"quantile": "the library has none"}),
    Counterpart(
        problems.RandomSamplingSettings,
        (RandomSamplingProblem, mae_random_sampling),
        grouped=("space", "distribution"),
        theirs=SPLIT | {"confidence": "that of the interval, 95 %", "sampling": "what mae_random_sampling takes"},
        defaults={"targets": "the library's None stands for it", "metric": LOSS},
    ),
    Counterpart(
        problems.TrainingProblemSettings,
        (TrainingProblem,),
        grouped=("space", "training"),
    ),
    Counterpart(
        problems.WeightSettings,
        (WeightProblem, Objective, Encoding),
        grouped=("network",),
        ours={"network": "the spec, with the series' inputs and targets"},
        theirs={
            "encoding": "what Encoding takes",
            "objective": "what Objective takes",
            "start": "an array, which only a program has",
            "spread": "that of start",
        },
    ),
    Counterpart(
        problems.JointSettings,
        (JointProblem, InnerEvolution, FinalEvolution),
        renamed={"final_evaluations": "evaluations", "final_repeats": "repeats", "final_epochs": "epochs"},
        grouped=("space",),
        theirs={
            "inner": "what InnerEvolution takes",
            "final": "what FinalEvolution takes",
            "strategy": "an object, which only a program has",
            "bounds": "left to programs",
            "initializer": "left to programs",
            "training": "left to programs",
        },
    ),
    Counterpart(
        techniques.EvolutionSettings,
        (Evolution, ModelOptimization, eaMuPlusLambda),
        ours={"arguments": "further keyword arguments of the algorithm"},
        theirs={
            "technique": "further keyword arguments",
            **dict.fromkeys(
                ("population", "toolbox", "mu", "lambda_", "ngen", "stats", "halloffame", "verbose"),
                "what Evolution gives to algorithms",
            ),
        },
        defaults={
            "algorithm": "its name",
            "cxpb": "the library's 0.5, where the algorithm asks for it",
            "mutpb": "1 for algorithms of this package, which mate and mutate",
        },
    ),
    Counterpart(techniques.RandomSearchSettings, (RandomSearch,)),
    Counterpart(data_settings.SineSource, (data.sine,)),
    Counterpart(
        data_settings.FileSource,
        (data.read_csv, SeriesOptions),
        theirs={"options": "what SeriesOptions takes", "name": "that of the file"},
        defaults={"path": "the library has none", "scale": "as floats"},
    ),
]


def parameters_of(functions: tuple[Callable[..., Any], ...]) -> dict[str, Any]:
    """Give the parameters of functions with their defaults; the first function that has a name gives its default."""
    found: dict[str, Any] = {}
    for function in functions:
        for name, parameter in inspect.signature(function).parameters.items():
            found.setdefault(name, parameter.default)
    return found


@pytest.mark.parametrize("pair", COUNTERPARTS, ids=lambda pair: pair.group.__name__)
def test_settings_are_called_as_in_the_library(pair: Counterpart) -> None:
    library = parameters_of(pair.functions)
    names = {pair.renamed.get(name, name) for name in pair.group.model_fields} - {"kind", *pair.ours}
    assert names == set(library) - NEEDED - set(pair.theirs) | (names & NEEDED)
    assert set(pair.ours) <= set(pair.group.model_fields)
    assert set(pair.theirs) <= set(library)


@pytest.mark.parametrize("pair", COUNTERPARTS, ids=lambda pair: pair.group.__name__)
def test_settings_have_the_defaults_of_the_library_but_for_the_listed_ones(pair: Counterpart) -> None:
    library = parameters_of(pair.functions)
    others = {
        name
        for name, one in pair.group.model_fields.items()
        if name not in {"kind", *pair.ours, *pair.grouped}
        and (PydanticUndefined if one.is_required() else one.get_default()) != library[pair.renamed.get(name, name)]
    }
    assert others <= set(pair.defaults)
    assert others >= set(pair.defaults) - {"scale", *(name for name, why in pair.defaults.items() if why == LOSS)}


def test_every_kind_of_optimizer_loss_cell_and_technique_can_be_named() -> None:
    def named(group: type[Settings], name: str) -> set[Any]:
        kinds = get_args(group.model_fields[name].annotation)
        return {choice for kind in kinds for choice in (get_args(kind) or (kind,))} - {NoneType}

    assert named(training.TrainingOptions, "optimizer") == set(OPTIMIZERS)
    assert named(training.TrainingOptions, "loss") == set(LOSSES)
    assert set(get_args(metrics.MetricName)) == set(METRICS)
    assert set(get_args(space.Cell)) == set(CELLS)
    assert set(get_args(space.Activation)) == set(ACTIVATIONS)
    assert set(get_args(run.Signal)) == set(SIGNALS)
    assert named(techniques.WeightTechniqueSettings, "kind") == set(TECHNIQUES) - {"random"}
