"""The command as people run it: what it loads, pipes, signals, resuming, SCOOP."""

import json
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from timeless import logbook_of
from tools.running import COMMAND, here, process

from dlopt_deap.tools.readers import PIPE

MODULE = (sys.executable, "-m", "dlopt_deap")
SEARCH = """
seed = 7
[data]
kind = "sine"
[problem]
kind = "random_sampling"
num_samples = 60
final_samples = 200
[problem.space]
look_back = [2, 10]
units = [1, 20]
[technique]
population_size = 5
[stop]
max_evaluations = 200
"""
HEAVY = {
    "pydantic",
    "numba",
    "scipy",
    "pandas",
    "matplotlib",
    "sklearn",
    "tensorflow",
    "keras",
    "scoop",
    "loky",
    "tqdm",
}
PAGE = (Path(__file__).parent.parent.parent / "docs" / "command_line.md").read_text(encoding="utf-8")


def results(folder: Path) -> dict[str, Any]:
    """Everything of a run that must be the same however it was carried out."""
    result = json.loads((folder / "result.json").read_text())
    del result["run"]
    return {"result": result, "logbook": logbook_of(folder)}


def loaded_by(*argv: str, folder: Path) -> set[str]:
    """Name the packages that a fresh process of the command has loaded when it ends."""
    program = (
        "import atexit, sys\n"
        "tell = lambda: print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)\n"
        "atexit.register(tell)\n"
        "from dlopt_deap.tools.command import run\n"
        "run()\n"
    )
    ended = process(*argv, folder=folder, command=(sys.executable, "-c", program))
    assert ended.code == 0, ended.stderr
    return set(ended.stderr.splitlines()[-1].split())


@pytest.mark.slow
def test_the_version_loads_nothing_heavy_and_the_help_only_what_describes_actions(tmp_path: Path) -> None:
    assert not loaded_by("--version", folder=tmp_path) & HEAVY
    for argv in (["list"], ["--help"], ["optimize", "--help"], ["init"], ["schema", "train"]):
        assert loaded_by(*argv, folder=tmp_path) & HEAVY <= {"pydantic"}


@pytest.mark.slow
def test_the_module_is_the_command(tmp_path: Path) -> None:
    for argv in (["--version"], ["list", "problems"], ["init", "train"]):
        assert process(*argv, folder=tmp_path) == process(*argv, folder=tmp_path, command=MODULE)
    assert process(folder=tmp_path).stdout == process("--help", folder=tmp_path).stdout


def test_the_help_names_every_action_and_option() -> None:
    told = here("--help").stdout
    assert all(f"\n  {name} " in told for name in ("optimize", "sample", "train", "init", "schema", "list"))
    options = here("optimize", "--help").stdout
    for option in ("--set", "--seed", "--out", "--resume", "--workers", "--verbose", "--quiet", "--overwrite"):
        assert f"\n  {option} " in options


