"""Differential evolution."""

import random
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlopt_deap.errors import SettingError
from dlopt_deap.weight.strategies import DifferentialEvolution
from dlopt_deap.weight.strategies.differential_evolution import distinct_others
from dlopt_deap.weight.strategies.strategy import FAILED

START = np.array([1.0, -2.0, 3.0])


def begun(losses: Any, **settings: Any) -> tuple[DifferentialEvolution, np.ndarray]:
    """A strategy after its first generation, and its population."""
    strategy = DifferentialEvolution(START, population_size=len(losses), **settings)
    population = strategy.ask(random.Random(1))
    strategy.tell(population, losses)
    return strategy, population


@given(st.integers(4, 12), st.integers(1, 3), st.integers(0, 2**32))
def test_others_differ_from_their_position_and_from_each_other(count: int, others: int, seed: int) -> None:
    drawn = distinct_others(count, others, np.random.default_rng(seed))
    assert drawn.shape == (count, others)
    for position, row in enumerate(drawn.tolist()):
        assert len({position, *row}) == others + 1
        assert all(0 <= one < count for one in row)


def test_every_choice_of_others_is_equally_likely() -> None:
    generator, choices = np.random.default_rng(1), Counter()
    for _ in range(6_000):
        choices[tuple(distinct_others(5, 3, generator)[2].tolist())] += 1
    assert len(choices) == 4 * 3 * 2
    assert min(choices.values()) > 190
    assert max(choices.values()) < 310


def test_the_first_generation_is_the_start_vector_and_others_about_it() -> None:
    strategy = DifferentialEvolution(np.full(500, 3.0), sigma=0.2, population_size=20)
    vectors = strategy.ask(random.Random(1))
    assert (vectors[0] == 3.0).all()
    assert (vectors[1:] - 3.0).std() == pytest.approx(0.2, rel=0.03)


@pytest.mark.parametrize("variant", ["rand/1/bin", "best/1/bin", "current-to-best/1/bin"])
def test_a_trial_is_the_formula_of_its_variant(variant: str) -> None:
    strategy, population = begun(
        [5.0, 3.0, 1.0, 4.0], variant=variant, differential_weight=0.7, crossover_probability=1.0
    )
    best = population[2]
    for parent, trial in zip(population, strategy.ask(random.Random(2)), strict=True):
        bases = {
            "rand/1/bin": population,
            "best/1/bin": [best],
            "current-to-best/1/bin": [parent + 0.7 * (best - parent)],
        }[variant]
        others = [one for one in population if one is not parent]
        mutants = [
            base + 0.7 * (one - other) for base in bases for one in others for other in others if one is not other
        ]
        assert min(np.abs(trial - mutant).max() for mutant in mutants) < 1e-12


def test_without_crossover_exactly_one_weight_comes_from_the_mutant() -> None:
    strategy, population = begun([5.0, 3.0, 1.0, 4.0, 2.0], crossover_probability=0.0)
    changed = Counter()
    rng = random.Random(3)
    for _ in range(300):
        differs = strategy.ask(rng) != population
        assert (differs.sum(axis=1) == 1).all()
        changed.update(np.nonzero(differs)[1].tolist())
    assert min(changed.values()) > 400


def test_the_share_of_weights_from_the_mutant_is_the_crossover_probability() -> None:
    strategy = DifferentialEvolution(np.zeros(2_000), population_size=10, crossover_probability=0.3)
    population = strategy.ask(random.Random(1))
    strategy.tell(population, np.arange(10.0))
    assert (strategy.ask(random.Random(2)) != population).mean() == pytest.approx(0.3, abs=0.02)


def test_a_trial_replaces_its_parent_if_it_is_no_worse() -> None:
    strategy, population = begun([5.0, 3.0, 1.0, 4.0])
    trials = strategy.ask(random.Random(2))
    strategy.tell(trials, [4.9, 3.0, 1.1, FAILED])
    state = strategy.state_dict()
    assert np.array_equal(state["population"], [trials[0], trials[1], population[2], population[3]])
    assert state["losses"].tolist() == [4.9, 3.0, 1.0, 4.0]


def test_a_failed_trial_never_replaces_its_parent_even_if_that_failed_too() -> None:
    strategy, population = begun([FAILED, FAILED, FAILED, 1.0])
    strategy.tell(strategy.ask(random.Random(2)), [FAILED, FAILED, FAILED, FAILED])
    assert np.array_equal(strategy.state_dict()["population"], population)


def test_vectors_are_kept_as_they_were_evaluated() -> None:
    strategy = DifferentialEvolution(START, population_size=4)
    clipped = strategy.ask(random.Random(1)).clip(-0.5, 0.5).astype(np.float32)
    strategy.tell(clipped, [1.0, 2.0, 3.0, 4.0])
    assert np.array_equal(strategy.state_dict()["population"], clipped)


def test_the_centroid_is_the_best_vector_so_far() -> None:
    strategy = DifferentialEvolution(START, population_size=4)
    assert np.array_equal(strategy.centroid, START)
    population = strategy.ask(random.Random(1))
    assert np.array_equal(strategy.centroid, START)
    strategy.tell(population, [5.0, 3.0, 1.0, 4.0])
    assert np.array_equal(strategy.centroid, population[2])
    trials = strategy.ask(random.Random(2))
    strategy.tell(trials, [0.5, 9.0, 9.0, 9.0])
    assert np.array_equal(strategy.centroid, trials[0])


@pytest.mark.parametrize(("variant", "least"), [("rand/1/bin", 4), ("best/1/bin", 3), ("current-to-best/1/bin", 3)])
def test_the_least_population_works_and_a_smaller_one_is_refused_with_the_reason(variant: str, least: int) -> None:
    begun(np.arange(least), variant=variant)[0].ask()
    for size in (0, 1, least - 1):
        with pytest.raises(
            SettingError, match=rf"at least {least} for the variant '{variant}', which needs {least - 1} .*, got {size}"
        ):
            DifferentialEvolution(START, population_size=size, variant=variant)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("differential_weight", 0.0, "`differential_weight` must be a finite number above 0.0, got 0.0"),
        ("differential_weight", 2.1, "`differential_weight` must be"),
        ("crossover_probability", 1.1, r"`crossover_probability` must be a finite number in \[0.0, 1.0\], got 1.1"),
        ("crossover_probability", np.nan, "`crossover_probability` must be"),
        ("variant", "rand/2/bin", "got 'rand/2/bin'; did you mean 'rand/1/bin'"),
    ],
)
def test_a_setting_outside_of_its_range_is_refused(name: str, value: Any, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        DifferentialEvolution(START, **{name: value})
