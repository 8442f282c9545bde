"""Files that are damaged, locked, foreign or hostile, full disks, and folders that vanish."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from toy import Toy

from dlopt_deap.core import Evolution, Result
from dlopt_deap.core.results.logbook_file import logbook_csv
from dlopt_deap.errors import RunFolderError
from dlopt_deap.storage import open_run, schema


def optimize(folder: Path, evaluations: int = 40, **options: Any) -> Result:
    return Evolution(population_size=5).optimize(Toy(), evaluations, seed=1, run=folder, **options)


def outcome(result: Result) -> Any:
    return [list(one) for one in result.hall_of_fame], logbook_csv(result.logbook), random.getstate()


def execute(folder: Path, text: str) -> None:
    connection = sqlite3.connect(folder / "run.sqlite")
    connection.execute(text)
    connection.commit()
    connection.close()


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run that was interrupted after 22 of 40 evaluations."""
    calls = []

    def evaluate(individual: Any) -> Any:
        calls.append(1)
        if len(calls) == 23:
            raise KeyboardInterrupt
        return Toy().evaluate(individual, seed=1)

    toolbox = Toy().toolbox()
    toolbox.register("evaluate", evaluate)
    Evolution(population_size=5).optimize(Toy(), 40, seed=1, run=tmp_path / "run", toolbox=toolbox)
    own = json.dumps({"function": "toy.Toy.evaluate", "seed": 1})
    execute(
        tmp_path / "run",
        f"UPDATE settings SET value = json_set(value, '$.evaluate', json('{own}')) WHERE field = 'toolbox'",
    )
    return tmp_path / "run"


def test_the_run_of_these_tests_resumes_while_it_is_whole(run: Path, tmp_path: Path) -> None:
    assert outcome(optimize(run)) == outcome(optimize(tmp_path / "other"))


