"""The hooks of `.pre-commit-config.yaml`: the checks of `make lint`, and what they refuse."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from project.checkout import ROOT, copy_of_the_project, git

HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook
    for repository in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    for hook in repository["hooks"]
}
OF_THE_COMMIT = {"trailing-whitespace", "merge-conflict", "large-files"}
"""The hooks that have no command of `make lint`: they see files as they are committed."""

NOTEBOOK: dict[str, Any] = {
    "cells": [{"cell_type": "code", "execution_count": None, "id": "0", "metadata": {}, "outputs": [], "source": "1"}],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}
OUTPUT = {"name": "stdout", "output_type": "stream", "text": ["1"]}


def notebook(*outputs: dict[str, Any]) -> str:
    """Write a notebook with these outputs."""
    cell = NOTEBOOK["cells"][0] | {"outputs": list(outputs)}
    return json.dumps(NOTEBOOK | {"cells": [cell]}, indent=1) + "\n"


WRONG = {
    "ruff-check": ("dlopt_deap/core/wrong.py", '"""A module."""\n\nimport os\n', "F401"),
    "ruff-format": ("dlopt_deap/core/wrong.py", '"""A module."""\n\nNUMBER = ( 1 )\n', "would be reformatted"),
    "mypy": ("dlopt_deap/core/wrong.py", '"""A module."""\n\nNUMBER: int = "1"\n', "Incompatible types"),
    "lint-imports": ("dlopt_deap/limits.py", "import dlopt_deap.tools\n", "dlopt_deap.limits -> dlopt_deap.tools"),
    "nbstripout": ("notebooks/wrong.ipynb", notebook(OUTPUT), "wrong.ipynb"),
    "trailing-whitespace": ("docs/wrong.md", "words \n", "docs/wrong.md"),
    "merge-conflict": ("docs/wrong.md", "<<<<<<< HEAD\n", "docs/wrong.md"),
    "large-files": ("docs/wrong.md", "words\n" * 100_000, "docs/wrong.md"),
}
"""A file that a hook refuses, and what it says of it."""

RIGHT = {
    "dlopt_deap/core/right.py": '"""A module."""\n\nNUMBER: int = 1\n',
    "notebooks/another.ipynb": notebook(),
    "docs/right.md": "words\n",
}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with the project as its first commit, and the hooks installed as CONTRIBUTING.md says."""
    if shutil.which("git") is None:
        pytest.skip("hooks are git's, and there is no git")
    folder = copy_of_the_project(tmp_path_factory.mktemp("hooks") / "clone")
    (folder / "notebooks").mkdir(exist_ok=True)
    (folder / "notebooks" / "right.ipynb").write_text(notebook(), encoding="utf-8")
    for arguments in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "All"]):
        done = git(folder, *arguments)
        assert done.returncode == 0, done.stderr
    done = subprocess.run([program("pre-commit"), "install"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    return folder


def program(name: str) -> str:
    """Find a program of this environment."""
    return str(Path(sys.executable).with_name(name))


def environment(folder: Path) -> dict[str, str]:
    """Give the environment of a shell in which the one of the tests is activated, and which has no way to a network."""
    here = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    return {"PATH": here, "PRE_COMMIT_HOME": str(folder.parent / "home"), **nowhere}


def run_hooks(folder: Path, *names: str) -> subprocess.CompletedProcess[str]:
    """Run hooks on all files."""
    return subprocess.run(
        [program("pre-commit"), "run", "--all-files", *names],
        cwd=folder,
        env=os.environ | environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("with_notebooks", [True, False])
def test_lint_and_the_hooks_are_the_same_commands(tmp_path: Path, with_notebooks: bool) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "pyproject.toml").touch()
    if with_notebooks:
        (tmp_path / "notebooks").mkdir()
        (tmp_path / "notebooks" / "one.ipynb").touch()
    made = ("--no-print-directory", "--old-file=E/.installed-test", "VENV=E")
    printed = subprocess.run(["make", "-n", *made, "lint"], cwd=tmp_path, capture_output=True, text=True, check=True)
    commands = [line.removeprefix("E/bin/") for line in printed.stdout.splitlines()]
    hooks = [hook for name, hook in HOOKS.items() if name not in OF_THE_COMMIT]
    wanted = [f"{hook['entry']} notebooks/one.ipynb" if "files" in hook else hook["entry"] for hook in hooks]
    assert commands == (wanted if with_notebooks else wanted[:-1])


def test_the_hooks_are_all_local_so_that_nothing_is_downloaded() -> None:
    configuration = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert {one["repo"] for one in configuration["repos"]} == {"local"}
    assert {hook["language"] for hook in HOOKS.values()} <= {"system", "pygrep"}


def test_each_hook_is_tried_with_a_file_that_it_refuses() -> None:
    assert WRONG.keys() == HOOKS.keys()


@pytest.mark.slow
def test_the_project_passes_its_hooks(repository: Path) -> None:
    done = run_hooks(repository)
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("Passed") == len(HOOKS)


@pytest.mark.slow
def test_a_project_without_notebooks_passes_the_hook_for_them(repository: Path) -> None:
    assert git(repository, "rm", "-r", "--quiet", "--cached", "notebooks").returncode == 0
    try:
        done = run_hooks(repository, "nbstripout")
    finally:
        assert git(repository, "reset", "--quiet", "--hard").returncode == 0
    assert done.returncode == 0
    assert "no files to check" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG)
def test_a_commit_of_a_wrong_file_is_refused_by_its_hook(repository: Path, name: str) -> None:
    path, text, told = WRONG[name]
    before = git(repository, "rev-parse", "HEAD").stdout
    if (repository / path).exists():
        text = (repository / path).read_text(encoding="utf-8") + text
    (repository / path).write_text(text, encoding="utf-8")
    others = ",".join(HOOKS.keys() - {name})
    assert git(repository, "add", path).returncode == 0
    try:
        done = git(repository, "commit", "--message", "Wrong", **environment(repository), SKIP=others)
        after = git(repository, "rev-parse", "HEAD").stdout
    finally:
        assert git(repository, "reset", "--quiet", "--hard", before.strip()).returncode == 0
    assert done.returncode != 0
    assert told in done.stdout + done.stderr
    assert after == before


@pytest.mark.slow
def test_a_commit_of_right_files_passes_every_hook(repository: Path) -> None:
    before = git(repository, "rev-parse", "HEAD").stdout
    for path, text in RIGHT.items():
        (repository / path).write_text(text, encoding="utf-8")
    assert git(repository, "add", "--all").returncode == 0
    done = git(repository, "commit", "--message", "Right", **environment(repository))
    assert done.returncode == 0, done.stdout + done.stderr
    assert git(repository, "rev-parse", "HEAD").stdout != before
    assert git(repository, "reset", "--quiet", "--hard", before.strip()).returncode == 0
