"""Crossover of weights: what children have of their parents."""

import random
from typing import Any

import numpy as np
import pytest
from deap import tools
from hypothesis import given
from hypothesis import strategies as st
from networks.strategies import SEEDS, normal_weights
from weight.individuals import CARRIERS, KINDS, SMALL, weights_of

from dlopt_deap.networks import NetworkSpec
from dlopt_deap.weight import cx_blend, cx_layers, cx_neurons, cx_sbx, cx_uniform, layer_of, neuron_of

KIND = st.sampled_from(sorted(KINDS))


class Replay:
    """Stands in for Python's ``random``, with the numbers that another generator draws."""

    def __init__(self, seed: int, size: int) -> None:
        self.random = iter(np.random.default_rng(seed).random(size).tolist()).__next__


def children(cross: Any, kind: str, spec: NetworkSpec, seed: int, /, **settings: Any) -> Any:
    """Give the parents' and the children's weights, each of shape (2, num_weights)."""
    parents = normal_weights(spec, seed, 2)
    mated = cross(*map(KINDS[kind], parents), rng=random.Random(seed), **settings)
    return parents, np.array([weights_of(child) for child in mated])


@given(spec=SMALL, seed=SEEDS, kind=KIND, indpb=st.floats(0, 1))
def test_exchanging_conserves_both_parents_weight_by_weight(
    spec: NetworkSpec, seed: int, kind: str, indpb: float
) -> None:
    for cross, settings in ((cx_uniform, {}), (cx_neurons, {"spec": spec}), (cx_layers, {"spec": spec})):
        parents, mated = children(cross, kind, spec, seed, indpb=indpb, **settings)
        assert np.array_equal(np.sort(mated, axis=0), np.sort(parents, axis=0))


@given(spec=SMALL, seed=SEEDS, kind=KIND)
def test_with_probability_one_the_parents_change_places(spec: NetworkSpec, seed: int, kind: str) -> None:
    for cross, settings in ((cx_uniform, {}), (cx_neurons, {"spec": spec}), (cx_layers, {"spec": spec})):
        parents, mated = children(cross, kind, spec, seed, indpb=1.0, **settings)
        assert np.array_equal(mated, parents[::-1])


@pytest.mark.parametrize(("cross", "groups_of"), [(cx_neurons, neuron_of), (cx_layers, layer_of)])
@given(spec=SMALL, seed=SEEDS, kind=KIND)
def test_whole_neurons_and_whole_layers_are_exchanged(
    cross: Any, groups_of: Any, spec: NetworkSpec, seed: int, kind: str
) -> None:
    parents, mated = children(cross, kind, spec, seed, spec=spec)
    for group in range(groups_of(spec)[-1] + 1):
        chosen = groups_of(spec) == group
        whole = [np.array_equal(mated[0, chosen], parent[chosen]) for parent in parents]
        assert sum(whole) == 1


@pytest.mark.parametrize(("cross", "groups_of", "groups"), [(cx_neurons, neuron_of, 160), (cx_layers, layer_of, 3)])
@pytest.mark.parametrize("indpb", [0.5, 0.2])
def test_groups_are_exchanged_each_on_its_own_with_the_probability_that_was_asked(
    cross: Any, groups_of: Any, groups: int, indpb: float
) -> None:
    spec, rng = NetworkSpec(1, (60, 60), 40, 2), random.Random(1)
    first = np.unique(groups_of(spec), return_index=True)[1]
    exchanged = []
    for _ in range(300):
        one, other = cross(np.zeros(spec.num_weights), np.ones(spec.num_weights), spec, indpb, rng)
        assert np.array_equal(one, 1 - other)
        exchanged.append(one[first])
    assert np.shape(exchanged) == (300, groups)
    assert np.mean(exchanged, axis=0) == pytest.approx(indpb, abs=5 * np.sqrt(indpb * (1 - indpb) / 300))
    assert np.abs(np.corrcoef(exchanged[:300], rowvar=False)[0, 1]) < 5 / np.sqrt(300)


def test_each_weight_is_exchanged_with_the_probability_that_was_asked() -> None:
    for indpb in (0.5, 0.1):
        one, _ = cx_uniform([0.0] * 100_000, [1.0] * 100_000, indpb, random.Random(1))
        assert sum(one) == pytest.approx(100_000 * indpb, abs=5 * np.sqrt(100_000 * indpb * (1 - indpb)))


