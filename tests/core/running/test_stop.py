"""Criteria."""

from typing import Any

import pytest

from dlopt_deap.core import Stop
from dlopt_deap.errors import SettingError


def test_a_search_that_nothing_would_end_is_refused() -> None:
    with pytest.raises(SettingError, match="Nothing would end this search"):
        Stop()
    with pytest.raises(SettingError, match="Nothing would end this search"):
        Stop(target_fitness={"log_p": -12.0})


@pytest.mark.parametrize(
    "criteria",
    [
        {"max_evaluations": 0},
        {"max_evaluations": 2.5},
        {"max_generations": -1},
        {"max_seconds": 0},
        {"max_seconds": float("nan")},
        {"stagnation": 0},
        {"max_evaluations": 1, "target_fitness": {"a": float("inf")}},
    ],
)
def test_a_criterion_that_makes_no_sense_is_named(criteria: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match=f"`{list(criteria)[-1]}"):
        Stop(**criteria)


def test_only_what_is_set_is_told() -> None:
    assert Stop(max_evaluations=5, stagnation=2).to_dict() == {"max_evaluations": 5, "stagnation": 2}
