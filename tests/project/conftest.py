"""The distributions, built once, and an environment that has nothing but the wheel and what it depends on."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from project.checkout import copy_of_the_project

JUNK = (
    *("runs/one/result.json", "benchmarks/results/mrs.json", "dist/old.whl", "build/lib/old.py", ".venv/pyvenv.cfg"),
    *("dlopt_deap/__pycache__/old.pyc", "tests/core/__pycache__/old.pyc", ".mypy_cache/old.json", ".ruff_cache/old"),
    *("notebooks/.ipynb_checkpoints/old.ipynb", "dlopt_deap.egg-info/SOURCES.txt", ".hypothesis/old", "notes.txt"),
)
"""What lies about in a checkout in which somebody works; it must not go into a distribution."""


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project."""
    return copy_of_the_project(tmp_path_factory.mktemp("checkout") / "clone")


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source distribution of a checkout that is in use, and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("distributions")
    used = copy_of_the_project(folder / "used")
    for name in JUNK:
        (used / name).parent.mkdir(parents=True, exist_ok=True)
        (used / name).touch()
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder / "dist")]
    done = subprocess.run(command, cwd=used, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    shutil.rmtree(used)
    return folder / "dist"


@pytest.fixture(scope="session")
def wheel(distributions: Path) -> Path:
    """The wheel."""
    (found,) = distributions.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def clean(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The programs of a new virtual environment, made by one command: ``pip install WHEEL``."""
    home = tmp_path_factory.mktemp("clean")
    subprocess.run([sys.executable, "-m", "venv", str(home / "venv")], check=True)
    programs = home / "venv" / "bin"
    pip = (str(programs / "pip"), "--disable-pip-version-check")
    if subprocess.run([*pip, "download", "--no-deps", "--dest", str(home), "deap"], check=False).returncode:
        pytest.skip("no package index can be reached, so nothing can be installed")
    done = subprocess.run([*pip, "install", str(wheel)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    yield programs
    shutil.rmtree(home)
