"""Databases of runs with anything in them, resumed: each ends as it should, or in one clear error."""

import json
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from fuzz.cases import fuzz, success_or_one_clear_error
from hypothesis import strategies as st
from toy import Toy

from dlopt_deap.core import Evolution, SelfAdjustingMuPlusLambda
from dlopt_deap.storage import open_run
from dlopt_deap.storage.reading import state_digest

BUDGET = 30
CELLS = [
    *[("settings", column) for column in ("field", "value")],
    *[("sessions", column) for column in ("number", "versions", "stop", "options", "ended", "seconds", "stopped_by")],
    *[("evaluations", column) for column in ("stage", "number", "generation", "genes", "fitness", "status", "reason")],
    *[("evaluations", column) for column in ("metrics", "extra", "seconds", "worker", "traceback")],
    *[("generations", column) for column in ("number", "logbook", "population")],
    *[("snapshots", column) for column in ("generations", "state", "digest")],
]
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["a", "$array", "$spec", "$tuple", "$float", "$dict", "$x"]), inner, max_size=2
        ),
    ),
    max_leaves=6,
)
VALUES = st.one_of(
    JSON.map(json.dumps), st.text(), st.integers(-(2**63), 2**63 - 1), st.floats(), st.none(), st.binary(max_size=20)
)


def optimize(folder: Path, evaluations: int) -> None:
    Evolution(SelfAdjustingMuPlusLambda(), 5, 4, hall_of_fame=3).optimize(
        Toy(noise=1.0), evaluations, seed=1, run=folder, callbacks=[lambda search: search.evaluations >= BUDGET]
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a run that a budget ended, with evaluations that its last snapshot does not know of."""
    folder = tmp_path_factory.mktemp("databases") / "run"
    optimize(folder, 19)
    return folder / "run.sqlite"


def resume(file: Path) -> None:
    """Resume a run, and see that what is refused is left alone."""
    before = file.read_bytes()
    with success_or_one_clear_error():
        with open_run(file.parent, "resume") as run:
            found = run.found
        assert file.read_bytes() == before
        optimize(file.parent, BUDGET)
        del found


@fuzz(drawn=st.data())
def test_a_file_with_changed_bytes_is_resumed_or_refused(whole: Path, drawn: Any) -> None:
    content = bytearray(whole.read_bytes())
    for place in drawn.draw(st.lists(st.integers(0, len(content) - 1), max_size=20)):
        content[place] = drawn.draw(st.integers(0, 255))
    start, end = sorted(drawn.draw(st.tuples(*[st.integers(0, len(content))] * 2)))
    if drawn.draw(st.booleans()):
        del content[start:end]
    with TemporaryDirectory() as folder:
        (Path(folder) / "run.sqlite").write_bytes(content)
        if drawn.draw(st.booleans()):
            (Path(folder) / "run.sqlite-journal").write_bytes(drawn.draw(st.binary()) or content[:600])
        resume(Path(folder) / "run.sqlite")


@fuzz(drawn=st.data())
def test_a_file_with_changed_cells_is_resumed_or_refused(whole: Path, drawn: Any) -> None:
    with TemporaryDirectory() as folder:
        file = Path(shutil.copy(whole, folder))
        with closing(sqlite3.connect(file)) as connection:
            for table, column in drawn.draw(st.lists(st.sampled_from(CELLS), min_size=1, max_size=3)):
                (rows,) = connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()
                row = drawn.draw(st.integers(1, rows))
                where = f"rowid IN (SELECT rowid FROM {table} ORDER BY rowid LIMIT 1 OFFSET {row - 1})"
                with suppress(sqlite3.IntegrityError):  # what SQLite itself keeps out
                    connection.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (drawn.draw(VALUES),))
            connection.commit()
        resume(file)


@fuzz(drawn=st.data())
def test_a_snapshot_that_says_anything_is_resumed_or_refused(whole: Path, drawn: Any) -> None:
    with TemporaryDirectory() as folder:
        file = Path(shutil.copy(whole, folder))
        with closing(sqlite3.connect(file)) as connection:
            number, text = connection.execute("SELECT MAX(generations), state FROM snapshots").fetchone()
            state = json.loads(text)
            owner, key = drawn.draw(st.sampled_from(list(places(state))))
            owner[key] = drawn.draw(JSON)
            changed = json.dumps(state)
            row = (changed, state_digest(changed), number)
            connection.execute("UPDATE snapshots SET state = ?, digest = ? WHERE generations = ?", row)
            connection.commit()
        resume(file)


def places(value: Any) -> Any:
    """Name every place of a nested value, as its owner and its key."""
    # Of the long lists, the words of the random streams, the first few will do.
    keys = value.keys() if isinstance(value, dict) else range(min(len(value), 9)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from places(value[key])
