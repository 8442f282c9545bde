"""Architecture search by MAE random sampling."""

import json
import pickle
import random
from typing import Any

import numpy as np
import pytest
from deap import algorithms, base, creator, tools
from toy import nsga2

from dlopt_deap.architecture import RandomSamplingProblem, Space, list_architectures, sample_architectures
from dlopt_deap.core import Evolution, Guarded, RandomSearch, Stop, first_front
from dlopt_deap.data import TimeSeries, sine
from dlopt_deap.errors import DataError, SettingError
from dlopt_deap.networks import predict
from dlopt_deap.sampling import mae_random_sampling

SPACE = Space(look_back=(2, 6), layers=(1, 2), units=(1, 4))


def problem(**settings: Any) -> RandomSamplingProblem:
    return RandomSamplingProblem(sine(stop=20.0), SPACE, **{"num_samples": 10, "final_samples": 40} | settings)


def test_an_evaluation_follows_from_problem_genes_and_seed_alone() -> None:
    one = problem().evaluate([3, 4, 2], seed=5)
    random.seed(99)
    np.random.seed(99)  # noqa: NPY002 - to show that the global generator does not matter
    assert pickle.loads(pickle.dumps(problem())).evaluate([3, 4, 2], seed=5) == one
    assert problem().evaluate([3, 4, 2], seed=6) != one
    assert problem().evaluate([3, 4, 1], seed=5) != one


def test_evaluating_draws_nothing_from_the_run_s_stream() -> None:
    state = random.getstate()
    problem().evaluate([3, 4, 2])
    problem().reestimate([3, 4, 2])
    assert random.getstate() == state


def test_the_fitness_is_that_of_a_sampling_on_the_validation_split() -> None:
    searched = problem(targets={"mean": -1, "std": 1, "log_p": 1, "p": 1})
    sampling = searched.sample([3, 4, 2], num_samples=10, seed=5)
    values = searched.evaluate([3, 4, 2], seed=5)
    assert values == (sampling.mean, sampling.std, sampling.log_p, sampling.p)
    assert values.metrics["log_p_low"] < values[2] < values.metrics["log_p_high"]
    x, y = searched.series.validation.windows(3)
    error = np.abs(predict(searched.decode([3, 4, 2]), sampling.best_weights, x) - y).mean()
    assert error == pytest.approx(sampling.samples.min(), rel=1e-6)
    assert values.metrics["best"] == sampling.samples.min()


def test_targets_that_follow_from_the_architecture_are_exact_and_need_no_sampling() -> None:
    exact = problem(targets={"num_weights": -1, "look_back": -1, "multiply_adds": -1})
    spec = exact.decode([3, 4, 2])
    assert exact.evaluate([3, 4, 2]) == (spec.num_weights, 3, spec.multiply_adds)
    assert not exact.noisy


def test_the_settings_of_the_sampling_reach_it() -> None:
    searched = problem(threshold=0.5, lower=0.0, upper=3.0, metric="mse")
    sampling = searched.sample([3, 4], 10)
    assert (sampling.threshold, sampling.upper, searched.metric) == (0.5, 3.0, "mse")
    spec = searched.decode([3, 4])
    assert sampling.mean != mae_random_sampling(spec, searched.series.validation, 10).mean


