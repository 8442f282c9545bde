"""What all mutations and crossovers of weights have in common."""

import copy
import itertools
import random
from array import array
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks.strategies import SEEDS, normal_weights
from weight.individuals import KINDS, SMALL, weights_of

from dlopt_deap.core import Solution
from dlopt_deap.errors import SettingError
from dlopt_deap.networks import NetworkSpec
from dlopt_deap.seeding import random_state
from dlopt_deap.weight import (
    cx_blend,
    cx_layers,
    cx_neurons,
    cx_sbx,
    cx_uniform,
    mut_gaussian,
    mut_gaussian_per_layer,
    mut_layer,
    mut_neurons,
    mut_reset,
    mut_self_adaptive,
)

SPEC = NetworkSpec(1, (3, 2), 1, 4)
LARGEST = np.finfo(np.float32).max


class Carrier(list[float]):
    """A list that takes attributes, for the one mutation that needs it."""


def no_spec(operator: Callable[..., Any]) -> Callable[..., Any]:
    """Let an operator that needs no network be called like those that do."""

    def run(*individuals: Any, spec: NetworkSpec, **settings: Any) -> Any:
        return operator(*individuals, **settings)

    return run


MUTATIONS: dict[str, Callable[..., Any]] = {
    "mut_gaussian": no_spec(partial(mut_gaussian, sigma=0.3, indpb=0.7)),
    "mut_gaussian_per_layer": partial(mut_gaussian_per_layer, sigma=0.3, indpb=0.7),
    "mut_self_adaptive": no_spec(partial(mut_self_adaptive, sigma=0.3, indpb=0.7)),
    "mut_reset": no_spec(partial(mut_reset, scale=0.3, indpb=0.7)),
    "mut_neurons": partial(mut_neurons, sigma=0.3, indpb=0.7),
    "mut_layer": partial(mut_layer, sigma=0.3),
}
CROSSOVERS: dict[str, Callable[..., Any]] = {
    "cx_uniform": no_spec(cx_uniform),
    "cx_blend": no_spec(partial(cx_blend, alpha=0.5)),
    "cx_sbx": no_spec(partial(cx_sbx, eta=2)),
    "cx_neurons": cx_neurons,
    "cx_layers": cx_layers,
}
OPERATORS = MUTATIONS | CROSSOVERS
EXTREME: dict[str, Callable[..., Any]] = {
    "mut_gaussian": no_spec(partial(mut_gaussian, sigma=1e308)),
    "mut_gaussian_per_layer": partial(mut_gaussian_per_layer, sigma=1e308),
    "mut_self_adaptive": no_spec(partial(mut_self_adaptive, sigma=1e300, tau=1e300)),
    "mut_reset": no_spec(partial(mut_reset, scale=1e308, indpb=1.0)),
    "mut_neurons": partial(mut_neurons, sigma=1e308, indpb=1.0),
    "mut_layer": partial(mut_layer, sigma=1e308),
    "cx_uniform": no_spec(cx_uniform),
    "cx_blend": no_spec(partial(cx_blend, alpha=1e38)),
    "cx_sbx": no_spec(partial(cx_sbx, eta=0)),
    "cx_neurons": cx_neurons,
    "cx_layers": cx_layers,
}


def individuals(name: str, make: Callable[..., Any], weights: Any) -> list[Any]:
    """Make one individual for a mutation, two for a crossover."""
    made = [make(row) for row in weights[: 1 if name in MUTATIONS else 2]]
    # A plain list or array takes no attribute: for the mutation that needs one, the nearest class that does stands in.
    if name == "mut_self_adaptive" and type(made[0]) is list:
        return [Carrier(made[0])]
    return [KINDS["creator-vector"](made[0])] if name == "mut_self_adaptive" and type(made[0]) is np.ndarray else made


@pytest.mark.parametrize("name", OPERATORS)
@given(kind=st.sampled_from(sorted(KINDS)), spec=SMALL, seed=SEEDS)
def test_an_operator_works_in_place_and_keeps_class_length_and_type_of_the_numbers(
    name: str, kind: str, spec: NetworkSpec, seed: int
) -> None:
    given_ = individuals(name, KINDS[kind], normal_weights(spec, seed, 2))
    before = [(type(one), type(one[0]), getattr(one[:], "dtype", None)) for one in given_]
    outcome = OPERATORS[name](*given_, spec=spec, rng=random.Random(seed))
    assert isinstance(outcome, tuple)
    assert len(outcome) == len(given_)
    assert all(one is other for one, other in zip(outcome, given_, strict=True))
    assert [(type(one), type(one[0]), getattr(one[:], "dtype", None)) for one in outcome] == before
    assert [len(one) for one in outcome] == [spec.num_weights] * len(given_)


