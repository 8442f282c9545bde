"""Packages of others: one that is really installed, and broken ones."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tools.running import here, process

from dlopt_deap.tools.actions.optimize import Optimize
from dlopt_deap.tools.actions.sample import Sample
from dlopt_deap.tools.actions.train import Train
from dlopt_deap.tools.catalogue import catalogue

EXAMPLE = Path(__file__).parent.parent / "plugin_example"


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Install the example as anybody would, but into a folder of its own and without the network."""
    folder = tmp_path_factory.mktemp("site")
    # pip builds in the folder of the sources, which must stay as it is.
    source = folder / "source"
    subprocess.run(["cp", "-r", str(EXAMPLE), str(source)], check=True)
    options = ("--no-index", "--no-build-isolation", "--no-deps", "--disable-pip-version-check", "--quiet")
    command = [sys.executable, "-m", "pip", "install", *options, "--target", str(folder / "packages"), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return str(folder / "packages")


@pytest.mark.slow
def test_an_installed_package_is_listed_with_all_that_it_adds(installed: str, tmp_path: Path) -> None:
    ended = process("list", folder=tmp_path, PYTHONPATH=installed)
    lines = [line.split() for line in ended.stdout.splitlines() if line.endswith("dlopt-deap-example")]
    assert sorted(line[0] for line in lines) == [
        *("describe", "ea_one_fifth", "logistic_map", "mut_double", "small_training")
    ]
    assert "describe   Tell the rows" in process("--help", folder=tmp_path, PYTHONPATH=installed).stdout
    assert "dlopt-deap-example" not in process("list", folder=tmp_path).stdout


@pytest.mark.slow
def test_an_installed_action_runs_with_installed_data(installed: str, tmp_path: Path) -> None:
    given = ("--set", "data.kind=logistic_map", "--set", "data.rows=100")
    ended = process("describe", *given, folder=tmp_path, PYTHONPATH=installed)
    assert (ended.code, ended.stdout) == (0, "100 rows, mean 0.583, deviation 0.304\n"), ended.stderr
    wrong = process("describe", *given, "--set", "digits=99", folder=tmp_path, PYTHONPATH=installed)
    assert wrong.stderr == "dlopt-deap failed: --set digits: `digits` must be at most 15, got 99.\n"
    assert process("init", "describe", folder=tmp_path, PYTHONPATH=installed).stdout.count("digits = 3") == 1


@pytest.mark.slow
@pytest.mark.keras
def test_a_search_uses_every_part_of_an_installed_package_and_is_resumed(installed: str, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        "seed = 1\ndata.kind = 'logistic_map'\nproblem.kind = 'small_training'\nproblem.price = 1e-4\n"
        "problem.final_epochs = 2\ntechnique.algorithm = 'ea_one_fifth'\ntechnique.population_size = 6\n"
        "operators.mutate.name = 'mut_double'\noperators.mutate.halvepb = 0.3\nstop.max_evaluations = 18\n"
    )
    begun = process("optimize", "mine.toml", "--out", "run", folder=tmp_path, PYTHONPATH=installed)
    assert begun.code == 0, begun.stderr
    more = ("--resume", "run", "--set", "stop.max_evaluations=24")
    ended = process("optimize", "mine.toml", *more, folder=tmp_path, PYTHONPATH=installed)
    assert ended.code == 0, ended.stderr
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    settings = result["settings"]
    assert settings["technique"]["algorithm"] == "ea_one_fifth"
    assert settings["problem"]["price"] == 1e-4
    assert settings["problem"]["series"]["name"] == "logistic_map"
    assert result["evaluations"] == 24


BROKEN = {
    "raises": "raise RuntimeError('half installed')",
    "lacks": "",
    "number": "made = 3",
    "class": "class made: pass",
    "syntax": "made = (",
    "abstract": (
        "from dlopt_deap.tools import ActionBase\n"
        "from dlopt_deap.tools.settings import DataSource, ProblemSettings\n"
        "class made(ActionBase): name = 'mine'; description = 'Nothing.'\n"
        "class data(DataSource): pass\n"
        "class problem(ProblemSettings): pass\n"
    ),
    "kind": (
        "from typing import Literal\n"
        "from dlopt_deap.tools.settings import DataSource\n"
        "class made(DataSource):\n"
        "    kind: Literal['other'] = 'other'\n"
        "    def read(self): return None\n"
    ),
}
"""Modules of packages that are broken, each in its own way."""


@pytest.fixture(params=BROKEN)
def broken(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Put a broken package where Python finds packages; it says that it has one of each kind."""
    module = f"broken_{request.param}"
    (tmp_path / f"{module}.py").write_text(BROKEN[request.param])
    about = tmp_path / f"{module}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    groups = ("actions", "data_sources", "problems", "algorithms", "operators")
    (about / "entry_points.txt").write_text(
        "".join(f"[dlopt_deap.{group}]\nmine = {module}:made\n" for group in groups)
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    forget()
    yield module
    forget()


def forget() -> None:
    """Forget which packages there are."""
    catalogue.cache_clear()
    for action in (Optimize, Sample, Train):
        action.settings_model.cache_clear()  # type: ignore[attr-defined]


def test_a_broken_package_hinders_nobody(broken: str) -> None:
    for argv in (["--help"], ["list"], ["init"], ["schema"], ["init", "sample"], ["optimize", "--help"]):
        assert here(*argv).code == 0
    assert here("list").stdout.count(f"{broken}\n") == 5
    assert broken in here("--help").stdout
    assert (
        here("list", "actions").stdout.endswith(f"broken_{broken.partition('_')[2]}\n") or broken in here("list").stdout
    )
    ended = here("optimize", "--set", "data.kind=sunspot")
    assert "`data.kind` must be one of file, sine, sunspots, text, got 'sunspot'" in ended.stderr


LINES = (
    "mine",
    "init mine",
    "schema mine",
    "optimize --set data.kind=mine",
    "optimize --set data.kind=sunspots --set problem.kind=mine",
)
FUNCTIONS = (
    "optimize --set data.kind=sunspots --set operators.mutate.name=mine",
    "optimize --set data.kind=sunspots --set technique.algorithm=mine",
)
CLASSES = ("class", "abstract", "kind")
"""Those of the broken modules that hold a class, which may be an operator and an algorithm."""


@pytest.mark.parametrize(
    ("broken", "line"),
    [(one, line) for one in BROKEN for line in (LINES if one in CLASSES else (*LINES, *FUNCTIONS))],
    indirect=["broken"],
)
def test_a_broken_package_is_told_when_it_is_named(broken: str, line: str) -> None:
    ended = here(*line.split())
    assert ended.code == 2
    assert ended.stderr.startswith("dlopt-deap failed: ")
    assert ended.stderr.count("\n") == 1
    assert "'mine' (" in ended.stderr
    assert f"of the package '{broken}') " in ended.stderr
    assert "mend or remove that package." in ended.stderr


def test_what_the_package_has_itself_goes_before_what_others_call_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = tmp_path / "greedy-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: greedy\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[dlopt_deap.problems]\ntraining = os:system\n")
    monkeypatch.syspath_prepend(tmp_path)
    forget()
    assert catalogue("problems")["training"].package == "dlopt_deap"
    forget()
