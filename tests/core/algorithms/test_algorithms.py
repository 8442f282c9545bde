"""Truncation selection with elitism."""

import random
from typing import Any

import pytest
from deap import tools
from toy import Toy

from dlopt_deap.core import Evolution, ea_truncation
from dlopt_deap.core.results.logbook_file import logbook_csv
from dlopt_deap.errors import SettingError
from dlopt_deap.seeding import seed_run


def run(size: int = 10, ngen: int = 1, toolbox: Any = None, **settings: Any) -> tuple[list[Any], Any]:
    """Evolve a fresh population, and give it with the logbook."""
    toolbox = Toy().toolbox() if toolbox is None else toolbox
    seed_run(settings.pop("seed", 1))
    return ea_truncation(toolbox.population(n=size), toolbox, ngen=ngen, **settings)


def named(toolbox: Any, size: int) -> list[Any]:
    """Make individuals that know who they are, worse from one to the next."""
    population = toolbox.population(n=size)
    for place, one in enumerate(population):
        one[:] = [10, 10, 10 - place]
        one.name = place
    return population


def kept(individual: Any) -> tuple[Any]:
    return (individual,)


def test_only_the_best_have_offspring_and_each_of_them_has_some() -> None:
    toolbox = Toy().toolbox(mutate=kept)
    population = named(toolbox, 40)[:11]
    population, _ = ea_truncation(population * 1, toolbox, truncation_size=3, elite_size=0, ngen=1)
    assert {one.name for one in population} <= {0, 1, 2}
    crowd = named(toolbox, 10) + [toolbox.clone(one) for _ in range(9) for one in named(toolbox, 10)]
    crowd, _ = ea_truncation(crowd, toolbox, truncation_size=30, elite_size=0, ngen=1)
    assert {one.name for one in crowd} == {0, 1, 2}


@pytest.mark.parametrize("elite_size", [0, 1, 3])
def test_the_elite_survives_as_it_is_and_is_not_evaluated_again(elite_size: int) -> None:
    calls: list[Any] = []
    problem = Toy()

    def evaluate(individual: Any) -> Any:
        calls.append(list(individual))
        return problem.evaluate(individual)

    toolbox = problem.toolbox(evaluate=evaluate)
    population = named(toolbox, 10)
    elite = population[:elite_size]
    population, logbook = ea_truncation(population, toolbox, truncation_size=5, elite_size=elite_size, ngen=1)
    assert all(one is other for one, other in zip(population, elite, strict=False))
    assert len(population) == 10
    assert len(calls) == 10 + 10 - elite_size
    assert logbook.select("nevals") == [10, 10 - elite_size]


def test_with_an_elite_the_best_never_becomes_worse() -> None:
    stats = tools.Statistics(lambda one: one.fitness.values[0])
    stats.register("min", min)
    for seed in range(10):
        _, logbook = run(4, 20, stats=stats, truncation_size=2, seed=seed)
        best = logbook.select("min")
        assert best == sorted(best, reverse=True)
        assert best[-1] < best[0] or best[0] == 0


def test_of_several_targets_no_one_rules_alone() -> None:
    toolbox = Toy({"distance": -1, "spread": -1}).toolbox(mutate=kept, select_survivors=tools.selNSGA2)
    ends, middle = [[10, 10, 10 - far] for far in range(1, 4)], [[9, 9, 9], [0, 10, 20]]
    population = toolbox.population(n=8)
    for one, genes in zip(population, [*ends, *middle, *ends], strict=True):
        one[:] = genes
    population, _ = ea_truncation(population, toolbox, truncation_size=2, elite_size=2, ngen=1)
    assert [0, 10, 20] in population
    assert [9, 9, 9] in population


def test_parents_are_not_changed_by_their_offspring() -> None:
    toolbox = Toy().toolbox()
    population = named(toolbox, 10)
    genes = {id(one): list(one) for one in population}
    parents = list(population)
    ea_truncation(population, toolbox, truncation_size=10, cxpb=1.0, ngen=1)
    assert {id(one): list(one) for one in parents} == genes


def test_a_probability_of_zero_neither_mates_nor_mutates_and_of_one_always_does() -> None:
    counts = {"mate": 0, "mutate": 0}

    def mate(one: Any, other: Any) -> Any:
        counts["mate"] += 1
        return one, other

    def mutate(one: Any) -> Any:
        counts["mutate"] += 1
        return (one,)

    toolbox = Toy().toolbox(mate=mate, mutate=mutate)
    run(11, toolbox=toolbox)
    assert counts == {"mate": 0, "mutate": 10}
    _, logbook = run(11, toolbox=toolbox, cxpb=0.0, mutpb=0.0)
    assert counts == {"mate": 0, "mutate": 10}
    assert logbook.select("nevals") == [11, 0]  # copies keep their fitness
    run(11, toolbox=toolbox, cxpb=1.0, mutpb=0.0)
    assert counts == {"mate": 5, "mutate": 10}


def test_generation_by_generation_it_is_one_long_run() -> None:
    whole, _ = run(ngen=7, seed=5)
    seed_run(5)
    toolbox = Toy().toolbox()
    population = toolbox.population(n=10)
    for _ in range(7):
        population, _ = ea_truncation(population, toolbox, ngen=1)
    assert [list(one) for one in population] == [list(one) for one in whole]


def test_a_truncation_larger_than_the_population_takes_it_whole() -> None:
    assert [list(one) for one in run(6, 3, truncation_size=6)[0]] == [list(one) for one in run(6, 3)[0]]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"truncation_size": 0}, r"`truncation_size` must be a whole number of at least 1, got 0"),
        ({"elite_size": 10}, r"`elite_size` must be a whole number in \[0, 9\], got 10"),
        ({"elite_size": -1}, r"`elite_size` must be a whole number in \[0, 9\], got -1"),
        ({"size": 1}, r"`elite_size` must be a whole number in \[0, 0\], got 1"),
    ],
)
def test_without_parents_or_without_places_it_is_refused(settings: Any, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        run(**settings)


def test_as_a_technique_it_resumes_to_the_same_end(tmp_path: Any) -> None:
    def outcome(evaluations: int, folder: Any = None) -> Any:
        search = Evolution(ea_truncation, 8, truncation_size=4, cxpb=0.3)
        result = search.optimize(Toy(), evaluations, seed=2, run=folder)
        return [list(one) for one in result.population], logbook_csv(result.logbook), random.getstate()

    outcome(27, tmp_path / "run")
    assert outcome(70, tmp_path / "run") == outcome(70)
