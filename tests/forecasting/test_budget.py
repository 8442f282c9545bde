"""How a budget is read, and how its time is shared out."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from dlopt_deap.core import Evolution, Stop
from dlopt_deap.data import sine
from dlopt_deap.errors import SettingError
from dlopt_deap.forecasting import Budget, make_task, seconds_of, solve
from dlopt_deap.forecasting.finals import judge_finalists
from dlopt_deap.forecasting.reserve import FinalCost, Reserve, final_cost, seconds_to_keep
from dlopt_deap.forecasting.solving import FIRST_SHARE, RESUMED_SHARE, first_limit

SERIES = sine(stop=20.0)


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class SlowMap:
    """A map of two workers, on which everything that is mapped at once takes some seconds of a clock."""

    workers = 2

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.clock, self.seconds, self.sizes = clock, seconds, list[int]()

    def __call__(self, function: Any, items: Any) -> Any:
        listed = list(items)
        self.sizes.append(len(listed))
        self.clock.now += self.seconds
        return map(function, listed)


def small_task(**settings: Any) -> Any:
    return make_task(SERIES, **{"epochs": 1, "final_epochs": 4} | settings)


def searched(task: Any) -> Any:
    task.search.noisy = False
    return Evolution(population_size=4, hall_of_fame=6).optimize(task.search, 12, seed=1)


@pytest.mark.parametrize(
    ("budget", "seconds"),
    [
        ("2 min", 120),
        ("90 s", 90),
        ("90", 90),
        ("1h30m", 5400),
        ("1 hour 30 minutes", 5400),
        (" 0.5 H ", 1800),
        ("1d", 86400),
        (20, 20),
        (0.25, 0.25),
        (timedelta(minutes=2), 120),
    ],
)
def test_a_budget_is_read_as_people_write_it(budget: Any, seconds: float) -> None:
    assert seconds_of(budget) == seconds


@pytest.mark.parametrize(
    "budget",
    ["", " ", "2 mun", "min", "-1 s", "1 s and more", "0 s", 0, -3, True, [1], float("nan"), "9" * 400, "s" * 400],
)
def test_what_is_no_time_is_refused_with_examples_of_what_is(budget: Any) -> None:
    with pytest.raises(SettingError, match=r"`budget` must be a time above zero, such as '2 min', '90 s', '1h30m'"):
        seconds_of(budget)


def test_what_is_left_of_a_budget_counts_earlier_sessions() -> None:
    clock = Clock()
    budget = Budget(60.0, clock)
    clock.now += 10
    assert budget.left() == 50
    budget.has_used(30)
    assert budget.left() == 20
    assert Budget(None, clock).left() == float("inf")


def test_the_search_leaves_the_time_for_the_usual_end_and_at_least_for_the_worst_of_one() -> None:
    usual = seconds_to_keep(FinalCost(unit=0.01, typical=100, worst=150), finalists=10, workers=2, budget=100.0)
    assert usual == pytest.approx(0.01 * 100 * (5 + 1) + 3)
    worst = seconds_to_keep(FinalCost(unit=0.01, typical=100, worst=900), finalists=2, workers=2, budget=100.0)
    assert worst == pytest.approx(0.01 * 900 * 2 + 3)


def test_the_end_is_never_left_more_than_half_of_the_budget() -> None:
    kept = seconds_to_keep(FinalCost(unit=10.0, typical=200, worst=900), finalists=10, workers=1, budget=20.0)
    assert kept == pytest.approx(10 + 0.03 * 20)


def test_after_each_generation_the_search_ends_where_the_reserve_begins() -> None:
    task = small_task()
    result = searched(task)
    clock = Clock()
    budget = Budget(100.0, clock)
    measured = []

    def measure(problem: Any, solution: Any) -> FinalCost:
        measured.append(problem.costs(solution)["multiply_adds"])
        return FinalCost(0.01, 100, 150)

    reserve = Reserve(task, budget, 2, measure)
    search: Any = SimpleNamespace(hall_of_fame=result.hall_of_fame, seconds=25.0, stop=Stop(max_seconds=50.0))
    clock.now += 30  # five seconds went by before the search began
    reserve(search)
    keep = seconds_to_keep(FinalCost(0.01, 100, 150), len(result.hall_of_fame), 2, 100.0)
    assert search.stop.max_seconds == pytest.approx(25 + 70 - keep)
    assert measured == [max(task.final.costs(one)["multiply_adds"] for one in result.hall_of_fame)]
    reserve(search)
    assert len(measured) == 1


def test_the_cost_of_the_end_is_that_of_an_epoch_or_of_a_sampling() -> None:
    ticks = iter([0.0, 0.5, 0.0, 0.25])
    training = final_cost(small_task(final_epochs=200).final, [3, 4], lambda: next(ticks))
    assert training == FinalCost(0.5, typical=3 * 75, worst=3 * 200)
    sampling = final_cost(small_task(fitness="log_p", num_samples=100).final, [3, 4], lambda: next(ticks))
    assert sampling == FinalCost(0.25, typical=20, worst=20)


def test_finalists_are_judged_two_at_a_time_until_another_two_might_take_too_long() -> None:
    task = small_task()
    clock = Clock()
    map_ = SlowMap(clock, seconds=10.0)
    judged = judge_finalists(searched(task), task, Budget(40.0, clock), map_, measure=lambda *_: FinalCost(0, 0, 0))
    assert map_.sizes == [2, 2]  # 20 seconds are left, less a margin: too few for two more and the weights
    assert judged.settings["repeat"]["finalists"] == 4
    assert len(judged.candidates) == 4


def test_without_a_budget_all_finalists_are_judged_at_once() -> None:
    task = small_task(finalists=5)
    map_ = SlowMap(Clock(), seconds=1e9)
    assert len(judge_finalists(searched(task), task, Budget(), map_).candidates) == 5
    assert map_.sizes == [5]


def test_one_finalist_is_judged_though_the_time_is_over_and_trained_for_as_long_as_is_left() -> None:
    task = small_task(final_epochs=100)
    found = searched(task)
    clock = Clock()
    budget = Budget(100.0, clock)
    map_ = SlowMap(clock, seconds=1e9)
    judged = judge_finalists(found, task, budget, map_, measure=lambda *_: FinalCost(1.0, 75 * 3, 100 * 3))
    assert judged.settings["repeat"] == {"evaluations": 12, "finalists": 2, "seed": 1, "final_epochs": 97 // 6}
    assert judged.problem.final_epochs == 16
    assert task.final.final_epochs == 100
    late = judge_finalists(found, task, budget, map_, measure=lambda *_: FinalCost(1.0, 75 * 3, 100 * 3))
    assert late.settings["repeat"]["final_epochs"] == 1


def test_a_search_that_was_not_measured_yet_ends_half_way() -> None:
    assert first_limit(Budget(100.0), None) == FIRST_SHARE * 100


def test_a_run_that_its_budget_has_ended_is_over_and_goes_on_with_a_larger_one() -> None:
    def run(stopped_by: str, **options: Any) -> Any:
        found = SimpleNamespace(snapshot=object(), seconds=40.0, stopped_by=stopped_by, options=options)
        return SimpleNamespace(found=found)

    assert first_limit(Budget(50.0), run("max_seconds", budget=50.0)) == 40.0
    assert first_limit(Budget(80.0), run("max_seconds", budget=50.0)) == RESUMED_SHARE * 80
    assert first_limit(Budget(50.0), run("", budget=50.0)) == RESUMED_SHARE * 50
    clock = Clock()
    budget = Budget(50.0, clock)
    first_limit(budget, run("", budget=50.0))
    assert budget.left() == 10.0


@pytest.mark.slow
def test_a_search_by_a_budget_gives_what_its_evaluations_finalists_and_epochs_give_again() -> None:
    task = small_task(finalists=3)
    budget = Budget(3.0)
    by_time = solve(task, stop=Stop(max_seconds=3.0), budget=budget, seed=3, population_size=4)
    repeat = by_time.settings["repeat"]
    again = small_task(finalists=repeat["finalists"], final_epochs=repeat["final_epochs"])
    by_count = solve(again, stop=Stop(max_evaluations=repeat["evaluations"]), seed=repeat["seed"], population_size=4)
    assert by_time.stopped_by == "max_seconds"
    assert by_count.stopped_by == "max_evaluations"
    assert [(list(one.solution), one.values) for one in by_time.candidates] == [
        (list(one.solution), one.values) for one in by_count.candidates
    ]
    assert by_time.weights.tobytes() == by_count.weights.tobytes()
