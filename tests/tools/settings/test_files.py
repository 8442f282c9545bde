"""Configuration files, and settings given beside them."""

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlopt_deap import limits
from dlopt_deap.errors import SettingError
from dlopt_deap.tools.settings.files import Configuration, parse_value, read_configuration
from dlopt_deap.tools.settings.reading import given_settings
from dlopt_deap.tools.settings.template import toml

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("suffix", [".toml", ".TOML"])
def test_toml_is_read_with_dates_as_text(tmp_path: Path, suffix: str) -> None:
    path = written(
        tmp_path, f"a{suffix}", 'seed = 1\n[data]\nsplit_times = [2024-01-01, 2025-01-01T10:00:00]\nb = "x"\n'
    )
    assert read_configuration(path).values == {
        "seed": 1,
        "data": {"split_times": ["2024-01-01", "2025-01-01T10:00:00"], "b": "x"},
    }


def test_json_is_read_with_and_without_a_byte_order_mark_and_without_its_schema(tmp_path: Path) -> None:
    text = '{"$schema": "optimize.json", "seed": 1, "data": {"kind": "sine"}}'
    for name, content in {"plain.json": text.encode(), "marked.json": text.encode("utf-8-sig")}.items():
        assert read_configuration(written(tmp_path, name, content)).values == {"seed": 1, "data": {"kind": "sine"}}


def test_only_the_file_itself_may_name_its_schema(tmp_path: Path) -> None:
    path = written(tmp_path, "a.json", '{"data": {"$schema": "b"}}')
    assert read_configuration(path).values == {"data": {"$schema": "b"}}


WRONG = {
    "twice in a group": (".json", '{"data": {"kind": 1, "kind": 2}}', "the name 'kind' stands twice"),
    "twice on top": (".json", '{"seed": 1, "seed": 1}', "the name 'seed' stands twice"),
    "twice in TOML": (".toml", "seed = 1\nseed = 2\n", "Cannot overwrite a value (at line 2"),
    "NaN": (".json", '{"seed": NaN}', "NaN is no number"),
    "infinite": (".json", '{"seed": -Infinity}', "-Infinity is no number"),
    "syntax of JSON": (".json", '{"seed": 1,\n  "data": }', "line 2 column 11"),
    "syntax of TOML": (".toml", "[data]\nkind = sine\n", "line 2"),
    "empty JSON": (".json", "", "is no JSON"),
    "a list": (".json", "[1]", "must hold settings by name, got [1]"),
    "Latin-1": (".toml", "# f\xfcr\n".encode("latin-1"), "UTF-8, but byte 3"),
    "UTF-16": (".json", '{"seed": 1}'.encode("utf-16"), "UTF-8, but byte 0"),
    "deep JSON": (".json", "[" * 100_000, "groups within groups"),
    "deep TOML": (".toml", f"a = {'[' * 100_000}", "groups within groups"),
    "many digits": (".json", f'{{"seed": {"9" * 5_000}}}', "is no JSON"),
}


@pytest.mark.parametrize(("suffix", "content", "message"), WRONG.values(), ids=WRONG)
def test_a_file_that_is_no_configuration_is_told_in_one_sentence(
    tmp_path: Path, suffix: str, content: str | bytes, message: str
) -> None:
    path = written(tmp_path, f"mine{suffix}", content)
    with pytest.raises(SettingError) as told:
        read_configuration(path)
    assert message in str(told.value)
    assert str(told.value).startswith(str(path))
    assert len(str(told.value)) < len(str(path)) + 500


def test_another_suffix_a_folder_and_a_missing_file_are_told(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    for name, message in {
        "a.yaml": "must end with .json or .toml",
        "folder.toml": "folder",
        "gone.json": "no such",
    }.items():
        with pytest.raises(SettingError, match=message):
            read_configuration(tmp_path / name)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "huge.toml", "# " + "x" * 1_000)
    monkeypatch.setattr(limits, "MAX_CONFIG_BYTES", 1_000)
    with pytest.raises(SettingError, match="its 1002 bytes are more than 1000"):
        read_configuration(path)


@given(st.one_of(st.integers(-(2**60), 2**60), st.booleans(), st.floats(allow_nan=False, allow_infinity=False), TEXTS))
def test_a_value_that_is_written_as_toml_is_read_back(value: object) -> None:
    assert parse_value(toml(value)) == value


@pytest.mark.parametrize("text", ["series.csv", "a b", "x = 1\ny = 2", "[1,", '"', "2020-13-77", "é", ""])
def test_what_is_no_value_of_toml_is_a_text(text: str) -> None:
    assert parse_value(text) == text


def test_settings_of_the_command_line_may_hold_equals_signs_and_spaces() -> None:
    assert given_settings(["data.path=a=b.csv", " seed = 3 "]) == {"data.path": "a=b.csv", "seed": 3}


@pytest.mark.parametrize("text", ["seed", "", "=3", " = 3"])
def test_a_setting_without_a_name_or_a_value_is_refused(text: str) -> None:
    with pytest.raises(SettingError, match="--set must be KEY=VALUE, such as"):
        given_settings([text])


def test_a_change_goes_before_the_file_and_leaves_the_old_configuration_as_it_was() -> None:
    old = Configuration({"data": {"kind": "file", "path": "a.csv"}})
    new = old.changed("data.path", "b.csv", "--set data.path").changed("stop.max_evaluations", 3, "--set ...")
    assert old.values == {"data": {"kind": "file", "path": "a.csv"}}
    assert new.values == {"data": {"kind": "file", "path": "b.csv"}, "stop": {"max_evaluations": 3}}


@pytest.mark.parametrize(("name", "message"), [("a..b", "must name a setting"), ("seed.x", "'seed' as a group")])
def test_a_name_that_leads_nowhere_is_refused(name: str, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        Configuration({"seed": 1}).changed(name, 1, f"--set {name}")


def test_the_place_of_a_setting_is_the_option_that_gave_it_or_the_line_of_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "a.toml", "[problem]\nepochs = 3\n[problem.space]\nunits = [1, 2]\n")
    read = read_configuration(path).changed("problem.space.layers", [1, 1], "--set problem.space.layers")
    assert read.where(("problem", "epochs")) == f"{path}, line 2"
    assert read.where(("problem", "space", "layers", 0)) == "--set problem.space.layers"
    assert read.where(("data",)) == str(path)
    given_only = Configuration({}).changed("operators.mutat.name", "x", "--set operators.mutat.name")
    assert given_only.where(("operators", "mutat")) == "--set operators.mutat.name"
    assert given_only.where(("data",)) == ""


def test_both_forms_say_the_same(tmp_path: Path) -> None:
    values = {"seed": 1, "problem": {"space": {"units": [1, 8]}, "targets": {"mae": -1}}}
    toml = "seed = 1\n[problem]\nspace.units = [1, 8]\ntargets = { mae = -1 }\n"
    assert tomllib.loads(toml) == values
    read = [
        read_configuration(written(tmp_path, name, text)).values
        for name, text in {"a.json": json.dumps(values), "a.toml": toml}.items()
    ]
    assert read == [values, values]
