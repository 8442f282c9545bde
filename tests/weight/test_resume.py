"""Runs of the techniques in a folder: ended anywhere, resumed, extended, and refused if something is another."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from weight.cases import SPEC, contents, evolve, outcome, problem

from dlopt_deap.core import Stop
from dlopt_deap.core.running import journal
from dlopt_deap.errors import RunFolderError
from dlopt_deap.networks import NetworkSpec
from dlopt_deap.sampling import QuantileError
from dlopt_deap.weight import TECHNIQUES, Encoding, WeightProblem

BUDGET = 100  # in the middle of a generation of every technique
SETTINGS: Any = pytest.mark.parametrize("settings", [{}, {"batch_size": 9}], ids=["whole", "mini-batches"])


class Killed(BaseException):
    """Stands for what ends a process in the middle; the real thing is in test_kills.py."""


class Counted(WeightProblem):
    """Counts the evaluations that its search asks for, and ends the process in one of them."""

    calls = 0
    fatal = -1

    def settings(self) -> dict[str, Any]:
        return super().settings() | {"name": "WeightProblem"}

    def evaluate_batch(self, solutions: Any, seed: int = 0) -> Any:
        self.calls += len(solutions)
        if 0 <= self.fatal <= self.calls:
            raise Killed
        return super().evaluate_batch(solutions, seed)


def counted(fatal: int = -1, **settings: Any) -> Counted:
    of = Counted(problem().series, SPEC, "mae", **settings)
    of.fatal = fatal
    return of


def rows(folder: Path, stage: str = "search") -> list[Any]:
    with closing(sqlite3.connect(folder / "run.sqlite")) as file:
        query = "SELECT number, genes FROM evaluations WHERE stage = ? ORDER BY number"
        return file.execute(query, (stage,)).fetchall()


@pytest.fixture
def nothing_is_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every evaluation written down as it is made."""
    monkeypatch.setattr(journal, "WORTH_WRITING", 0.0)


