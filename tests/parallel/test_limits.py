"""Limits of an evaluation."""

import json
from typing import Any

import pytest

from dlopt_deap.errors import SettingError
from dlopt_deap.parallel import Limits
from dlopt_deap.parallel.memory import data_size, memory_bounded


@pytest.mark.parametrize(
    "wrong",
    [{"seconds": 0}, {"seconds": "1"}, {"memory": -1}, {"evaluations": 0}, {"evaluations": 1.5}, {"retries": -1}],
)
def test_a_limit_that_makes_no_sense_is_refused_by_its_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match=f"`Limits.{next(iter(wrong))}`"):
        Limits(**wrong)


def test_limits_are_json_values_and_say_whether_there_are_any() -> None:
    limits = Limits(seconds=2, memory=100)
    assert json.loads(json.dumps(limits.to_dict())) == {
        "seconds": 2.0,
        "memory": 100.0,
        "evaluations": None,
        "retries": 1,
    }
    assert limits.bounded
    assert not Limits(retries=3).bounded


def test_memory_is_bounded_within_the_block_and_free_after_it() -> None:
    with memory_bounded(50), pytest.raises(MemoryError):
        bytearray(2 * 10**8)
    assert len(bytearray(2 * 10**8)) == 2 * 10**8
    assert data_size() > 0
