"""Genes that no operator of ours would make."""

import random
from contextlib import suppress
from functools import partial
from typing import Any

from fuzz.cases import STRANGE, fuzz, success_or_one_clear_error
from hypothesis import strategies as st
from spaces import spaces

from dlopt_deap import data
from dlopt_deap.architecture import (
    RandomSamplingProblem,
    Space,
    TrainingProblem,
    cx_layers,
    cx_uniform,
    mut_architecture,
    mut_gaussian,
    mut_hyperparameters,
    mut_length,
    mut_uniform,
)
from dlopt_deap.core import Guarded
from dlopt_deap.networks import NetworkSpec
from dlopt_deap.seeding import derive

SERIES = data.sine(stop=10.0)
SMALL = Space(look_back=(1, 5), layers=(1, 3), units=(1, 6))
SAMPLING = RandomSamplingProblem(SERIES, SMALL, {"log_p": 1, "num_weights": -1}, num_samples=3)
TRAINING = TrainingProblem(SERIES, Space(look_back=(1, 5), layers=(1, 2), units=(1, 4), dropout=(0.0, 0.5)), epochs=1)

GENE = st.one_of(st.integers(1, 12), st.floats(0, 1), st.sampled_from(["lstm", "gru", "tanh"]), STRANGE)
GENES = st.one_of(
    st.lists(GENE, max_size=14), st.lists(st.integers(1, 12), max_size=6), st.lists(GENE).map(tuple), STRANGE
)

MUTATIONS = (
    partial(mut_architecture, sigma=3.0, indpb=0.5, lengthpb=0.5),
    partial(mut_gaussian, sigma=1e300, indpb=0.5),
    partial(mut_gaussian, sigma=0.0, indpb=1.0),
    partial(mut_uniform, max_step=2.5, indpb=0.5),
    partial(mut_hyperparameters, sigma=1e300, indpb=0.9),
    partial(mut_length, lengthpb=1.0),
)
CROSSOVERS = (cx_layers, partial(cx_uniform, indpb=0.5))


def repaired(space: Space, genes: Any) -> list[Any] | None:
    """Repair genes; ``None`` if they were refused."""
    with success_or_one_clear_error():
        space.repair(genes)
        assert space.contains(genes)
        return genes  # type: ignore[no-any-return]
    return None


@fuzz(spaces(), GENES)
def test_genes_are_described_and_made_a_network_or_refused(space: Space, genes: Any) -> None:
    assert space.contains(genes) in (True, False)
    with success_or_one_clear_error():
        space.describe(genes)
    with success_or_one_clear_error():
        assert isinstance(space.spec(genes, 1, 1), NetworkSpec)


@fuzz(spaces(), GENES, GENES, st.integers(0, 2**32))
def test_every_operator_leaves_what_was_repaired_valid(space: Space, one: Any, other: Any, seed: int) -> None:
    rng = random.Random(seed)
    accepted = [genes for genes in (repaired(space, one), repaired(space, other)) if genes is not None]
    for genes in accepted:
        for mutate in MUTATIONS:
            mutate(genes, space=space, rng=rng)
            assert space.contains(genes), mutate
    if len(accepted) == 2 and accepted[0] is not accepted[1]:
        for mate in CROSSOVERS:
            mate(*accepted, space=space, rng=rng)  # type: ignore[operator]
            assert all(space.contains(genes) for genes in accepted), mate


@fuzz(GENES, STRANGE, STRANGE)
def test_an_operator_with_any_rate_leaves_an_individual_valid_or_refuses_the_rate(
    genes: Any, size: Any, probability: Any
) -> None:
    individual = repaired(SMALL, genes)
    if individual is None:
        return
    rate = probability if isinstance(probability, int | float) else 0.5
    for mutate in (
        partial(mut_architecture, sigma=size, indpb=rate, lengthpb=rate),
        partial(mut_gaussian, sigma=size, indpb=rate),
        partial(mut_uniform, max_step=size, indpb=rate),
        partial(mut_hyperparameters, sigma=size, indpb=rate),
    ):
        with success_or_one_clear_error():
            mutate(individual, SMALL)
        assert SMALL.contains(individual)


@fuzz(GENES)
def test_a_problem_decodes_and_describes_genes_or_refuses_them(genes: Any) -> None:
    for problem in (SAMPLING, TRAINING):
        with success_or_one_clear_error():
            problem.decode(genes)
        with success_or_one_clear_error():
            problem.describe(genes)
        with success_or_one_clear_error():
            problem.costs(genes)


@fuzz(st.one_of(st.lists(st.integers(1, 6), max_size=4), GENES), st.sampled_from([SAMPLING, TRAINING]))
def test_a_guarded_evaluation_gives_finite_values_whatever_the_genes(genes: Any, problem: Any) -> None:
    values = Guarded(problem.evaluate, problem.weights)(genes)
    assert len(values) == len(problem.targets)
    assert values.metrics["status"] in ("ok", "failed")


@fuzz(GENES, st.integers(0, 2**64))
def test_a_seed_is_derived_or_refused(genes: Any, seed: int) -> None:
    # What is no JSON value is a mistake of the program, and a TypeError.
    with success_or_one_clear_error(), suppress(TypeError):
        assert derive(seed, genes) == derive(seed, genes)
