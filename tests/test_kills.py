"""Real processes, killed in the middle: a resumed run ends as one that nobody touched, value by value."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from timeless import GENERATIONS

ROOT = Path(__file__).parent.parent
BUDGET = 30
CASES = ("sampling", "training", "inherited", "adjusting", "pareto", "restarts")
PLACES = (("evaluation", 1), ("evaluation", 3), ("evaluation", 18), ("write", 1), ("write", 4), ("written", 2))
SCOOP = ("-m", "scoop", "-n", "2")

pytestmark = pytest.mark.slow


def victim(case: str, folder: Path, *arguments: str, scoop: bool = False) -> subprocess.CompletedProcess[str]:
    command = [*(SCOOP if scoop else ()), "benchmarks/victim.py", case, str(folder), *arguments]
    return subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)


Expected = Callable[[str], Any]


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Expected:
    """The outcome, the evaluations and the generations of a case's run that nobody touched."""

    @cache
    def of(case: str) -> Any:
        folder = tmp_path_factory.mktemp(case) / "run"
        done = victim(case, folder, "--workers", "1")
        assert done.returncode == 0, done.stderr
        return json.loads((folder / "outcome.json").read_text()), evaluations(folder), generations(folder)

    return of


def evaluations(folder: Path) -> dict[Any, Any]:
    """What is written down of each evaluation, without what differs from run to run."""
    columns = "stage, number, generation, genes, fitness, status, reason, metrics"
    if not query(folder, "SELECT * FROM sqlite_master"):  # killed before it had made the tables
        return {}
    return {row[:2]: row[2:] for row in query(folder, f"SELECT {columns} FROM evaluations")}


def generations(folder: Path) -> list[Any]:
    """The logbook, the populations and who came from whom, without the seconds."""
    return [*query(folder, GENERATIONS), *query(folder, "SELECT * FROM lineage ORDER BY number")]


def query(folder: Path, text: str) -> list[Any]:
    connection = sqlite3.connect(folder / "run.sqlite")
    try:
        return connection.execute(text).fetchall()
    finally:
        connection.close()


def check_resumed(expected: Expected, case: str, folder: Path, *arguments: str, scoop: bool = False) -> None:
    """Resume a run; see that it ends as expected, and that nothing which was written down was done again."""
    before = evaluations(folder)
    calls = folder.parent / "calls"
    done = victim(case, folder, "--calls", str(calls), *arguments, scoop=scoop)
    assert (folder / "outcome.json").exists(), done.stderr
    outcome, rows, logbook = expected(case)
    assert json.loads((folder / "outcome.json").read_text()) == outcome
    assert evaluations(folder) == rows
    assert generations(folder) == logbook
    assert {key: rows[key] for key in before} == before
    made = calls.stat().st_size if calls.exists() else 0
    assert made == BUDGET - sum(stage == "search" for stage, _ in before)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("place", "at"), PLACES)
def test_a_killed_run_resumes_to_the_same_end(
    tmp_path: Path, expected: Expected, case: str, place: str, at: int
) -> None:
    folder = tmp_path / "run"
    calls = ("--calls", str(tmp_path / "first")) if place == "evaluation" else ()
    done = victim(case, folder, "--workers", "1", "--kill", place, "--at", str(at), *calls)
    assert done.returncode == -signal.SIGKILL or (folder / "outcome.json").exists(), done.stderr
    if done.returncode == -signal.SIGKILL:
        assert not (folder / "outcome.json").exists()
    check_resumed(expected, case, folder, "--workers", "1")


@pytest.mark.parametrize("case", ["sampling", "inherited"])
@pytest.mark.parametrize("at", [2, 13])
def test_a_run_in_a_pool_whose_driver_is_killed_resumes_to_the_same_end(
    tmp_path: Path, expected: Expected, case: str, at: int
) -> None:
    folder = tmp_path / "run"
    arguments = ("--workers", "2", "--kill", "evaluation", "--at", str(at), "--calls", str(tmp_path / "first"))
    assert victim(case, folder, *arguments).returncode == -signal.SIGKILL
    check_resumed(expected, case, folder, "--workers", "2")


@pytest.mark.parametrize("case", ["sampling", "training"])
@pytest.mark.parametrize(("place", "at"), [("evaluation", 9), ("written", 3)])
def test_a_run_under_scoop_whose_root_is_killed_resumes_to_the_same_end(
    tmp_path: Path, expected: Expected, case: str, place: str, at: int
) -> None:
    folder = tmp_path / "run"
    calls = ("--calls", str(tmp_path / "first")) if place == "evaluation" else ()
    victim(case, folder, "--kill", place, "--at", str(at), *calls, scoop=True)
    assert (folder / "run.sqlite").exists()
    assert not (folder / "outcome.json").exists()
    check_resumed(expected, case, folder, scoop=True)


def test_a_scoop_worker_that_is_killed_while_only_the_others_work_costs_nothing_but_time(
    tmp_path: Path, expected: Expected
) -> None:
    folder = tmp_path / "run"
    scoop = (sys.executable, "-m", "scoop", "-n", "3", "benchmarks/victim.py", "sampling", str(folder))
    # The last generation has two evaluations, which go to the two others, so that the root has no process of its own.
    kill = ("--calls", str(tmp_path / "calls"), "--kill", "scoop", "--at", str(BUDGET - 1))
    subprocess.run([*scoop, *kill], cwd=ROOT, capture_output=True, check=False)
    assert (tmp_path / "calls.faults").exists()
    assert json.loads((folder / "outcome.json").read_text()) == expected("sampling")[0]
    assert evaluations(folder) == expected("sampling")[1]


def test_a_run_that_is_killed_over_and_over_ends_as_it_should(tmp_path: Path, expected: Expected) -> None:
    folder = tmp_path / "run"
    kills = 0
    for session in range(60):
        calls = str(tmp_path / f"calls-{session}")
        done = victim("sampling", folder, "--workers", "1", "--kill", "evaluation", "--at", "8", "--calls", calls)
        if done.returncode != -signal.SIGKILL:
            break
        kills += 1
    assert kills > 2
    assert json.loads((folder / "outcome.json").read_text()) == expected("sampling")[0]


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.05, 0.1])
def test_a_kill_from_outside_at_any_time_loses_nothing(tmp_path: Path, expected: Expected, seconds: float) -> None:
    import time

    folder = tmp_path / "run"
    command = [sys.executable, "benchmarks/victim.py", "sampling", str(folder), "--workers", "1"]
    with subprocess.Popen(command, cwd=ROOT) as process:
        while not (folder / "run.sqlite").exists() and process.poll() is None:
            time.sleep(0.001)
        time.sleep(seconds)
        process.kill()
    check_resumed(expected, "sampling", folder, "--workers", "1")


def test_a_second_process_on_the_same_folder_is_refused_and_the_first_goes_on(
    tmp_path: Path, expected: Expected
) -> None:
    folder = tmp_path / "run"
    stop = tmp_path / "first"
    command = [sys.executable, "benchmarks/victim.py", "sampling", str(folder), "--workers", "1", "--calls", str(stop)]
    with subprocess.Popen(command, cwd=ROOT) as process:
        while not stop.exists():
            assert process.poll() is None
        os.kill(process.pid, signal.SIGSTOP)
        done = victim("sampling", folder, "--workers", "1")
        os.kill(process.pid, signal.SIGCONT)
        assert process.wait() == 0
    assert done.returncode == 2
    assert f"in use by process {process.pid} on host" in done.stderr
    assert json.loads((folder / "outcome.json").read_text()) == expected("sampling")[0]
