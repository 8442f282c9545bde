"""How much is done, and how long the rest takes."""

from dataclasses import replace

import pytest
from callbacks.states import state

from dlopt_deap.callbacks.outlook import Outlook, duration, outlook
from dlopt_deap.core import Stop


def test_evaluations_that_are_left_take_as_long_as_the_rate_of_this_session_says() -> None:
    assert outlook(state()) == Outlook(0.2, 20.0)


def test_what_earlier_sessions_made_is_done_but_does_not_count_for_the_rate() -> None:
    resumed = state(evaluations=60, taken_over=50, evaluations_per_second=2.0, seconds=500.0, session_seconds=5.0)
    assert outlook(resumed) == Outlook(0.6, 20.0)


def test_of_a_budget_of_seconds_those_are_left_that_no_session_has_used() -> None:
    assert outlook(state(stop=Stop(max_seconds=50.0), seconds=20.0, session_seconds=5.0)) == Outlook(0.4, 30.0)


def test_of_generations_each_takes_the_evaluations_that_one_took_so_far() -> None:
    ahead = outlook(state(stop=Stop(max_generations=12), evaluations=30, generation=3))
    assert ahead == Outlook(0.25, 10 * 9 / 4.0)


def test_the_bound_that_is_met_first_counts() -> None:
    stop = Stop(max_evaluations=100, max_seconds=10.0)
    assert outlook(state(stop=stop)) == Outlook(0.5, 5.0)
    assert outlook(state(stop=replace(stop, max_seconds=1000.0))) == Outlook(0.2, 20.0)


def test_a_search_that_only_stagnation_ends_has_no_outlook() -> None:
    assert outlook(state(stop=Stop(stagnation=5))) == Outlook(None, None)


def test_before_the_first_evaluation_of_a_session_nothing_can_be_told() -> None:
    assert outlook(state(evaluations_per_second=0.0)) == Outlook(0.2, None)


def test_what_is_over_is_done_and_takes_no_time() -> None:
    assert outlook(state(stop=Stop(max_seconds=4.0))) == Outlook(1.0, 0.0)


def test_a_total_of_one_s_own_goes_before_that_of_the_criteria() -> None:
    assert outlook(state(), total=40) == Outlook(0.5, 5.0)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0 s"), (119, "119 s"), (121, "2 min"), (6_900, "115 min"), (7_200, "2.0 h"), (200_000, "2.3 days")],
)
def test_a_duration_is_told_in_a_unit_that_people_think_in(seconds: float, told: str) -> None:
    assert duration(seconds) == told