def test_init_writes_a_file_once_and_schema_describes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tomllib

    jsonschema = pytest.importorskip("jsonschema")
    monkeypatch.chdir(tmp_path)
    ended = here("init", "--out", "mine.toml", "--set", "data.path=load.csv")
    assert ended.stdout == "mine.toml: edit it, then run dlopt-deap optimize mine.toml\n"
    values = tomllib.loads(Path("mine.toml").read_text())
    assert values["data"]["path"] == "load.csv"
    schema = json.loads(here("schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(values, schema)
    assert here("init", "--out", "mine.toml").code == 2


@pytest.mark.slow
@pytest.mark.parametrize("argv", [["list"], ["schema", "optimize"], ["init"]])
def test_a_reader_that_goes_away_is_no_mistake(tmp_path: Path, argv: list[str]) -> None:
    # The reader is gone before the command has loaded anything.
    with subprocess.Popen([COMMAND, *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as begun:
        assert begun.stdout is not None
        assert begun.stderr is not None
        begun.stdout.close()
        said = begun.stderr.read()
    assert (begun.returncode, said) == (PIPE, "")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    (folder / "search.toml").write_text(SEARCH)
    ended = process("optimize", "search.toml", "--workers", "1", "--out", "run", folder=folder)
    assert ended.code == 0, ended.stderr
    return folder


def count(folder: Path) -> int:
    """Count the evaluations that are written down."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(folder / "run.sqlite")) as connection:
        return int(connection.execute("SELECT COUNT(*) FROM evaluations").fetchone()[0])
    return 0


@pytest.mark.slow
@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
@pytest.mark.parametrize(
    ("number", "code", "again"), [(signal.SIGINT, 130, ()), (signal.SIGTERM, 143, ("search.toml",))]
)
def test_a_search_that_a_signal_ended_goes_on_to_the_same_result(
    whole: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: signal.Signals,
    code: int,
    again: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "search.toml").write_text(SEARCH)
    command = [COMMAND, "optimize", "search.toml", "--workers", "1", "--out", "run"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as begun:
        while not (tmp_path / "run" / "run.sqlite").exists() or count(tmp_path / "run") < 40:
            assert begun.poll() is None, begun.communicate()[0]
        begun.send_signal(number)
        said, _ = begun.communicate()
    assert begun.returncode == code, said
    assert "Traceback" not in said
    assert "To go on with it: --resume run" in said
    assert json.loads((tmp_path / "run" / "result.json").read_text())["evaluations"] < 200
    ended = here("optimize", *again, "--resume", "run")
    assert ended.code == 0, ended.stderr
    assert results(tmp_path / "run") == results(whole / "run")


@pytest.mark.slow
@pytest.mark.keras
@pytest.mark.parametrize("workers", ["2"])
def test_scoop_s_workers_and_a_pool_give_the_same_result_to_the_last_bit(
    whole: Path, tmp_path: Path, workers: str
) -> None:
    (tmp_path / "search.toml").write_text(SEARCH)
    scoop = (sys.executable, "-m", "scoop", "-n", workers, COMMAND)
    ended = process("optimize", "search.toml", "--out", "scoop", folder=tmp_path, command=scoop)
    assert f"Evaluating on {workers} SCOOP workers" in ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr
    assert results(tmp_path / "scoop") == results(whole / "run")
    pooled = process("optimize", "search.toml", "--out", "pool", "--workers", workers, folder=tmp_path)
    assert f"local pool of {workers} processes" in pooled.stderr
    assert results(tmp_path / "pool") == results(whole / "run")


@pytest.mark.slow
@pytest.mark.keras
def test_options_go_before_set_and_set_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "search.toml").write_text(SEARCH)
    given = ("--set", "seed=8", "--set", "stop.max_evaluations=6", "--seed", "9", "--quiet", "--out", "run")
    ended = process("optimize", "search.toml", *given, folder=tmp_path)
    assert (ended.code, ended.stderr) == (0, "")
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert (result["seed"], result["evaluations"]) == (9, 6)


@pytest.mark.slow
@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
def test_a_run_on_a_file_is_begun_with_the_file_alone_and_resumed_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{row},{row * row % 17},{row % 5}\n" for row in range(200))
    (tmp_path / "load.csv").write_text(f"day,load,visits\n{rows}")
    given = ("--set", "data.targets=load", "--set", "data.time=day", "--set", "problem.epochs=1", "--seed", "1")
    small = ("--set", "problem.final_epochs=2", "--set", "stop.max_evaluations=20", "--workers", "1", "--verbose")
    begun = here("optimize", "load.csv", *given, *small, "--out", "run")
    assert begun.code == 0, begun.stderr
    assert "gen" in begun.stdout + begun.stderr  # the header of the logbook
    alone = here("optimize", "--resume", "run")
    assert alone.code == 2
    assert "Give the configuration or the data of the run again" in alone.stderr
    more = ("--set", "stop.max_evaluations=24")
    ended = here("optimize", "load.csv", "--resume", "run", *more)
    assert ended.code == 0, ended.stderr
    assert json.loads((tmp_path / "run" / "result.json").read_text())["evaluations"] == 24


@pytest.mark.slow
@pytest.mark.keras
def test_the_first_five_minutes_of_the_page_are_as_it_says(tmp_path: Path) -> None:
    rows = "".join(f"{row * row % 17},{row % 5}\n" for row in range(200))
    (tmp_path / "load.csv").write_text(f"load,temperature\n{rows}")
    lines = [line for line in PAGE.splitlines() if line.startswith("dlopt-deap")][:2]
    for line, less in zip(lines, (["--set", "stop.max_evaluations=20", "--set", "problem.epochs=1"], []), strict=True):
        ended = process(*line.split()[1:], *less, folder=tmp_path)
        assert ended.code == 0, ended.stderr
    assert (tmp_path / "runs" / "load" / "best.keras").exists()
    assert (tmp_path / "forecast.csv").exists()


def test_the_configurations_of_the_page_are_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dlopt_deap.tools.actions.optimize import Optimize
    from dlopt_deap.tools.settings.files import read_configuration
    from dlopt_deap.tools.settings.validation import validated

    (shown,) = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
    (tmp_path / "mine.toml").write_text(shown)
    settings = validated(Optimize.settings_model(), read_configuration(tmp_path / "mine.toml"))
    assert settings.problem.space.units == (1, 64)
    assert settings.operators["mutate"].arguments == {"max_step": 4, "indpb": 0.3}
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(shown.replace("epochs = 20", "epohcs = 20"))
    (told,) = re.findall(r"^(dlopt-deap failed: .*)$", PAGE, flags=re.MULTILINE)
    assert here("optimize", "mine.toml").stderr == f"{told}\n"


@pytest.mark.slow
@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
def test_tensorboard_s_files_are_in_the_run_and_go_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "search.toml").write_text(SEARCH)
    small = ("--set", "stop.max_evaluations=6", "--workers", "1", "--quiet", "--out", "run")
    boards = tmp_path / "run" / "tensorboard"
    assert here("optimize", "search.toml", *small, "--set", "tensorboard=true").code == 0
    assert [path.name.startswith("events.out.tfevents.") for path in boards.iterdir()] == [True]
    assert here("optimize", "search.toml", *small, "--overwrite").code == 0
    assert not boards.exists()
