"""Evolution and random search."""

import csv
import io
import random
from functools import partial
from typing import Any

import pytest
from deap import algorithms, tools
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import Toy, nsga2

from dlopt_deap.core import (
    Evolution,
    ModelOptimization,
    RandomSearch,
    Result,
    SelfAdjustingMuPlusLambda,
    Stop,
    Values,
    ea_mu_comma_lambda,
    ea_mu_plus_lambda,
)
from dlopt_deap.core.results.logbook_file import logbook_csv
from dlopt_deap.errors import EvaluationError, SettingError
from dlopt_deap.seeding import seed_run

SINGLE = [
    ea_mu_plus_lambda,
    ea_mu_comma_lambda,
    SelfAdjustingMuPlusLambda(),
    algorithms.eaSimple,
    algorithms.eaMuPlusLambda,
    algorithms.eaMuCommaLambda,
]
TECHNIQUES: list[ModelOptimization] = [
    *[Evolution(algorithm, population_size=6, offspring_size=8) for algorithm in SINGLE],
    RandomSearch(batch_size=7),
]


def name(technique: ModelOptimization) -> str:
    return str(technique.settings().get("algorithm", technique.settings()["name"]))


def outcome(result: Result) -> tuple[Any, ...]:
    """Everything of a result that must be the same when it is done again."""
    population = [(list(one), one.fitness.values if one.fitness.valid else None) for one in result.population]
    return [list(one) for one in result.hall_of_fame], population, logbook_csv(result.logbook), random.getstate()


@pytest.mark.parametrize("technique", TECHNIQUES, ids=name)
class TestEveryTechnique:
    """What must hold for whatever optimises."""

    def test_the_same_seed_gives_the_same_run(self, technique: ModelOptimization) -> None:
        one = technique.optimize(Toy(), 60, seed=3)
        assert outcome(one) == outcome(technique.optimize(Toy(), 60, seed=3))

    def test_another_seed_gives_another_run(self, technique: ModelOptimization) -> None:
        one, other = (technique.optimize(Toy(), 60, seed=seed) for seed in (3, 4))
        assert outcome(one) != outcome(other)

    @pytest.mark.parametrize("budget", [1, 5, 6, 7, 33])
    def test_the_budget_is_the_total_and_is_never_exceeded(self, technique: ModelOptimization, budget: int) -> None:
        calls = []
        toolbox = Toy().toolbox()
        toolbox.register("evaluate", lambda individual: calls.append(1) or (float(sum(individual)),))
        result = technique.optimize(Toy(), budget, seed=1, toolbox=toolbox)
        assert len(calls) == result.evaluations == budget
        assert sum(result.logbook.select("nevals")) == budget
        assert result.logbook.select("evaluations")[-1] == budget
        assert result.stopped_by == "max_evaluations"

    def test_the_best_is_in_the_result_even_if_its_generation_was_cut_short(self, technique: Any) -> None:
        seen = []

        def evaluate(individual: Any) -> tuple[float]:
            seen.append(float(sum(individual)))
            return (seen[-1],)

        for budget in (8, 11, 20):
            seen.clear()
            problem = Toy({"closeness": 1})
            toolbox = problem.toolbox(evaluate=evaluate)
            result = technique.optimize(problem, budget, seed=budget, toolbox=toolbox)
            assert result.best.fitness.values == (max(seen),)

    def test_it_finds_the_answer(self, technique: ModelOptimization) -> None:
        assert technique.optimize(Toy(), 500, seed=0).fitness == {"distance": 0.0}

    def test_failed_evaluations_are_counted_and_left_out(self, technique: ModelOptimization) -> None:
        toolbox = Toy().toolbox()
        toolbox.register("evaluate", fails_for_odd_sums)
        result = technique.optimize(Toy(), 60, seed=2, toolbox=toolbox)
        assert 0 < result.failures < 60
        assert result.evaluations == 60
        assert all(sum(solution) % 2 == 0 for solution in result.hall_of_fame)
        worst = [value for value in result.logbook.chapters["distance"].select("max") if value is not None]
        assert max(worst) <= 30

    def test_too_many_failures_in_a_row_end_the_run_with_the_reason(self, technique: ModelOptimization) -> None:
        toolbox = Toy().toolbox()
        toolbox.register("evaluate", lambda individual: (1 / 0,))
        with pytest.raises(EvaluationError, match=r"None of 20 evaluations succeeded; .*ZeroDivisionError"):
            technique.optimize(Toy(), 60, seed=2, toolbox=toolbox)

    def test_the_user_s_toolbox_is_left_as_it_was(self, technique: ModelOptimization) -> None:
        toolbox = Toy().toolbox()
        before = dict(vars(toolbox))
        technique.optimize(Toy(), 10, seed=1, toolbox=toolbox)
        assert vars(toolbox) == before

    def test_its_settings_are_json_values(self, technique: ModelOptimization) -> None:
        import json

        assert json.loads(json.dumps(technique.settings())) == technique.settings()


