"""Mutation of weights: what changes, and by how much."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from deap import base
from hypothesis import given
from hypothesis import strategies as st
from networks.strategies import SEEDS, normal_weights
from numpy.typing import NDArray
from weight.individuals import CARRIERS, KINDS, SMALL, weights_of

from dlopt_deap.errors import SettingError
from dlopt_deap.networks import NetworkSpec
from dlopt_deap.weight import (
    layer_of,
    mut_gaussian,
    mut_gaussian_per_layer,
    mut_layer,
    mut_neurons,
    mut_reset,
    mut_self_adaptive,
    neuron_of,
)

WIDE = NetworkSpec(1, (60, 60), 40, 2)
"""Layers of 14,880, 29,040 and 2,440 weights: their standard deviations are within 6 % of the truth."""

vector = KINDS["creator-vector"]


def steps(individual: Any, before: Any) -> NDArray[np.float64]:
    return weights_of(individual) - weights_of(before)


def test_gaussian_steps_have_mean_zero_and_the_sigma_that_was_asked() -> None:
    (individual,) = mut_gaussian([5.0] * 100_000, sigma=0.3, rng=random.Random(1))
    assert np.mean(individual) == pytest.approx(5.0, abs=5 * 0.3 / np.sqrt(100_000))
    assert np.std(individual) == pytest.approx(0.3, rel=0.02)


def test_each_weight_takes_a_gaussian_step_with_the_probability_that_was_asked() -> None:
    (individual,) = mut_gaussian([0.0] * 100_000, sigma=0.3, indpb=0.2, rng=random.Random(1))
    assert np.count_nonzero(individual) == pytest.approx(20_000, abs=5 * np.sqrt(100_000 * 0.2 * 0.8))
    assert np.std([step for step in individual if step]) == pytest.approx(0.3, rel=0.03)


@pytest.mark.parametrize("as_given", [list, tuple, np.array])
def test_one_sigma_a_weight_is_the_size_of_the_step_of_that_weight(as_given: Callable[..., Any]) -> None:
    sigma = [0.01, 1.0] * 50_000
    for individual in (
        mut_gaussian(np.zeros(100_000), as_given(sigma), rng=random.Random(1))[0],
        mut_reset(np.ones(100_000), as_given(sigma), indpb=1.0, rng=random.Random(1))[0],
    ):
        assert individual[::2].std() == pytest.approx(0.01, rel=0.03)
        assert individual[1::2].std() == pytest.approx(1.0, rel=0.03)


@pytest.mark.parametrize(
    ("sigma", "message"),
    [
        ([1.0, 1.0], r"`sigma` must be one number, or 3 numbers, one a weight, got the shape \(2,\)\."),
        ([[1.0, 1.0, 1.0]], r"one a weight, got the shape \(1, 3\)\."),
        ([1.0, 0.0, -1.0], r"`sigma\[1\]` must be a finite number above 0.0, got 0.0\."),
        ([1.0, 1.0, np.nan], r"`sigma\[2\]` must be a finite number above 0.0, got nan\."),
        ([np.inf, 1.0, 1.0], r"`sigma\[0\]` must be a finite number above 0.0, got inf\."),
        ([1.0, 1.0, "a"], "`sigma` must be an array of real numbers, got"),
    ],
)
def test_a_wrong_sigma_of_a_weight_is_refused_with_its_place(sigma: Any, message: str) -> None:
    individual = [0.0, 0.0, 0.0]
    with pytest.raises(SettingError, match=message):
        mut_gaussian(individual, sigma)
    assert individual == [0.0, 0.0, 0.0]


def test_steps_per_layer_have_the_sigma_of_their_layer() -> None:
    sigma = (0.01, 0.5, 3.0)
    (individual,) = mut_gaussian_per_layer(np.zeros(WIDE.num_weights), WIDE, sigma, rng=random.Random(1))
    for layer in range(3):
        assert individual[layer_of(WIDE) == layer].std() == pytest.approx(sigma[layer], rel=0.06)


def test_a_wrong_sigma_of_a_layer_is_refused_with_its_place() -> None:
    individual = np.zeros(WIDE.num_weights)
    with pytest.raises(SettingError, match=r"`sigma` must be one number, or 3 numbers for the layers \(60, 60, 40\)"):
        mut_gaussian_per_layer(individual, WIDE, [0.1, 0.2])
    with pytest.raises(SettingError, match=r"`sigma\[1\]` must be a finite number above 0.0, got 0\."):
        mut_gaussian_per_layer(individual, WIDE, [0.1, 0, 0.2])
    assert not individual.any()


def test_weights_that_are_drawn_anew_forget_what_they_were() -> None:
    before = np.full(100_000, 1e6)
    (individual,) = mut_reset(before.copy(), scale=0.5, indpb=0.3, rng=random.Random(1))
    changed = individual != before
    assert changed.sum() == pytest.approx(30_000, abs=5 * np.sqrt(100_000 * 0.3 * 0.7))
    assert individual[changed].mean() == pytest.approx(0, abs=5 * 0.5 / np.sqrt(30_000))
    assert individual[changed].std() == pytest.approx(0.5, rel=0.03)


def test_a_weight_of_zero_is_drawn_anew_as_often_as_any_other() -> None:
    (individual,) = mut_reset([0.0] * 1000, scale=0.5, indpb=0.1, rng=random.Random(1))
    assert 0 < np.count_nonzero(individual) < 200


@given(spec=SMALL, seed=SEEDS, indpb=st.floats(0, 1), kind=st.sampled_from(sorted(KINDS)))
def test_a_neuron_changes_in_all_weights_that_feed_into_it_or_in_none(
    spec: NetworkSpec, seed: int, indpb: float, kind: str
) -> None:
    individual = KINDS[kind](normal_weights(spec, seed)[0])
    mut_neurons(individual, spec, sigma=0.5, indpb=indpb, rng=random.Random(seed))
    changed = weights_of(individual) != normal_weights(spec, seed)[0]
    for neuron in range(sum(spec.units) + spec.outputs):
        assert len(set(changed[neuron_of(spec) == neuron])) == 1


def test_each_neuron_changes_with_the_probability_and_the_sigma_that_were_asked() -> None:
    rng, share, sizes = random.Random(1), [], []
    for _ in range(40):
        (individual,) = mut_neurons(np.zeros(WIDE.num_weights), WIDE, sigma=0.2, indpb=0.25, rng=rng)
        share.append(len(set(neuron_of(WIDE)[individual != 0])) / 160)
        sizes.append(individual[individual != 0].std())
    assert np.mean(share) == pytest.approx(0.25, abs=5 * np.sqrt(0.25 * 0.75 / 160 / 40))
    assert np.mean(sizes) == pytest.approx(0.2, rel=0.01)


@given(spec=SMALL, seed=SEEDS, kind=st.sampled_from(sorted(KINDS)))
def test_exactly_one_layer_changes_and_it_changes_whole(spec: NetworkSpec, seed: int, kind: str) -> None:
    individual = KINDS[kind](normal_weights(spec, seed)[0])
    mut_layer(individual, spec, sigma=0.5, rng=random.Random(seed))
    changed = weights_of(individual) != normal_weights(spec, seed)[0]
    assert len(set(layer_of(spec)[changed])) == 1
    assert np.array_equal(changed, np.isin(layer_of(spec), layer_of(spec)[changed]))


def test_every_layer_is_equally_likely_to_change_with_the_sigma_that_was_asked() -> None:
    rng, layers, sizes = random.Random(1), Counter[int](), []
    for _ in range(600):
        (individual,) = mut_layer(np.zeros(WIDE.num_weights), WIDE, sigma=0.2, rng=rng)
        layers[int(layer_of(WIDE)[individual.nonzero()[0][0]])] += 1
        sizes.append(individual[individual != 0].std())
    assert set(layers) == {0, 1, 2}
    assert all(count == pytest.approx(200, abs=5 * np.sqrt(600 * 2 / 9)) for count in layers.values())
    assert np.mean(sizes) == pytest.approx(0.2, rel=0.01)


@pytest.mark.parametrize("kind", CARRIERS)
def test_an_individual_carries_its_step_size_and_its_clone_does_too(kind: str) -> None:
    individual = KINDS[kind](normal_weights(WIDE, 1)[0])
    mut_self_adaptive(individual, sigma=0.1, rng=random.Random(1))
    first = individual.sigma
    assert isinstance(first, float)
    assert base.Toolbox().clone(individual).sigma == first
    mut_self_adaptive(individual, sigma=99.0, rng=random.Random(2))
    assert individual.sigma != first
    assert individual.sigma == pytest.approx(first, rel=0.1)


def test_the_weights_take_steps_of_the_size_that_the_individual_carries_then() -> None:
    individual = vector(np.zeros(100_000))
    mut_self_adaptive(individual, sigma=0.1, tau=1.0, rng=random.Random(1))
    assert individual.sigma != pytest.approx(0.1, rel=0.05)
    assert np.asarray(individual).std() == pytest.approx(individual.sigma, rel=0.02)


@pytest.mark.parametrize(("tau", "spread"), [(None, 0.25), (0.6, 0.6)])
def test_the_logarithm_of_a_step_size_changes_by_a_normal_step_of_tau(tau: float | None, spread: float) -> None:
    rng, logs = random.Random(1), []
    for _ in range(4000):
        individual = vector(np.zeros(16))
        mut_self_adaptive(individual, sigma=0.1, tau=tau, rng=rng)
        logs.append(np.log(individual.sigma / 0.1))
    assert np.mean(logs) == pytest.approx(0, abs=5 * spread / np.sqrt(4000))
    assert np.std(logs) == pytest.approx(spread, rel=0.06)


def test_a_step_size_never_falls_below_the_least_nor_overflows() -> None:
    individual = vector(np.zeros(4))
    for seed in range(200):
        mut_self_adaptive(individual, sigma=0.1, tau=50.0, min_sigma=0.03, rng=random.Random(seed))
        assert 0.03 <= individual.sigma <= np.finfo(np.float32).max


def test_a_class_of_the_creator_may_declare_its_step_size_as_unknown() -> None:
    individual = vector(np.zeros(4))
    individual.sigma = None
    mut_self_adaptive(individual, sigma=0.1, rng=random.Random(1))
    assert 0.01 < individual.sigma < 1.0


@pytest.mark.parametrize("own", [0.0, -1.0, np.nan, "0.1"])
def test_a_step_size_of_an_individual_that_is_not_positive_and_finite_is_refused(own: Any) -> None:
    individual = vector(np.zeros(4))
    individual.sigma = own
    with pytest.raises(SettingError, match=r"`individual.sigma` must be a finite number above 0.0, got"):
        mut_self_adaptive(individual, sigma=0.1)
    assert not individual.any()


@pytest.mark.parametrize(("plain", "name"), [([0.0], "list"), (np.zeros(1), "ndarray")])
def test_an_individual_that_cannot_carry_a_step_size_is_refused_and_untouched(plain: Any, name: str) -> None:
    with pytest.raises(SettingError, match=f"attribute `sigma`, which a {name} does not take; use `Solution`, or"):
        mut_self_adaptive(plain, sigma=0.1)
    assert plain[0] == 0
