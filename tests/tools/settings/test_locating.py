"""Where in a file a setting stands."""

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlopt_deap.tools.settings.locating import MOST_TRIES, line_of

Lines = dict[tuple[str, ...], int]

NAMES = st.sampled_from(["a", "b", "units", "look_back", "kind", "a-b", "x1"])
# Values that look like names, and names in comments, must not be taken for settings.
VALUES = st.one_of(st.integers(0, 9), NAMES, st.lists(NAMES, max_size=2), st.just("a = 1"), st.just('"b": 2'))
CONFIGURATIONS = st.recursive(
    st.dictionaries(NAMES, VALUES, min_size=1, max_size=4),
    lambda groups: st.dictionaries(NAMES, st.one_of(VALUES, groups), min_size=1, max_size=4),
    max_leaves=12,
)


def written_as_toml(values: dict[str, Any], path: tuple[str, ...], text: list[str], lines: Lines) -> None:
    """Write a group, its values first, and note on which line each setting stands."""
    for name, value in values.items():
        if not isinstance(value, dict):
            text.append(f"# {name} = the setting {name}")
            text.append(f"{name} = {json.dumps(value)}  # {name} = 1")
            lines[(*path, name)] = len(text)
    for name, value in values.items():
        if isinstance(value, dict):
            text.append(f"[{'.'.join((*path, name))}]")
            lines[(*path, name)] = len(text)
            written_as_toml(value, (*path, name), text, lines)


def written_as_json(values: dict[str, Any], path: tuple[str, ...], text: list[str], lines: Lines) -> None:
    """Likewise; each setting has a line of its own."""
    for position, (name, value) in enumerate(values.items()):
        comma = "," if position < len(values) - 1 else ""
        is_group = isinstance(value, dict)
        text.append(f"{json.dumps(name)}: " + ("{" if is_group else json.dumps(value) + comma))
        lines[(*path, name)] = len(text)
        if is_group:
            written_as_json(value, (*path, name), text, lines)
            text.append("}" + comma)


@given(CONFIGURATIONS)
def test_each_setting_of_a_toml_file_is_found_on_its_line(values: dict[str, Any]) -> None:
    text: list[str] = []
    lines: Lines = {}
    written_as_toml(values, (), text, lines)
    whole = "\n".join(text)
    assert tomllib.loads(whole) == values
    assert {path: line_of(whole, tomllib.loads, path) for path in lines} == lines


@given(CONFIGURATIONS)
def test_each_setting_of_a_json_file_is_found_on_its_line(values: dict[str, Any]) -> None:
    text: list[str] = ["{"]
    lines: Lines = {}
    written_as_json(values, (), text, lines)
    whole = "\n".join([*text, "}"])
    assert json.loads(whole) == values
    assert {path: line_of(whole, json.loads, path) for path in lines} == lines


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (["problem"], 2),
        (["problem", "space", "units", 1], 2),  # a dotted name stands on the line of its last part
        (["problem", "space", "layers"], 2),  # one that is not there: the nearest group around it
        (["other"], None),
        (["data", "path"], 3),
        (["data", "files", 1, "path"], 7),
    ],
)
def test_dotted_names_inline_groups_lists_of_groups_and_what_is_not_there(path: list[Any], line: int | None) -> None:
    text = "# units, path\nproblem.space.units = [1, 8]\ndata.path = 'path'\n\n[[data.files]]\n[[data.files]]\n"
    text += "path = 'c'\n"
    assert line_of(text, tomllib.loads, path) == line


def test_a_file_in_which_a_name_stands_thousands_of_times_is_not_read_thousands_of_times() -> None:
    readings = []

    def parse(text: str) -> Any:
        readings.append(text)
        return tomllib.loads(text)

    text = "kind = 1\n" + "# kind\n" * 1_000 + "[data]\n" + "x = 'kind'\n"
    assert line_of(text, parse, ["data", "kind"]) == 1_002
    assert len(readings) <= 2 * MOST_TRIES
