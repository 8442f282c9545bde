"""What every strategy promises, whatever its method."""

import copy
import json
import random
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from deap import algorithms, base, creator, tools
from hypothesis import given, settings
from hypothesis import strategies as st

from dlopt_deap.core import Solution
from dlopt_deap.errors import SettingError
from dlopt_deap.storage.arrays import npz_to_array
from dlopt_deap.storage.codec import dumps, loads
from dlopt_deap.weight.strategies import (
    DifferentialEvolution,
    ExponentialDecay,
    OpenAIES,
    SeparableCMAES,
    Strategy,
)
from dlopt_deap.weight.strategies.strategy import FAILED, LARGEST

Make = Callable[..., Strategy]
Loss = Callable[[np.ndarray], np.ndarray]

MAKES: dict[str, Make] = {
    "separable_cma": SeparableCMAES,
    "openai_es": partial(OpenAIES, population_size=16),
    "openai_es_decaying": partial(
        OpenAIES,
        sigma=ExponentialDecay(0.2, 0.9, 0.05),
        population_size=8,
        learning_rate=ExponentialDecay(0.2, 0.99, 0.05),
        weight_decay=0.001,
    ),
    "de_rand": partial(DifferentialEvolution, population_size=16, variant="rand/1/bin"),
    "de_best": partial(DifferentialEvolution, population_size=16, differential_weight=0.7, variant="best/1/bin"),
    "de_current_to_best": partial(
        DifferentialEvolution, population_size=16, differential_weight=0.7, variant="current-to-best/1/bin"
    ),
}
every_strategy = pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)

OPTIMUM = np.linspace(-1.0, 1.0, 10)


