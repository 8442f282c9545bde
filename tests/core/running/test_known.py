"""Genes that a search comes back to."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from toy import Toy

from dlopt_deap.core import Evolution, Guarded, RandomSearch, Solution, Values
from dlopt_deap.core.results.logbook_file import logbook_csv
from dlopt_deap.core.running import known
from dlopt_deap.core.running.known import KnownValues
from dlopt_deap.parallel import open_map


class Counting(Toy):
    """Counts its evaluations."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.evaluated: list[list[Any]] = []

    def evaluate(self, solution: Any, seed: int = 0) -> Values:
        self.evaluated.append(list(solution))
        return super().evaluate(solution, seed)


def outcome(result: Any) -> Any:
    population = [(list(one), one.fitness.values, one.metrics) for one in result.population]
    return population, [list(one) for one in result.hall_of_fame], logbook_csv(result.logbook), result.evaluations


def batches(values: KnownValues, individuals: Sequence[Any], map_: Any = map) -> list[tuple[int, Values]]:
    return [one for batch in values.batches(map_, values.function, individuals) for one in batch]


class Backwards:
    """A map that completes the last first."""

    def __call__(self, function: Callable[[Any], Any], individuals: Iterable[Any]) -> Iterator[Any]:
        raise AssertionError("results are taken as they are completed")

    def completions(self, function: Callable[[Any], Any], individuals: Sequence[Any]) -> Iterator[Any]:
        for position in reversed(range(len(individuals))):
            yield position, function(individuals[position])


def test_equal_genes_are_evaluated_once_and_the_run_is_the_same() -> None:
    technique = Evolution(population_size=8, mutpb=0.5)
    thrifty, lavish = Counting(), Counting()
    lavish.pure = False
    hits = []
    one = technique.optimize(thrifty, 200, seed=1, callbacks=[lambda search: hits.append(search.cache_hits)])
    other = technique.optimize(lavish, 200, seed=1)
    assert outcome(one) == outcome(other)
    assert len(lavish.evaluated) == 200
    assert len(thrifty.evaluated) == len({tuple(genes) for genes in thrifty.evaluated}) < 150
    assert len(thrifty.evaluated) + hits[-1] == one.evaluations == 200


def test_the_budget_counts_what_is_known() -> None:
    problem = Counting()
    toolbox = problem.toolbox(population=lambda n: [problem.solution([1, 2, 3]) for _ in range(n)])
    result = RandomSearch(4).optimize(problem, 10, seed=1, toolbox=toolbox)
    assert (result.evaluations, len(problem.evaluated)) == (10, 1)


def test_a_pool_evaluates_equal_genes_once_with_the_same_result(tmp_path: Path) -> None:
    def run(name: str, workers: int) -> Any:
        problem = Toy()
        with open_map(workers) as map_:
            toolbox = problem.toolbox(map=map_)
            return Evolution(population_size=8).optimize(problem, 80, seed=1, toolbox=toolbox, run=tmp_path / name)

    assert outcome(run("pool", 2)) == outcome(run("alone", 1))
    with closing(sqlite3.connect(tmp_path / "pool" / "run.sqlite")) as file:
        made = "SELECT COUNT(*), COUNT(DISTINCT genes) FROM evaluations WHERE worker IS NOT NULL"
        rows, genes = file.execute(made).fetchone()
    assert rows == genes < 80


def test_a_resumed_search_knows_what_its_population_is_worth(tmp_path: Path) -> None:
    whole = Evolution(population_size=8).optimize(Counting(), 120, seed=1)
    first, second = Counting(), Counting()
    Evolution(population_size=8).optimize(first, 60, seed=1, run=tmp_path / "run")
    resumed = Evolution(population_size=8).optimize(second, 120, seed=1, run=tmp_path / "run")
    assert outcome(resumed) == outcome(whole)
    famous = [list(one) for one in resumed.hall_of_fame if list(one) in first.evaluated]
    assert famous
    assert not any(genes in second.evaluated for genes in famous)


def test_another_evaluate_function_is_called_for_every_individual() -> None:
    calls = []
    toolbox = Toy().toolbox()
    toolbox.register("evaluate", lambda individual: calls.append(1) or (float(sum(individual)),))
    Evolution(population_size=8).optimize(Toy(), 200, seed=1, toolbox=toolbox)
    assert len(calls) == 200


def test_nothing_is_known_of_individuals_that_carry_more_than_genes() -> None:
    problem = Counting()
    values = KnownValues(Guarded(problem.evaluate, problem.weights))
    heirs = [problem.solution([1, 2, 3]) for _ in range(3)]
    for heir in heirs:
        heir.inherited = 5  # type: ignore[attr-defined]
    batches(values, heirs)
    assert (len(problem.evaluated), values.hits) == (3, 0)


def test_nothing_is_known_of_values_that_carry_something_learnt() -> None:
    def evaluate(individual: Any) -> Values:
        given = Values([1.0])
        given.trained = "weights"
        return given

    values = KnownValues(Guarded(evaluate, (-1,)))
    assert len(batches(values, [Solution([1], (-1,)), Solution([1], (-1,))])) == 2
    assert values.hits == 0


def test_the_twins_of_a_failure_are_tried_for_themselves() -> None:
    calls = []

    def fails_first(individual: Any) -> tuple[float]:
        calls.append(1)
        return (1 / (len(calls) - 1),)

    values = KnownValues(Guarded(fails_first, (-1,)))
    found = batches(values, [Solution([1], (-1,)) for _ in range(3)])
    assert [position for position, _ in found] == [0, 1, 2]
    assert [one.metrics["status"] for _, one in found] == ["failed", "ok", "ok"]


def test_a_whole_number_and_a_float_are_other_genes() -> None:
    values = KnownValues(Guarded(lambda individual: (1.0,), (-1,)))
    batches(values, [Solution([1], (-1,)), Solution([1.0], (-1,)), Solution([True], (-1,))])
    assert values.hits == 0


def test_what_is_given_again_shares_no_metrics_and_no_provenance() -> None:
    values = KnownValues(Guarded(lambda individual: Values([1.0], {"mean": 2.0}), (-1,)))
    (_, first), (_, again) = batches(values, [Solution([1], (-1,)), Solution([1], (-1,))])
    assert again == first
    assert again.metrics == first.metrics
    assert again.metrics is not first.metrics
    assert first.provenance.worker
    assert not again.provenance.worker


@pytest.mark.parametrize("map_", [map, Backwards()])
def test_every_individual_gets_its_own_values_whatever_is_completed_first(map_: Any) -> None:
    values = KnownValues(Guarded(lambda individual: (float(individual[0]),), (-1,)))
    individuals = [Solution([gene], (-1,)) for gene in (3, 1, 3, 2, 1, 1, 4)]
    assert sorted(batches(values, individuals, map_)) == [(place, (one[0],)) for place, one in enumerate(individuals)]
    assert sorted(batches(values, individuals, map_)) == [(place, (one[0],)) for place, one in enumerate(individuals)]
    assert values.hits == 3 + 7


def test_what_nobody_asked_for_longest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "MOST_KNOWN", 2)
    calls = []
    values = KnownValues(Guarded(lambda individual: calls.append(individual[0]) or (1.0,), (-1,)))
    for gene in (1, 2, 1, 3, 1, 2):
        batches(values, [Solution([gene], (-1,))])
    assert calls == [1, 2, 3, 2]
