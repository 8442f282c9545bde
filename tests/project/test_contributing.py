"""CONTRIBUTING.md keeps its word: what it names is there, and what it shows is right."""

import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest
from project.checkout import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
LINKS = sorted({target for target in re.findall(r"\]\(([^)]+)\)", TEXT) if "://" not in target})
NAMED = sorted(set(re.findall(r"\b(?:dlopt_deap|tests|docs|scripts|benchmarks)/[\w/.]*\w", TEXT)))
COMMANDS = [
    line.partition("#")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", TEXT, flags=re.DOTALL)
    for line in block.splitlines()
]
TARGETS = sorted(set(re.findall(r"`make (\w+)`", TEXT)))
CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sorted({*LINKS, *NAMED}))
def test_what_it_names_is_there(path: str) -> None:
    assert (ROOT / path).exists()


def test_it_leads_to_every_folder_of_the_package() -> None:
    packages = {path.parent.name for path in (ROOT / "dlopt_deap").glob("*/__init__.py")}
    assert packages <= {Path(link).name for link in LINKS}


def test_its_order_of_the_house_is_that_of_the_layers() -> None:
    layers = CONFIGURATION["tool"]["importlinter"]["contracts"][0]["layers"]
    rank = {name.strip(" ()"): place for place, layer in enumerate(reversed(layers)) for name in layer.split("|")}
    told = TEXT.partition("## The house")[2].partition("Beside the package")[0]
    order = [Path(path).stem for path in re.findall(r"\]\((dlopt_deap/[^)]+)\)", told)]
    assert set(order) == rank.keys() - {"__main__"}
    assert [rank[name] for name in order] == sorted(rank[name] for name in order)


def test_its_set_up_is_two_commands() -> None:
    block = re.findall(r"## Set-up.*?```sh\n(.*?)```", TEXT, flags=re.DOTALL)[0]
    assert len(block.splitlines()) == 2


@pytest.mark.parametrize("target", TARGETS)
def test_what_it_makes_can_be_made(target: str) -> None:
    made = ("make", "-n", "--old-file=E/.installed", "--old-file=E/.installed-test", "VENV=E", target)
    done = subprocess.run(made, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_names_a_program_and_files_that_are_there(command: str) -> None:
    program, *arguments = shlex.split(command)
    wanted = {"build", *CONFIGURATION["project"]["optional-dependencies"]["test"]}
    names = {re.split(r"[>\[]", one)[0] for one in wanted} | {"python", "pip"}
    assert program == "make" or program.removeprefix(".venv/bin/") in names
    if program == "make":
        assert arguments[0] in TARGETS
    assert all((ROOT / one).exists() for one in arguments if "/" in one)
    extras = re.findall(r"\.\[(\w+)\]", command)
    assert set(extras) <= CONFIGURATION["project"]["optional-dependencies"].keys()


def test_the_marks_that_it_tells_of_are_those_that_there_are() -> None:
    marks = {mark.partition(":")[0] for mark in CONFIGURATION["tool"]["pytest"]["ini_options"]["markers"]}
    assert marks == set(re.findall(r"^- `(\w+)`:", TEXT.partition("## Tests")[2], flags=re.MULTILINE))


def test_the_files_that_it_names_for_something_new_hold_the_tables_that_it_names() -> None:
    for name, path in {"METRICS": "sampling/metrics.py", "BUILT_IN": "tools/catalogue.py"}.items():
        assert re.search(rf"^{name}\b", (ROOT / "dlopt_deap" / path).read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert f"`{name}`" in TEXT
