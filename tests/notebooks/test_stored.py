"""The notebooks as they are stored: their form, their length, and what they name."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import nbformat
import pytest
from notebooks.course import COURSE, FOLDER, README, ROOT, Stored

each = pytest.mark.parametrize("notebook", COURSE, ids=str)
SEEDED = {"optimize", "evolve", "train", "evolve_from_trained", "sample"}
"""Calls that draw a seed unless they are given one."""


def test_the_course_is_numbered_without_gaps() -> None:
    assert [str(notebook) for notebook in COURSE] == [
        "01_evolve_sine",
        "02_your_own_toolbox",
        "03_weights",
        "04_training_free_or_trained",
        "05_your_csv",
        "06_logbooks_and_plots",
        "07_kill_and_resume",
        "08_parallel",
    ]


def test_they_are_stored_as_nbstripout_leaves_them() -> None:
    command = [str(Path(sys.executable).with_name("nbstripout")), "--verify", *(str(one.path) for one in COURSE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@each
def test_it_is_a_valid_notebook_without_outputs_counts_or_a_trace_of_a_machine(notebook: Stored) -> None:
    content = notebook.content
    nbformat.validate(content)
    assert (content.nbformat, content.nbformat_minor) == (4, 5)
    assert content.metadata == {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in content.cells:
        assert cell.metadata == {}
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@each
def test_its_cells_have_stable_ids_and_are_fewer_than_25(notebook: Stored) -> None:
    assert [cell.id for cell in notebook.content.cells] == [str(at) for at in range(len(notebook.content.cells))]
    assert len(notebook.content.cells) < 25
    assert all(cell.source.strip() for cell in notebook.content.cells)


@each
def test_its_title_has_its_number_and_the_readme_has_its_first_sentence(notebook: Stored) -> None:
    number = int(str(notebook)[:2])
    title = re.match(r"# (\d)\. \S", notebook.prose[0])
    assert title is not None
    assert int(title[1]) == number
    row = README.read_text(encoding="utf-8").splitlines()[_first_row() + number - 1]
    assert row.startswith(f"| [{notebook}]({notebook}.ipynb) | {notebook.first_sentence} | ")


@each
def test_it_ends_with_two_or_three_exercises_and_where_to_read_on(notebook: Stored) -> None:
    last = notebook.content.cells[-1]
    assert last.cell_type == "markdown"
    assert last.source.startswith("## Exercises\n")
    exercises = re.findall(r"^(\d)\. ", last.source, flags=re.MULTILINE)
    assert exercises in (["1", "2"], ["1", "2", "3"])
    assert "\n\nRead on in " in last.source


@each
def test_all_that_it_links_to_is_there(notebook: Stored) -> None:
    text = "\n".join(notebook.prose)
    links = [target for target in re.findall(r"\]\(([^)]+)\)", text) if "://" not in target]
    assert links
    assert all((FOLDER / target).is_file() for target in links)
    assert not re.findall(r"`docs/\w+\.md`", text)


@each
def test_every_name_that_it_takes_from_the_package_is_public_and_there(notebook: Stored) -> None:
    imported = [name for tree in notebook.trees for name in _imported(tree)]
    assert imported
    for module, name in imported:
        assert name != "*"
        assert hasattr(import_module(module), name), f"{module} has no {name}"
        assert not name.startswith("_")


@each
def test_every_name_of_a_package_that_it_uses_or_speaks_of_is_there(notebook: Stored) -> None:
    text = "\n".join([*notebook.prose, *notebook.code])
    used = re.findall(r"(?<![\w./])(plots|data|networks|sampling|algorithms|cma)\.([A-Za-z_]+)\b(?!\.)", text)
    assert used
    for package, name in set(used):
        home = "deap" if package in ("algorithms", "cma") else "dlopt_deap"
        assert hasattr(import_module(f"{home}.{package}"), name), f"{home}.{package} has no {name}"


@each
def test_every_random_call_has_a_seed(notebook: Stored) -> None:
    calls = [call for tree in notebook.trees for call in ast.walk(tree) if isinstance(call, ast.Call)]
    drawing = [call for call in calls if _called(call) in SEEDED]
    assert drawing
    for call in drawing:
        assert "seed" in {keyword.arg for keyword in call.keywords}, ast.unparse(call)
    text = "\n".join(notebook.code)
    assert len(re.findall(r"default_rng\(", text)) == len(re.findall(r"default_rng\(\d", text))


@each
def test_every_function_says_what_it_does(notebook: Stored) -> None:
    for tree in notebook.trees:
        for function in tree.body:
            if isinstance(function, ast.FunctionDef):
                assert ast.get_docstring(function), function.name


def test_the_readme_tells_how_to_open_them_and_the_project_s_readme_names_it() -> None:
    assert "pip install jupyterlab" in README.read_text(encoding="utf-8")
    assert "(notebooks/README.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


def _first_row() -> int:
    """Find the first row of the table of the course."""
    lines = README.read_text(encoding="utf-8").splitlines()
    return next(at for at, line in enumerate(lines) if line.startswith("|---")) + 1


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Give the modules of the package, and the names that are taken from them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "dlopt_deap":
            yield from ((str(node.module), alias.name) for alias in node.names)


def _called(call: ast.Call) -> Any:
    """Give the name of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", None)
