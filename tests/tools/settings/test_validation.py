"""Every kind of mistake is one sentence that names the setting, where it was given, and the way out."""

from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import Field

from dlopt_deap.errors import SettingError
from dlopt_deap.tools.actions.optimize import Optimize
from dlopt_deap.tools.actions.train import Train
from dlopt_deap.tools.settings.base import Settings
from dlopt_deap.tools.settings.choices import choice_of
from dlopt_deap.tools.settings.files import Configuration, parse_value, read_configuration
from dlopt_deap.tools.settings.validation import validated


def configuration(**given: Any) -> Configuration:
    """Give settings as the command line does, with ``__`` for dots."""
    found = Configuration({})
    for name, value in given.items():
        dotted = name.replace("__", ".")
        found = found.changed(dotted, value, f"--set {dotted}")
    return found


def told(**given: Any) -> str:
    """Give what is said of settings of `optimize` on the sunspots."""
    with pytest.raises(SettingError) as error:
        validated(Optimize.settings_model(), configuration(**{"data__kind": "sunspots", **given}))
    return str(error.value)


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"sed": 1}, "--set sed: `sed` is no setting; did you mean 'seed'?"),
    ({"qqq": 1}, "--set qqq: `qqq` is no setting; there are out, seed, resume, overwrite, accept_versions, "),
    ({"epochs": 1}, "--set epochs: `epochs` is no setting here; it belongs to `problem`."),
    ({"problem__seed": 1}, "--set problem.seed: `problem.seed` is no setting here; it belongs to no group."),
    ({"problem__epohcs": 1}, "--set problem.epohcs: `problem.epohcs` is no setting; did you mean 'epochs'?"),
    ({"problem__space__unit": [1, 2]}, "`problem.space.unit` is no setting; did you mean 'units'?"),
    (
        {"second_stage__training__los": "mse"},
        "`second_stage.training.los` is no setting; did you mean 'loss'?",
    ),
    (
        {"problem__num_samples": 1},
        "--set problem.num_samples: `problem.num_samples` is no setting of this kind of `problem`; it is one of the "
        "kind 'random_sampling'.",
    ),
    ({"seed": "1"}, "--set seed: `seed` must be a whole number, got '1'."),
    ({"seed": 1.5}, "--set seed: `seed` must be a whole number, got 1.5."),
    ({"seed": True}, "--set seed: `seed` must be a whole number, got True."),
    ({"seed": -1}, "--set seed: `seed` must be at least 0, got -1."),
    ({"seed": 2**64}, "--set seed: `seed` must be less than 18446744073709551616, got 18446744073709551616."),
    ({"quiet": 1}, "--set quiet: `quiet` must be true or false, got 1."),
    ({"out": ""}, "--set out: `out` must have at least 1 character, got ''."),
    ({"out": 3}, "--set out: `out` must be a string, got 3."),
    ({"stop__max_seconds": float("inf")}, "`stop.max_seconds` must be a finite number, got inf."),
    ({"stop__max_seconds": float("nan")}, "`stop.max_seconds` must be a finite number, got nan."),
    ({"stop__max_seconds": "soon"}, "`stop.max_seconds` must be a number, got 'soon'."),
    ({"stop__max_seconds": 0}, "`stop.max_seconds` must be greater than 0, got 0."),
    ({"technique__cxpb": 1.5}, "`technique.cxpb` must be at most 1, got 1.5."),
    ({"problem__space__units": 3}, "`problem.space.units` must be a list, got 3."),
    ({"problem__space__units": [3]}, "`problem.space.units` must have 2 items, got [3]."),
    ({"problem__space__units": []}, "`problem.space.units` must have 2 items, got []."),
    ({"problem__space__units": [1, 2, 3]}, "`problem.space.units` must have at most 2 items, not 3, got [1, 2, 3]."),
    ({"problem__space__units": [0, 3]}, "`problem.space.units[0]` must be at least 1, got 0."),
    (
        {"problem__space__units": [5, 3]},
        "--set problem.space.units: `problem.space.units` must be a pair (least, most) with least <= most, got (5, 3).",
    ),
    ({"problem__engine": "gpu"}, "`problem.engine` must be one of auto, native, keras, got 'gpu'."),
    (
        {"problem__engine": "kears"},
        "`problem.engine` must be one of auto, native, keras, got 'kears'; did you mean 'keras'?",
    ),
    (
        {"problem__kind": "trainin"},
        "--set problem.kind: `problem.kind` must be one of training, random_sampling, weight, joint",
    ),
    ({"problem": 3}, "--set problem: `problem` must be a group of settings, got 3."),
    ({"operators": 3}, "--set operators: `operators` must be a group of settings, got 3."),
    ({"operators__mutate__indpb": 0.5}, "`operators.mutate.name` is missing; it is needed: a function of this package"),
    (
        {"operators__mutat__name": "x"},
        "--set operators.mutat.name: `operators.mutat` must be one of mutate, mate, select,",
    ),
    ({"operators__mutate__name": 3}, "`operators.mutate.name` must be a string, got 3."),
    ({"problem__targets": {}}, "`problem.targets` must have at least 1 item"),
    ({"problem__targets__mae": 2}, "`problem.targets.mae` must be one of 1, -1, got 2."),
    (
        {"problem__training__loss": "mae", "problem__epohcs": 1},  # a group may be called as a kind is
        "--set problem.epohcs: `problem.epohcs` is no setting; did you mean 'epochs'?",
    ),
    ({"problem__kind": "weight", "problem__metric": "mea"}, "`problem.metric` must be one of mae, mse, rmse"),
    (
        {"problem__kind": "weight", "problem__metric__quantile": 0.5},
        "--set problem.metric.quantile: `problem.metric.kind` is missing; it says what the other settings are of.",
    ),
    (
        {"problem__kind": "weight", "problem__metric__kind": "quantil_error"},
        "`problem.metric.kind` must be one of outside_tolerance, asymmetric_error, quantile_error, got "
        "'quantil_error'; did you mean 'quantile_error'?",
    ),
    (
        {"problem__kind": "random_sampling", "problem__distribution": {"kind": "uniform", "low": 3.0}},
        "--set problem.distribution: `problem.distribution.low` must be less than `high`, got low=3.0 and high=1.0.",
    ),
    ({"problem__training": {"momentum": 0.5}}, "`problem.training.momentum` is a setting of the optimizer 'sgd'"),
    (
        {"sed": 1, "problem__epohcs": 1},
        "--set problem.epohcs: `problem.epohcs` is no setting; did you mean 'epochs'? There is one more mistake.",
    ),
    ({"sed": 1, "seeed": 1, "quiet": 1}, " There are 2 more mistakes."),
    ({"seed": 10**5000}, "The settings cannot be used: "),
]


