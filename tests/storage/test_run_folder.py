"""What a run folder holds, and who can read it."""

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from toy import Toy

from dlopt_deap.core import Evolution
from dlopt_deap.errors import RunFolderError, SettingError
from dlopt_deap.storage import Evaluation, Generation, RunFolder, open_run
from dlopt_deap.storage.schema import open_database
from dlopt_deap.storage.writer import Writer


def make_run(folder: Path, evaluations: int = 30, **options: Any) -> None:
    Evolution(population_size=5).optimize(Toy(noise=1.0), evaluations, seed=1, run=folder, **options)


def query(folder: Path, text: str) -> list[Any]:
    connection = sqlite3.connect(folder / "run.sqlite")
    try:
        return connection.execute(text).fetchall()
    finally:
        connection.close()


def test_every_evaluation_is_there_with_all_that_is_known_of_it(tmp_path: Path) -> None:
    make_run(tmp_path)
    with sqlite3.connect(tmp_path / "run.sqlite") as connection:
        rows = pd.read_sql("SELECT * FROM evaluations", connection)
    connection.close()
    search, final = rows[rows.stage == "search"], rows[rows.stage == "final"]
    assert list(search.number) == list(range(1, 31))
    assert list(final.number) == list(range(1, 11))
    assert set(rows.status) == {"ok"}
    assert rows.genes.str.startswith("[").all()
    assert rows.fitness.str.startswith('{"distance":').all()
    assert rows.finished.str.contains(r"^20\d\d-.*\+00:00$").all()
    assert search.generation.is_monotonic_increasing


def test_each_generation_has_its_row_and_the_numbers_of_its_population(tmp_path: Path) -> None:
    make_run(tmp_path)
    rows = query(tmp_path, "SELECT number, json_extract(logbook, '$.evaluations'), population FROM generations")
    assert [number for number, _, _ in rows] == list(range(1, len(rows) + 1))
    assert rows[0][1:] == (5, "[1,2,3,4,5]")
    assert rows[-1][1] <= 30


def test_settings_and_sessions_tell_how_the_run_was_made(tmp_path: Path) -> None:
    make_run(tmp_path)
    make_run(tmp_path, 40)
    settings = dict(query(tmp_path, "SELECT field, value FROM settings"))
    assert settings["seed"] == "1"
    assert set(settings) == {"seed", "technique", "problem", "toolbox", "versions"}
    sessions = query(tmp_path, "SELECT number, stop, stopped_by, ended IS NOT NULL, seconds > 0 FROM sessions")
    assert sessions == [
        (1, '{"max_evaluations":30}', "max_evaluations", 1, 1),
        (2, '{"max_evaluations":40}', "max_evaluations", 1, 1),
    ]


def test_only_the_latest_snapshots_are_kept(tmp_path: Path) -> None:
    make_run(tmp_path, 100)
    (count, last), (rows,) = (
        query(tmp_path, "SELECT COUNT(*), MAX(generations) FROM snapshots")[0],
        query(tmp_path, "SELECT MAX(number) FROM generations")[0],
    )
    assert count == 3
    assert last == rows


def test_arrays_are_kept_as_long_as_an_evaluation_or_a_kept_snapshot_names_them(tmp_path: Path) -> None:
    shared, learnt = np.arange(3.0), np.arange(4.0)
    with open_run(tmp_path) as run:
        run.settle({"seed": 1})
        run.write_evaluations([Evaluation("search", 1, 0, [1], {"distance": 1.0}, {}, extra=learnt)])
        for number in range(1, 9):
            state = {"evaluations": 1, "seconds": 0.0, "arrays": [shared, learnt, np.full(5, number)]}
            run.write_generations(number, [Generation({"gen": number}, [1], 0.5)], state)
    with open_run(tmp_path) as run:
        assert run.found.snapshot is not None
        kept = run.found.snapshot.state["arrays"]
        assert [array.tolist() for array in kept] == [shared.tolist(), learnt.tolist(), [8] * 5]
    assert query(tmp_path, "SELECT generations, COUNT(*) FROM arrays GROUP BY generations ORDER BY generations") == [
        *((None, 1), (6, 1), (7, 1), (8, 2))
    ]


def test_a_long_evaluation_is_on_the_disk_before_the_search_goes_on(tmp_path: Path) -> None:
    with open_run(tmp_path) as run:
        run.settle({"seed": 1})
        for number in range(1, 30):
            run.write_evaluations([Evaluation("search", number, 0, [number], {"distance": 1.0}, {}, seconds=1e6)])
            assert query(tmp_path, "SELECT MAX(number) FROM evaluations") == [(number,)]


def test_another_process_reads_it_while_the_run_goes_on(tmp_path: Path) -> None:
    seen = []

    def read(search: Any) -> None:
        search.journal.run.flush()
        code = (
            "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT COUNT(*) FROM evaluations')"
            ".fetchone()[0])"
        )
        out = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "run.sqlite")], capture_output=True, text=True, check=True
        )
        seen.append((int(out.stdout), search.evaluations))

    make_run(tmp_path, 15, callbacks=[read])
    assert seen == [(5, 5), (10, 10), (15, 15)]


