"""Runs of the scripts that are ended in the middle, resumed, extended and overwritten."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from scripts.running import ROOT, here, run
from timeless import GENERATIONS, logbook_of

SINE = ("scripts/evolve_sine.py", "--seed", "7", "--evaluations", "300", "--population", "5", "--samples", "60")
HYBRID = ("scripts/evolve_csv.py", "--series", "sunspots", "--fitness", "log_p,mae", "--seed", "7", "--samples", "20")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
]


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def results(folder: Path) -> dict[str, Any]:
    """Everything of a run that must be the same when it is resumed, to the last byte."""
    from dlopt_deap.networks import load_keras

    found: dict[str, Any] = files(folder)
    del found["run.sqlite"]
    result = json.loads(found["result.json"])
    del result["run"]
    found["result.json"] = result
    found["logbook.csv"] = logbook_of(folder)
    assert found.pop("report.html")  # it tells how long the run took, and when
    spec, weights = load_keras(folder / "best.keras")  # the file tells the time of day, the network does not
    found["best.keras"] = spec, weights.tobytes()
    with closing(sqlite3.connect(folder / "run.sqlite")) as connection:
        columns = "stage, number, generation, genes, fitness, status, reason, metrics"
        rows = connection.execute(f"SELECT {columns} FROM evaluations ORDER BY stage, number").fetchall()
        found["run.sqlite"] = rows, connection.execute(GENERATIONS).fetchall()
    return found


def count(folder: Path, stage: str = "search") -> int:
    """Count the evaluations that are written down."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(folder / "run.sqlite")) as connection:
        return int(connection.execute("SELECT COUNT(*) FROM evaluations WHERE stage = ?", (stage,)).fetchone()[0])
    return 0


def end_in_the_middle(
    folder: Path, *command: str, signals: tuple[int, ...], after: int = 40, stage: str = "search"
) -> tuple[int, str]:
    """Send signals to a run when so many evaluations are written down; give its exit code and what it said."""
    arguments = [sys.executable, *command, "--out", str(folder)]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        while not (folder / "run.sqlite").exists() or count(folder, stage) < after:
            assert process.poll() is None, process.communicate()[0]
        for number in signals:
            process.send_signal(number)
            time.sleep(0.01)
        said, _ = process.communicate()
        return process.returncode, said


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "run"
    done = run(*SINE, "--workers", "1", "--out", str(folder))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGUSR1, 138), (signal.SIGKILL, -9)]
)
def test_a_run_that_a_signal_ended_resumes_to_the_same_files(
    tmp_path: Path, whole: Path, number: signal.Signals, code: int
) -> None:
    folder = tmp_path / "run"
    command = (*SINE, "--workers", "1", "--stop-on-signal", "SIGUSR1")
    ended, said = end_in_the_middle(folder, *command, signals=(number,))
    assert ended == code, said
    assert "Traceback" not in said
    if number != signal.SIGKILL:
        assert f"To go on with it: --resume {folder}" in said
        assert json.loads((folder / "result.json").read_text())["evaluations"] < 300
    resume = partial(run, "scripts/evolve_sine.py") if number == signal.SIGKILL else partial(here, "evolve_sine.py")
    done = resume("--resume", str(folder))
    assert done.returncode == 0, done.stderr
    resumed, expected = results(folder), results(whole)
    for criteria in (resumed["result.json"]["settings"]["stop"], expected["result.json"]["settings"]["stop"]):
        criteria.pop("signals", None)
    assert resumed == expected


def test_a_second_ctrl_c_ends_at_once_and_the_folder_still_resumes(tmp_path: Path, whole: Path) -> None:
    folder = tmp_path / "run"
    code, said = end_in_the_middle(folder, *SINE, "--workers", "1", signals=(signal.SIGINT, signal.SIGINT))
    assert code == 130
    assert "Traceback" not in said
    assert here("evolve_sine.py", "--resume", str(folder)).returncode == 0
    assert results(folder) == results(whole)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_comes_while_the_results_are_written_does_not_lose_them(
    tmp_path: Path, number: signal.Signals
) -> None:
    folder = tmp_path / "run"
    code, said = end_in_the_middle(folder, *SINE, "--workers", "1", signals=(number,), after=10, stage="final")
    assert code in (0, 128 + number), said
    assert "Traceback" not in said
    assert json.loads((folder / "result.json").read_text())["evaluations"] == 300


def test_a_signal_in_the_second_stage_ends_with_what_the_first_found_and_resumes(tmp_path: Path) -> None:
    command = (*HYBRID, "--evaluations", "30", "--population", "5", "--workers", "1")
    folder = tmp_path / "run"
    signals = (signal.SIGTERM,)
    code, said = end_in_the_middle(folder, *command, signals=signals, after=1, stage="second stage")
    assert code == 143, said
    assert list(json.loads((folder / "result.json").read_text())["fitness"]) == ["log_p"]
    done = here("evolve_csv.py", "--resume", str(folder))
    assert done.returncode == 0, done.stderr
    assert list(json.loads((folder / "result.json").read_text())["fitness"]) == ["mae"]


def test_a_run_that_has_ended_says_so_and_is_not_touched(whole: Path) -> None:
    before = files(whole)
    done = here("evolve_sine.py", "--resume", str(whole))
    assert done.returncode == 0
    assert "has ended before, by max_evaluations; nothing was changed" in done.stdout
    assert files(whole) == before


