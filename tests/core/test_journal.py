"""The journal of a search, and the maps that it evaluates through."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from toy import Toy

from dlopt_deap.core import Guarded, RandomSearch
from dlopt_deap.core.journal import Journal


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


def test_the_population_s_numbers_do_not_depend_on_which_of_two_twins_was_completed_first(tmp_path: Path) -> None:
    def populations(name: str, map_: Any) -> list[Any]:
        problem = Toy()
        twins = [problem.solution([10, 10, 10]) for _ in range(4)]
        toolbox = problem.toolbox(map=map_, population=lambda n: twins[:n])
        RandomSearch(4).optimize(problem, 4, seed=1, toolbox=toolbox, run=tmp_path / name)
        with closing(sqlite3.connect(tmp_path / name / "run.sqlite")) as file:
            return file.execute("SELECT population FROM generations").fetchall()

    assert populations("backwards", Backwards()) == populations("forwards", map) == [("[1,1,1,1]",)]


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
