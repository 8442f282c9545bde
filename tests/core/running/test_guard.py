"""Guarded evaluation."""

import math
import os
import pickle
import socket
import sys
from typing import Any

import pytest

from dlopt_deap.core import WORST, Fitness, Guarded, Provenance, Values
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


def test_sys_exit_is_a_failure_and_ctrl_c_is_not() -> None:
    values = Guarded(lambda _: sys.exit("enough"), (1,))([0])
    assert values.metrics == {"status": "failed", "reason": "SystemExit: sys.exit('enough') was called"}

    def interrupt(_: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Guarded(interrupt, (1,))([0])


def test_what_memory_is_not_enough_for_has_a_status_of_its_own() -> None:
    def hog(_: Any) -> None:
        raise MemoryError("Unable to allocate 7.45 GiB")

    values = Guarded(hog, (1,))([0])
    assert values.metrics == {"status": "memory", "reason": "its memory ran out"}
    assert "7.45 GiB" in values.provenance.traceback


def test_reasons_hold_no_addresses_since_these_differ_from_run_to_run() -> None:
    def fail(_: Any) -> None:
        raise ValueError(f"{object()} is wrong")

    assert Guarded(fail, (1,))([0]).metrics["reason"] == "ValueError: <object object at 0x...> is wrong"


def test_the_provenance_tells_time_worker_and_the_end_of_the_traceback_and_travels() -> None:
    def fail(_: Any) -> None:
        raise ValueError("x" * 20_000 + "the end")

    values = pickle.loads(pickle.dumps(Guarded(fail, (1,))([0])))
    assert values.provenance.seconds > 0
    assert values.provenance.worker == f"{socket.gethostname()}:{os.getpid()}"
    assert len(values.provenance.traceback) == 8000
    assert values.provenance.traceback.endswith("the end\n")
    assert Guarded(divide, (1,))([1.0]).provenance.traceback == ""
    assert Values([1.0]).provenance == Provenance()


def test_a_fitness_does_not_take_the_provenance_along() -> None:
    fitness = Fitness((1,))
    fitness.values = Guarded(divide, (1,))([4.0])
    assert not hasattr(fitness, "provenance")


def test_it_pickles_with_its_function() -> None:
    assert pickle.loads(pickle.dumps(Guarded(divide, (1,))))([2.0]) == (0.5,)
