"""Functions that have a faster way for many items than for one."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from deap import base

from dlopt_deap.core import Guarded, Values
from dlopt_deap.parallel import Limits, Map, PoolMap, SerialMap
from dlopt_deap.parallel.batches import MOST

DEADLY = 13


class Doubling:
    """Doubles numbers, and notes how many came together; it cannot bear 13, and 7 raises."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def __call__(self, item: Any) -> Values:
        return self.batch([item])[0]

    def batch(self, items: Any) -> list[Values]:
        self.sizes.append(len(items))
        if any(item[0] == DEADLY for item in items):
            os._exit(3)
        if any(item[0] == 7 for item in items):
            raise ValueError("seven")
        return [Values([2.0 * item[0]], {"together": True}) for item in items]


@pytest.fixture(params=["serial", "pool"])
def map_(request: pytest.FixtureRequest) -> Iterator[Map]:
    with SerialMap() if request.param == "serial" else PoolMap(2) as opened:
        yield opened


def items_of(*numbers: int) -> list[list[int]]:
    return [[number] for number in numbers]


def test_every_item_has_its_value_in_order(map_: Map) -> None:
    numbers = list(range(20, 20 + 3 * MOST))
    values = list(map_(Guarded(Doubling(), (-1,)), items_of(*numbers)))
    assert values == [(2.0 * number,) for number in numbers]


def test_items_are_evaluated_together(map_: Map) -> None:
    doubling = Doubling()
    guarded = Guarded(doubling, (-1,))
    list(SerialMap()(guarded, items_of(*range(20, 20 + MOST + 1))))
    assert doubling.sizes == [MOST, 1]


def test_a_map_that_knows_nothing_of_batches_gives_the_same() -> None:
    guarded = Guarded(Doubling(), (-1,))
    assert list(map(guarded, items_of(1, 2))) == list(SerialMap()(guarded, items_of(1, 2)))


def test_only_the_item_that_raises_fails(map_: Map) -> None:
    values = list(map_(Guarded(Doubling(), (-1,)), items_of(5, 6, 7, 8)))
    assert [one.metrics["status"] for one in values] == ["ok", "ok", "failed", "ok"]
    assert values[2].metrics["reason"] == "ValueError: seven"
    assert values[3] == (16.0,)


def test_only_the_item_that_ends_its_process_fails() -> None:
    with PoolMap(2, Limits(retries=0)) as pool:
        values = list(pool(Guarded(Doubling(), (-1,)), items_of(*range(10, 18))))
    assert [one.metrics["status"] for one in values] == ["ok", "ok", "ok", "died", "ok", "ok", "ok", "ok"]
    assert values[4] == (28.0,)


def test_an_item_that_takes_too_long_costs_itself_alone() -> None:
    with PoolMap(2, Limits(seconds=1.0, retries=0)) as pool:
        values = list(pool(Guarded(Looping(), (-1,)), items_of(1, 2, 3, 4)))
    assert [one.metrics["status"] for one in values] == ["ok", "timeout", "ok", "ok"]


@pytest.mark.parametrize("limits", [Limits(seconds=60.0), Limits(memory=1e4), Limits(evaluations=100)])
def test_where_evaluations_have_limits_each_is_a_call_of_its_own(limits: Limits) -> None:
    with PoolMap(2, limits) as pool:
        assert [int(one[0]) for one in pool(Guarded(Counting(), (-1,)), items_of(*range(9)))] == [1] * 9
    with PoolMap(2) as pool:
        assert max(one[0] for one in pool(Guarded(Counting(), (-1,)), items_of(*range(9)))) > 1


class Counting:
    """Gives how many came together."""

    def __call__(self, item: Any) -> Values:
        return self.batch([item])[0]

    def batch(self, items: Any) -> list[Values]:
        return [Values([float(len(items))]) for _ in items]


class Looping:
    def __call__(self, item: Any) -> Values:
        return self.batch([item])[0]

    def batch(self, items: Any) -> list[Values]:
        while any(item[0] == 2 for item in items):
            pass
        return [Values([1.0]) for _ in items]


def test_what_is_registered_in_a_toolbox_keeps_its_batch() -> None:
    doubling = Doubling()
    toolbox = base.Toolbox()
    toolbox.register("evaluate", Guarded(doubling, (-1,)))
    toolbox.register("map", SerialMap())
    assert list(toolbox.map(toolbox.evaluate, items_of(1, 2, 3))) == [(2.0,), (4.0,), (6.0,)]
    assert doubling.sizes == [3]


def test_a_batch_of_the_wrong_length_is_told() -> None:
    function: Callable[[Any], Any] = partial(float)
    function.batch = lambda items: [Values([1.0])]  # type: ignore[attr-defined]
    with pytest.raises(Exception, match=r"`evaluate\.batch` must return the values of 2 individuals, got 1"):
        list(SerialMap()(Guarded(function, (-1,)), [1, 2]))


def test_values_tell_where_and_how_long_they_were_made() -> None:
    values = list(SerialMap()(Guarded(Doubling(), (-1,)), items_of(1, 2)))
    assert {one.provenance.worker for one in values} == {values[0].provenance.worker}
    assert values[0].provenance.worker.endswith(f":{os.getpid()}")
    assert 0 < values[0].provenance.seconds < 1