def test_the_best_are_estimated_anew_with_fresh_noise_and_more_samples() -> None:
    result = Evolution(population_size=4, hall_of_fame=3).optimize(problem(), 20, seed=1)
    assert len(result.candidates) == 3
    assert all(one.metrics["num_samples"] == 40 for one in result.candidates)
    assert all(one.solution.metrics["num_samples"] == 10 for one in result.candidates)
    sampling = problem().final_sampling(result.best, seed=1)
    assert result.fitness == {"log_p": sampling.log_p}
    assert np.array_equal(result.weights, sampling.best_weights)
    assert result.spec == problem().decode(result.best)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"targets": {"log_q": 1}}, SettingError, "did you mean 'log_p'"),
        ({"targets": {}}, SettingError, "at least one target"),
        ({"targets": {"log_p": 2}}, SettingError, "must have the sign 1"),
        ({"num_samples": 0}, SettingError, "`num_samples`"),
        ({"final_samples": 0}, SettingError, "`final_samples`"),
        ({"treshold": 0.1}, SettingError, "treshold"),
        ({"lower": 2.0, "upper": 1.0}, SettingError, "lower"),
        ({"metric": "maee"}, SettingError, "did you mean 'mae'"),
    ],
)
def test_a_wrong_setting_is_told_before_anything_is_searched(
    settings: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        problem(**settings)


def test_a_look_back_longer_than_the_series_is_told_before_anything_is_searched() -> None:
    with pytest.raises(DataError, match=r"look.back"):
        RandomSamplingProblem(sine(stop=2.0), Space(look_back=(2, 50)))


def test_a_sampling_without_a_finite_promise_is_a_failed_evaluation() -> None:
    constant = problem(distribution=zeros)
    values = Guarded(constant.evaluate, constant.weights)([3, 4])
    assert values.metrics["status"] == "failed"
    assert "not finite" in values.metrics["reason"]


def zeros(generator: np.random.Generator, shape: tuple[int, ...]) -> Any:
    return np.zeros(shape)


def test_the_settings_are_json_values_and_name_the_data() -> None:
    settings = problem().settings()
    assert json.loads(json.dumps(settings)) == settings
    assert settings["space"]["units"] == [1, 4]
    other = RandomSamplingProblem(TimeSeries(sine(stop=20.0).values * 0.5), SPACE)
    assert settings["series"]["fingerprint"] != other.settings()["series"]["fingerprint"]


def test_the_logbook_tells_what_the_architectures_look_like() -> None:
    result = RandomSearch(batch_size=5).optimize(problem(), 10, seed=1)
    rows = result.logbook.chapters
    assert set(rows) == {"log_p", "look_back", "layers", "units"}
    last = result.population
    assert rows["look_back"].select("max")[-1] == max(one[0] for one in last)
    assert rows["layers"].select("avg")[-1] == pytest.approx(sum(len(one) - 1 for one in last) / len(last))


@pytest.mark.parametrize("algorithm", [algorithms.eaSimple, algorithms.eaMuPlusLambda, algorithms.eaMuCommaLambda])
def test_deap_s_own_algorithms_run_unchanged_on_the_toolbox(algorithm: Any) -> None:
    toolbox = problem().toolbox()
    arguments = {} if algorithm is algorithms.eaSimple else {"mu": 5, "lambda_": 6}
    best = tools.HallOfFame(3)
    population, logbook = algorithm(
        toolbox.population(n=5),
        toolbox,
        cxpb=0.5,
        mutpb=0.4,
        ngen=4,
        stats=problem().statistics(),
        halloffame=best,
        verbose=False,
        **arguments,
    )
    assert len(logbook) == 5
    assert all(SPACE.contains(list(one)) for one in [*population, *best])
    assert best[0].fitness >= max(one.fitness for one in population)


def test_two_targets_are_searched_by_nsga2_on_the_toolbox() -> None:
    two = problem(targets={"log_p": 1, "num_weights": -1})
    result = Evolution(algorithms.eaMuPlusLambda, population_size=8).optimize(two, 60, seed=1)
    values = [candidate.values for candidate in result.candidates]
    assert first_front(values, two.weights) == list(range(len(values)))
    assert result.knee in result.candidates
    fresh = [dict(zip(two.targets, candidate.values, strict=True)) for candidate in result.candidates]
    assert [one["log_p"] for one in fresh] == sorted((one["log_p"] for one in fresh), reverse=True)
    assert all(
        one["num_weights"] == two.decode(solution).num_weights
        for one, solution in zip(fresh, result.hall_of_fame, strict=True)
    )


def test_a_hand_written_nsga2_runs_on_the_toolbox() -> None:
    population = nsga2(problem(targets={"log_p": 1, "num_weights": -1}).toolbox(), size=8, ngen=4)
    assert all(SPACE.contains(list(one)) and one.fitness.valid for one in population)


def test_our_algorithm_selects_by_dominance_when_there_are_two_targets() -> None:
    two = problem(targets={"log_p": 1, "num_weights": -1})
    result = Evolution(population_size=8).optimize(two, stop=Stop(max_generations=3), seed=1)
    assert min(solution.fitness.values[1] for solution in result.hall_of_fame) < 100


def test_a_toolbox_takes_a_user_s_operators_and_individuals_of_the_creator() -> None:
    creator.create("DloptTestMaximum", base.Fitness, weights=(1.0,))
    creator.create("DloptTestNetwork", list, fitness=creator.DloptTestMaximum)
    called = []

    def mutate(individual: Any) -> Any:
        called.append(list(individual))
        individual[0] = 2
        return (individual,)

    searched = problem()
    toolbox = searched.toolbox(mutate=mutate)
    toolbox.register("individual", lambda: creator.DloptTestNetwork(SPACE.random_genes()))
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    result = Evolution(population_size=4, cxpb=0.0).optimize(searched, 20, seed=1, toolbox=toolbox)
    assert called
    assert type(result.best).__name__ == "DloptTestNetwork"
    assert result.candidates[0].reestimated is not None


def test_sampling_a_whole_space_gives_a_record_for_each_architecture_in_order() -> None:
    searched = problem()
    architectures = [[look_back, *units] for look_back in (2, 3) for units in list_architectures(SPACE, pace=2)]
    records = list(sample_architectures(searched, iter(architectures), seed=3))
    assert [[record["look_back"], *record["architecture"][1:-1]] for record in records] == architectures
    assert list(records[0]["metrics"])[:5] == ["log_p", "p", "mean", "std", "samples"]
    assert len(records[0]["metrics"]["samples"]) == 10
    assert records[1]["metrics"]["log_p"] == searched.evaluate(architectures[1], seed=3)[0]
    json.dumps(records, allow_nan=False)
