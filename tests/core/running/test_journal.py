"""The journal of a search, and the maps that it evaluates through."""

import random
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from toy import Toy

from dlopt_deap.core import Guarded, RandomSearch, Solution
from dlopt_deap.core.individuals.plain_values import MAX_TOLD, population_state, restore_population, told_genes
from dlopt_deap.core.results.logbook_file import logbook_csv
from dlopt_deap.core.running import journal, snapshot
from dlopt_deap.core.running.journal import Journal
from dlopt_deap.parallel import SerialMap


class Backwards:
    """A map that completes the last first."""

    def __call__(self, function: Callable[[Any], Any], individuals: Iterable[Any]) -> Iterator[Any]:
        raise AssertionError("results are taken as they are completed")

    def completions(self, function: Callable[[Any], Any], individuals: Sequence[Any]) -> Iterator[Any]:
        for position in reversed(range(len(individuals))):
            yield position, function(individuals[position])
            yield None


class Joint:
    """A map that evaluates all or none."""

    joint = True

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def __call__(self, function: Callable[[Any], Any], individuals: Iterable[Any]) -> list[Any]:
        wanted = list(individuals)
        self.sizes.append(len(wanted))
        return [function(one) for one in wanted]


def test_a_map_that_stands_in_a_toolbox_gives_its_results_as_they_are_completed() -> None:
    problem = Toy()
    individuals = [problem.solution([gene, 10, 10]) for gene in range(4)]
    toolbox = problem.toolbox(map=Backwards())
    guarded = Guarded(problem.evaluate, problem.weights)
    given = list(Journal(None, ["distance"]).evaluate(toolbox.map, guarded, individuals))
    assert [values for values in given if values is not None] == [(10.0,), (9.0,), (8.0,), (7.0,)]
    assert given.index((10.0,)) > 4  # so long there was nothing but chances to look at the clock


def test_the_population_s_numbers_do_not_depend_on_which_evaluation_was_completed_first(tmp_path: Path) -> None:
    def populations(name: str, map_: Any) -> list[Any]:
        problem = Toy()
        twins = [problem.solution([10, 10, 10]) for _ in range(4)]
        toolbox = problem.toolbox(map=map_, population=lambda n: twins[:n])
        RandomSearch(4).optimize(problem, 4, seed=1, toolbox=toolbox, run=tmp_path / name)
        with closing(sqlite3.connect(tmp_path / name / "run.sqlite")) as file:
            return file.execute("SELECT population FROM generations").fetchall()

    assert populations("backwards", Backwards()) == populations("forwards", map) == [("[1,2,3,4]",)]


def test_of_a_joint_map_that_stands_in_a_toolbox_all_evaluations_are_taken_up_again_or_none(tmp_path: Path) -> None:
    def run() -> list[int]:
        map_ = Joint()
        RandomSearch(8).optimize(Toy(), 8, seed=1, toolbox=Toy().toolbox(map=map_), run=tmp_path / "run")
        return map_.sizes

    assert run() == [8]
    with closing(sqlite3.connect(tmp_path / "run" / "run.sqlite")) as file, file:  # as a kill in the middle leaves it
        file.execute("DELETE FROM snapshots")
        file.execute("DELETE FROM generations")
        file.execute("DELETE FROM evaluations WHERE number > 5")
    assert run() == [8]


class Cheap(Toy):
    """Says that its evaluations cost less than writing them down."""

    cheap = True


class Death(BaseException):
    """Ends the process in the middle, without anything that is done at an end."""


def cheap_run(folder: Path, evaluations: int, fatal: int = -1) -> tuple[Any, int]:
    """Search in a folder, and count the evaluations."""
    calls = 0
    problem = Cheap()

    def evaluate(individual: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == fatal:
            raise Death
        return problem.evaluate(individual)

    toolbox = problem.toolbox(evaluate=evaluate)
    return RandomSearch(8).optimize(problem, evaluations, seed=1, toolbox=toolbox, run=folder), calls


def numbers(folder: Path, table: str = "evaluations WHERE stage = 'search'", column: str = "number") -> list[int]:
    with closing(sqlite3.connect(folder / "run.sqlite")) as file:
        return [number for (number,) in file.execute(f"SELECT {column} FROM {table} ORDER BY {column}")]


@pytest.fixture
def nothing_is_worth_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "WORTH_WRITING", 1e9)


def test_of_a_cheap_search_only_what_no_snapshot_tells_is_written_at_its_end(
    tmp_path: Path, nothing_is_worth_writing: None
) -> None:
    cheap_run(tmp_path / "whole", 80)
    assert numbers(tmp_path / "whole") == []
    cheap_run(tmp_path / "middle", 83)
    assert numbers(tmp_path / "middle") == [81, 82, 83]


def test_a_slow_evaluation_of_a_cheap_problem_is_written_as_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "WORTH_WRITING", 0.0)
    with pytest.raises(Death):
        cheap_run(tmp_path / "run", 80, fatal=30)
    assert numbers(tmp_path / "run") == list(range(1, 30))
    assert cheap_run(tmp_path / "run", 80)[1] == 80 - 29


def test_a_cheap_search_that_was_killed_makes_again_what_came_after_its_snapshot(
    tmp_path: Path, nothing_is_worth_writing: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "SNAPSHOT_SHARE", 1e9)  # after the first one none is due
    with pytest.raises(Death):
        cheap_run(tmp_path / "run", 80, fatal=45)
    assert numbers(tmp_path / "run") == []
    assert len(numbers(tmp_path / "run", "generations", "number")) == 1
    result, calls = cheap_run(tmp_path / "run", 80)
    assert calls == 80 - 8
    assert logbook_csv(result.logbook) == logbook_csv(cheap_run(tmp_path / "other", 80)[0].logbook)


