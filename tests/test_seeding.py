"""Seeds."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlopt_deap.errors import SettingError
from dlopt_deap.seeding import choose_seed, derive, generator, seed_run

PARTS = st.lists(st.one_of(st.integers(), st.text(), st.lists(st.integers())), max_size=3)


def test_a_derived_seed_is_the_same_on_every_machine() -> None:
    assert derive(7, [3, 5, 5], "sampling") == 0xF0E5060DBA5E4CB51752BD0D406CAC35


@given(st.integers(0), PARTS, PARTS)
def test_derived_seeds_differ_where_their_arguments_do(seed: int, one: list[object], other: list[object]) -> None:
    assert (derive(seed, *one) == derive(seed, *other)) == (one == other)


def test_numbers_of_numpy_derive_the_same_seed_as_python_s() -> None:
    assert derive(1, np.int64(3), np.array([1, 2])) == derive(1, 3, [1, 2])


def test_a_seed_cannot_be_derived_from_an_object() -> None:
    with pytest.raises(TypeError, match="JSON values only, got object"):
        derive(1, object())


def test_generators_of_the_same_seed_draw_the_same() -> None:
    assert generator(3, "a").random() == generator(3, "a").random() != generator(3, "b").random()


def test_zero_is_a_seed_and_none_draws_a_fresh_one() -> None:
    assert choose_seed(0) == 0
    assert choose_seed(None) != choose_seed(None)


@pytest.mark.parametrize("seed", [-1, 1.5, "1", True])
def test_what_is_no_seed_is_refused(seed: object) -> None:
    with pytest.raises(SettingError, match="`seed` must be a whole number"):
        choose_seed(seed)  # type: ignore[arg-type]


def test_a_run_s_stream_follows_from_its_seed() -> None:
    seed_run(5)
    first = random.random()
    seed_run(5)
    assert random.random() == first
    seed_run(6)
    assert random.random() != first
