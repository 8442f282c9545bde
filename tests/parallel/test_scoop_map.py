"""SCOOP's map, under real `python -m scoop` processes of which some are killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
GENERATIONS = [f"generation {number} True []" for number in range(4)]

pytestmark = pytest.mark.slow


@contextmanager
def scoop(*deeds: str, size: int = 3) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "scoop", "-n", str(size), str(TESTS / "parallel" / "scoop_program.py"), *deeds]
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    with subprocess.Popen(
        command, cwd=TESTS.parent, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        yield process


def run_to_the_end(process: subprocess.Popen[str], after: Callable[[int, set[int]], None] = lambda *_: None) -> str:
    """Read what the program says; once the first generation has told its workers, do something to them."""
    assert process.stdout is not None
    said, root = [], 0
    for line in process.stdout:
        said.append(line)
        if line.startswith("root"):
            root = int(line.split()[1])
        if line.startswith("workers") and sum(one.startswith("workers") for one in said) == 1:
            after(root, {int(pid) for pid in line.split()[1:]} - {root})
    return "".join(said)


def generations(said: str) -> list[str]:
    return [line for line in said.splitlines() if line.startswith("generation")]


@pytest.mark.parametrize("size", [1, 2, 4])
def test_any_number_of_scoop_workers_gives_every_result(size: int) -> None:
    with scoop(size=size) as process:
        said = run_to_the_end(process)
    assert generations(said) == GENERATIONS
    assert "the end" in said


def test_each_harm_costs_one_evaluation_and_no_scoop_worker() -> None:
    with scoop("fault", "sys.exit", "exit in peace", "hog by numpy", "compiled loop") as process:
        said = run_to_the_end(process)
    reasons = [
        "its process died of SIGSEGV",
        "SystemExit: sys.exit(3) was called",
        "its process ended with exit code 0",
        "its memory ran out",
        "it took longer than the limit of 5 s",
    ]
    assert generations(said) == [f"generation {number} True {reasons}" for number in range(4)]
    assert all(int(line.split()[1]) > 0 for line in said.splitlines() if line.startswith("beats"))
    assert "the end" in said


def test_a_scoop_worker_that_is_killed_costs_nothing_but_time() -> None:
    with scoop() as process:
        said = run_to_the_end(process, lambda root, others: os.kill(min(others), signal.SIGKILL))
    assert generations(said) == GENERATIONS
    assert "the end" in said


def test_a_run_whose_other_workers_are_all_killed_goes_on_in_the_root() -> None:
    def kill_all(root: int, others: set[int]) -> None:
        for pid in others:
            os.kill(pid, signal.SIGKILL)

    with scoop() as process:
        said = run_to_the_end(process, kill_all)
    assert generations(said) == GENERATIONS
    assert "the end" in said


def test_a_run_whose_broker_is_killed_goes_on_in_the_root_and_ends_without_a_traceback() -> None:
    with scoop() as process:  # SCOOP's broker is a thread of its launcher
        said = run_to_the_end(process, lambda root, others: process.kill())
    assert generations(said) == GENERATIONS
    assert said.rstrip().endswith("the end")
    assert "Traceback" not in said
