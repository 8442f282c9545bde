"""The evolution strategy of OpenAI."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlopt_deap.errors import SettingError
from dlopt_deap.weight.strategies import Adam, ExponentialDecay, OpenAIES
from dlopt_deap.weight.strategies.openai_es import centred_ranks


def pairs_of(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    half = len(vectors) // 2
    return vectors[:half], vectors[half : 2 * half]


def test_the_vectors_are_antithetic_pairs_about_the_centroid_which_comes_last() -> None:
    start = np.linspace(-1, 1, 500)
    strategy = OpenAIES(start, sigma=0.3, population_size=40)
    vectors = strategy.ask(random.Random(1))
    plus, minus = pairs_of(vectors)
    assert len(vectors) == strategy.count == 41
    assert np.array_equal(vectors[-1], start)
    assert plus + minus == pytest.approx(np.tile(2 * start, (20, 1)))
    assert (plus - start).std() == pytest.approx(0.3, rel=0.03)
    assert len(np.unique(vectors, axis=0)) == 41


def test_one_generation_is_the_closed_formula_of_the_paper_with_keras_adam() -> None:
    start, losses = np.array([0.5, -1.0, 2.0]), np.array([4.0, 1.0, 3.0, 2.0, 8.0, 0.5, 0.0])
    strategy = OpenAIES(start, sigma=0.2, population_size=6, learning_rate=0.05, weight_decay=0.1)
    vectors = strategy.ask(random.Random(1))
    strategy.tell(vectors, losses)
    shaped = np.array([-0.3, 0.3, -0.1, 0.1, -0.5, 0.5])
    noise = (vectors[:6] - start) / 0.2
    gradient = (shaped[:, np.newaxis] * noise).sum(axis=0) / (6 * 0.2)
    expected = start + Adam(3).step(-gradient + 0.1 * start, 0.05)
    assert strategy.centroid == pytest.approx(expected, rel=1e-9)


def test_the_loss_of_the_centroid_has_no_part_in_the_gradient() -> None:
    outcomes = []
    for loss in (-1e9, 2.5, 1e100):
        strategy = OpenAIES(np.zeros(3), population_size=4)
        strategy.tell(strategy.ask(random.Random(1)), [1.0, 2.0, 3.0, 4.0, loss])
        outcomes.append(strategy.centroid)
    assert np.array_equal(outcomes[0], outcomes[1])
    assert np.array_equal(outcomes[0], outcomes[2])


def test_the_gradient_is_that_of_the_noise_as_drawn_whatever_bounds_made_of_the_vectors() -> None:
    as_asked, clipped = OpenAIES(np.zeros(3), population_size=4), OpenAIES(np.zeros(3), population_size=4)
    vectors = as_asked.ask(random.Random(1))
    clipped.ask(random.Random(1))
    as_asked.tell(vectors, [1.0, 2.0, 3.0, 4.0, 0.0])
    clipped.tell(vectors.clip(-0.01, 0.01), [1.0, 2.0, 3.0, 4.0, 0.0])
    assert np.array_equal(as_asked.centroid, clipped.centroid)


def test_equal_losses_move_nothing_and_weight_decay_draws_towards_zero() -> None:
    still, drawn = OpenAIES(np.ones(3)), OpenAIES(np.ones(3), weight_decay=0.1)
    for strategy in (still, drawn):
        for _ in range(5):
            strategy.tell(strategy.ask(), np.full(strategy.count, 7.0))
    assert np.array_equal(still.centroid, np.ones(3))
    assert (drawn.centroid < 0.9).all()


def test_sigma_and_learning_rate_shrink_from_generation_to_generation_down_to_their_floors() -> None:
    strategy = OpenAIES(
        np.zeros(400),
        sigma=ExponentialDecay(0.4, 0.5, 0.1),
        population_size=20,
        learning_rate=ExponentialDecay(1.0, 0.1, 0.01),
        beta_1=0.0,
        beta_2=0.0,
    )
    rng, spreads, steps = random.Random(1), [], []
    for _ in range(4):
        before = strategy.centroid
        vectors = strategy.ask(rng)
        spreads.append((vectors[:-1] - before).std())
        strategy.tell(vectors, vectors.sum(axis=1))
        steps.append(np.median(np.abs(strategy.centroid - before)))
    assert spreads == pytest.approx([0.4, 0.2, 0.1, 0.1], rel=0.05)
    # Without memory, each step of Adam is the learning rate in each weight.
    assert steps == pytest.approx([1.0, 0.1, 0.01, 0.01], rel=1e-3)


@pytest.mark.parametrize("size", [3, 65])
def test_an_odd_population_is_refused_with_the_next_even_one(size: int) -> None:
    with pytest.raises(SettingError, match=rf"must be even, since .* in pairs, got {size}; take {size + 1}"):
        OpenAIES(np.zeros(3), population_size=size)


@pytest.mark.parametrize(
    ("name", "value"),
    [("weight_decay", -0.1), ("weight_decay", np.nan), ("learning_rate", 0.0), ("beta_1", 1.0), ("beta_2", -1.0)],
)
def test_a_setting_outside_of_its_range_is_refused(name: str, value: float) -> None:
    with pytest.raises(SettingError, match=f"`{name}` must be"):
        OpenAIES(np.zeros(3), **{name: value})


@given(st.lists(st.sampled_from([0.0, 1.0, 2.5, -3.0, 1e100]), min_size=2, max_size=12), st.randoms())
def test_centred_ranks_are_mean_ranks_from_minus_a_half_to_a_half_in_any_order(
    losses: list[float], rng: random.Random
) -> None:
    ranks = centred_ranks(np.array(losses))
    for loss, rank in zip(losses, ranks, strict=True):
        below, equal = sum(one < loss for one in losses), losses.count(loss)
        assert rank == pytest.approx((below + (equal - 1) / 2) / (len(losses) - 1) - 0.5)
    assert ranks.sum() == pytest.approx(0, abs=1e-12)
    order = rng.sample(range(len(losses)), len(losses))
    assert np.array_equal(centred_ranks(np.array(losses)[order]), ranks[order])
