"""Mini-batches with inherited fitness."""

import random
from functools import partial
from typing import Any

import numpy as np
import pytest
from deap import algorithms, tools
from weight.cases import problem, solutions
from weight.individuals import FIT_ARRAY, FIT_LIST, FIT_VECTOR

from dlopt_deap.core import WORST, Evolution
from dlopt_deap.errors import RunFolderError, SettingError
from dlopt_deap.weight import inherit_fitness

MAKERS = {"solution": None, "vector": FIT_VECTOR, "list": FIT_LIST, "array": FIT_ARRAY}
DECAY = 0.3


def parents_of(of: Any, make: Any, number: int = 2) -> list[Any]:
    """Make evaluated individuals of a generation."""
    made = [one if make is None else make(np.asarray(one)) for one in solutions(of, number)]
    for one in made:
        one.batch = 1
        one.fitness.values = of.evaluate(one, seed=4)
    return made


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_children_of_mating_and_mutation_have_their_parents_mean_and_a_share_of_their_own_error(make: Any) -> None:
    of = problem(batch_size=5)
    toolbox = inherit_fitness(of.toolbox(seed=4), DECAY)
    one, other = parents_of(of, make)
    mean = (one.fitness.values[0] + other.fitness.values[0]) / 2
    children = list(toolbox.mate(toolbox.clone(one), toolbox.clone(other)))
    for child in children:
        del child.fitness.values
    (mutated,) = toolbox.mutate(children[0])
    for child in (mutated, children[1]):
        child.batch = 2
        assert not child.fitness.valid
        bare = of.solution(np.asarray(child))
        bare.batch = 2
        (error,) = of.evaluate(bare, seed=4)
        values = of.evaluate(child, seed=4)
        assert values == ((1 - DECAY) * mean + DECAY * error,)
        assert values.metrics["errors"] == [error]
        assert of.evaluate_batch([bare, child], seed=4) == [(error,), values]


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_nobody_inherits_the_value_of_a_failure(make: Any) -> None:
    of = problem(batch_size=5)
    toolbox = inherit_fitness(of.toolbox(seed=4), DECAY)
    good, failed = parents_of(of, make)
    failed.inherited_fitness = (DECAY, [0.5])
    failed.fitness.values = (WORST,)
    for child in toolbox.mate(toolbox.clone(good), toolbox.clone(failed)):
        assert child.inherited_fitness == (DECAY, list(good.fitness.values))
    (orphan,) = toolbox.mutate(toolbox.clone(failed))
    assert of.evaluate(orphan, seed=4) < (10.0,)
    assert orphan.inherited_fitness is None


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_child_of_mutation_alone_inherits_from_its_one_parent(make: Any) -> None:
    of = problem(batch_size=5)
    toolbox = inherit_fitness(of.toolbox(seed=4), DECAY)
    (parent,) = parents_of(of, make, 1)
    (child,) = toolbox.mutate(toolbox.clone(parent))
    del child.fitness.values
    child.batch = 2
    bare = of.solution(np.asarray(child))
    bare.batch = 2
    expected = (1 - DECAY) * parent.fitness.values[0] + DECAY * of.evaluate(bare, seed=4)[0]
    assert of.evaluate(child, seed=4) == (expected,)


def test_an_inheritance_is_that_of_the_latest_parents() -> None:
    of = problem(batch_size=5)
    toolbox = inherit_fitness(of.toolbox(seed=4), 0.5)
    (parent,) = parents_of(of, None, 1)
    (child,) = toolbox.mutate(toolbox.clone(parent))
    child.fitness.values = (8.0,)
    (grandchild,) = toolbox.mutate(toolbox.clone(child))
    assert grandchild.inherited_fitness == (0.5, [8.0])
    assert child.inherited_fitness == (0.5, list(parent.fitness.values))


def test_each_error_is_inherited_on_its_own() -> None:
    of = problem(metric=["mae", "mse"], batch_size=5)
    toolbox = inherit_fitness(of.toolbox(), DECAY)
    one, other = solutions(of, 2)
    one.fitness.values, other.fitness.values = (1.0, 10.0), (3.0, 20.0)
    child, _ = toolbox.mate(toolbox.clone(one), toolbox.clone(other))
    errors = of.evaluate(of.solution(child.genes))
    assert of.evaluate(child) == tuple(
        (1 - DECAY) * old + DECAY * new for old, new in zip((2, 15), errors, strict=True)
    )


def test_whoever_has_no_parents_inherits_nothing() -> None:
    of = problem(batch_size=5)
    toolbox = inherit_fitness(of.toolbox(), DECAY)
    (child,) = toolbox.mutate(of.random_solution())
    assert not hasattr(child, "inherited_fitness")
    assert of.evaluate(child) == problem().evaluate(child)


def test_a_decay_of_1_inherits_nothing() -> None:
    of = problem(batch_size=5)

    def run(toolbox: Any) -> Any:
        result = Evolution(algorithms.eaSimple, 8, cxpb=0.5, mutpb=0.5).optimize(of, 60, seed=1, toolbox=toolbox)
        return [(one.genes.tolist(), one.fitness.values) for one in result.population]

    assert run(inherit_fitness(of.toolbox(), 1.0)) == run(of.toolbox())


def test_operators_of_the_user_that_were_registered_before_are_kept() -> None:
    of = problem()
    toolbox = of.toolbox(mutate=lambda one: (one,), mate=partial(tools.cxTwoPoint))
    inherit_fitness(toolbox)
    one = of.random_solution()
    before = one.genes.tolist()
    assert toolbox.mutate(one)[0].genes.tolist() == before


@pytest.mark.parametrize("decay", [0, -1, 1.5, np.nan, None, "0.2"])
def test_a_decay_that_is_no_share_is_refused(decay: Any) -> None:
    with pytest.raises(SettingError, match=r"`decay` must"):
        inherit_fitness(problem().toolbox(), decay)


def leea(evaluations: int, decay: float | None = 0.2, seed: int = 1, **options: Any) -> Any:
    of = problem(batch_size=10)
    toolbox = of.toolbox()
    if decay is not None:
        inherit_fitness(toolbox, decay)
    search = Evolution(algorithms.eaSimple, 30, cxpb=0.5, mutpb=0.9)
    return search.optimize(of, evaluations, seed=seed, toolbox=toolbox, **options)


def test_limited_evaluation_by_deaps_simple_algorithm_improves_the_error_on_all_windows() -> None:
    whole = problem(split="validation")
    random.seed(1)
    chance = min(whole.evaluate(one)[0] for one in solutions(whole, 30))
    found = [leea(1500, seed=seed).fitness["mae"] for seed in (1, 2, 3)]
    assert max(found) < chance


def test_limited_evaluation_that_is_resumed_anywhere_ends_as_if_it_had_not_been(tmp_path: Any) -> None:
    def outcome(result: Any) -> Any:
        members = [
            (one.genes.tolist(), one.fitness.values, vars(one).get("inherited_fitness")) for one in result.population
        ]
        return members, result.fitness, str(result.logbook)

    expected = outcome(leea(300))
    for at in (30, 77, 150, 299):
        leea(at, run=tmp_path / str(at))
        assert outcome(leea(300, run=tmp_path / str(at))) == expected


def test_another_decay_is_another_run(tmp_path: Any) -> None:
    leea(60, run=tmp_path / "run")
    with pytest.raises(RunFolderError, match=r"decay: 0\.2 in the run, 0\.5 now"):
        leea(90, decay=0.5, run=tmp_path / "run")
    with pytest.raises(RunFolderError, match=r"toolbox\.mate"):
        leea(90, decay=None, run=tmp_path / "run")