def fails_for_odd_sums(individual: Any) -> tuple[float]:
    if sum(individual) % 2:
        raise ValueError("odd")
    return (float(abs(sum(individual) - 30)),)


@pytest.mark.parametrize(
    ("algorithm", "arguments"),
    [
        (algorithms.eaSimple, {"cxpb": 0.5, "mutpb": 0.3}),
        (algorithms.eaMuPlusLambda, {"mu": 6, "lambda_": 9, "cxpb": 0.5, "mutpb": 0.4}),
        (algorithms.eaMuCommaLambda, {"mu": 6, "lambda_": 9, "cxpb": 0.5, "mutpb": 0.4}),
        (ea_mu_plus_lambda, {"mu": 6, "lambda_": 9, "cxpb": 0.5, "mutpb": 0.4}),
        (ea_mu_comma_lambda, {"mu": 6, "lambda_": 9, "cxpb": 0.5, "mutpb": 0.4}),
        (SelfAdjustingMuPlusLambda(), {"mu": 6, "lambda_": 9, "cxpb": 0.5, "mutpb": 0.4}),
    ],
)
def test_one_generation_at_a_time_gives_what_one_long_call_gives(algorithm: Any, arguments: dict[str, Any]) -> None:
    problem = Toy()
    sizes = {"population_size": 6, "offspring_size": 9}
    rest = {key: value for key, value in arguments.items() if key not in ("mu", "lambda_")}
    stepwise = Evolution(algorithm, **sizes, **rest).optimize(problem, stop=Stop(max_generations=7), seed=5)
    state = random.getstate()

    toolbox = problem.toolbox(seed=5)
    seed_run(5)
    population, best = toolbox.population(n=6), tools.HallOfFame(10)
    population, logbook = algorithm(
        population, toolbox, ngen=7, stats=problem.statistics(), halloffame=best, verbose=False, **arguments
    )
    assert random.getstate() == state
    assert [list(one) for one in population] == [list(one) for one in stepwise.population]
    assert [list(one) for one in best] == [list(one) for one in stepwise.hall_of_fame]
    assert logbook.select("nevals") == stepwise.logbook.select("nevals")
    for field in ("avg", "std", "min", "max"):
        assert logbook.chapters["distance"].select(field) == stepwise.logbook.chapters["distance"].select(field)


@settings(deadline=None, max_examples=30)
@given(
    population=st.integers(1, 8),
    offspring=st.integers(1, 8),
    restarts=st.integers(0, 3),
    migration=st.integers(0, 8),
    budget=st.integers(1, 50),
)
def test_restarts_share_the_total_budget(
    population: int, offspring: int, restarts: int, migration: int, budget: int
) -> None:
    evolution = Evolution(
        population_size=population,
        offspring_size=offspring,
        restarts=restarts,
        migration_size=min(migration, population),
    )
    result = evolution.optimize(Toy(), budget, seed=1)
    assert result.evaluations == budget
    assert max(result.logbook.select("restart")) <= restarts