@pytest.mark.parametrize("share", [0.0005, 0.05, 0.3, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_short_is_told_with_the_way_out_and_left_as_it_is(run: Path, share: float) -> None:
    file = run / "run.sqlite"
    content = file.read_bytes()
    file.write_bytes(content[: max(1, int(share * len(content)))])
    cut = file.read_bytes()
    with pytest.raises(RunFolderError, match=r"run\.sqlite .*(damaged|no SQLite file)"):
        optimize(run)
    assert file.read_bytes() == cut


def test_an_empty_file_is_a_run_that_has_not_begun(run: Path, tmp_path: Path) -> None:
    (run / "run.sqlite").write_bytes(b"")
    assert outcome(optimize(run)) == outcome(optimize(tmp_path / "other"))


UNFINISHED = """
import os, signal, sqlite3, sys
from dlopt_deap.storage import schema
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")  # so that pages reach the file before the transaction ends
connection.execute("BEGIN IMMEDIATE")
for statement in schema.TABLES.values():
    connection.execute(statement)
connection.execute("INSERT INTO arrays VALUES ('x', zeroblob(300000), NULL)")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_file_whose_making_was_killed_in_the_middle_is_a_run_that_has_not_begun(tmp_path: Path) -> None:
    file = tmp_path / "run" / "run.sqlite"
    file.parent.mkdir()
    subprocess.run([sys.executable, "-c", UNFINISHED, str(file)], check=False)
    assert file.stat().st_size > 0
    assert outcome(optimize(file.parent)) == outcome(optimize(tmp_path / "other"))


@pytest.mark.parametrize("content", [b"my thesis", b"SQLite format 3", bytes(100), os.urandom(5000)])
def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run.sqlite").write_bytes(content)
    with pytest.raises(RunFolderError, match="is no SQLite file"):
        optimize(tmp_path)
    assert (tmp_path / "run.sqlite").read_bytes() == content


def test_a_database_of_another_program_is_left_as_it_is(tmp_path: Path) -> None:
    execute(tmp_path, "CREATE TABLE mine (value)")
    before = (tmp_path / "run.sqlite").read_bytes()
    with pytest.raises(RunFolderError, match=r"is a database, but no run of dlopt_deap"):
        optimize(tmp_path)
    assert (tmp_path / "run.sqlite").read_bytes() == before


def test_a_run_of_a_newer_version_is_refused(run: Path) -> None:
    execute(run, "PRAGMA user_version = 99")
    with pytest.raises(RunFolderError, match="has version 99 of the schema, and this dlopt_deap knows version 1"):
        optimize(run)


def test_a_damaged_snapshot_is_passed_over_for_the_one_before(
    run: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    execute(run, "UPDATE snapshots SET state = '{}' WHERE generations = (SELECT MAX(generations) FROM snapshots)")
    with open_run(run) as folder:
        assert folder.found.damaged == 1
    assert "1 damaged snapshot(s) in" in caplog.text
    assert outcome(optimize(run)) == outcome(optimize(tmp_path / "other"))


def test_a_run_none_of_whose_snapshots_is_whole_is_told(run: Path) -> None:
    execute(run, "UPDATE snapshots SET digest = ''")
    with pytest.raises(RunFolderError, match="none of its 3 snapshots is whole"):
        optimize(run)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE evaluations SET genes = '[9,9,9]'", "Evaluation 19 of the run was of"),
        ("UPDATE evaluations SET genes = 'import os'", "damaged"),
        ("UPDATE evaluations SET fitness = '{}'", "the problem's targets are"),
        ('UPDATE evaluations SET fitness = \'{"distance": "low"}\'', "damaged|could not|cannot"),
        ("UPDATE evaluations SET metrics = 'null'", "holds no values"),
        ("UPDATE settings SET value = '[1' WHERE field = 'seed'", "damaged"),
        ("UPDATE settings SET value = '\"x\"' WHERE field = 'seed'", "seed"),
        ("DELETE FROM generations", "none of its 3 snapshots is whole"),
        ("UPDATE sessions SET options = '[1]'", "options and criteria"),
        ("CREATE TRIGGER t AFTER INSERT ON evaluations BEGIN DELETE FROM settings; END", "trigger t"),
        ("ALTER TABLE evaluations ADD COLUMN more", "other tables than a run has"),
        ("DROP TABLE snapshots", "other tables than a run has"),
    ],
)
def test_what_a_run_cannot_hold_is_refused_in_one_sentence(run: Path, statement: str, message: str) -> None:
    execute(run, statement)
    with pytest.raises((RunFolderError, ValueError), match=message):
        optimize(run)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "BUSY_SECONDS", 0.05)


@pytest.mark.usefixtures("impatient")
def test_a_file_that_another_program_keeps_locked_is_told(run: Path, tmp_path: Path) -> None:
    other = sqlite3.connect(run / "run.sqlite", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(RunFolderError, match="locked; close the program that keeps it open"):
        optimize(run)
    other.close()
    assert outcome(optimize(run)) == outcome(optimize(tmp_path / "other"))


@pytest.mark.usefixtures("impatient")
def test_a_reader_that_never_lets_go_ends_the_run_and_loses_nothing(tmp_path: Path) -> None:
    readers = []

    def read(search: Any) -> None:
        if search.generation == 3:
            search.journal.run.flush()
            readers.append(sqlite3.connect(tmp_path / "run" / "run.sqlite", isolation_level=None))
            readers[0].execute("BEGIN")
            readers[0].execute("SELECT * FROM evaluations").fetchone()

    with pytest.raises(RunFolderError, match="locked"):
        optimize(tmp_path / "run", callbacks=[read])
    readers[0].close()
    assert outcome(optimize(tmp_path / "run")) == outcome(optimize(tmp_path / "other"))


@pytest.mark.parametrize("vanish", [shutil.rmtree, lambda folder: folder.rename(f"{folder}-moved")])
def test_a_folder_that_vanishes_while_the_run_goes_on_ends_it_with_its_name(tmp_path: Path, vanish: Any) -> None:
    def callback(search: Any) -> None:
        if search.generation == 2:
            search.journal.run.flush()
            vanish(tmp_path / "run")

    with pytest.raises(RunFolderError, match=r"run/run\.sqlite has vanished or was replaced"):
        optimize(tmp_path / "run", callbacks=[callback])
    assert not (tmp_path / "run" / "run.sqlite").exists()


FULL = """
import resource, signal, sys
sys.path.insert(0, sys.argv[2])
from test_damage import optimize
from dlopt_deap.errors import RunFolderError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    optimize(sys.argv[1], 400)
except RunFolderError as error:
    print(error)
    sys.exit(7)
"""


def run_limited(folder: Path, size: int) -> subprocess.CompletedProcess[str]:
    """Run in a process whose files must not grow beyond a size."""
    tests = Path(__file__).parent
    return subprocess.run(
        [sys.executable, "-c", FULL, str(folder), str(tests), str(size)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(tests.parent)},
    )


@pytest.mark.parametrize("size", [1, 5_000, 60_000, 100_000, 130_000])
def test_where_the_disk_takes_no_more_the_run_ends_with_a_clear_error_and_resumes_when_it_does(
    tmp_path: Path, size: int
) -> None:
    done = run_limited(tmp_path / "run", size)
    assert done.returncode == 7, done.stderr
    assert "run.sqlite cannot be used: " in done.stdout
    assert outcome(optimize(tmp_path / "run", 400)) == outcome(optimize(tmp_path / "other", 400))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MB of its own, where the machine lets us mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root may mount a disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_ends_the_run_and_space_resumes_it(small_disk: Path, tmp_path: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes(900_000))
    with pytest.raises(RunFolderError, match=r"full; free some space, then resume the run"):
        optimize(small_disk / "run", 300)
    (small_disk / "ballast").unlink()
    assert outcome(optimize(small_disk / "run", 300)) == outcome(optimize(tmp_path / "other", 300))


def test_a_disk_that_is_read_only_is_told_before_anything_is_evaluated(small_disk: Path) -> None:
    optimize(small_disk / "run", 20)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(RunFolderError, match="Read-only file system"):
        optimize(small_disk / "run", 40)
    with pytest.raises(RunFolderError, match="Read-only file system"):
        optimize(small_disk / "new", 40)


def test_a_clock_that_jumps_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    expected = outcome(optimize(tmp_path / "other"))
    jumps = iter(random.Random(1).choices([0.0, 1e9, -1e9, 2e9, 3.0], k=100_000))
    monkeypatch.setattr(time, "time", lambda: next(jumps))
    assert outcome(optimize(tmp_path / "run", 20)) != expected
    resumed = optimize(tmp_path / "run")
    assert outcome(resumed) == expected
    assert 0 < resumed.seconds < 1000


def test_an_evaluation_whose_number_is_none_is_told(run: Path) -> None:
    execute(run, "UPDATE evaluations SET number = '' WHERE number = 14")
    with pytest.raises(RunFolderError, match=r"run\.sqlite .*an evaluation has '' as its number"):
        optimize(run)