def test_a_run_whose_files_were_not_written_yet_writes_them_when_it_is_resumed(tmp_path: Path, whole: Path) -> None:
    import shutil

    shutil.copytree(whole, tmp_path / "run")
    (tmp_path / "run" / "result.json").unlink()
    (tmp_path / "run" / "best.keras").write_bytes(b"half")
    assert here("evolve_sine.py", "--resume", str(tmp_path / "run")).returncode == 0
    assert results(tmp_path / "run") == results(whole)


def test_the_files_of_an_earlier_session_are_not_taken_for_those_of_a_killed_one(tmp_path: Path, whole: Path) -> None:
    folder = tmp_path / "run"
    begun = (*SINE[1:4], "100", *SINE[5:], "--workers", "1", "--out", str(folder))
    assert here("evolve_sine.py", *begun).returncode == 0
    earlier = files(folder)
    more = ("--workers", "1", "--evaluations", "300")
    assert here("evolve_sine.py", "--resume", str(folder), *more).returncode == 0
    for name in earlier.keys() - {"run.sqlite"}:  # as if it had been killed just before it wrote the first of them
        (folder / name).write_bytes(earlier[name])
    again = here("evolve_sine.py", "--resume", str(folder), "--workers", "1")
    assert again.returncode == 0
    assert "nothing was changed" not in again.stdout
    assert json.loads((folder / "result.json").read_text())["evaluations"] == 300
    assert (folder / "logbook.csv").read_bytes().count(b"\n") > earlier["logbook.csv"].count(b"\n")


def test_the_second_stage_is_resumed_too(tmp_path: Path) -> None:
    command = (*HYBRID, "--evaluations", "30", "--population", "5", "--workers", "1")
    assert here("evolve_csv.py", *command[1:], "--out", str(tmp_path / "whole")).returncode == 0
    folder = tmp_path / "run"
    code, said = end_in_the_middle(folder, *command, signals=(signal.SIGKILL,), after=2, stage="second stage")
    assert code == -signal.SIGKILL, said
    assert 2 <= count(folder, "second stage") < 5
    assert here("evolve_csv.py", "--resume", str(folder)).returncode == 0
    assert results(folder) == results(tmp_path / "whole")


def test_a_file_is_given_again_and_must_hold_the_same_rows(tmp_path: Path) -> None:
    table = tmp_path / "sales.csv"
    table.write_text("sales\n" + "\n".join(str(row % 9) for row in range(200)) + "\n")
    folder = str(tmp_path / "run")
    small = ("--seed", "1", "--evaluations", "12", "--population", "4", "--epochs", "1", "--workers", "1")
    assert here("evolve_csv.py", str(table), *small, "--out", folder).returncode == 0
    without = here("evolve_csv.py", "--resume", folder, "--evaluations", "20")
    assert without.returncode == 2
    assert f"Give the FILE of the run again ({table})" in without.stderr
    extended = here("evolve_csv.py", str(table), "--resume", folder, "--evaluations", "20")
    assert extended.returncode == 0, extended.stderr
    assert count(tmp_path / "run") == 20
    table.write_text(table.read_text().replace("8", "7"))
    changed = here("evolve_csv.py", str(table), "--resume", folder, "--evaluations", "30")
    assert changed.returncode == 2
    assert "problem.series.fingerprint: " in changed.stderr


def test_overwriting_must_be_asked_for(tmp_path: Path) -> None:
    small = ("evolve_sine.py", "--evaluations", "10", "--population", "3", "--samples", "5", "--workers", "1")
    folder = tmp_path / "run"
    assert here(*small, "--seed", "1", "--out", str(folder)).returncode == 0
    before = files(folder)
    refused = here(*small, "--seed", "2", "--out", str(folder))
    assert refused.returncode == 2
    assert "holds a run; resume it, overwrite it, or choose another folder" in refused.stderr
    assert files(folder) == before
    assert here(*small, "--seed", "2", "--out", str(folder), "--overwrite").returncode == 0
    assert json.loads((folder / "result.json").read_text())["seed"] == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--resume", "{gone}"], "There is no run in"),
        (["--resume", "{run}", "--out", "x"], "leave out --out"),
        (["--resume", "{run}", "--overwrite"], "leave out --out"),
        (["--resume", "{run}", "--seed", "8"], "seed: 7 in the run, 8 now"),
        (["--resume", "{run}", "--population", "6"], "technique.population_size: 5 in the run, 6 now"),
        (["--resume", "{cut}"], "damaged"),
        (["--resume", "{text}"], "no SQLite file"),
    ],
)
def test_what_cannot_be_resumed_is_one_clear_sentence(
    tmp_path: Path, whole: Path, arguments: list[str], message: str
) -> None:
    content = (whole / "run.sqlite").read_bytes()
    for name, start in (("cut", content[: len(content) // 2]), ("text", b"my thesis")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.sqlite").write_bytes(start)
    names = {name: str(tmp_path / name) for name in ("gone", "cut", "text")} | {"run": str(whole)}
    before = files(tmp_path) | files(whole)
    done = here("evolve_sine.py", *[argument.format(**names) for argument in arguments])
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("evolve_sine.py failed: ")
    assert message in done.stderr
    assert files(tmp_path) | files(whole) == before
