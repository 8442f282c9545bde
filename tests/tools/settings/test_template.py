"""The commented configuration that `init` writes."""

import re
import tomllib
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.settings.walking import ACTIONS, choices, model_of

from dlopt_deap.errors import SettingError
from dlopt_deap.tools.catalogue import load
from dlopt_deap.tools.run_options import NOT_KEPT
from dlopt_deap.tools.settings.files import Configuration, parse_value
from dlopt_deap.tools.settings.template import template, toml
from dlopt_deap.tools.settings.validation import validated

WITHOUT_DEFAULTS = ("compare", "export")
"""Actions that have nothing but what must be given."""

SHOWN = re.compile(r"# ([a-z_.]+) = ")


def template_of(action: str, given: dict[str, Any]) -> str:
    return template(load("actions", action, "action"), given)


def settings_of(action: str, text: str) -> Any:
    """Validate a configuration."""
    return validated(model_of(action), Configuration(tomllib.loads(text)))


@pytest.mark.parametrize(("action", "given"), choices())
def test_it_is_valid_as_it_stands_and_with_the_sign_taken_away_from_any_one_line(
    action: str, given: dict[str, Any]
) -> None:
    lines = template_of(action, given).splitlines()
    settings_of(action, "\n".join(lines))
    shown = [position for position, line in enumerate(lines) if SHOWN.match(line)]
    for position in shown:
        changed = [*lines]
        changed[position] = lines[position].removeprefix("# ")
        if needed := needed_by(action, "\n".join(changed)):
            changed = [line.removeprefix("# ") if line.startswith(f"# {needed} = ") else line for line in changed]
        settings_of(action, "\n".join(changed))
    assert shown or action in WITHOUT_DEFAULTS


def needed_by(action: str, text: str) -> str:
    """Name what a group that is left out by default cannot do without, once a line of it is no comment any more."""
    try:
        settings_of(action, text)
    except SettingError as error:
        found = re.match(r"`([a-z_.]+)` is missing; it is needed: ", str(error))
        return found[1] if found else ""
    return ""


def default_of(settings: Any, dotted: str) -> Any:
    """Give what a setting is where nobody sets it; ``None`` if its group is none then."""
    for name in dotted.split("."):
        settings = settings.get(name) if isinstance(settings, dict) else getattr(settings, name, None)
    return settings


@pytest.mark.parametrize(("action", "given"), choices())
def test_a_line_that_shows_a_default_changes_nothing(action: str, given: dict[str, Any]) -> None:
    lines = template_of(action, given).splitlines()
    as_it_stands = settings_of(action, "\n".join(lines))
    defaults = [
        line for line in lines if (found := SHOWN.match(line)) and default_of(as_it_stands, found[1]) is not None
    ]
    active = [line.removeprefix("# ") if line in defaults else line for line in lines]
    assert settings_of(action, "\n".join(active)) == as_it_stands
    assert defaults or action in WITHOUT_DEFAULTS


@pytest.mark.parametrize("action", ACTIONS)
def test_it_has_every_setting_but_those_of_one_session(action: str) -> None:
    lines = template_of(action, {}).splitlines()
    shown = {line.removeprefix("# ").partition(" = ")[0].partition(".")[0] for line in lines if " = " in line}
    assert shown == set(model_of(action).model_fields) - set(NOT_KEPT)


GIVEN: list[tuple[str, dict[str, Any]]] = [
    ("optimize", {"problem.kind": "weight", "problem.metric.kind": "quantile_error", "problem.metric.quantile": 0.9}),
    ("optimize", {"technique.kind": "evolution", "technique.arguments.truncation_size": 5, "technique.cxpb": 0.1}),
    (
        "optimize",
        {"operators.mutate.name": "mut_gaussian", "operators.mutate.sigma": 3, "operators.mate.name": "cx_layers"},
    ),
    ("optimize", {"problem.space.units": [1, 8], "problem.targets.num_weights": -1, "problem.targets.mae": -1}),
    ("optimize", {"second_stage.k": 3, "problem.kind": "random_sampling", "second_stage.final_epochs": 4}),
    ("optimize", {"data.kind": "sunspots", "problem.kind": "weight", "technique.population_size": 9}),
    ("optimize", {"data.path": 'a "b" \\ \x7f é \U0001f300.csv', "data.targets": ["a", "b"]}),
    ("sample", {"data.kind": "sine", "architectures.listed": [[3], [4, 5]], "sampling.distribution.scale": 2.0}),
    ("train", {"data.kind": "sine", "training.loss": "mae", "architectures": [[3], [4, 5]], "quiet": True}),
]


@pytest.mark.parametrize(("action", "given"), GIVEN)
def test_what_is_given_is_in_it(action: str, given: dict[str, Any]) -> None:
    configuration = Configuration({})
    usual = {} if "data.kind" in given else {"data.kind": "file", "data.path": "series.csv"}
    for name, value in (usual | given).items():
        configuration = configuration.changed(name, value, name)
    written = settings_of(action, template_of(action, given))
    wanted = validated(model_of(action), configuration)
    essentials = load("actions", action, "action").essentials
    for name in {name.partition(".")[0] for name in given}:
        if not any(one.startswith(f"{name}.") for one in essentials) or name in ("data", "problem"):
            assert getattr(written, name) == getattr(wanted, name)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"foo.bar": 1}, "--set foo.bar: `foo` is no setting"),
        ({"problem.kind": "trainin"}, "--set problem.kind: `problem.kind` must be one of"),
        ({"problem.epochs": 0}, "--set problem.epochs: `problem.epochs` must be at least 1"),
        ({"problem.kind": "weight", "problem.epochs": 3}, "is no setting of this kind of `problem`"),
    ],
)
def test_what_is_given_wrong_is_told_and_not_written(given: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=re.escape(message)):
        template_of("optimize", given)


def test_it_explains_every_setting_that_it_shows() -> None:
    for action, chosen in choices():
        for before, line in pairwise(template_of(action, chosen).splitlines()):
            if re.match(r"(# )?[a-z_.]+ = ", line):
                assert re.match(r"# [A-Z].*[.)]$", before), (action, chosen, line)


SCALARS = st.one_of(
    st.integers(-(2**60), 2**60),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
)


@given(st.recursive(SCALARS, lambda one: st.lists(one, max_size=3)))
def test_a_value_is_written_as_toml_has_it(value: Any) -> None:
    assert tomllib.loads(f"value = {toml(value)}")["value"] == value


@given(st.dictionaries(st.from_regex(r"[a-z_][a-z0-9_-]{0,8}", fullmatch=True), SCALARS, max_size=4))
def test_a_group_is_written_as_an_inline_table(value: Any) -> None:
    assert parse_value(toml(value)) == value
