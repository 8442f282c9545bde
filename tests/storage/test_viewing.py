"""Looking at a run, whatever happens to it meanwhile."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from toy import Toy

from dlopt_deap.core import Evolution
from dlopt_deap.errors import RunFolderError
from dlopt_deap.storage import Evaluation, open_run, view_run
from dlopt_deap.storage.lock import holder_of


def evaluation(number: int, status: str = "ok", **metrics: str) -> Evaluation:
    return Evaluation("search", number, 0, [number], {"mae": float(number)}, {"status": status, **metrics})


def test_a_run_is_seen_while_its_writer_has_it_open_and_goes_on_to_write(tmp_path: Path) -> None:
    with open_run(tmp_path / "run") as run:
        run.write_evaluations([evaluation(1)])
        run.flush()
        with view_run(tmp_path / "run") as view:
            run.write_evaluations([evaluation(2)])
            run.flush()
            assert [one.number for one in view.evaluations()] == [1]
        with view_run(tmp_path / "run") as view:
            assert [one.number for one in view.evaluations()] == [1, 2]


def test_everything_of_a_search_is_there(tmp_path: Path) -> None:
    result = Evolution(population_size=5).optimize(Toy(), 20, seed=3, run=tmp_path / "run")
    with view_run(tmp_path / "run") as view:
        assert view.settings()["seed"] == 3
        assert [session.stopped_by for session in view.sessions()] == ["max_evaluations"]
        *complete, cut_short = result.logbook.select("evaluations")
        assert [row["evaluations"] for row in view.rows()] == complete
        assert cut_short == 20
        assert view.counts() == [("search", "ok", "", 20)]
        assert view.found().snapshot is not None


def test_failures_are_counted_by_their_reason(tmp_path: Path) -> None:
    with open_run(tmp_path / "run") as run:
        told = [evaluation(1), *(evaluation(n, "failed", reason="it broke") for n in (2, 3)), evaluation(4, "timeout")]
        run.write_evaluations(told)
    with view_run(tmp_path / "run") as view:
        assert set(view.counts()) == {
            *{("search", "failed", "it broke", 2), ("search", "ok", "", 1), ("search", "timeout", "", 1)}
        }


KILLED = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")  # so that pages reach the file before the transaction ends
connection.execute("BEGIN IMMEDIATE")
connection.execute("DELETE FROM evaluations")
for number in range(5):
    connection.execute("INSERT INTO arrays VALUES (?, zeroblob(300000), NULL)", (str(number),))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_writer_had_not_completed_is_undone_in_the_view_and_not_in_the_folder(tmp_path: Path) -> None:
    Evolution(population_size=5).optimize(Toy(), 20, seed=3, run=tmp_path / "run")
    file = tmp_path / "run" / "run.sqlite"
    subprocess.run([sys.executable, "-c", KILLED, str(file)], check=False)
    before = {path.name: path.read_bytes() for path in file.parent.iterdir()}
    assert len(before["run.sqlite-journal"]) > 0
    with view_run(file.parent) as view:
        assert len(list(view.evaluations())) == 20
    assert {path.name: path.read_bytes() for path in file.parent.iterdir()} == before


def test_a_folder_without_a_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="There is no run in"), view_run(tmp_path):
        pass


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE evaluations SET metrics = '{' WHERE number = 3",
        "UPDATE evaluations SET fitness = '[1]' WHERE number = 3",
        'UPDATE evaluations SET genes = \'{"$array": "none"}\' WHERE number = 3',
        "UPDATE sessions SET options = '[]'",
        "UPDATE generations SET logbook = '3' WHERE number = 2",
        "UPDATE settings SET value = '{\"$spec\": {}}' WHERE field = 'seed'",
        "CREATE TRIGGER evil AFTER INSERT ON evaluations BEGIN DELETE FROM snapshots; END",
    ],
)
def test_damage_is_told_in_one_sentence_that_names_the_file_of_the_run(tmp_path: Path, damage: str) -> None:
    Evolution(population_size=5).optimize(Toy(), 20, seed=3, run=tmp_path / "run")
    with closing(sqlite3.connect(tmp_path / "run" / "run.sqlite")) as file, file:
        file.execute(damage)

    def look() -> None:
        with view_run(tmp_path / "run") as view:
            view.settings(), view.sessions(), view.rows(), list(view.evaluations())

    with pytest.raises(RunFolderError, match=str(tmp_path / "run" / "run.sqlite")):
        look()


def test_a_file_that_is_cut_short_is_told_by_its_own_name(tmp_path: Path) -> None:
    Evolution(population_size=5).optimize(Toy(), 20, seed=3, run=tmp_path / "run")
    file = tmp_path / "run" / "run.sqlite"
    file.write_bytes(file.read_bytes()[:5000])
    with pytest.raises(RunFolderError, match=str(file)), view_run(file.parent):
        pass


def test_who_has_a_run_open_is_known_and_nobody_has_a_closed_one(tmp_path: Path) -> None:
    import os

    with open_run(tmp_path / "run"):
        holder = holder_of(tmp_path / "run")
        assert holder is not None
        assert holder["process"] == os.getpid()
    assert holder_of(tmp_path / "run") is None


def test_a_lock_file_that_nobody_holds_any_more_names_nobody(tmp_path: Path) -> None:
    import os
    import socket

    (tmp_path / "run.lock").write_text(f'{{"host": "{socket.gethostname()}", "process": {os.getpid()}}}')
    assert holder_of(tmp_path) is None
    (tmp_path / "run.lock").write_text("{")
    assert holder_of(tmp_path) is None
