"""A new virtual environment with nothing but the wheel and what it depends on: what a newcomer has."""

import csv
import json
import math
import os
import random
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest
from project.checkout import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.keras]

ROWS = 180
SMALL = ("stop.max_evaluations=8", "problem.epochs=2", "problem.final_epochs=3", "problem.final_repeats=1")
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
FOR_DEVELOPERS = {"benchmark", "docs", "test"}
"""Extras that no command of the package asks for."""

IMPORT_EVERYTHING = """
import importlib, pkgutil
import dlopt_deap
names = [module.name for module in pkgutil.walk_packages(dlopt_deap.__path__, "dlopt_deap.")]
for name in names:
    if name not in ("dlopt_deap.__main__", "dlopt_deap.data.readers.parquet_trial"):
        importlib.import_module(name)
print(len(names), dlopt_deap.__file__)
"""
"""Imports every module but the two that are programs."""

USES = """
from pathlib import Path
from dlopt_deap import TimeSeries, evolve
from dlopt_deap.data import read_csv

series: TimeSeries = read_csv(Path("visitors.csv"), targets="visitors", time="month")
reveal_type(series.validation)
evolve(series, evaluations=20, seed=1)
"""


def run(*command: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as from a shell in which no environment is activated."""
    own = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"}
    return subprocess.run(
        [str(one) for one in command], cwd=folder, env=own, capture_output=True, text=True, check=False
    )


def settings(*given: str) -> list[str]:
    """Write settings as options."""
    return [part for one in given for part in ("--set", one)]


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A monthly series with dates, a trend and a season, which nothing has seen before, alone in a folder."""
    draw = random.Random()
    level, growth, swing = draw.uniform(50, 500), draw.uniform(-0.5, 0.5), draw.uniform(5, 20)
    lines = ["month,visitors"]
    for row in range(ROWS):
        value = level + growth * row + swing * math.sin(row * math.pi / 6) + draw.gauss(0, 1)
        lines.append(f"{1990 + row // 12}-{row % 12 + 1:02d}-01,{value:.2f}")
    file = tmp_path_factory.mktemp("newcomer") / "visitors.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def results(clean: Path, series: Path) -> Path:
    """What the second command leaves; the first was ``pip install WHEEL``."""
    options = [*settings("data.time=month", *SMALL), "--seed", "1", "--quiet", "--out", "runs/first"]
    done = run(clean / "dlopt-deap", "optimize", series.name, *options, folder=series.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert "run folder: runs/first" in done.stdout
    return series.parent / "runs" / "first"


def test_what_the_wheel_depends_on_fits_together(clean: Path, tmp_path: Path) -> None:
    done = run(clean / "pip", "check", folder=tmp_path)
    assert done.returncode == 0, done.stdout


def test_no_extra_is_installed_with_it(clean: Path, tmp_path: Path) -> None:
    listed = run(clean / "pip", "list", "--format=json", folder=tmp_path).stdout
    installed = {package["name"].lower() for package in json.loads(listed)}
    assert not installed & {"pyarrow", "optuna", "tensorboard", "sphinx", "pytest", "mypy", "torch", "jax"}


def test_the_command_tells_its_help_and_its_version_from_an_empty_folder(clean: Path, tmp_path: Path) -> None:
    done = run(clean / "dlopt-deap", "--help", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "optimize" in done.stdout
    version = run(clean / "dlopt-deap", "--version", folder=tmp_path).stdout
    told = "import dlopt_deap; print('dlopt-deap', dlopt_deap.__version__)"
    assert run(clean / "python", "-c", told, folder=tmp_path).stdout == version != ""


def test_every_module_can_be_imported_with_the_dependencies_alone(clean: Path, tmp_path: Path) -> None:
    done = run(clean / "python", "-W", "error", "-c", IMPORT_EVERYTHING, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    count, place = done.stdout.split()
    assert Path(place).is_relative_to(clean.parent)
    assert int(count) == len(list((ROOT / "dlopt_deap").rglob("*.py"))) - 1


def test_the_second_command_leaves_a_model_that_keras_loads(clean: Path, results: Path) -> None:
    code = (
        "import keras, numpy as np; model = keras.models.load_model('runs/first/best.keras'); "
        "x = np.zeros((2, *model.input_shape[1:])); print(model.predict(x, verbose=0).shape)"
    )
    done = run(clean / "python", "-c", code, folder=results.parent.parent)
    assert done.stdout.strip() == "(2, 1)", done.stderr


def test_the_second_command_leaves_the_forecast_of_the_rows_that_no_search_saw(results: Path, series: Path) -> None:
    with (results / "forecast.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    given = [line.split(",") for line in series.read_text(encoding="utf-8").splitlines()[1:]]
    last = given[-len(rows) :]
    assert len(rows) == ROWS // 5
    assert [row["time"][:10] for row in rows] == [date for date, _ in last]
    assert [float(row["visitors truth"]) for row in rows] == pytest.approx([float(value) for _, value in last])
    assert all(math.isfinite(float(row["visitors network"])) for row in rows)


def test_the_second_command_leaves_a_result_and_its_figures(results: Path) -> None:
    result = json.loads((results / "result.json").read_text(encoding="utf-8"))
    assert {"fitness", "layers", "look_back", "config", "series"} <= result.keys()
    assert result["seed"] == 1
    figures = list((results / "figures").glob("*.png"))
    assert {figure.stem for figure in figures} >= {"forecast", "architectures", "fitness_mae"}
    assert all(figure.read_bytes().startswith(b"\x89PNG") for figure in figures)


@pytest.mark.skipif(not (ROOT / "dlopt_deap" / "tools" / "page").exists(), reason="this version writes no report")
def test_the_second_command_leaves_a_report_that_needs_no_network(results: Path) -> None:
    report = (results / "report.html").read_text(encoding="utf-8")
    assert report.lstrip().lower().startswith("<!doctype html>")
    assert "visitors" in report
    assert 'src="http' not in report


def test_a_third_command_forecasts_with_the_model(clean: Path, results: Path) -> None:
    folder = results.parent.parent
    given = ("predict", results, "visitors.csv", *settings("data.time=month"), "--out", "next.csv")
    done = run(clean / "dlopt-deap", *given, folder=folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "next.csv").read_text(encoding="utf-8").count("\n") > ROWS // 2


WITHOUT = {
    "parquet": ("optimize", "visitors.parquet"),
    "optuna": ("export", "runs/first", "optuna"),
    "tensorboard": ("export", "runs/first", "tensorboard"),
}


@pytest.mark.parametrize("extra", WITHOUT)
def test_what_needs_an_extra_says_in_one_sentence_how_to_install_it(clean: Path, results: Path, extra: str) -> None:
    folder = results.parent.parent
    (folder / "visitors.parquet").write_bytes(b"PAR1")
    done = run(clean / "dlopt-deap", *WITHOUT[extra], folder=folder)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"dlopt_deap[{extra}]" in done.stderr


def test_every_extra_of_a_user_is_asked_for() -> None:
    assert WITHOUT.keys() | FOR_DEVELOPERS == EXTRAS.keys()


def types_of(code: str, clean: Path, folder: Path) -> Sequence[str]:
    """Check a script of a user with mypy, against the package as it is installed there."""
    (folder / "mine.py").write_text(code, encoding="utf-8")
    command = (sys.executable, "-m", "mypy", "--strict", "--python-executable", str(clean / "python"), "mine.py")
    done = subprocess.run(command, cwd=folder, env=os.environ, capture_output=True, text=True, check=False)
    return [line for line in done.stdout.splitlines() if line.startswith("mine.py:")]


def test_the_types_of_the_installed_package_reach_a_users_script(clean: Path, tmp_path: Path) -> None:
    told = types_of(USES, clean, tmp_path)
    assert [line for line in told if "error" in line] == []
    assert any('Revealed type is "dlopt_deap.data.windows.Split"' in line for line in told)


def test_a_wrong_argument_in_a_users_script_is_found_by_its_type(clean: Path, tmp_path: Path) -> None:
    told = types_of(USES.replace("evaluations=20", "evaluations='20'"), clean, tmp_path)
    assert len([line for line in told if "error" in line]) == 1
    assert any("[arg-type]" in line for line in told)