def test_there_is_no_write_ahead_log_and_nothing_but_the_file_is_left(tmp_path: Path) -> None:
    make_run(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["run.sqlite"]
    assert query(tmp_path, "PRAGMA journal_mode") == [("delete",)]


def test_a_new_folder_in_which_nothing_was_written_is_taken_away(tmp_path: Path) -> None:
    with open_run(tmp_path / "run"):
        assert (tmp_path / "run" / "run.lock").exists()
    assert list(tmp_path.iterdir()) == []


def test_each_mode_takes_what_it_says_and_refuses_the_rest(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with pytest.raises(RunFolderError, match="There is no run in"):
        open_run(folder, "resume")
    make_run(folder)
    (folder / "result.json").write_text("{}")
    (folder / "mine.txt").write_text("mine")
    with pytest.raises(RunFolderError, match="holds a run; resume it, overwrite it"):
        open_run(folder, "new")
    for mode in ("resume", "continue"):
        with open_run(folder, mode) as run:
            assert run.found.settings["seed"] == 1
    with open_run(folder, "overwrite") as run:
        assert run.found.settings == {}
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]


def test_overwriting_spares_a_run_that_is_in_use(tmp_path: Path) -> None:
    make_run(tmp_path)
    with open_run(tmp_path), pytest.raises(RunFolderError, match="in use"):
        open_run(tmp_path, "overwrite")
    assert (tmp_path / "run.sqlite").exists()


def test_overwriting_spares_a_folder_that_holds_something_else(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(RunFolderError, match="is not empty"):
        open_run(tmp_path, "overwrite")


def test_overwriting_spares_a_database_that_is_no_run(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "run.sqlite")
    connection.execute("CREATE TABLE mine (value)")
    connection.commit()
    connection.close()
    before = (tmp_path / "run.sqlite").read_bytes()
    with pytest.raises(RunFolderError, match="is no run of dlopt_deap, so it is not overwritten"):
        open_run(tmp_path, "overwrite")
    assert (tmp_path / "run.sqlite").read_bytes() == before


def test_overwriting_that_was_interrupted_can_be_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_run(tmp_path)
    for name in ("result.json", "best.keras"):
        (tmp_path / name).write_text("old")
    unlink = Path.unlink

    def interrupted(path: Path, missing_ok: bool = False) -> None:
        if path.name == "best.keras":
            raise KeyboardInterrupt
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", interrupted)
    with pytest.raises(KeyboardInterrupt):
        open_run(tmp_path, "overwrite")
    monkeypatch.undo()
    with open_run(tmp_path, "overwrite") as run:
        assert run.found.settings == {}
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_had_begun_to_write_goes_when_the_run_is_opened_again(tmp_path: Path) -> None:
    make_run(tmp_path)
    (tmp_path / "figures").mkdir()
    for name in (".result-ab12_x9z.json", "figures/.forecast-abcdefgh.png", ".mine.json", "notes-abcdefgh.json"):
        (tmp_path / name).write_text("half")
    open_run(tmp_path).close()
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [
        *(".mine.json", "notes-abcdefgh.json", "run.sqlite")
    ]


def test_an_empty_folder_of_the_user_s_own_stays_though_nothing_was_written(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    open_run(tmp_path / "mine").close()
    assert (tmp_path / "mine").is_dir()


def test_overwriting_does_not_follow_a_link_out_of_the_folder(tmp_path: Path) -> None:
    make_run(tmp_path / "run")
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "mine.png").write_text("mine")
    (tmp_path / "run" / "figures").symlink_to(tmp_path / "figures")
    open_run(tmp_path / "run", "overwrite").close()
    assert (tmp_path / "figures" / "mine.png").exists()


def test_evaluations_of_one_call_are_written_all_or_none(tmp_path: Path) -> None:
    rows = [Evaluation("search", number, 0, [number], {"distance": 1.0}, {}) for number in (1, 2)]
    with open_run(tmp_path) as run, pytest.raises(SettingError, match="cannot be saved"):
        run.write_evaluations([*rows, Evaluation("search", 3, 0, [object()], {"distance": 1.0}, {})])
    assert not (tmp_path / "run.sqlite").exists()


def test_metrics_that_cannot_be_saved_are_told_and_what_was_written_stays(tmp_path: Path) -> None:
    def evaluate(individual: Any) -> Any:
        values = Toy().evaluate(individual)
        values.metrics["network"] = object()
        return values

    with pytest.raises(SettingError, match="type object cannot be saved in a run"):
        Evolution(population_size=4).optimize(Toy(), 9, toolbox=Toy().toolbox(evaluate=evaluate), run=tmp_path / "run")
    with open_run(tmp_path / "run") as run:
        assert run.found.evaluations == {}


def test_a_reason_that_is_no_unicode_is_kept_and_the_run_goes_on(tmp_path: Path) -> None:
    def evaluate(individual: Any) -> tuple[float]:
        if individual[0] % 2:
            raise FileNotFoundError("caf\udce9.csv")  # as Python gives the name of a file that is no UTF-8
        return (1.0,)

    problem = Toy()
    toolbox = problem.toolbox()
    toolbox.register("evaluate", evaluate)
    result = Evolution(population_size=5).optimize(problem, 30, seed=1, toolbox=toolbox, run=tmp_path)
    assert result.evaluations == 30
    failed = query(tmp_path, "SELECT DISTINCT reason FROM evaluations WHERE status = 'failed'")
    assert failed == [("FileNotFoundError: caf\\udce9.csv",)]


@pytest.mark.parametrize("value", [2**64, "\udce9", object()])
def test_what_sqlite_cannot_hold_is_an_error_and_nobody_waits_for_ever(tmp_path: Path, value: Any) -> None:
    connection = open_database(tmp_path / "run.sqlite")
    writer = Writer(connection, tmp_path / "run.sqlite")
    writer.write([("INSERT INTO settings VALUES (?, '1')", (value,))])
    with pytest.raises(RunFolderError, match=r"run\.sqlite cannot be used"):
        writer.flush()
    with pytest.raises(RunFolderError):
        writer.close()


def test_closing_twice_does_no_harm(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    run.close()
    run.close()