@pytest.mark.parametrize(("given", "sentence"), MISTAKES)
def test_a_mistake_is_told(given: dict[str, Any], sentence: str) -> None:
    message = told(**given)
    assert sentence in message
    assert "\n" not in message
    assert len(message) < 700


def test_a_name_that_nobody_would_read_to_its_end_is_cut_short() -> None:
    given = configuration(**{f"problem__{'a' * 100_000}": 1, "data__kind": "sine"})
    with pytest.raises(SettingError, match=r"`problem\.a+\.\.\. \(100008 in all\)` is no setting; ") as told:
        validated(Optimize.settings_model(), given)
    assert len(str(told.value)) < 1_000


def test_what_is_missing_is_told_with_its_help() -> None:
    with pytest.raises(SettingError, match=r"^`data` is missing; it is needed: the series\.$"):
        validated(Optimize.settings_model(), Configuration({}))
    with pytest.raises(SettingError, match=r"^`data\.path` is missing; it is needed: the file, from the folder"):
        validated(Optimize.settings_model(), Configuration({"data": {}}))


def test_the_line_of_a_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[data]\nkind = 'sunspots'\n# units\n[problem]\n[problem.space]\nlayers = [1, 2]\nunits = [0, 3]\n")
    with pytest.raises(SettingError, match=r"mine.toml, line 7: `problem.space.units\[0\]` must be at least 1, got 0."):
        validated(Optimize.settings_model(), read_configuration(path))


def test_a_group_that_names_no_kind_is_of_the_usual_one_however_deep() -> None:
    settings = validated(
        Optimize.settings_model(),
        configuration(
            data__kind="sunspots", second_stage__training__patience=3, problem__kind="random_sampling",
            problem__distribution__scale=2.0,
        ),
    )  # fmt: skip
    assert settings.second_stage.training.patience == 3
    assert settings.problem.distribution.model_dump() == {"kind": "normal", "loc": 0.0, "scale": 2.0}


@pytest.mark.parametrize(("problem", "kind"), [("weight", "openai_es"), ("training", "evolution"), (None, "evolution")])
def test_a_technique_that_names_no_kind_is_of_the_one_that_suits_the_problem(problem: str | None, kind: str) -> None:
    given = {"data__kind": "sunspots", "technique__population_size": 7} | (
        {"problem__kind": problem} if problem else {}
    )
    settings = validated(Optimize.settings_model(), configuration(**given))
    assert (settings.technique.kind, settings.technique.population_size) == (kind, 7)


def test_giving_one_setting_of_a_group_leaves_the_defaults_of_the_others() -> None:
    model = Train.settings_model()
    data = {"data__kind": "sunspots"}
    alone = validated(model, configuration(**data))
    one = validated(model, configuration(**data, training__loss="mae"))
    assert one.training.patience == alone.training.patience == 25
    model = Optimize.settings_model()
    alone = validated(model, configuration(**data, problem__kind="weight"))
    one = validated(model, configuration(**data, problem__kind="weight", problem__network__cell="gru"))
    assert one.problem.network == alone.problem.network.model_copy(update={"cell": "gru"})


class _Left(Settings):
    kind: Literal["left"]
    size: int = Field(1, ge=1)


class _Right(Settings):
    kind: Literal["right"]
    size: int = Field(2, ge=1)


class _Pair(Settings):
    """A model as a plugin's may be: its groups must say which they are."""

    side: choice_of([_Left, _Right])  # type: ignore[valid-type]


def test_a_group_without_a_usual_kind_must_name_one() -> None:
    with pytest.raises(SettingError, match=r"--set side\.size: `side\.kind` is missing; it says what"):
        validated(_Pair, configuration(side__size=3))
    assert validated(_Pair, configuration(side__kind="right")).side.size == 2


@pytest.mark.parametrize("text", ["9" * 4000, "[[[[1]]]]", "{ a = { b = 1 } }", "1979-05-27", "0x10", "-0.0", "inf"])
@pytest.mark.parametrize("name", ["seed", "problem.space.units", "data.kind", "technique", "operators.mutate", "stop"])
def test_whatever_is_given_is_taken_or_told_in_one_sentence(name: str, text: str) -> None:
    given = Configuration({"data": {"kind": "sunspots"}}).changed(name, parse_value(text), f"--set {name}")
    message = "Taken."
    try:
        validated(Optimize.settings_model(), given)
    except SettingError as error:
        message = str(error)
    assert "\n" not in message
    assert message.endswith((".", "?"))
