"""Mutation and crossover of architectures."""

import random
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from deap import creator
from hypothesis import given
from hypothesis import strategies as st
from spaces import spaces

from dlopt_deap.architecture import (
    Space,
    cx_layers,
    cx_uniform,
    mut_architecture,
    mut_gaussian,
    mut_hyperparameters,
    mut_length,
    mut_uniform,
)
from dlopt_deap.core import Solution

MUTATIONS = [
    partial(mut_gaussian, sigma=3.0, indpb=0.7),
    partial(mut_uniform, max_step=4, indpb=0.7),
    partial(mut_length, lengthpb=0.9),
    partial(mut_hyperparameters, sigma=0.3, indpb=0.7),
    partial(mut_architecture, sigma=3.0, indpb=0.3, lengthpb=0.5),
]
CROSSOVERS = [cx_layers, partial(cx_uniform, indpb=0.5)]
SPACE = Space(look_back=(2, 20), layers=(1, 3), units=(1, 10))
TRAINED = Space(look_back=(2, 20), layers=(1, 3), units=(1, 10), dropout=(0.0, 0.5), cell=("lstm", "gru"))


def name(operator: Any) -> str:
    return str(getattr(operator, "func", operator).__name__)


@pytest.mark.parametrize("make", [list, partial(Solution, weights=(1,))])
@pytest.mark.parametrize("mutate", MUTATIONS, ids=name)
@given(space=spaces(), seed=st.integers(0, 2**32))
def test_a_mutation_leaves_a_valid_individual_and_works_in_place(
    mutate: Callable[..., Any], make: Callable[..., Any], space: Space, seed: int
) -> None:
    rng = random.Random(seed)
    individual = make(space.random_genes(rng))
    outcome = mutate(individual, space=space, rng=rng)
    assert isinstance(outcome, tuple)
    assert outcome[0] is individual
    assert space.contains(list(individual))


@pytest.mark.parametrize("make", [list, partial(Solution, weights=(1,))])
@pytest.mark.parametrize("mate", CROSSOVERS, ids=name)
@given(space=spaces(), seed=st.integers(0, 2**32))
def test_a_crossover_leaves_valid_individuals_and_loses_no_gene(
    mate: Callable[..., Any], make: Callable[..., Any], space: Space, seed: int
) -> None:
    rng = random.Random(seed)
    one, other = make(space.random_genes(rng)), make(space.random_genes(rng))
    before = Counter([one[0], other[0]]), Counter([*one[1:], *other[1:]])
    outcome = mate(one, other, space=space, rng=rng)
    assert outcome[0] is one
    assert outcome[1] is other
    assert space.contains(list(one))
    assert space.contains(list(other))
    assert (Counter([one[0], other[0]]), Counter([*one[1:], *other[1:]])) == before


@pytest.mark.parametrize("operator", [*MUTATIONS, *CROSSOVERS], ids=name)
def test_an_operator_draws_from_the_rng_that_it_is_given_and_from_no_other(operator: Callable[..., Any]) -> None:
    def run(seed: int) -> Any:
        rng = random.Random(seed)
        parents = [[5, 0.1, "gru", 4, 6, 7], [9, 0.3, "lstm", 2]][: 1 if name(operator).startswith("mut") else 2]
        return operator(*parents, space=TRAINED, rng=rng)

    state = random.getstate()
    assert all(run(seed) == run(seed) for seed in range(20))
    assert len({str(run(seed)) for seed in range(20)}) > 1
    assert random.getstate() == state


def test_operators_work_on_individuals_of_deap_s_creator() -> None:
    creator.create("DloptTestArchitecture", list)
    individual = creator.DloptTestArchitecture([5, 4])
    for mutate in MUTATIONS:
        mutate(individual, space=SPACE)
    assert SPACE.contains(individual)


def test_with_probability_zero_nothing_changes() -> None:
    individual = [5, 4, 6]
    mut_gaussian(individual, SPACE, sigma=3.0, indpb=0.0)
    mut_uniform(individual, SPACE, max_step=3, indpb=0.0)
    mut_length(individual, SPACE, lengthpb=0.0)
    cx_uniform(individual, [9, 9], SPACE, indpb=0.0)
    assert individual == [5, 4, 6]


