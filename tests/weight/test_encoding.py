"""Which vectors a search may make, and which it begins with."""

import json
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks.strategies import SEEDS
from weight.cases import SPEC, problem

from dlopt_deap.errors import SettingError
from dlopt_deap.networks import NetworkSpec, initial_weights
from dlopt_deap.weight import Encoding, layer_of

COUNT = SPEC.num_weights
LARGEST = np.finfo(np.float32).max
DEEP = NetworkSpec(1, (3, 2), 1, look_back=3)


@given(SEEDS)
def test_first_vectors_are_those_of_the_initializer(seed: int) -> None:
    drawn = Encoding(SPEC, initializer="uniform").draw(random.Random(seed))
    expected = initial_weights(SPEC, "uniform", random.Random(seed).getrandbits(128))
    assert drawn.dtype == np.float32
    assert drawn.tolist() == expected.tolist()


def test_the_initializers_differ_and_so_do_two_draws() -> None:
    draws = [Encoding(SPEC, initializer=name).draw(random.Random(1)) for name in ("keras", "uniform")]
    draws.append(Encoding(SPEC).draw(random.Random(2)))
    assert len({draw.tobytes() for draw in draws}) == 3


def test_vectors_around_a_start_have_its_mean_and_the_spread() -> None:
    start = np.linspace(-1, 1, COUNT)
    encoding = Encoding(SPEC, start=start, spread=0.5)
    draws = np.array([encoding.draw() for _ in range(2000)])
    np.testing.assert_allclose(draws.mean(axis=0), start, atol=0.06)  # five standard errors
    np.testing.assert_allclose(draws.std(axis=0), 0.5, rtol=0.1)


def test_without_spread_every_vector_is_the_start() -> None:
    start = np.linspace(-1, 1, COUNT, dtype=np.float32)
    assert Encoding(SPEC, start=start, spread=0.0).draw().tolist() == start.tolist()


def test_a_start_that_its_owner_changes_afterwards_changes_no_draw() -> None:
    start = np.zeros(COUNT, np.float32)
    encoding = Encoding(SPEC, start=start, spread=0.0)
    before = encoding.to_dict()
    start[:] = 7
    assert encoding.draw().tolist() == [0.0] * COUNT
    assert encoding.to_dict() == before


@pytest.mark.parametrize("start", [None, np.full(COUNT, 5.0)])
def test_first_vectors_lie_within_the_bounds(start: Any) -> None:
    encoding = Encoding(SPEC, bounds=(-0.05, 0.02), start=start)
    drawn = np.array([encoding.draw() for _ in range(20)])
    assert drawn.min() >= np.float32(-0.05)
    assert drawn.max() <= np.float32(0.02)


def test_bounds_of_each_layer_hold_for_its_weights_alone() -> None:
    encoding = Encoding(DEEP, bounds=[(-1, 1), (-2, 0.5), (0.25, 3)])
    layers = layer_of(DEEP)
    high = encoding.repair(np.full(DEEP.num_weights, 99, np.float32))
    low = encoding.repair(np.full(DEEP.num_weights, -99, np.float32))
    assert high.tolist() == [[1, 0.5, 3][layer] for layer in layers]
    assert low.tolist() == [[-1, -2, 0.25][layer] for layer in layers]


def test_two_pairs_for_two_layers_are_no_pair_for_all() -> None:
    low, high = Encoding(SPEC, bounds=((-1, 1), (-3, 2))).limits
    assert (low[0], high[0], low[-1], high[-1]) == (-1, 1, -3, 2)
    low, high = Encoding(SPEC, bounds=[(-1, 1)]).limits
    assert (set(low), set(high)) == ({-1}, {1})


def test_what_is_no_number_becomes_the_middle_of_the_bounds() -> None:
    vector = np.full(COUNT, np.nan, np.float32)
    assert set(Encoding(SPEC, bounds=(1, 2)).repair(vector.copy())) == {1.5}
    assert set(Encoding(SPEC).repair(vector)) == {0.0}


def test_without_bounds_infinite_weights_become_the_largest_numbers_and_others_stay() -> None:
    vector = np.zeros(COUNT, np.float32)
    vector[:3] = np.inf, -np.inf, 1e30
    assert Encoding(SPEC).repair(vector)[:4].tolist() == [LARGEST, -LARGEST, np.float32(1e30), 0]