@given(spec=SMALL, seed=SEEDS, kind=KIND, setting=st.floats(0, 20))
def test_the_mean_of_two_children_is_that_of_their_parents(
    spec: NetworkSpec, seed: int, kind: str, setting: float
) -> None:
    for cross, settings in ((cx_blend, {"alpha": setting}), (cx_sbx, {"eta": setting})):
        parents, mated = children(cross, kind, spec, seed, **settings)
        rounding = 2.0**-23 * np.abs(mated).max(axis=0)
        assert np.all(np.abs(mated.mean(axis=0) - parents.mean(axis=0, dtype=np.float64)) <= rounding)


@given(spec=SMALL, seed=SEEDS, kind=KIND, setting=st.floats(0, 20))
def test_children_of_equal_parents_are_their_parents(spec: NetworkSpec, seed: int, kind: str, setting: float) -> None:
    weights = normal_weights(spec, seed)[0]
    for cross in (cx_blend, cx_sbx):
        for child in cross(KINDS[kind](weights), KINDS[kind](weights), setting):  # type: ignore[operator]
            assert np.array_equal(weights_of(child), weights)


@given(seed=SEEDS, size=st.integers(1, 50), alpha=st.floats(0, 3))
def test_blended_children_are_those_of_deap_given_the_same_random_numbers(seed: int, size: int, alpha: float) -> None:
    parents = np.random.default_rng(seed).normal(size=(2, size)).tolist()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("deap.tools.crossover.random", Replay(seed, size))
        expected = tools.cxBlend(*(list(parent) for parent in parents), alpha)
    mated = cx_blend(*parents, alpha, np.random.default_rng(seed))
    assert np.array(mated) == pytest.approx(np.array(expected), rel=1e-12, abs=1e-12)


@given(seed=SEEDS, size=st.integers(1, 50), eta=st.floats(0, 50))
def test_simulated_binary_children_are_those_of_deap_given_the_same_random_numbers(
    seed: int, size: int, eta: float
) -> None:
    parents = np.random.default_rng(seed).normal(size=(2, size)).tolist()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("deap.tools.crossover.random", Replay(seed, size))
        expected = tools.cxSimulatedBinary(*(list(parent) for parent in parents), eta)
    mated = cx_sbx(*parents, eta, np.random.default_rng(seed))
    # A child far outside comes from a draw next to 1, where the size of a rounding is that of the child.
    assert np.array(mated) == pytest.approx(np.array(expected), rel=1e-12, abs=1e-12 * np.abs(expected).max())


def test_blended_children_fill_the_interval_evenly_and_never_leave_it() -> None:
    one, other = cx_blend(np.zeros(100_000), np.ones(100_000), alpha=0.5, rng=random.Random(1))
    for child in (one, other):
        assert child.min() >= -0.5
        assert child.max() <= 1.5
        assert np.histogram(child, bins=10, range=(-0.5, 1.5))[0] == pytest.approx(10_000, abs=500)


@pytest.mark.parametrize("eta", [0, 2, 15])
def test_simulated_binary_children_lie_between_their_parents_half_of_the_time(eta: float) -> None:
    one, _ = cx_sbx(np.zeros(100_000), np.ones(100_000), eta, random.Random(1))
    assert ((one > 0) & (one < 1)).mean() == pytest.approx(0.5, abs=0.01)
    # The spread, within, has the distribution function spread ** (eta + 1) / 2.
    within = np.abs(1 - 2 * one)[(one > 0) & (one < 1)]
    assert np.median(within) == pytest.approx(0.5 ** (1 / (eta + 1)), abs=0.01)


@pytest.mark.parametrize("kind", CARRIERS)
@pytest.mark.parametrize("name", ["cx_uniform", "cx_blend", "cx_sbx", "cx_neurons", "cx_layers"])
def test_a_step_size_stays_with_its_individual(name: str, kind: str) -> None:
    spec = NetworkSpec(1, (2,), 1, 2)
    one, other = map(KINDS[kind], normal_weights(spec, 1, 2))
    one.sigma, other.sigma = 0.1, 0.2
    mate = {
        "cx_uniform": lambda: cx_uniform(one, other),
        "cx_blend": lambda: cx_blend(one, other, 0.5),
        "cx_sbx": lambda: cx_sbx(one, other, 2),
        "cx_neurons": lambda: cx_neurons(one, other, spec),
        "cx_layers": lambda: cx_layers(one, other, spec),
    }[name]
    mate()
    assert (one.sigma, other.sigma) == (0.1, 0.2)