def sphere(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(np.square(vectors - OPTIMUM[: vectors.shape[-1]]).sum(axis=-1))


def ellipsoid(vectors: np.ndarray) -> np.ndarray:
    n = vectors.shape[-1]
    return np.asarray((np.logspace(0, 4, n) * np.square(vectors - OPTIMUM[:n])).sum(axis=-1))


def search(strategy: Strategy, generations: int, rng: Any, loss: Loss = sphere) -> Strategy:
    for _ in range(generations):
        vectors = strategy.ask(rng).astype(np.float32)
        strategy.tell(vectors, loss(vectors.astype(np.float64)))
    return strategy


def through_storage(state: Any) -> Any:
    arrays: dict[str, bytes] = {}
    text = dumps(state, arrays)
    return loads(text, lambda digest: npz_to_array(digest, arrays[digest]))


@every_strategy
def test_ask_gives_finite_float64_vectors_as_many_as_count(make: Make) -> None:
    strategy = make(np.zeros(7))
    for _ in range(3):
        vectors = strategy.ask()
        assert vectors.dtype == np.float64
        assert vectors.shape == (strategy.count, strategy.num_weights) == (strategy.count, 7)
        assert np.isfinite(vectors).all()
        strategy.tell(vectors, sphere(vectors))


@every_strategy
def test_the_same_stream_gives_the_same_search_and_another_gives_another(make: Make) -> None:
    one, other, third = (search(make(np.zeros(7)), 4, random.Random(seed)) for seed in (1, 1, 2))
    assert np.array_equal(one.centroid, other.centroid)
    assert not np.array_equal(one.centroid, third.centroid)


@every_strategy
def test_a_strategy_draws_from_the_rng_that_it_is_given_and_from_no_other(make: Make) -> None:
    state, numpy_state = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    search(make(np.zeros(7)), 3, random.Random(1))
    search(make(np.zeros(7)), 3, np.random.default_rng(1))
    assert random.getstate() == state
    assert np.random.get_state()[1].tolist() == numpy_state  # noqa: NPY002
    make(np.zeros(7)).ask()
    assert random.getstate() != state


@every_strategy
@pytest.mark.parametrize("generations", [0, 1, 4])
def test_a_state_that_went_through_storage_goes_on_identically(make: Make, generations: int) -> None:
    rng = random.Random(1)
    strategy = search(make(np.zeros(7)), generations, rng)
    resumed, resumed_rng = make(np.zeros(7)), random.Random()
    resumed.ask()
    resumed.load_state_dict(through_storage(strategy.state_dict()))
    resumed_rng.setstate(rng.getstate())
    for _ in range(5):
        vectors, others = strategy.ask(rng), resumed.ask(resumed_rng)
        assert np.array_equal(vectors, others)
        assert np.array_equal(strategy.centroid, resumed.centroid)
        for one in (strategy, resumed):
            one.tell(vectors, sphere(vectors))
    assert dumps(strategy.state_dict(), {}) == dumps(resumed.state_dict(), {})


@every_strategy
def test_a_deep_copy_goes_on_identically_and_apart(make: Make) -> None:
    rng, other_rng = random.Random(1), random.Random(1)
    strategy, other = search(make(np.zeros(7)), 2, rng), search(make(np.zeros(7)), 2, other_rng)
    copied = copy.deepcopy(strategy)
    search(strategy, 3, random.Random(9))
    assert dumps(search(copied, 3, rng).state_dict(), {}) == dumps(search(other, 3, other_rng).state_dict(), {})


@every_strategy
def test_a_strategy_begins_at_a_solution_as_at_its_vector(make: Make) -> None:
    start = np.linspace(-1, 1, 7).astype(np.float32)
    assert make(Solution(start, weights=(-1,))).to_dict() == make(start).to_dict()


@every_strategy
def test_neither_a_state_nor_a_centroid_that_was_given_out_changes_with_the_strategy_or_changes_it(make: Make) -> None:
    start, rng = np.zeros(7), random.Random(1)
    strategy = search(make(start), 2, rng)
    state, centroid = strategy.state_dict(), strategy.centroid
    text, before = dumps(state, {}), centroid.copy()
    search(strategy, 2, rng)
    assert dumps(state, {}) == text
    assert np.array_equal(centroid, before)
    assert not start.any()
    strategy.load_state_dict(state)
    for value in [*state.values(), strategy.centroid]:
        if isinstance(value, np.ndarray):
            value[...] = 99.0
    assert dumps(strategy.state_dict(), {}) == text


@every_strategy
def test_tell_changes_none_of_its_arguments_and_keeps_none_of_them(make: Make) -> None:
    rng, other_rng = random.Random(1), random.Random(1)
    strategy, other = make(np.zeros(7)), make(np.zeros(7))
    for _ in range(4):
        vectors = strategy.ask(rng)
        losses = sphere(vectors)
        given_vectors, given_losses = vectors.copy(), losses.copy()
        strategy.tell(vectors, losses)
        assert np.array_equal(vectors, given_vectors)
        assert np.array_equal(losses, given_losses)
        vectors[...], losses[...] = 99.0, 99.0
        search(other, 1, other_rng, sphere)
    # float32 in `search` and float64 here differ in rounding only.
    assert strategy.centroid == pytest.approx(other.centroid, abs=1e-5)


@every_strategy
def test_only_the_order_of_the_losses_counts(make: Make) -> None:
    plain = search(make(np.zeros(7)), 6, random.Random(1), sphere)
    bent = search(make(np.zeros(7)), 6, random.Random(1), lambda vectors: 5 * sphere(vectors) ** 3 - 1e4)
    assert np.array_equal(plain.centroid, bent.centroid)


COOLING = {"sigma": ExponentialDecay(0.1, 0.99, 1e-4), "learning_rate": ExponentialDecay(0.1, 0.99, 1e-4)}
PATIENT = {"sigma": 1.0, "population_size": 32, "differential_weight": 0.7}
SEARCHES: dict[str, tuple[Make, Loss, int, float]] = {
    "separable_cma_sphere": (SeparableCMAES, sphere, 4_000, 1e-20),
    "separable_cma_ellipsoid": (SeparableCMAES, ellipsoid, 4_000, 1e-15),
    "openai_es_sphere": (partial(OpenAIES, population_size=32, **COOLING), sphere, 16_000, 1e-4),
    "openai_es_ellipsoid": (partial(OpenAIES, population_size=32, **COOLING), ellipsoid, 16_000, 0.2),
    "de_rand_sphere": (partial(DifferentialEvolution, population_size=32, variant="rand/1/bin"), sphere, 10_000, 1e-9),
    "de_rand_ellipsoid": (
        partial(DifferentialEvolution, population_size=32, variant="rand/1/bin"),
        ellipsoid,
        10_000,
        1e-9,
    ),
    "de_best_sphere": (partial(DifferentialEvolution, variant="best/1/bin", **PATIENT), sphere, 10_000, 1e-15),
    "de_best_ellipsoid": (partial(DifferentialEvolution, variant="best/1/bin", **PATIENT), ellipsoid, 10_000, 1e-15),
    "de_current_to_best_sphere": (partial(DifferentialEvolution, **PATIENT), sphere, 10_000, 1e-15),
    "de_current_to_best_ellipsoid": (partial(DifferentialEvolution, **PATIENT), ellipsoid, 10_000, 1e-15),
}


@pytest.mark.parametrize(("make", "loss", "evaluations", "accuracy"), SEARCHES.values(), ids=SEARCHES)
def test_a_search_comes_as_near_to_a_known_optimum_as_stated_in_as_many_evaluations(
    make: Make, loss: Loss, evaluations: int, accuracy: float
) -> None:
    strategy, rng = make(np.full(10, 0.7)), random.Random(1)
    for _ in range(evaluations // strategy.count):
        vectors = strategy.ask(rng)
        strategy.tell(vectors, loss(vectors))
    assert loss(strategy.centroid) < accuracy


@every_strategy
def test_failed_evaluations_do_no_harm(make: Make) -> None:
    strategy, rng = make(np.full(5, 0.5), sigma=0.2), random.Random(1)
    before = sphere(strategy.centroid)
    for _ in range(80):
        vectors = strategy.ask(rng)
        losses = sphere(vectors)
        losses[rng.sample(range(len(losses)), len(losses) // 4)] = FAILED
        strategy.tell(vectors, losses)
        assert np.isfinite(strategy.centroid).all()
    assert sphere(strategy.centroid) < 0.1 * before


@every_strategy
def test_generations_that_failed_as_a_whole_leave_a_strategy_that_still_finds_the_optimum(make: Make) -> None:
    strategy, rng = make(np.full(5, 0.5)), random.Random(1)
    for _ in range(20):
        strategy.tell(strategy.ask(rng), np.full(strategy.count, FAILED))
    search(strategy, 100, rng)
    assert sphere(strategy.centroid) < 0.1 * sphere(np.full(5, 0.5))


@every_strategy
@settings(max_examples=25)
@given(
    seed=st.integers(0, 2**32),
    scale=st.sampled_from([1e-30, 1e-8, 1.0, 1e8, 1e30]),
    sigma=st.sampled_from([1e-30, 1e-8, 1.0, 1e8, 1e30]),
    losses=st.sampled_from(["linear", "constant", "random", "failed"]),
    bound=st.sampled_from([None, 0.1, 0.0]),
)
def test_no_losses_scales_and_bounds_lead_to_a_vector_that_float32_cannot_hold(
    make: Make, seed: int, scale: float, sigma: float, losses: str, bound: float | None
) -> None:
    rng = random.Random(seed)
    strategy = make(np.array([-scale, 0.0, scale]), sigma=sigma)
    for _ in range(40):
        asked = strategy.ask(rng)
        assert np.abs(asked).max() <= LARGEST
        vectors = asked.astype(np.float32)
        if bound is not None:
            vectors = vectors.clip(-bound, bound)
        values = {
            "linear": vectors.sum(axis=1, dtype=np.float64),
            "constant": np.zeros(strategy.count),
            "random": np.array([rng.random() for _ in vectors]),
            "failed": np.array([rng.choice((FAILED, 0.0)) for _ in vectors]),
        }
        strategy.tell(vectors, values[losses])
    strategy.load_state_dict(strategy.state_dict())


@every_strategy
def test_bounds_that_hold_every_vector_are_no_trap_and_the_optimum_on_them_is_found(make: Make) -> None:
    strategy, rng = make(np.zeros(4), sigma=0.2), random.Random(1)
    for _ in range(120):
        vectors = strategy.ask(rng).clip(-0.5, 0.5)
        strategy.tell(vectors, -vectors.sum(axis=1))
    assert strategy.centroid.clip(-0.5, 0.5).sum() > 1.8


creator.create("DloptTestLoss", base.Fitness, weights=(-1.0,))
creator.create("DloptTestWorth", base.Fitness, weights=(1.0,))
creator.create("DloptTestPair", base.Fitness, weights=(-1.0, -1.0))
creator.create("DloptTestArray", np.ndarray, fitness=creator.DloptTestLoss)
creator.create("DloptTestList", list, fitness=creator.DloptTestLoss)
creator.create("DloptTestWorthList", list, fitness=creator.DloptTestWorth)
creator.create("DloptTestPairList", list, fitness=creator.DloptTestPair)


def evaluated(strategy: Strategy, rng: Any, make_individual: Any = creator.DloptTestList) -> list[Any]:
    population = strategy.generate(make_individual, rng)
    for individual in population:
        individual.fitness.values = (float(sphere(np.asarray(individual))),)
    return population


@every_strategy
@pytest.mark.parametrize(
    "individual", [creator.DloptTestArray, creator.DloptTestList, partial(Solution, weights=(-1,))]
)
def test_generate_and_update_are_ask_and_tell(make: Make, individual: Any) -> None:
    rng, other_rng = random.Random(1), random.Random(1)
    deaps, ours = make(np.zeros(7)), make(np.zeros(7))
    for _ in range(4):
        population = evaluated(deaps, rng, individual)
        vectors = ours.ask(other_rng)
        assert np.array_equal([np.asarray(one, np.float32) for one in population], vectors.astype(np.float32))
        deaps.update(population)
        ours.tell([np.asarray(one) for one in population], [one.fitness.values[0] for one in population])
        assert np.array_equal(deaps.centroid, ours.centroid)


@every_strategy
def test_update_takes_the_generated_individuals_in_any_order_and_leaves_their_list_as_it_is(make: Make) -> None:
    rng, other_rng, shuffling = random.Random(1), random.Random(1), random.Random(5)
    one, other = make(np.zeros(7)), make(np.zeros(7))
    for _ in range(4):
        one.update(evaluated(one, rng))
        population = evaluated(other, other_rng)
        shuffling.shuffle(population)
        as_given = list(population)
        other.update(population)
        assert all(before is after for before, after in zip(as_given, population, strict=True))
        assert dumps(one.state_dict(), {}) == dumps(other.state_dict(), {})


@every_strategy
def test_update_takes_copies_in_the_order_in_which_they_are_given(make: Make) -> None:
    rng, other_rng = random.Random(1), random.Random(1)
    one, other = make(np.zeros(7)), make(np.zeros(7))
    clone = base.Toolbox().clone
    for _ in range(4):
        one.update(evaluated(one, rng))
        other.update(tuple(clone(individual) for individual in evaluated(other, other_rng)))
        assert dumps(one.state_dict(), {}) == dumps(other.state_dict(), {})


@every_strategy
def test_more_is_better_for_a_fitness_that_is_to_be_maximised(make: Make) -> None:
    one, other = make(np.zeros(7)), make(np.zeros(7))
    one.update(evaluated(one, random.Random(1)))
    population = other.generate(creator.DloptTestWorthList, random.Random(1))
    for individual in population:
        individual.fitness.values = (-float(sphere(np.asarray(individual))),)
    other.update(population)
    assert dumps(one.state_dict(), {}) == dumps(other.state_dict(), {})


@every_strategy
def test_deap_s_own_algorithm_runs_a_strategy_and_finds_the_optimum(make: Make) -> None:
    random.seed(1)
    strategy, hall_of_fame = make(np.full(5, 0.5)), tools.HallOfFame(1, similar=np.array_equal)
    toolbox = base.Toolbox()
    toolbox.register("evaluate", lambda individual: (float(sphere(np.asarray(individual))),))
    toolbox.register("generate", strategy.generate, creator.DloptTestArray)
    toolbox.register("update", strategy.update)
    before = sphere(strategy.centroid)
    algorithms.eaGenerateUpdate(toolbox, ngen=80, halloffame=hall_of_fame, verbose=False)
    assert hall_of_fame[0].fitness.values[0] < 0.1 * before


@every_strategy
def test_update_refuses_individuals_without_a_fitness_or_with_two_objectives(make: Make) -> None:
    strategy = make(np.zeros(7))
    with pytest.raises(SettingError, match=r"got 0 values at position 0; evaluate all of them first"):
        strategy.update(strategy.generate(creator.DloptTestList))
    population = strategy.generate(creator.DloptTestPairList)
    for individual in population:
        individual.fitness.values = (1.0, 2.0)
    with pytest.raises(SettingError, match=r"one objective, got 2 values at position 0; use a problem with one target"):
        strategy.update(population)


@every_strategy
def test_update_refuses_fewer_individuals_than_were_generated(make: Make) -> None:
    strategy = make(np.zeros(7))
    with pytest.raises(SettingError, match=rf"shape \({strategy.count}, 7\)"):
        strategy.update(evaluated(strategy, random.Random(1))[1:])


@every_strategy
def test_tell_refuses_what_does_not_fit_and_can_still_be_told_rightly(make: Make) -> None:
    strategy = make(np.zeros(7))
    with pytest.raises(SettingError, match="tell must follow `ask`"):
        strategy.tell(np.zeros((strategy.count, 7)), np.zeros(strategy.count))
    vectors = strategy.ask()
    losses = sphere(vectors)
    before = dumps(strategy.state_dict(), {})
    for wrong in (vectors[1:], vectors[:, 1:], vectors[0], vectors[np.newaxis]):
        with pytest.raises(SettingError, match=rf"`vectors` must have the shape \({strategy.count}, 7\)"):
            strategy.tell(wrong, losses)
    for wrong in (losses[1:], losses[:, np.newaxis], losses[0]):
        with pytest.raises(SettingError, match=rf"`losses` must have the shape \({strategy.count},\)"):
            strategy.tell(vectors, wrong)
    for wrong in (np.nan, np.inf, -np.inf):
        with pytest.raises(
            SettingError, match=rf"`losses` must hold finite numbers, got {wrong} at position 0; .* 1e\+100"
        ):
            strategy.tell(vectors, np.full(strategy.count, wrong))
        with pytest.raises(SettingError, match=r"`vectors` must hold finite numbers"):
            strategy.tell(np.full_like(vectors, wrong), losses)
    assert dumps(strategy.state_dict(), {}) == before
    strategy.tell(vectors, losses)
    with pytest.raises(SettingError, match="tell must follow `ask`"):
        strategy.tell(vectors, losses)


@every_strategy
@pytest.mark.parametrize(
    ("centroid", "message"),
    [
        (np.zeros((2, 3)), r"one weight vector of the shape \(num_weights,\), got the shape \(2, 3\)"),
        (1.0, r"got the shape \(\)"),
        ([], r"got the shape \(0,\)"),
        ([0.0, np.nan], r"finite numbers of at most 1e\+30 in size, got nan at position 1"),
        ([np.inf, 0.0], r"got inf at position 0"),
        ([0.0, -1e31], r"got -1e\+31 at position 1"),
        (["a", "b"], r"`centroid` must be an array of real numbers"),
    ],
)
def test_a_start_vector_that_is_none_is_refused(make: Make, centroid: Any, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        make(centroid)


@every_strategy
@pytest.mark.parametrize("sigma", [0, 0.0, -0.1, np.nan, np.inf, "0.5", None, 1e31])
def test_a_sigma_that_is_none_is_refused(make: Make, sigma: Any) -> None:
    with pytest.raises(SettingError, match=r"`sigma` must be a finite number in \[1e-30, 1e\+30\]"):
        make(np.zeros(7), sigma=sigma)


@pytest.mark.parametrize("make", [SeparableCMAES, OpenAIES, DifferentialEvolution])
@pytest.mark.parametrize("size", [0, 1, -4, 2.5, "64", True])
def test_a_population_that_is_none_is_refused(make: Make, size: Any) -> None:
    with pytest.raises(SettingError, match=r"`population_size` must be"):
        make(np.zeros(7), population_size=size)


@every_strategy
def test_a_damaged_state_is_refused_and_changes_nothing(make: Make) -> None:
    strategy = search(make(np.zeros(7)), 2, random.Random(1))
    state, before = strategy.state_dict(), dumps(strategy.state_dict(), {})
    damaged: list[Any] = [None, [], {}, {**state, "more": 1}]
    for name, value in state.items():
        damaged.append({other: state[other] for other in state if other != name})
        damaged += [{**state, name: wrong} for wrong in ("text", np.nan, -1, [[1, 2], [3]], np.zeros((2, 2)))]
        if isinstance(value, np.ndarray):
            for wrong in (np.nan, np.inf, -np.inf):
                spoiled = value.copy()
                spoiled.flat[-1] = wrong
                damaged.append({**state, name: spoiled})
            damaged += [{**state, name: wrong} for wrong in (value[1:], value[np.newaxis], None)]
        else:
            damaged += [{**state, name: wrong} for wrong in (None, np.inf, 10**400)]
    for wrong in damaged:
        with pytest.raises(
            SettingError, match=f"(?s)The state of {type(strategy).__name__} must .* load what `state_dict`"
        ):
            strategy.load_state_dict(wrong)
        assert dumps(strategy.state_dict(), {}) == before


@every_strategy
def test_the_settings_are_json_values_that_differ_where_the_search_would(make: Make) -> None:
    settings_of = make(np.zeros(7)).to_dict()
    assert json.loads(json.dumps(settings_of)) == settings_of
    assert settings_of == search(make(np.zeros(7, np.float32)), 2, random.Random(1)).to_dict()
    assert settings_of["strategy"] == type(make(np.zeros(7))).__name__
    for other in (
        make(np.full(7, 1e-12)),
        make(np.zeros(8)),
        make(np.zeros(7), sigma=0.3),
        make(np.zeros(7), population_size=14),
    ):
        assert other.to_dict() != settings_of


def test_every_setting_of_a_method_is_among_its_settings() -> None:
    changed = [
        OpenAIES(np.zeros(7), **{name: value})
        for name, value in [
            ("learning_rate", 0.1),
            ("learning_rate", ExponentialDecay(0.05, 0.9, 0.01)),
            ("sigma", ExponentialDecay(0.1, 0.9, 0.01)),
            ("sigma", ExponentialDecay(0.1, 0.9, 0.02)),
            ("weight_decay", 0.1),
            ("beta_1", 0.8),
            ("beta_2", 0.8),
        ]
    ]
    changed += [
        DifferentialEvolution(np.zeros(7), **{name: value})
        for name, value in [("variant", "rand/1/bin"), ("differential_weight", 0.7), ("crossover_probability", 0.8)]
    ]
    texts = {json.dumps(one.to_dict()) for one in [OpenAIES(np.zeros(7)), DifferentialEvolution(np.zeros(7)), *changed]}
    assert len(texts) == 2 + len(changed)