@given(st.integers(0, 2**32))
def test_a_gene_that_is_chosen_for_a_step_really_changes(seed: int) -> None:
    wide = Space(look_back=(1, 10_000), layers=3, units=(1, 1_000))
    for mutate in (partial(mut_gaussian, sigma=0.2), partial(mut_uniform, max_step=1)):
        individual = [5000, 500, 500, 500]
        mutate(individual, wide, indpb=1.0, rng=random.Random(seed))
        assert individual[0] != 5000
        assert 500 not in individual[1:]


def test_every_uniform_step_up_to_the_largest_is_equally_likely() -> None:
    wide, rng, steps = Space(look_back=(1, 1000), layers=1, units=1), random.Random(1), Counter()
    for _ in range(12_000):
        individual = [500, 1]
        mut_uniform(individual, wide, max_step=3, indpb=1.0, rng=rng)
        steps[individual[0] - 500] += 1
    assert set(steps) == {-3, -2, -1, 1, 2, 3}
    assert max(steps.values()) < 1.15 * min(steps.values())


def test_gaussian_steps_have_the_sigma_that_was_asked() -> None:
    wide, rng = Space(look_back=(1, 100_000), layers=1, units=1), random.Random(1)
    steps = []
    for _ in range(5000):
        individual = [50_000, 1]
        mut_gaussian(individual, wide, sigma=50.0, indpb=1.0, rng=rng)
        steps.append(individual[0] - 50_000)
    assert sum(step**2 for step in steps) / len(steps) == pytest.approx(2500, rel=0.1)
    assert sum(steps) / len(steps) == pytest.approx(0, abs=3)


def test_length_mutation_copies_or_deletes_a_layer_and_never_touches_the_look_back() -> None:
    rng, outcomes = random.Random(1), Counter()
    for _ in range(2000):
        individual = [9, 4, 6]
        mut_length(individual, SPACE, lengthpb=1.0, rng=rng)
        outcomes[tuple(individual)] += 1
    assert set(outcomes) == {(9, 4), (9, 6), (9, 4, 4, 6), (9, 4, 6, 6)}
    assert min(outcomes.values()) > 400


@pytest.mark.parametrize(("genes", "layers"), [([5, 4], 2), ([5, 4, 4, 4], 2)])
def test_length_mutation_does_what_it_can_at_a_limit(genes: list[int], layers: int) -> None:
    for seed in range(20):
        individual = list(genes)
        mut_length(individual, SPACE, lengthpb=1.0, rng=random.Random(seed))
        assert len(individual) - 1 == layers


@given(spaces(), st.integers(0, 2**32))
def test_a_mutated_architecture_is_never_a_copy_where_it_can_differ(space: Space, seed: int) -> None:
    rng = random.Random(seed)
    individual = space.random_genes(rng)
    before = list(individual)
    mut_architecture(individual, space, sigma=1.0, indpb=0.1, lengthpb=0.1, rng=rng)
    may_differ = any(space.gene(position).is_free for position in range(len(individual)))
    assert (individual != before) or not may_differ


def test_layers_are_exchanged_between_one_layer_parents_too() -> None:
    outcomes = set()
    for seed in range(60):
        one, other = [5, 1], [9, 2]
        cx_layers(one, other, SPACE, rng=random.Random(seed))
        outcomes.add((tuple(one[1:]), tuple(other[1:])))
    assert outcomes == {((1,), (2,)), ((2,), (1,))}


def test_crossover_makes_children_of_lengths_that_no_parent_had() -> None:
    lengths = set()
    for seed in range(200):
        one, other = [5, 1, 2], [9, 3, 4]
        cx_layers(one, other, SPACE, rng=random.Random(seed))
        lengths.add((len(one) - 1, len(other) - 1))
    assert lengths == {(1, 3), (2, 2), (3, 1)}