def test_a_restart_takes_the_best_along_without_evaluating_them_again() -> None:
    evolution = Evolution(population_size=6, offspring_size=6, restarts=2, migration_size=2)
    result = evolution.optimize(Toy(), 60, seed=4)
    firsts = [row for row in result.logbook if row["restart"] > 0]
    assert [row["restart"] for row in result.logbook] == sorted(row["restart"] for row in result.logbook)
    assert {row["restart"] for row in firsts} == {1, 2}
    assert next(row["nevals"] for row in firsts) == 4
    best = result.logbook.chapters["distance"].select("min")
    assert best == sorted(best, reverse=True)


def test_generations_are_counted_through_restarts() -> None:
    result = Evolution(population_size=4, restarts=1).optimize(Toy(), stop=Stop(max_generations=6), seed=1)
    assert result.logbook.select("gen") == [0, 1, 2, 3, 3, 4, 5, 6]
    assert result.stopped_by == "max_generations"


def test_stagnation_ends_a_search_that_no_longer_improves() -> None:
    result = Evolution(population_size=6).optimize(Toy(), stop=Stop(max_evaluations=100_000, stagnation=5), seed=1)
    assert result.stopped_by == "stagnation"
    best = result.logbook.chapters["distance"].select("min")
    assert len(set(best[-6:])) == 1


@pytest.mark.parametrize("targets", [{"distance": -1}, {"closeness": 1}])
def test_reaching_the_target_fitness_ends_a_search(targets: dict[str, int]) -> None:
    stop = Stop(max_evaluations=100_000, target_fitness=dict.fromkeys(targets, 0.0))
    result = Evolution(population_size=6).optimize(Toy(targets), stop=stop, seed=1)
    assert result.stopped_by == "target_fitness"
    assert result.best.fitness.values == (0.0,)


def test_the_seconds_end_a_search_in_the_middle_of_a_generation() -> None:
    result = Evolution(population_size=100_000).optimize(Toy(), stop=Stop(max_seconds=0.02), seed=1)
    assert result.stopped_by == "max_seconds"
    assert 0 < result.evaluations < 100_000


def test_an_unknown_target_to_reach_is_refused_with_the_right_name() -> None:
    stop = Stop(max_evaluations=5, target_fitness={"distanse": 0.0})
    with pytest.raises(SettingError, match="did you mean 'distance'"):
        Evolution().optimize(Toy(), stop=stop)


def test_a_callback_sees_each_generation_and_may_end_the_run() -> None:
    seen = []
    result = Evolution(population_size=4).optimize(
        Toy(), 1000, seed=1, callbacks=[lambda search: seen.append(search.generation), lambda _: len(seen) == 3]
    )
    assert seen == [0, 1, 2]
    assert result.stopped_by == "callback"


def test_ctrl_c_ends_a_search_with_what_was_found() -> None:
    import os
    import signal

    def interrupt(search: Any) -> None:
        if search.generation == 2:
            os.kill(os.getpid(), signal.SIGINT)

    result = Evolution(population_size=4).optimize(Toy(noise=1.0), 1000, seed=1, callbacks=[interrupt])
    assert result.stopped_by == "interrupted"
    assert result.candidates[0].reestimated is None
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_in_the_first_generation_keeps_what_was_evaluated() -> None:
    import os
    import signal

    calls = []

    def evaluate(individual: Any) -> tuple[float]:
        calls.append(1)
        if len(calls) == 3:
            os.kill(os.getpid(), signal.SIGINT)
        return (float(sum(individual)),)

    result = Evolution(population_size=50).optimize(Toy(), 1000, seed=1, toolbox=Toy().toolbox(evaluate=evaluate))
    assert result.evaluations == 3 == len(result.hall_of_fame)


def test_ctrl_c_in_the_last_evaluation_is_told_since_nothing_is_estimated_anew_then() -> None:
    import os
    import signal

    problem, calls = Toy(noise=1.0), []

    def evaluate(individual: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            os.kill(os.getpid(), signal.SIGINT)
        return problem.evaluate(individual)

    result = Evolution(population_size=50).optimize(problem, 3, seed=1, toolbox=problem.toolbox(evaluate=evaluate))
    assert result.evaluations == 3
    assert result.candidates[0].reestimated is None
    assert result.stopped_by == "interrupted"


def test_a_second_ctrl_c_ends_an_evaluation_at_once() -> None:
    import os
    import signal

    def evaluate(individual: Any) -> tuple[float]:
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)
        raise AssertionError("the second one must raise")

    with pytest.raises(EvaluationError, match="None of 0 evaluations"):
        Evolution().optimize(Toy(), 1000, toolbox=Toy().toolbox(evaluate=evaluate))


