"""Statistics."""

import warnings
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dlopt_deap.core import WORST, Solution
from dlopt_deap.core.individuals.statistics import target_statistics


def population(values: list[float]) -> list[Any]:
    made = []
    for value in values:
        solution = Solution([0], (1,))
        solution.fitness.values = (value,)
        made.append(solution)
    return made


@given(st.lists(st.floats(-1e6, 1e6), min_size=1), st.integers(0, 3))
def test_failed_individuals_do_not_touch_the_statistics(values: list[float], failures: int) -> None:
    clean = target_statistics(["a"]).compile(population(values))
    assert target_statistics(["a"]).compile(population(values + [-WORST] * failures)) == clean
    assert clean["a"]["min"] <= clean["a"]["avg"] + 1e-6
    assert clean["a"]["avg"] <= clean["a"]["max"] + 1e-6


def test_where_all_failed_there_is_no_statistic_and_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        record = target_statistics(["a"]).compile(population([-WORST]))
    assert record == {"a": {"avg": None, "std": None, "min": None, "max": None}}


def test_individuals_without_a_fitness_are_left_out() -> None:
    assert target_statistics(["a"]).compile([Solution([0], (1,)), *population([2.0])])["a"]["avg"] == 2.0
