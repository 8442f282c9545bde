"""Maps of this process and of a local pool; SCOOP's is tested by real runs, with the scripts."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from dlopt_deap.core import Guarded
from dlopt_deap.errors import SettingError, WorkerError
from dlopt_deap.parallel import Limits, Map, PoolMap, ScoopMap, SerialMap, open_map, thread_environment
from dlopt_deap.parallel.signals import interrupts_blocked

MAPS = {
    "serial": SerialMap,
    "pool": lambda: PoolMap(2),
    "pool within limits": lambda: PoolMap(2, Limits(seconds=600, memory=4000, evaluations=50)),
}


@pytest.fixture(scope="module", params=MAPS)
def any_map(request: pytest.FixtureRequest) -> Iterator[Map]:
    with MAPS[request.param]() as map_:
        yield map_


def square(number: int) -> int:
    return number * number


def test_results_come_in_the_order_of_the_items(any_map: Map) -> None:
    assert list(any_map(square, range(100))) == [number * number for number in range(100)]
    assert list(any_map(pow, [2, 3], [3, 2])) == [8, 9]
    assert list(any_map(square, [])) == []


def test_functions_that_only_this_process_knows_reach_the_workers(any_map: Map) -> None:
    offset = 5
    assert list(any_map(lambda number: number + offset, [1, 2])) == [6, 7]


def test_an_exception_reaches_the_caller(any_map: Map) -> None:
    with pytest.raises(ZeroDivisionError):
        list(any_map(lambda number: 1 / number, [1, 0]))
    assert list(any_map(square, [3])) == [9], "the map still works"


def test_results_that_nobody_wants_any_more_are_dropped(any_map: Map) -> None:
    results = iter(any_map(square, range(1000)))
    assert next(results) == 0
    del results
    assert list(any_map(square, [2])) == [4]


def test_completions_come_with_their_positions_and_closing_them_frees_the_workers(any_map: Map) -> None:
    completions = [one for one in any_map.completions(square, range(100)) if one is not None]
    assert sorted(completions) == [(number, number * number) for number in range(100)]
    assert list(any_map.completions(square, [])) == []
    closed = any_map.completions(square, range(1000))
    assert next(one for one in closed if one is not None)
    closed.close()
    assert list(any_map(square, [2])) == [4]


def test_a_guarded_function_tells_how_its_values_came_about_and_no_metric_does(any_map: Map) -> None:
    good, bad = any_map(Guarded(lambda number: [1 / number], (-1,)), [4, 0])
    assert (good, good.metrics) == ((0.25,), {"status": "ok"})
    assert bad.metrics == {"status": "failed", "reason": "ZeroDivisionError: division by zero"}
    assert "ZeroDivisionError" in bad.provenance.traceback
    assert good.provenance.worker.rpartition(":")[2].isdigit()


def environment(_: int) -> Any:
    from threadpoolctl import threadpool_info

    import dlopt_deap.networks

    dlopt_deap.networks.predict  # noqa: B018
    import scipy.linalg  # noqa: F401

    pools = [(pool["user_api"], pool["num_threads"]) for pool in threadpool_info()]
    return os.getpid(), {name: os.environ.get(name) for name in thread_environment()}, pools


@pytest.mark.slow
def test_every_worker_of_a_pool_bounds_its_threads() -> None:
    with PoolMap(2) as map_:
        seen = list(map_(environment, range(8)))
    assert os.getpid() not in {pid for pid, _, _ in seen}
    assert all(variables == thread_environment() for _, variables, _ in seen)
    assert {threads for _, _, pools in seen for _, threads in pools} == {1}


def die(_: int) -> None:
    os._exit(3)


@pytest.mark.slow
def test_a_worker_that_dies_is_an_error_instead_of_a_wait() -> None:
    with PoolMap(2) as map_, pytest.raises(WorkerError, match="its process ended with exit code 3"):
        list(map_(die, range(2)))


def test_ctrl_c_while_work_is_handed_out_reaches_this_process_afterwards() -> None:
    reached = []

    def hand_out() -> None:
        with interrupts_blocked():
            signal.pthread_kill(threading.get_ident(), signal.SIGINT)
            reached.append("the end of the block")

    with pytest.raises(KeyboardInterrupt):
        hand_out()
    assert reached


def test_one_worker_means_this_process_and_more_a_pool() -> None:
    assert isinstance(open_map(1), SerialMap)
    with open_map(3) as map_:
        assert isinstance(map_, PoolMap)
        assert map_.workers == 3
    with open_map(1, Limits(seconds=60)) as map_:
        assert isinstance(map_, PoolMap)
        assert map_.workers == 1


@pytest.mark.parametrize("workers", [0, -1, 1.5])
def test_a_number_of_workers_that_makes_no_sense_is_refused(workers: Any) -> None:
    with pytest.raises(SettingError, match="`workers`"):
        open_map(workers)


def test_scoop_s_map_refuses_to_be_silently_serial() -> None:
    with pytest.raises(WorkerError, match="python -m scoop"):
        ScoopMap()


def test_bounding_threads_holds_for_libraries_loaded_before_and_after() -> None:
    code = (
        "import os, numpy; from dlopt_deap.parallel import bound_threads; bound_threads(); "
        "import scipy.linalg; from threadpoolctl import threadpool_info; "
        "assert all(pool['num_threads'] == 1 for pool in threadpool_info()), threadpool_info()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
