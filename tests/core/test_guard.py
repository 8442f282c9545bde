"""Guarded evaluation."""

import math
import pickle
from typing import Any

import pytest

from dlopt_deap.core import WORST, Guarded, Values
from dlopt_deap.errors import SettingError


def divide(individual: list[float]) -> Values:
    return Values([1 / individual[0]], {"numerator": 1})


def test_what_succeeds_goes_through_with_its_metrics() -> None:
    values = Guarded(divide, (1,))([4.0])
    assert values == (0.25,)
    assert values.metrics == {"numerator": 1, "status": "ok"}


@pytest.mark.parametrize(("weights", "worst"), [((1,), (-WORST,)), ((-1,), (WORST,))])
def test_what_raises_gets_the_worst_value_and_the_reason(weights: tuple[int], worst: tuple[float]) -> None:
    values = Guarded(divide, weights)([0.0])
    assert values == worst
    assert values.metrics == {"status": "failed", "reason": "ZeroDivisionError: float division by zero"}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_gets_the_worst_value_and_the_reason(value: float) -> None:
    values = Guarded(lambda _: (1.0, value), (1, -1))([0])
    assert values == (-WORST, WORST)
    assert "not finite" in values.metrics["reason"]


def test_an_evaluate_function_with_a_wrong_number_of_values_is_an_error_of_its_own() -> None:
    with pytest.raises(SettingError, match=r"must return 2 value\(s\), one a target, got 1"):
        Guarded(divide, (1, 1))([1.0])


@pytest.mark.parametrize("result", [None, "nonsense", [object()]])
def test_what_is_no_tuple_of_numbers_is_a_failure(result: Any) -> None:
    assert Guarded(lambda _: result, (1,))([0]).metrics["status"] == "failed"


def test_it_pickles_with_its_function() -> None:
    assert pickle.loads(pickle.dumps(Guarded(divide, (1,))))([2.0]) == (0.5,)