def test_a_user_s_algorithm_gets_its_own_arguments() -> None:
    seen = []

    def algorithm(
        population: Any, toolbox: Any, ngen: int, rate: float, stats: Any, halloffame: Any, verbose: bool
    ) -> Any:
        seen.append(rate)
        return ea_mu_plus_lambda(population, toolbox, 4, 4, ngen=ngen, halloffame=halloffame)

    result = Evolution(algorithm, population_size=4, rate=0.7).optimize(Toy(), 20, seed=1)
    assert set(seen) == {0.7}
    assert result.settings["technique"]["rate"] == 0.7


def test_an_argument_that_the_algorithm_does_not_take_is_refused_with_the_right_one() -> None:
    with pytest.raises(SettingError, match="eaSimple takes no argument `mutbp`; did you mean 'mutpb'"):
        Evolution(algorithms.eaSimple, mutbp=0.1)


@pytest.mark.parametrize(
    ("settings_", "message"),
    [
        ({"population_size": 0}, "`population_size`"),
        ({"offspring_size": -1}, "`offspring_size`"),
        ({"restarts": -1}, "`restarts`"),
        ({"population_size": 2, "restarts": 1, "migration_size": 3}, "`migration_size` must not exceed"),
        ({"hall_of_fame": 0}, "`hall_of_fame`"),
        ({"max_failures": 0}, "`max_failures`"),
        ({"algorithm": algorithms.eaMuPlusLambda, "population_size": 1}, "cannot mate a population of 1"),
        ({"algorithm": algorithms.eaMuPlusLambda, "cxpb": 0.8, "mutpb": 0.3}, "cxpb \\+ mutpb"),
        ({"algorithm": ea_mu_comma_lambda, "population_size": 5, "offspring_size": 4}, "`offspring_size` must be"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(settings_: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        Evolution(**settings_)


def test_restarts_without_a_budget_to_share_are_refused() -> None:
    with pytest.raises(SettingError, match="`restarts` share"):
        Evolution(restarts=1).optimize(Toy(), stop=Stop(max_seconds=1.0))


def test_a_population_of_one_evolves() -> None:
    assert Evolution(population_size=1, offspring_size=1).optimize(Toy(), 200, seed=1).fitness == {"distance": 0.0}


def test_the_best_of_a_noisy_search_are_ranked_by_fresh_estimates_and_both_are_told() -> None:
    result = Evolution(population_size=8, hall_of_fame=5).optimize(Toy(noise=20.0), 200, seed=1)
    fresh = [candidate.values[0] for candidate in result.candidates]
    assert len(fresh) == 5
    assert fresh == sorted(fresh)
    assert all(abs(sum(one.solution) - 30) == one.values[0] for one in result.candidates)
    assert [one.solution.fitness.values[0] for one in result.candidates] != fresh
    best = result.candidates[0].to_dict(result.problem)
    assert best["fitness"] != best["search_fitness"]
    assert best["reestimated"]


def test_the_seed_of_a_run_reaches_the_problem_s_own_evaluation() -> None:
    result = Evolution(population_size=4).optimize(Toy(), 10, seed=42, toolbox=Toy().toolbox(seed=1))
    assert result.best.metrics["seed"] == 1, "an evaluate of another problem is the user's own"
    problem = Toy()
    result = Evolution(population_size=4).optimize(problem, 10, seed=42, toolbox=problem.toolbox(seed=1))
    assert result.best.metrics["seed"] == 42


def test_individuals_made_for_other_targets_are_refused() -> None:
    with pytest.raises(SettingError, match=r"weights \(-1,\), but the problem's targets {'closeness': 1}"):
        Evolution().optimize(Toy({"closeness": 1}), 10, toolbox=Toy().toolbox())


def test_a_fresh_seed_is_told_and_repeats_the_run() -> None:
    first = RandomSearch().optimize(Toy(), 30)
    again = RandomSearch().optimize(Toy(), 30, seed=first.seed)
    assert outcome(first) == outcome(again)


def test_two_targets_give_a_pareto_front() -> None:
    result = Evolution(population_size=20, offspring_size=20).optimize(Toy({"distance": -1, "spread": -1}), 800, seed=1)
    front = [solution.fitness for solution in result.hall_of_fame]
    assert not any(one.dominates(other) for one in front for other in front)
    assert result.best.fitness.values == (0.0, 0.0)


def test_a_hand_written_nsga2_runs_on_the_toolbox() -> None:
    population = nsga2(Toy({"distance": -1, "spread": -1}).toolbox(), size=20, ngen=30)
    front = tools.sortNondominated(population, len(population), first_front_only=True)[0]
    assert (0.0, 0.0) in [one.fitness.values for one in front]


def test_a_stateful_algorithm_does_not_carry_its_state_into_the_next_run() -> None:
    evolution = Evolution(SelfAdjustingMuPlusLambda(), population_size=6)
    first = evolution.optimize(Toy(), 100, seed=1)
    assert outcome(first) == outcome(evolution.optimize(Toy(), 100, seed=1))


@pytest.mark.parametrize(("targets", "sign"), [({"distance": -1}, -1), ({"closeness": 1}, 1)])
def test_self_adjustment_grows_mutation_while_the_mean_improves_whatever_the_sign(
    targets: dict[str, int], sign: int
) -> None:
    algorithm = SelfAdjustingMuPlusLambda(growth=1.5, shrinkage=0.25, bounds={"indpb": (0.1, 0.9)})
    problem = Toy(targets)
    toolbox = problem.toolbox()
    values = iter([*[10.0 * -sign] * 4, *[5.0 * -sign] * 4, *[7.0 * -sign] * 4])
    toolbox.register("evaluate", lambda individual: Values([next(values)]))
    run = partial(algorithm, toolbox=toolbox, mu=4, lambda_=4)
    population, _ = run(toolbox.population(n=4), ngen=0)
    run(population, ngen=1)
    assert algorithm.rates["indpb"] == pytest.approx(0.75)
    run(population, ngen=1)
    assert algorithm.rates["indpb"] == pytest.approx(0.1875)


def test_self_adjustment_needs_something_to_adjust() -> None:
    toolbox = Toy().toolbox(mutate=lambda individual: (individual,))
    with pytest.raises(SettingError, match="must be registered with one of indpb"):
        Evolution(SelfAdjustingMuPlusLambda()).optimize(Toy(), 10, toolbox=toolbox)


def test_the_logbook_as_csv_has_a_column_for_each_statistic() -> None:
    result = Evolution(population_size=4).optimize(Toy(), 20, seed=1)
    rows = list(csv.DictReader(io.StringIO(logbook_csv(result.logbook))))
    assert len(rows) == len(result.logbook)
    assert list(rows[0]) == [
        *("gen", "restart", "nevals", "evaluations", "failures"),
        *("mate_tried", "mate_better", "mutate_tried", "mutate_better"),
        *("distance_avg", "distance_std", "distance_min", "distance_max"),
    ]
    assert float(rows[-1]["distance_min"]) == result.logbook.chapters["distance"].select("min")[-1]
    assert "distance" in str(result.logbook)


def test_a_result_and_its_problem_show_themselves_in_one_short_line() -> None:
    result = Evolution(population_size=5).optimize(Toy(), 33, seed=1)
    network = f"layers {result.spec.layers}, look-back {result.spec.look_back}"
    fitness = f"distance {result.fitness['distance']:.4g}"
    how = f"33 evaluations, 0 failed, stopped by max_evaluations, seed {result.seed}"
    assert repr(result) == f"Result({fitness}; {network}; {how})"
    assert repr(result.problem) == "Toy(targets={'distance': -1})"
