"""CMA-ES with a diagonal covariance matrix."""

import math
import random

import numpy as np
import pytest
from cmaes import SepCMA
from threadpoolctl import threadpool_info, threadpool_limits

from dlopt_deap.errors import SettingError
from dlopt_deap.weight.strategies import SeparableCMAES


def sphere(vectors: np.ndarray) -> np.ndarray:
    return np.square(vectors.astype(np.float64) - 0.25).sum(axis=1)


def test_a_search_is_that_of_the_package_whose_generator_has_the_same_seeds() -> None:
    rng, other_rng = random.Random(1), random.Random(1)
    ours, theirs = SeparableCMAES(np.full(6, 0.7), sigma=0.3), SepCMA(np.full(6, 0.7), 0.3)
    for _ in range(10):
        vectors = ours.ask(rng)
        theirs.reseed_rng(int(np.random.Generator(np.random.PCG64(other_rng.getrandbits(128))).integers(2**32)))
        solutions = [theirs.ask() for _ in range(theirs.population_size)]
        assert np.array_equal(vectors, solutions)
        losses = sphere(vectors)
        ours.tell(vectors, losses)
        theirs.tell(list(zip(solutions, losses.tolist(), strict=True)))
        assert np.array_equal(ours.centroid, theirs.mean)


@pytest.mark.parametrize("weights", [2, 7, 329, 12_737])
def test_the_population_is_that_of_the_paper_unless_told_otherwise(weights: int) -> None:
    assert SeparableCMAES(np.zeros(weights)).count == 4 + math.floor(3 * math.log(weights))
    assert SeparableCMAES(np.zeros(weights), population_size=10).count == 10


def test_the_least_population_and_the_least_number_of_weights_work_and_less_is_refused() -> None:
    strategy = SeparableCMAES(np.zeros(2), population_size=2)
    for _ in range(200):
        vectors = strategy.ask()
        strategy.tell(vectors, sphere(vectors))
    assert sphere(strategy.centroid[np.newaxis]) < 1e-4
    with pytest.raises(SettingError, match=r"`population_size` must be a whole number of at least 2, got 1"):
        SeparableCMAES(np.zeros(2), population_size=1)
    with pytest.raises(SettingError, match=r"at least 2 weights for SeparableCMAES, got 1; take"):
        SeparableCMAES(np.zeros(1))


def test_a_large_population_leaves_every_variance_positive() -> None:
    strategy = SeparableCMAES(np.zeros(2), population_size=400)
    for _ in range(30):
        vectors = strategy.ask()
        strategy.tell(vectors, sphere(vectors))
        assert (strategy.state_dict()["variances"] > 1e-50).all()
    assert sphere(strategy.centroid[np.newaxis]) < 1e-6


def test_variances_learn_the_scales_of_the_weights() -> None:
    scales, rng = np.array([1.0, 10.0, 100.0, 1000.0]), random.Random(1)
    strategy = SeparableCMAES(np.ones(4))
    for _ in range(150):
        vectors = strategy.ask(rng)
        strategy.tell(vectors, np.square(scales * vectors).sum(axis=1))
    deviations = np.sqrt(strategy.state_dict()["variances"]) * scales
    assert deviations.max() / deviations.min() < 5


def test_rounding_to_float32_does_not_count_as_a_step_once_the_steps_are_smaller_than_it() -> None:
    strategy, rng = SeparableCMAES(np.full(8, 0.7), sigma=1e-10), random.Random(1)
    for _ in range(100):
        vectors = strategy.ask(rng).astype(np.float32)
        strategy.tell(vectors, sphere(vectors))
        assert strategy.state_dict()["sigma"] < 1e-6
    exact = SeparableCMAES(np.full(8, 0.7))
    rounded = SeparableCMAES(np.full(8, 0.7))
    for seed in range(20):
        vectors = exact.ask(random.Random(seed))
        rounded.ask(random.Random(seed))
        exact.tell(vectors, sphere(vectors))
        rounded.tell(vectors.astype(np.float32), sphere(vectors))
        assert np.array_equal(exact.centroid, rounded.centroid)


def test_vectors_that_bounds_clipped_keep_the_centroid_within_the_bounds() -> None:
    strategy, rng = SeparableCMAES(np.zeros(5)), random.Random(1)
    for _ in range(60):
        vectors = strategy.ask(rng).clip(-0.5, 0.5)
        strategy.tell(vectors, -vectors.sum(axis=1))
        assert (np.abs(strategy.centroid) <= 0.5 + 1e-6).all()
    assert strategy.centroid == pytest.approx(np.full(5, 0.5), abs=1e-3)


def test_vectors_that_training_moved_far_away_lead_there_in_steps_of_a_usual_length() -> None:
    strategy, rng = SeparableCMAES(np.zeros(5), sigma=0.01), random.Random(1)
    vectors = strategy.ask(rng)
    vectors += 1e20
    strategy.tell(vectors, np.arange(len(vectors)))
    assert (strategy.centroid > 0).all()
    assert np.abs(strategy.centroid).max() < 0.05
    assert 0.001 < strategy.state_dict()["sigma"] < 0.1


def test_a_weight_that_bounds_hold_fast_for_ever_makes_no_step_that_is_not_finite() -> None:
    strategy, rng = SeparableCMAES(np.zeros(2), population_size=100), random.Random(1)
    for _ in range(1500):
        vectors = strategy.ask(rng)
        vectors[:, 0] = 0.0
        strategy.tell(vectors, sphere(vectors))
        state = strategy.state_dict()
        assert np.isfinite(state["sigma"])
        assert (state["variances"] >= 1e-100).all()
    strategy.load_state_dict(state)


def test_the_package_learns_with_one_thread_of_blas_whose_sums_depend_on_their_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads = []
    learn = SepCMA.tell

    def tell(self: SepCMA, solutions: list[tuple[np.ndarray, float]]) -> None:
        threads.extend(library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas")
        learn(self, solutions)

    monkeypatch.setattr(SepCMA, "tell", tell)
    strategy = SeparableCMAES(np.zeros(5))
    with threadpool_limits(2, user_api="blas"):
        strategy.tell(strategy.ask(), np.arange(strategy.count))
        assert all(library["num_threads"] == 2 for library in threadpool_info() if library["user_api"] == "blas")
    assert set(threads) == {1}
