"""Who came from whom, and which operators made it better."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from deap import algorithms, base, creator, tools
from toy import Toy, step_one_gene

from dlopt_deap.callbacks import PopulationLog
from dlopt_deap.core import Evolution, RandomSearch, Result, ea_mu_comma_lambda
from dlopt_deap.core.individuals.lineage import Lineage, descent, number_of, read_descent
from dlopt_deap.storage import Individual, view_run


def varying_toolbox() -> base.Toolbox:
    toolbox = base.Toolbox()
    toolbox.register("mate", tools.cxOnePoint)
    toolbox.register("mutate", step_one_gene, indpb=1.0)
    return toolbox


def evaluated(lineage: Lineage, number: int, value: float) -> Any:
    one = Toy().solution([number, number, number])
    one.fitness.values = (value,)
    lineage.evaluated(one, number, (value,))
    return one


def evaluate_child(lineage: Lineage, child: Any, number: int, value: float) -> None:
    del child.fitness.values
    lineage.evaluated(child, number, (value,))
    child.fitness.values = (value,)


@pytest.fixture
def toolbox() -> base.Toolbox:
    return varying_toolbox()


def test_a_child_knows_its_parents_and_the_operators_that_made_it(toolbox: base.Toolbox) -> None:
    lineage = Lineage()
    followed = lineage.follow(toolbox)
    one, other = evaluated(lineage, 1, 9.0), evaluated(lineage, 2, 8.0)
    first, second = followed.mate(toolbox.clone(one), toolbox.clone(other))
    del first.fitness.values, second.fitness.values
    (first,) = followed.mutate(first)
    evaluate_child(lineage, first, 3, 5.0)
    evaluate_child(lineage, second, 4, 9.5)
    assert descent(first)[:3] == (3, (1, 2), ("mate", "mutate"))
    assert descent(second)[:3] == (4, (1, 2), ("mate",))
    assert lineage.take_counts() == {"mate_tried": 2, "mate_better": 1, "mutate_tried": 1, "mutate_better": 1}
    assert set(lineage.take_counts().values()) == {0}


def test_a_child_must_be_better_than_each_of_its_parents_to_count(toolbox: base.Toolbox) -> None:
    lineage = Lineage()
    followed = lineage.follow(toolbox)
    parents = [evaluated(lineage, 1, 4.0), evaluated(lineage, 2, 8.0)]
    first, second = followed.mate(*map(toolbox.clone, parents))
    evaluate_child(lineage, first, 3, 5.0)  # better than one of them
    evaluate_child(lineage, second, 4, 4.0)  # as good as the better one
    assert lineage.take_counts()["mate_better"] == 0


def test_with_several_targets_better_is_to_dominate(toolbox: base.Toolbox) -> None:
    problem, lineage = Toy({"distance": -1, "spread": -1}), Lineage()
    followed = lineage.follow(toolbox)
    better = []
    for values in ((4.0, 4.0), (5.0, 4.0), (4.0, 6.0), (5.0, 5.0)):
        parent = problem.solution([1, 2, 3])
        lineage.evaluated(parent, 1, (5.0, 5.0))
        parent.fitness.values = (5.0, 5.0)
        (child,) = followed.mutate(toolbox.clone(parent))
        lineage.evaluated(child, 2, values)
        better.append(lineage.take_counts()["mutate_better"])
    assert better == [1, 1, 0, 0]


def test_a_copy_that_nobody_varied_stays_what_it_is(toolbox: base.Toolbox) -> None:
    lineage = Lineage()
    one = evaluated(lineage, 7, 1.0)
    assert number_of(toolbox.clone(one)) == 7
    assert number_of(Toy().solution([1, 2, 3])) is None


def test_operators_that_return_new_individuals_are_followed_too() -> None:
    def renew(individual: Any) -> tuple[Any]:
        return (Toy().solution([gene + 1 for gene in individual]),)

    toolbox = Toy().toolbox(mutate=renew)
    log = PopulationLog()
    Evolution(ea_mu_comma_lambda, population_size=4, cxpb=0.0, mutpb=1.0).optimize(
        Toy(), 12, seed=1, toolbox=toolbox, callbacks=[log]
    )
    known = {one.number: one for population in log.populations for one in population}
    children = [one for population in log.populations[1:] for one in population]
    assert len(children) == 8
    assert all(one.genes == [gene + 1 for gene in known[one.parents[0]].genes] for one in children)


ALGORITHMS = {
    "ours": {"cxpb": 0.5, "mutpb": 1.0},
    "eaSimple": {"algorithm": algorithms.eaSimple, "cxpb": 0.5, "mutpb": 0.5},
    "eaMuPlusLambda": {"algorithm": algorithms.eaMuPlusLambda, "cxpb": 0.5, "mutpb": 0.5},
}


@pytest.mark.parametrize("name", ALGORITHMS)
def test_what_the_counts_say_is_what_the_evaluations_say(name: str, tmp_path: Path) -> None:
    result = Evolution(population_size=6, **ALGORITHMS[name]).optimize(Toy(), 60, seed=4, run=tmp_path / "run")
    with view_run(tmp_path / "run") as view:
        made = {one.number: one for one in view.evaluations("search")}
    tried = dict.fromkeys(("mate", "mutate"), 0)
    better = dict.fromkeys(("mate", "mutate"), 0)
    for one in made.values():
        assert bool(one.parents) == (one.generation > 0)
        assert all(made[parent].generation < one.generation for parent in one.parents)
        for operator in one.operators:
            tried[operator] += 1
            worst = min(made[parent].fitness["distance"] for parent in one.parents)
            better[operator] += one.fitness["distance"] < worst
    assert tried["mate"] > 0 < tried["mutate"]
    for operator in tried:
        assert sum(result.logbook.select(f"{operator}_tried")) == tried[operator]
        assert sum(result.logbook.select(f"{operator}_better")) == better[operator]


def lineages(folder: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "run.sqlite")) as file:
        return file.execute("SELECT * FROM lineage ORDER BY number").fetchall()


def optimize(folder: Path, callback: Any = None, evaluations: int = 40) -> Result:
    callbacks = [] if callback is None else [callback]
    return Evolution(population_size=6).optimize(Toy(), evaluations, seed=2, run=folder, callbacks=callbacks)


@pytest.mark.parametrize("generation", [1, 3])
def test_a_run_that_was_killed_and_resumed_has_the_same_lineage_and_counts(tmp_path: Path, generation: int) -> None:
    def kill(search: Any) -> None:
        if search.generation == generation:
            raise KeyboardInterrupt

    whole = optimize(tmp_path / "whole")
    optimize(tmp_path / "killed", kill)
    resumed = optimize(tmp_path / "killed")
    assert lineages(tmp_path / "killed") == lineages(tmp_path / "whole") != []
    assert resumed.logbook.select("mutate_better") == whole.logbook.select("mutate_better")
    assert len(resumed.timings) == len(resumed.logbook)
    assert resumed.timings == sorted(resumed.timings)


def test_the_populations_of_a_run_folder_are_those_that_the_search_had(tmp_path: Path) -> None:
    log = PopulationLog()
    result = optimize(tmp_path / "run", log, evaluations=36)
    with view_run(tmp_path / "run") as view:
        complete = len(view.rows())
        assert view.populations() == log.populations[:complete]
        rows = view.rows()
    assert [row["seconds"] for row in rows] == sorted(row["seconds"] for row in rows)
    assert isinstance(log.populations[0][0], Individual)
    assert complete + 1 == len(log.populations) == len(result.logbook)  # the last generation was cut short


def test_a_run_of_before_lineages_were_kept_is_resumed_and_keeps_them_from_then_on(tmp_path: Path) -> None:
    optimize(tmp_path / "run", evaluations=20)
    with closing(sqlite3.connect(tmp_path / "run" / "run.sqlite")) as file, file:
        file.execute("DROP TABLE lineage")
        file.execute("UPDATE generations SET logbook = json_remove(logbook, '$.seconds')")
    with view_run(tmp_path / "run") as view:
        assert {one.parents for one in view.evaluations()} == {()}
    result = optimize(tmp_path / "run")
    assert result.timings[0] is None
    assert result.timings[-1] is not None
    assert lineages(tmp_path / "run")


def test_lineages_do_not_change_what_a_search_does_nor_what_it_knows() -> None:
    def outcome(algorithm: Any) -> Any:
        result = Evolution(algorithm, population_size=6, cxpb=0.5, mutpb=0.5).optimize(Toy(), 40, seed=3)
        return [list(one) for one in result.population], random.getstate()

    def forgetful(population: list[Any], toolbox: base.Toolbox, **settings: Any) -> Any:
        plain = base.Toolbox()
        for name, function in vars(toolbox).items():
            setattr(plain, name, getattr(function, "operator", function))
        return algorithms.eaSimple(population, plain, **settings)

    def followed(population: list[Any], toolbox: base.Toolbox, **settings: Any) -> Any:
        return algorithms.eaSimple(population, toolbox, **settings)

    import inspect

    for one in (forgetful, followed):
        one.__signature__ = inspect.signature(algorithms.eaSimple)  # type: ignore[attr-defined]
    assert outcome(forgetful) == outcome(followed)


def test_individuals_of_deap_s_creator_are_followed_as_well(tmp_path: Path) -> None:
    creator.create("LineageFitness", base.Fitness, weights=(-1.0,))
    creator.create("LineageList", list, fitness=creator.LineageFitness)
    try:
        toolbox = Toy().toolbox()
        toolbox.register("individual", lambda: creator.LineageList(Toy().random_solution()))
        toolbox.register("population", tools.initRepeat, list, toolbox.individual)
        Evolution(population_size=5).optimize(Toy(), 30, seed=1, toolbox=toolbox, run=tmp_path / "run")
    finally:
        del creator.LineageFitness, creator.LineageList
    assert lineages(tmp_path / "run")


def test_a_search_without_operators_has_no_counts() -> None:
    result = RandomSearch(4).optimize(Toy(), 8, seed=1)
    assert "mutate_tried" not in result.logbook[0]


def test_an_attribute_of_the_same_name_that_somebody_else_gave_an_individual_does_no_harm(tmp_path: Path) -> None:
    def own(n: int) -> list[Any]:
        population = [Toy().random_solution() for _ in range(n)]
        for one in population:
            one.lineage = "of old"
        return population

    toolbox = Toy().toolbox(population=own)
    result = Evolution(population_size=5).optimize(Toy(), 30, seed=1, toolbox=toolbox, run=tmp_path / "run")
    assert all(number_of(one) for one in result.population)
    assert (
        Evolution(population_size=5).optimize(Toy(), 40, seed=1, toolbox=toolbox, run=tmp_path / "run").evaluations
        == 40
    )


@pytest.mark.parametrize(
    "value",
    [None, [1, [], [], []], (1, (), ()), (-1, (), (), ()), (1, ("2",), (), ()), (1, (), (2,), ()), (1, 2, 3, 4)],
)
def test_what_is_no_descent_is_refused_when_it_is_read(value: Any) -> None:
    with pytest.raises(ValueError, match="its lineage is none"):
        read_descent(value)
    assert read_descent((3, (1, 2), ("mate",), ((0.5,),))) == (3, (1, 2), ("mate",), ((0.5,),))


def test_a_copy_of_an_individual_shares_its_descent(toolbox: base.Toolbox) -> None:
    one = evaluated(Lineage(), 7, 1.0)
    assert descent(toolbox.clone(one)) is descent(one)