def test_while_no_snapshot_is_due_none_is_taken_and_the_last_one_tells_all_generations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = []
    take = snapshot.take_snapshot

    def counting(search: Any, *arguments: Any) -> Any:
        taken.append(search.evaluations)
        return take(search, *arguments)

    monkeypatch.setattr(snapshot, "take_snapshot", counting)
    monkeypatch.setattr(snapshot, "SNAPSHOT_SHARE", 1e9)
    cheap_run(tmp_path / "run", 160)
    assert taken == [8, 160]
    assert len(numbers(tmp_path / "run", "generations", "number")) == 20
    taken.clear()
    monkeypatch.setattr(snapshot, "SNAPSHOT_SHARE", 0)
    cheap_run(tmp_path / "each", 160)
    assert taken == list(range(8, 161, 8))


@pytest.mark.parametrize("kind", [np.array, np.ndarray.tolist])
@pytest.mark.parametrize("most", [1_000, 10**9])
def test_however_much_is_held_the_memory_of_its_vectors_is_bounded_and_it_is_told_alike(
    most: int, kind: Any, nothing_is_worth_writing: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "MOST_HELD", most)
    written: list[Any] = []
    run: Any = SimpleNamespace(found=SimpleNamespace(evaluations={}), write_evaluations=written.extend)
    cheap = Journal(run, ["error"], cheap=True)
    vectors = [Solution(kind(np.full(100, number, np.float32)), (-1,)) for number in range(50)]
    guarded = Guarded(lambda one: (float(one[0]),), (-1,))
    for at in range(0, 50, 10):
        list(cheap.evaluate(SerialMap(), guarded, vectors[at : at + 10], first=at + 1))
        held = [made[3] for made in cheap._held]
        assert len(held) == at + 10
        assert sum(4 * len(genes) for genes in held if not isinstance(genes, dict)) <= most
    cheap.write_held()
    expected = [(number + 1, told_genes(vector), {"error": number}) for number, vector in enumerate(vectors)]
    assert [(row.number, row.genes, row.fitness) for row in written] == expected


def test_a_cheap_search_that_has_ended_in_a_generation_is_not_touched_and_goes_on_when_it_is_extended(
    tmp_path: Path, nothing_is_worth_writing: None
) -> None:
    folder = tmp_path / "run"
    first, _ = cheap_run(folder, 83)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    again, calls = cheap_run(folder, 83)
    assert calls == 0
    assert logbook_csv(again.logbook) == logbook_csv(first.logbook)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert cheap_run(folder, 100)[1] == 100 - 83


@pytest.mark.parametrize("size", [1, MAX_TOLD, MAX_TOLD + 1, 1000])
def test_short_arrays_are_told_by_themselves_and_long_ones_by_a_digest_that_knows_every_bit(size: int) -> None:
    vector = np.linspace(0, 1, size, dtype=np.float32)
    told = told_genes(Solution(vector, (-1,)))
    if size <= MAX_TOLD:
        assert told.tolist() == vector.tolist()
        return
    assert told == told_genes(Solution(vector.copy(), (-1,))) == told_genes(vector)
    assert told["length"] == size
    other = vector.copy()
    other[-1] = np.nextafter(other[-1], np.float32(2))
    assert told_genes(other) != told
    assert told_genes(vector.tolist()) == told_genes(vector.astype(np.float64))
    assert told_genes([*vector.tolist(), "text"]) == [*vector.tolist(), "text"]  # a list of other things is told whole
    assert told_genes([1] * size) == [1] * size


@pytest.mark.parametrize("size", [2, 100])
def test_lists_of_numbers_come_back_as_lists_and_long_ones_lie_in_an_array(size: int) -> None:
    made = [Solution([random.random() for _ in range(size)], (-1,)) for _ in range(3)]
    state = population_state([*made, made[0]])
    assert isinstance(state["individuals"], dict) == (size > MAX_TOLD)
    again = restore_population(state, Solution([], (-1,)))
    assert [type(one.genes) for one in again] == [list] * 4
    assert again == [*made, made[0]]
    assert {type(gene) for gene in again[0]} == {float}


def test_vectors_of_one_kind_are_kept_in_one_array_and_others_one_by_one() -> None:
    vectors = [Solution(np.full(3, value, np.float32), (-1,)) for value in (1, 2)]
    for at, one in enumerate(vectors):
        one.fitness.values = (float(at),)
        one.batch = at
    state = population_state([*vectors, vectors[0]])
    assert state["individuals"]["vectors"].tolist() == [[1, 1, 1], [2, 2, 2]]
    first, second, again = restore_population(state, vectors[0])
    assert first is again
    assert (first.genes.tolist(), first.fitness.values, first.batch) == ([1, 1, 1], (0.0,), 0)
    assert (second.genes.tolist(), second.fitness.values, second.batch) == ([2, 2, 2], (1.0,), 1)
    for mixed in ([vectors[0], Solution(np.zeros(4, np.float32), (-1,))], [vectors[0], Solution(np.zeros(3), (-1,))]):
        assert isinstance(population_state(mixed)["individuals"], list)
        assert restore_population(population_state(mixed), vectors[0]) == mixed
    assert restore_population(population_state([]), vectors[0]) == []
