"""No block of code on a page is wrong without a test that says so.

Blocks of Python are run by `test_readme.py`, those of the quick starts by `test_starts.py`, sessions (`pycon`) by `test_operators.py`. Here those for the shell are
held to what the commands know.
"""

import ast
import functools
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from documentation.pages import PAGES, ROOT, blocks, blocks_in, name_of, without_blocks
from tools.running import here
from tools.settings.walking import ACTIONS, model_of

from dlopt_deap.tools.catalogue import load
from dlopt_deap.tools.command import COMMANDS, action_parser
from dlopt_deap.tools.settings.models import groups_of

RUN = {"python", "pycon", "sh", "toml"}
NOT_RUN = {"text", "{toctree}", "{include}"}
OTHERS = {"pip", "sqlite3", "optuna-dashboard"}
"""Programs of others, whose options are theirs."""

LINES = [
    (page, line)
    for page, text in blocks_in("sh")
    if "<<'END'" not in text
    for line in text.replace("$(which dlopt-deap)", "dlopt-deap").splitlines()
    if line.strip()
]
HEREDOCS = [(page, text) for page, text in blocks_in("sh") if "<<'END'" in text]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_block_says_in_which_language_it_is(page: Path) -> None:
    assert {language for language, _ in blocks(page)} <= RUN | NOT_RUN


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_block_is_hidden_from_the_tests_by_being_indented(page: Path) -> None:
    paragraphs = without_blocks(page).split("\n\n")
    hidden = [text for before, text in zip(paragraphs, paragraphs[1:], strict=False) if text.startswith("    ")
              and not re.match(r"\s*([-*]|\d+\.) ", before.lstrip("\n"))]  # fmt: skip
    assert hidden == []


@pytest.mark.parametrize(("page", "line"), LINES)
def test_a_command_exists_with_its_options(page: str, line: str) -> None:
    words = shlex.split(line, comments=True)
    if ">" in words:
        words = words[: words.index(">")]
    check_command(words, (ROOT / page).read_text(encoding="utf-8"))


@pytest.mark.parametrize(("page", "text"), HEREDOCS)
def test_a_program_within_a_command_compiles_and_imports(page: str, text: str) -> None:
    for program in re.findall(r"<<'END'\n(.*?)^END$", text, flags=re.DOTALL | re.MULTILINE):
        imports = [node for node in ast.parse(program).body if isinstance(node, ast.Import | ast.ImportFrom)]
        assert imports
        exec(compile(ast.Module(imports, []), page, "exec"), {})


@pytest.mark.parametrize(("page", "text"), list(blocks_in("toml")))
def test_a_configuration_is_toml(page: str, text: str) -> None:
    assert tomllib.loads(text), page


def check_command(words: list[str], page: str) -> None:
    """Fail if a command of the shell cannot be as it is told."""
    program, *rest = words
    if program == "make":
        assert set(rest) <= set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    elif program == "dlopt-deap":
        check_action(rest)
    elif program == "python" and rest[:2] == ["-m", "scoop"]:
        rest = rest[2:]
        while rest[0] in ("-n", "--hostfile"):
            rest = rest[2:]
        check_command(rest if rest[0] == "dlopt-deap" else ["python", *rest], page)
    elif program == "python" and rest[:2] == ["-m", "pytest"]:
        assert all((ROOT / word).exists() for word in rest[2:] if word.startswith("tests/"))
    elif program == "python" and "/" in rest[0]:
        assert {word for word in rest[1:] if word.startswith("--")} <= options_of(rest[0])
    elif program == "python":
        assert f"Save this as `{rest[0]}`" in page
    else:
        assert program in OTHERS


def check_action(words: list[str]) -> None:
    """Fail if the command has no such action, option or setting."""
    name, *rest = words
    if name in COMMANDS:
        told = here(name, "--help").stdout
        assert all(word in told for word in rest if word.startswith("--"))
        return
    assert name in ACTIONS
    options = action_parser(name, load("actions", name, "action")()).parse_args(rest)
    known = {".".join((*path, setting)) for path, group in groups_of(model_of(name)) for setting in group.model_fields}
    assert {given.partition("=")[0] for given in options.set} <= known


@functools.cache
def options_of(script: str) -> set[str]:
    """Ask a script or a benchmark for its options."""
    told = subprocess.run(
        [sys.executable, str(ROOT / script), "--help"], capture_output=True, text=True, check=True
    ).stdout
    return set(re.findall(r"--[\w-]+", told))