@pytest.mark.parametrize("name", OPERATORS)
@given(kind=st.sampled_from(sorted(KINDS)), spec=SMALL, seed=SEEDS)
def test_the_kind_of_the_individual_changes_nothing_but_the_precision(
    name: str, kind: str, spec: NetworkSpec, seed: int
) -> None:
    def run(make: Callable[..., Any]) -> Any:
        given_ = individuals(name, make, normal_weights(spec, seed, 2))
        return [weights_of(one).astype(np.float32) for one in OPERATORS[name](*given_, spec=spec, rng=rng())]

    def rng() -> random.Random:
        return random.Random(seed)

    assert np.array_equal(run(KINDS[kind]), run(KINDS["list"]))


@pytest.mark.parametrize("make", [list, partial(Solution, weights=(-1,))])
@pytest.mark.parametrize("name", OPERATORS)
def test_a_list_holds_plain_floats_afterwards(name: str, make: Callable[..., Any]) -> None:
    given_ = individuals(name, lambda weights: make(weights.tolist()), np.zeros((2, SPEC.num_weights)))
    for one in OPERATORS[name](*given_, spec=SPEC):
        assert {type(weight) for weight in one} == {float}


@pytest.mark.parametrize("kind", ["list", "creator-vector", "creator-fit-array", "float16"])
@pytest.mark.parametrize("name", OPERATORS)
@given(seed=SEEDS)
@settings(max_examples=15)
def test_weights_that_overflow_become_the_largest_and_nothing_is_infinite(name: str, kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.choice(np.array([-LARGEST, -1, 0, 1, LARGEST], np.float32), (2, SPEC.num_weights))
    make, largest = KINDS.get(kind), float(LARGEST)
    if make is None:
        largest = float(np.finfo(np.float16).max)
        weights = np.clip(weights, -largest, largest).astype(np.float16)
        make = KINDS["creator-vector"]
    for one in EXTREME[name](*individuals(name, make, weights), spec=SPEC, rng=rng):
        assert np.isfinite(weights_of(one)).all()
        assert np.abs(weights_of(one)).max() <= largest


@pytest.mark.parametrize("name", OPERATORS)
def test_weights_that_are_not_finite_give_no_warning_and_spoil_no_other(name: str) -> None:
    weights = normal_weights(SPEC, 1, 2).astype(np.float64)
    weights[:, :4] = [[np.inf, np.nan, -np.inf, 1e308], [np.inf, 1.0, np.inf, -1e308]]
    for seed, operators in itertools.product(range(20), (OPERATORS, EXTREME)):
        for one in operators[name](*individuals(name, Carrier, weights), spec=SPEC, rng=random.Random(seed)):
            assert np.isfinite(one[3:]).all()


@pytest.mark.parametrize("name", OPERATORS)
def test_an_operator_draws_from_the_rng_that_it_is_given_and_from_no_other(name: str) -> None:
    def run(rng: Any) -> Any:
        given_ = individuals(name, Carrier, normal_weights(SPEC, 1, 2))
        return [list(one) for one in OPERATORS[name](*given_, spec=SPEC, rng=rng)]

    state = random_state()
    for make in (random.Random, np.random.default_rng):
        assert all(run(make(seed)) == run(make(seed)) for seed in range(20))
        assert len({str(run(make(seed))) for seed in range(20)}) > 1
    assert random_state() == state


@pytest.mark.parametrize("name", OPERATORS)
def test_an_operator_that_is_given_no_rng_draws_from_python_s_stream(name: str) -> None:
    def run() -> Any:
        given_ = individuals(name, Carrier, normal_weights(SPEC, 1, 2))
        return [list(one) for one in OPERATORS[name](*given_, spec=SPEC)]

    random.seed(5)
    first, second = run(), run()
    random.seed(5)
    assert [run(), run()] == [first, second]
    assert first != second


@pytest.mark.parametrize("name", sorted(set(OPERATORS) - {"mut_layer", "cx_blend", "cx_sbx"}))
@pytest.mark.parametrize("kind", KINDS)
def test_with_probability_zero_no_weight_changes(name: str, kind: str) -> None:
    weights = normal_weights(SPEC, 1, 2)
    for one, before in zip(
        OPERATORS[name](*individuals(name, KINDS[kind], weights), spec=SPEC, indpb=0.0), weights, strict=False
    ):
        assert np.array_equal(weights_of(one), before)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", OPERATORS)
def test_copies_of_an_individual_are_not_touched(name: str, kind: str) -> None:
    given_ = individuals(name, KINDS[kind], normal_weights(SPEC, 1, 2))
    copies = copy.deepcopy(given_)
    OPERATORS[name](*given_, spec=SPEC)
    assert [weights_of(one).tolist() for one in copies] == normal_weights(SPEC, 1, 2).tolist()[: len(copies)]


@pytest.mark.parametrize("name", OPERATORS)
def test_a_fitness_is_left_to_the_algorithm(name: str) -> None:
    given_ = individuals(name, KINDS["creator-fit-vector"], normal_weights(SPEC, 1, 2))
    for one in given_:
        one.fitness.values = (0.5,)
    assert all(one.fitness.values == (0.5,) for one in OPERATORS[name](*given_, spec=SPEC))


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.zeros(SPEC.num_weights, int), "must hold floating-point numbers, got an array of int64; make it a float32"),
        (array("i", range(SPEC.num_weights)), "must hold floating-point numbers, got an array of int32"),
        (np.zeros((1, SPEC.num_weights)), r"must be a vector of at least one weight, got the shape \(1, 111\)"),
        ([], r"must be a vector of at least one weight, got the shape \(0,\)"),
        (["a"] * SPEC.num_weights, r"`individual` must be an array of real numbers, got \['a'"),
    ],
)
def test_what_is_no_vector_of_real_numbers_is_refused(name: str, weights: Any, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        OPERATORS[name](*[weights] * (1 if name in MUTATIONS else 2), spec=SPEC)


@pytest.mark.parametrize("name", ["mut_gaussian_per_layer", "mut_neurons", "mut_layer", "cx_neurons", "cx_layers"])
@pytest.mark.parametrize("length", [SPEC.num_weights - 1, SPEC.num_weights + 1])
def test_a_vector_of_another_length_than_the_network_s_is_refused_and_untouched(name: str, length: int) -> None:
    given_ = [np.zeros(SPEC.num_weights), np.zeros(length)][1 if name in MUTATIONS else 0 :]
    with pytest.raises(SettingError, match=f"must hold 111 weights for NetworkSpec.*, got {length}"):
        OPERATORS[name](*given_, spec=SPEC)
    assert not any(one.any() for one in given_)


@pytest.mark.parametrize("name", ["cx_uniform", "cx_blend", "cx_sbx"])
def test_parents_of_different_lengths_are_refused_and_untouched(name: str) -> None:
    one, other = [1.0, 2.0], [3.0]
    with pytest.raises(SettingError, match=r"the same number of weights, got 2 and 1; mate networks of one"):
        OPERATORS[name](one, other, spec=SPEC)
    assert (one, other) == ([1.0, 2.0], [3.0])


@pytest.mark.parametrize("name", sorted(set(OPERATORS) - {"mut_layer", "cx_blend", "cx_sbx"}))
@pytest.mark.parametrize("indpb", [-0.1, 1.5, np.nan, "0.5", None, True])
def test_what_is_no_probability_is_refused_and_changes_nothing(name: str, indpb: Any) -> None:
    given_ = individuals(name, Carrier, np.zeros((2, SPEC.num_weights)))
    with pytest.raises(SettingError, match=r"`indpb` must be a finite number in \[0.0, 1.0\], got"):
        OPERATORS[name](*given_, spec=SPEC, indpb=indpb)
    assert not np.any(given_)
    assert not hasattr(given_[0], "sigma")


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("mut_gaussian", "sigma"),
        ("mut_gaussian_per_layer", "sigma"),
        ("mut_self_adaptive", "sigma"),
        ("mut_self_adaptive", "min_sigma"),
        ("mut_reset", "scale"),
        ("mut_neurons", "sigma"),
        ("mut_layer", "sigma"),
    ],
)
@pytest.mark.parametrize("value", [0, -1.0, np.inf, np.nan, "1", None, True])
def test_a_standard_deviation_that_is_not_positive_and_finite_is_refused(name: str, setting: str, value: Any) -> None:
    given_ = individuals(name, Carrier, np.zeros((2, SPEC.num_weights)))
    with pytest.raises(SettingError, match=f"`{setting}` must be a finite number above 0.0, got"):
        OPERATORS[name](*given_, spec=SPEC, **{setting: value})
    assert not np.any(given_)


@pytest.mark.parametrize(("name", "setting"), [("cx_blend", "alpha"), ("cx_sbx", "eta"), ("mut_self_adaptive", "tau")])
@pytest.mark.parametrize("value", [-1e-9, np.inf, np.nan, "1"])
def test_a_setting_that_is_negative_or_not_finite_is_refused(name: str, setting: str, value: Any) -> None:
    with pytest.raises(SettingError, match=f"`{setting}` must be a finite number .*, got"):
        OPERATORS[name](*individuals(name, Carrier, np.zeros((2, SPEC.num_weights))), spec=SPEC, **{setting: value})


@given(st.data())
@settings(max_examples=30)
@pytest.mark.parametrize("name", OPERATORS)
def test_networks_of_every_cell_keep_finite_weights_finite(name: str, data: st.DataObject) -> None:
    spec, seed = data.draw(SMALL), data.draw(SEEDS)
    for one in OPERATORS[name](*individuals(name, Carrier, normal_weights(spec, seed, 2)), spec=spec):
        assert np.isfinite(one).all()
