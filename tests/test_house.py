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
    "sklearn",
    "optuna",
    "sqlalchemy",
    "tensorboard",
    "pyarrow",
    "jinja2",
)

ON_FIRST_USE = {
    "dlopt_deap.forecasting.estimator": "sklearn",
    "dlopt_deap.tools.settings.": "pydantic",
    "dlopt_deap.tools.actions.": "pydantic",
}
"""Modules that derive from a class of another package, so that nothing imports them but who uses them."""

IMPORT_EVERYTHING = """
import importlib, json, pkgutil, sys
import dlopt_deap
on_first_use = tuple(sys.argv[1:])
for module in pkgutil.walk_packages(dlopt_deap.__path__, "dlopt_deap."):
    if not module.name.rpartition(".")[2].startswith("_") and not module.name.startswith(on_first_use):
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


def loaded_by_importing_all_but(*names: str) -> set[str]:
    fresh = subprocess.run(
        [sys.executable, "-c", IMPORT_EVERYTHING, *names], capture_output=True, text=True, check=True
    )
    return set(json.loads(fresh.stdout))


def test_a_fresh_process_that_imports_every_submodule_loads_nothing_heavy() -> None:
    loaded = loaded_by_importing_all_but(*ON_FIRST_USE)
    assert not loaded & {*HEAVY, *ON_FIRST_USE.values()}
    assert {"numpy", "deap"} <= loaded


def test_what_is_imported_on_first_use_loads_no_more_than_the_package_that_it_is_for() -> None:
    code = "import json, sys, pydantic, sklearn.metrics; print(json.dumps([*sys.modules]))"
    alone = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = loaded_by_importing_all_but("nothing is left out")
    assert loaded & set(HEAVY) <= {name.partition(".")[0] for name in json.loads(alone)}
    assert set(ON_FIRST_USE.values()) <= loaded


@pytest.mark.parametrize("name", sorted(set(dlopt_deap.__all__)))
def test_every_public_name_can_be_had(name: str) -> None:
    assert getattr(dlopt_deap, name) is not None


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="evolv"):
        dlopt_deap.evolv  # noqa: B018


def test_every_folder_of_the_package_is_a_layer_with_tests() -> None:
    packages = {module.name for module in pkgutil.iter_modules(dlopt_deap.__path__) if module.ispkg}
    assert packages <= {folder.name for folder in (ROOT / "tests").iterdir()}
