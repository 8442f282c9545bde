"""The techniques by name: what must hold for every one of them."""

from typing import Any

import pytest
from fuzz.cases import success_or_one_clear_error
from weight.cases import evolve, outcome, problem

from dlopt_deap.data import sine
from dlopt_deap.errors import SettingError
from dlopt_deap.networks import NetworkSpec
from dlopt_deap.parallel import PoolMap
from dlopt_deap.weight import TECHNIQUES, WeightProblem, technique, techniques

LEAST = {name: kind.least for name, kind in TECHNIQUES.items()}


@pytest.fixture(scope="module")
def pool() -> Any:
    with PoolMap(2) as map_:
        yield map_


@pytest.mark.parametrize("settings", [{}, {"batch_size": 9}], ids=["whole", "mini-batches"])
@pytest.mark.parametrize("name", TECHNIQUES)
class TestEveryTechnique:
    """On one problem with all windows, and on one with mini-batches."""

    def test_a_seed_gives_one_result_and_another_seed_another(self, name: str, settings: Any) -> None:
        first, again, other = (outcome(evolve(name, 100, problem(**settings), seed=seed)) for seed in (3, 3, 4))
        assert first == again
        assert first != other

    def test_threads_and_processes_change_no_bit(self, name: str, settings: Any, pool: Any) -> None:
        expected = outcome(evolve(name, 100, problem(**settings)))
        assert outcome(evolve(name, 100, problem(**settings, threads=2))) == expected
        assert outcome(evolve(name, 100, problem(**settings), map=pool)) == expected
        assert outcome(evolve(name, 100, problem(**settings), map=map)) == expected

    def test_it_makes_as_many_evaluations_as_allowed_and_none_fails(self, name: str, settings: Any) -> None:
        result = evolve(name, 101, problem(**settings))
        assert (result.evaluations, result.failures, result.stopped_by) == (101, 0, "max_evaluations")
        assert sum(result.logbook.select("nevals")) == 101

    def test_its_best_is_better_than_its_first_generation(self, name: str, settings: Any) -> None:
        of = problem(**settings)
        validation = problem(split="validation")
        first: list[Any] = []
        result = evolve(name, 600, of, callbacks=[lambda s: first.extend([] if first else s.population)])
        start = min(validation.evaluate(one)[0] for one in first)
        assert result.fitness["mae"] < start or name == "random"


@pytest.mark.parametrize("name", TECHNIQUES)
@pytest.mark.parametrize("size", [0, -1, 1.5, "8", None.__class__, 10**9])
def test_a_population_that_cannot_be_is_refused(name: str, size: Any) -> None:
    with pytest.raises(SettingError, match=r"`population_size` must be a whole number"):
        technique(name, problem(), size)


@pytest.mark.parametrize("name", TECHNIQUES)
def test_the_least_population_evolves_and_a_smaller_one_is_refused(name: str) -> None:
    result = evolve(name, 40, population=LEAST[name])
    assert result.evaluations == 40
    if LEAST[name] > 1:
        with pytest.raises(SettingError, match=rf"`population_size` must be .*at least {LEAST[name]}, got"):
            technique(name, problem(), LEAST[name] - 1)


def test_an_odd_population_of_pairs_is_refused_with_the_next_even_one() -> None:
    with pytest.raises(SettingError, match=r"must be even.*got 7; take 8"):
        evolve("openai_es", 40, population=7)


@pytest.mark.parametrize("name", TECHNIQUES)
@pytest.mark.parametrize("sigma", [0, -0.1, float("nan"), float("inf"), "0.1"])
def test_a_first_step_that_is_not_above_zero_is_refused(name: str, sigma: Any) -> None:
    with pytest.raises(SettingError, match=r"`sigma` must be a finite number above 0\.0, got"):
        technique(name, problem(), sigma=sigma)


@pytest.mark.parametrize("name", TECHNIQUES)
@pytest.mark.parametrize("sigma", [1e-300, 1e-30, 1e-12, 1e6, 1e30, 1e300])
def test_a_sigma_however_absurd_ends_in_a_result_or_in_one_clear_error(name: str, sigma: float) -> None:
    with success_or_one_clear_error():
        assert evolve(name, 60, sigma=sigma).fitness["mae"] < 2


def test_a_technique_misspelt_is_refused_with_the_nearest() -> None:
    with pytest.raises(SettingError, match=r"`technique` must be one of .*got 'openai-es'; did you mean 'openai_es'\?"):
        technique("openai-es", problem())


def test_a_network_too_large_for_covariances_is_refused_with_what_can() -> None:
    large = WeightProblem(sine(stop=12.0), NetworkSpec(1, (40,), 1, 3))
    assert large.spec.num_weights > techniques.MOST_FOR_COVARIANCES
    for name in ("cma_es", "one_plus_lambda"):
        with pytest.raises(SettingError, match=rf"at most 5000, got {large.spec.num_weights}; use 'separable_cma_es'"):
            technique(name, large)
    technique("separable_cma_es", large)


def test_what_is_given_for_the_toolbox_takes_the_place_of_what_the_technique_has() -> None:
    seen = []

    def keep(individual: Any) -> tuple[Any]:
        seen.append(individual)
        return (individual,)

    evolve("genetic", 30, mutate=keep)
    assert seen


@pytest.mark.slow
def test_openai_s_strategy_forecasts_the_sine_wave_within_2_percent() -> None:
    problem_of_the_readme = WeightProblem(sine(), NetworkSpec(1, (8,), 1, look_back=10), metric="mae", threads=2)
    search, toolbox = technique("openai_es", problem_of_the_readme)
    result = search.optimize(problem_of_the_readme, 20_000, seed=1, toolbox=toolbox)
    assert result.fitness["mae"] < 0.02