@given(st.lists(st.floats(width=32), min_size=COUNT, max_size=COUNT))
def test_repairing_twice_is_repairing_once_and_leaves_what_was_inside(weights: list[float]) -> None:
    encoding = Encoding(SPEC, bounds=[(-1, 1), (-5, 5)])
    once = encoding.repair(np.array(weights, np.float32))
    inside = (encoding.limits[0] <= np.array(weights)) & (np.array(weights) <= encoding.limits[1])
    assert np.array_equal(encoding.repair(once.copy()), once)
    assert np.array_equal(once[inside], np.array(weights, np.float32)[inside])


KINDS: dict[str, Callable[[Any], Any]] = {
    "list": list,
    "tuple": tuple,
    "float64": np.float64,
    "solution": lambda weights: problem().solution(weights),
}


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_vectors_of_every_kind_are_stacked_as_float32(make: Callable[[Any], Any]) -> None:
    weights = np.linspace(-1, 1, COUNT)
    stacked = Encoding(SPEC).stacked([make(weights), make(weights * 2)])
    assert stacked.dtype == np.float32
    assert np.array_equal(stacked, np.float32([weights, weights * 2]))


def test_encodings_tell_their_settings_as_json_and_differ_where_they_differ() -> None:
    start = np.zeros(COUNT)
    made = [
        Encoding(SPEC),
        Encoding(SPEC, initializer="uniform"),
        Encoding(SPEC, bounds=(-1, 1)),
        Encoding(SPEC, bounds=[(-1, 1), (-1, 2)]),
        Encoding(SPEC, start=start),
        Encoding(SPEC, start=start + 1),
        Encoding(SPEC, start=start, spread=0.2),
    ]
    told = [json.dumps(encoding.to_dict()) for encoding in made]
    assert len(set(told)) == len(told)
    assert json.dumps(Encoding(SPEC, start=start.tolist()).to_dict()) == told[4]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"initializer": "kears"}, r"`initializer` must be one of .*got 'kears'; did you mean 'keras'\?"),
    ({"spread": -0.1}, r"`spread` must be a finite number of at least 0\.0, got -0\.1"),
    ({"spread": np.nan}, r"`spread` must be a finite number of at least 0\.0, got nan"),
    ({"bounds": (1, 1)}, r"`bounds` must be a lower and a higher number, got \(1, 1\)"),
    ({"bounds": (2, -2)}, r"`bounds` must be a lower and a higher number, got \(2, -2\)"),
    ({"bounds": [(-1, 1), (3, 2)]}, r"`bounds` must be a lower and a higher number"),
    ({"bounds": (-1, np.inf)}, r"`bounds` must be a finite number"),
    ({"bounds": (-1e39, 1e39)}, r"`bounds`"),
    ({"bounds": (-1,)}, r"`bounds` must be a pair \(low, high\), or one for each layer, got \(-1,\)"),
    ({"bounds": 3}, r"`bounds` must be a pair \(low, high\), or one for each layer, got 3"),
    ({"bounds": "ab"}, r"`bounds` must be a pair"),
    ({"bounds": []}, r"`bounds` must be a pair"),
    ({"bounds": [(-1, 1)] * 3}, r"`bounds` must be .*2.*\(2, 1\).*got 3"),
    ({"bounds": [(-1, 1), (-1, 0, 1)]}, r"`bounds` must be a pair"),
    ({"start": np.zeros(COUNT + 1)}, rf"`start` must have the shape \({COUNT},\) for .*got \({COUNT + 1},\)"),
    ({"start": np.zeros((1, COUNT))}, rf"`start` must have the shape \({COUNT},\)"),
    ({"start": np.full(COUNT, np.nan)}, r"`start` must be finite, got nan at position 0"),
    ({"start": [0.0] * (COUNT - 1) + [np.inf]}, rf"`start` must be finite, got inf at position {COUNT - 1}"),
    ({"start": "keras"}, r"`start` must be an array of real numbers, got 'keras'"),
]


@pytest.mark.parametrize(("settings", "message"), WRONG)
def test_what_cannot_be_is_refused_by_its_name(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        Encoding(SPEC, **settings)


@pytest.mark.parametrize("spread", [1e30, 1e300])
def test_a_huge_spread_still_gives_finite_vectors(spread: float) -> None:
    assert np.isfinite(Encoding(SPEC, start=np.zeros(COUNT), spread=spread).draw()).all()
