"""The house: layers, imports, and what is public."""

import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import dlopt_deap

ROOT = Path(__file__).parent.parent
HEAVY = (
    "tensorflow",
    "keras",
    "h5py",
    "numba",
    "scipy",
    "pandas",
    "matplotlib",
    "scoop",
    "loky",
    "cloudpickle",
    "cmaes",
    "zmq",
    "tqdm",
    "optuna",
    "sqlalchemy",
    "tensorboard",
)

IMPORT_EVERYTHING = """
import importlib, json, pkgutil, sys
import dlopt_deap
for module in pkgutil.walk_packages(dlopt_deap.__path__, "dlopt_deap."):
    if not module.name.rpartition(".")[2].startswith("_"):
        importlib.import_module(module.name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_every_layer_imports_only_from_the_layers_below_it() -> None:
    linted = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_a_fresh_process_that_imports_every_submodule_loads_nothing_heavy() -> None:
    fresh = subprocess.run([sys.executable, "-c", IMPORT_EVERYTHING], capture_output=True, text=True, check=True)
    loaded = set(json.loads(fresh.stdout))
    assert not loaded & set(HEAVY)
    assert {"numpy", "deap"} <= loaded


@pytest.mark.parametrize("name", sorted(set(dlopt_deap.__all__)))
def test_every_public_name_can_be_had(name: str) -> None:
    assert getattr(dlopt_deap, name) is not None


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="evolv"):
        dlopt_deap.evolv  # noqa: B018


def test_every_folder_of_the_package_is_a_layer_with_tests() -> None:
    packages = {module.name for module in pkgutil.iter_modules(dlopt_deap.__path__) if module.ispkg}
    assert packages <= {folder.name for folder in (ROOT / "tests").iterdir()}