@pytest.fixture
def all_is_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have none written down as it is made, however slow this machine is."""
    monkeypatch.setattr(journal, "WORTH_WRITING", 1e9)


@pytest.mark.parametrize("name", TECHNIQUES)
@SETTINGS
class TestEveryTechnique:
    """On one problem with all windows, and on one with mini-batches."""

    def test_ended_anywhere_and_resumed_it_ends_as_if_nothing_had_happened(
        self, name: str, settings: Any, tmp_path: Path
    ) -> None:
        expected = outcome(evolve(name, BUDGET, problem(**settings)))
        for at in (1, 8, 9, 20, 51, 99):
            evolve(name, at, problem(**settings), run=tmp_path / str(at))
            assert outcome(evolve(name, BUDGET, problem(**settings), run=tmp_path / str(at))) == expected

    @pytest.mark.parametrize("worth", [0.0, 1e9])
    def test_killed_anywhere_and_resumed_it_ends_as_if_nothing_had_happened(
        self, name: str, settings: Any, worth: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(journal, "WORTH_WRITING", worth)
        expected = outcome(evolve(name, BUDGET, problem(**settings)))
        for fatal in (1, 10, 40, 95):
            with pytest.raises(Killed):
                evolve(name, BUDGET, counted(fatal, **settings), run=tmp_path / str(fatal))
            resumed = evolve(name, BUDGET, problem(**settings), run=tmp_path / str(fatal))
            assert outcome(resumed) == expected

    def test_a_run_that_has_ended_is_not_touched_by_a_byte(
        self, name: str, settings: Any, tmp_path: Path, all_is_cheap: None
    ) -> None:
        for budget in (80, BUDGET):
            folder = tmp_path / str(budget)
            first = outcome(evolve(name, budget, problem(**settings), run=folder))
            before = contents(folder)
            of = counted(**settings)
            assert outcome(evolve(name, budget, of, run=folder)) == first
            assert contents(folder) == before
            assert of.calls == 0

    def test_an_extended_run_is_one_long_run(self, name: str, settings: Any, tmp_path: Path) -> None:
        for budget in (30, 64, BUDGET):
            extended = outcome(evolve(name, budget, problem(**settings), run=tmp_path / "run"))
        assert extended == outcome(evolve(name, BUDGET, problem(**settings)))

    def test_what_was_written_down_is_not_evaluated_again(
        self, name: str, settings: Any, tmp_path: Path, nothing_is_cheap: None
    ) -> None:
        with pytest.raises(Killed):
            evolve(name, BUDGET, counted(60, **settings), run=tmp_path / "run")
        known = len(rows(tmp_path / "run"))
        assert 40 < known < 60
        of = counted(**settings)
        evolve(name, BUDGET, of, run=tmp_path / "run")
        assert of.calls == BUDGET - known
        assert [number for number, _ in rows(tmp_path / "run")] == list(range(1, BUDGET + 1))


def test_quick_evaluations_leave_no_rows_but_those_of_the_last_generation_and_a_small_file(
    tmp_path: Path, all_is_cheap: None
) -> None:
    evolve("openai_es", 64 * 40 + 4, population=63 + 1, run=tmp_path / "run")
    assert len(rows(tmp_path / "run")) == (64 * 40 + 4) % 65
    assert (tmp_path / "run" / "run.sqlite").stat().st_size < 500_000


def test_a_run_that_ends_with_a_generation_leaves_no_rows_at_all(tmp_path: Path, all_is_cheap: None) -> None:
    evolve("openai_es", 9 * 30, run=tmp_path / "run")
    assert rows(tmp_path / "run") == []


def test_long_vectors_are_told_by_their_digest_and_short_ones_by_themselves(
    tmp_path: Path, nothing_is_cheap: None
) -> None:
    evolve("openai_es", 9, run=tmp_path / "short")
    evolve("openai_es", 9, problem(NetworkSpec(1, (4,), 1, look_back=3)), run=tmp_path / "long")
    assert all("sha256" in genes for _, genes in rows(tmp_path / "long"))
    assert not any("sha256" in genes for _, genes in rows(tmp_path / "short"))


def test_snapshots_are_few_and_every_generation_is_in_the_logbook(tmp_path: Path) -> None:
    result = evolve("openai_es", 9 * 200, run=tmp_path / "run")
    with closing(sqlite3.connect(tmp_path / "run" / "run.sqlite")) as file:
        kept = file.execute("SELECT COUNT(*) FROM generations").fetchone()[0]
    assert kept == len(result.logbook) == 200


@pytest.mark.parametrize("name", TECHNIQUES)
def test_a_run_whose_time_was_over_in_a_generation_keeps_what_it_had(
    name: str, tmp_path: Path, all_is_cheap: None
) -> None:
    class Slow(WeightProblem):
        """Takes up the time in the middle of a generation."""

        def settings(self) -> dict[str, Any]:
            return super().settings() | {"name": "WeightProblem"}

        def evaluate_batch(self, solutions: Any, seed: int = 0) -> Any:
            self.asked = getattr(self, "asked", 0) + len(solutions)
            if self.asked > 70:
                clock.late = True
            return super().evaluate_batch(solutions, seed)

    class Clock:
        late = False

        @staticmethod
        def monotonic() -> float:
            return 1e6 if clock.late else 0.0

    clock = Clock()
    patch = pytest.MonkeyPatch()
    stop = Stop(max_evaluations=10_000, max_seconds=100)
    with patch.context() as patched:
        patched.setattr("dlopt_deap.core.running.search.time", clock)
        # One by one, so that the clock is looked at between two of a generation.
        first = evolve(name, of=Slow(problem().series, SPEC, "mae"), stop=stop, run=tmp_path / "run", map=map)
    assert first.stopped_by == "max_seconds"
    assert 60 < first.evaluations < 90
    before = contents(tmp_path / "run")
    again = evolve(name, stop=stop, run=tmp_path / "run", map=map)
    assert outcome(again) == outcome(first)
    assert contents(tmp_path / "run") == before
    assert outcome(evolve(name, 200, run=tmp_path / "run")) == outcome(evolve(name, 200))


OTHERS: list[tuple[Any, str]] = [
    ({"sigma": 0.2}, r"sigma.*: 0\.1 in the run, 0\.2 now"),
    ({"population": 12}, r"population_size: 8 in the run, 12 now"),
    ({"seed": 4}, r"seed: 3 in the run, 4 now"),
    ({"name": "genetic"}, r"technique"),
    ({"of": {"metric": "mse"}}, r"problem\.targets|problem\.objective\.metrics"),
    ({"of": {"metric": QuantileError(0.2)}}, r"problem\.targets|problem\.objective\.metrics"),
    ({"of": {"spec": NetworkSpec(1, (3,), 1, look_back=3)}}, r"problem\.spec\.units"),
    ({"of": {"spec": NetworkSpec(1, (2,), 1, look_back=4)}}, r"problem\.spec\.look_back: 3 in the run, 4 now"),
    ({"of": {"encoding": Encoding(SPEC, bounds=(-1, 1))}}, r"problem\.encoding\.bounds"),
    ({"of": {"encoding": Encoding(SPEC, initializer="uniform")}}, r"problem\.encoding\.initializer"),
    ({"of": {"encoding": Encoding(SPEC, start=np.zeros(SPEC.num_weights))}}, r"problem\.encoding"),
    ({"of": {"horizon": 2}}, r"problem\.objective\.horizon: 1 in the run, 2 now"),
    ({"of": {"batch_size": 5}}, r"problem\.objective\.batch_size: None in the run, 5 now|batch_size: null"),
    ({"of": {"split": "validation"}}, r"problem\.objective\.split: 'training' in the run, 'validation' now"),
    ({"of": {"weight_decay": 0.5}}, r"problem\.objective\.weight_decay: 0\.0 in the run, 0\.5 now"),
]


@pytest.mark.parametrize(("other", "message"), OTHERS)
def test_a_run_that_was_made_with_something_else_is_refused_by_its_name(
    other: Any, message: str, tmp_path: Path
) -> None:
    evolve("openai_es", 20, sigma=0.1, run=tmp_path / "run")
    before = contents(tmp_path / "run")
    given = {"name": "openai_es", "sigma": 0.1} | other
    with pytest.raises(RunFolderError, match=message):
        evolve(**{**given, "of": problem(**given.get("of", {}))}, run=tmp_path / "run")
    assert contents(tmp_path / "run") == before
