"""Pools: whatever happens in one of their processes costs one evaluation."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from parallel import hazards
from toy import Toy

from dlopt_deap.core import WORST, Evolution, Guarded
from dlopt_deap.errors import WorkerError
from dlopt_deap.parallel import Limits, PoolMap
from dlopt_deap.parallel import pool as pool_module

pytestmark = pytest.mark.slow

GUARDED = Guarded(hazards.evaluate, (-1,))
RAISED = ("failed", "ArithmeticError: no")
EXITED = ("failed", "SystemExit: sys.exit({}) was called")
MEMORY = ("memory", "its memory ran out")
LATE = ("timeout", "it took longer than the limit of 3 s")
KILLED = ("died", "its process was killed (SIGKILL), as the system does when memory runs out")

HARM = {
    "raise": RAISED,
    "sys.exit": (EXITED[0], EXITED[1].format(3)),
    "sys.exit(0)": (EXITED[0], EXITED[1].format(0)),
    "fault": ("died", "its process died of SIGSEGV"),
    "exit": ("died", "its process ended with exit code 3"),
    "exit in peace": ("died", "its process ended with exit code 0"),
    "abort": ("died", "its process died of SIGABRT"),
    "kill": KILLED,
    "alarm": ("died", "its process died of SIGALRM"),
}
HARM_WITHIN_LIMITS = {
    "loop": LATE,
    "compiled loop": LATE,
    "sleep": LATE,
    "hog": MEMORY,
    "hog by numpy": MEMORY,
    "hog by numba": MEMORY,
}


@pytest.fixture(scope="module")
def pool() -> Iterator[PoolMap]:
    with PoolMap(2) as map_:
        yield map_


@pytest.fixture(scope="module")
def limited() -> Iterator[PoolMap]:
    with PoolMap(2, Limits(seconds=3, memory=500, retries=0)) as map_:
        yield map_


def check_only_one_fails(map_: PoolMap, deed: str, status: str, reason: str) -> Any:
    items: list[Any] = [*range(5), deed, *range(5, 10)]
    results = list(map_(GUARDED, items))
    failed = results.pop(5)
    assert failed == (WORST,)
    assert failed.metrics == {"status": status, "reason": reason}
    assert results == [(number**2,) for number in range(10)]
    assert all(result.metrics == {"status": "ok"} for result in results)
    return failed


@pytest.mark.parametrize("deed", HARM)
def test_whatever_an_evaluation_does_only_it_fails(pool: PoolMap, deed: str) -> None:
    failed = check_only_one_fails(pool, deed, *HARM[deed])
    assert failed.provenance.worker.rpartition(":")[2].isdigit()
    assert failed.provenance.seconds >= 0
    if deed in ("raise", "fault", "abort"):
        assert "hazards.py" in failed.provenance.traceback


@pytest.mark.parametrize("deed", HARM_WITHIN_LIMITS)
def test_whatever_exceeds_a_limit_fails_alone(limited: PoolMap, deed: str) -> None:
    failed = check_only_one_fails(limited, deed, *HARM_WITHIN_LIMITS[deed])
    assert "hazards.py" in failed.provenance.traceback


@pytest.mark.parametrize("deed", ["fault", "exit", "kill", "hog by numpy", "sleep"])
def test_what_may_have_been_the_machine_s_fault_is_tried_once_more(deed: str, tmp_path: Path) -> None:
    with PoolMap(1, Limits(seconds=3, memory=500)) as map_:
        values = list(map_(Guarded(hazards.fail_at_first, (-1,)), [(deed, str(tmp_path / "tried"))]))
    assert values == [(7.0,)]
    assert values[0].metrics == {"status": "ok"}


@pytest.mark.parametrize("deed", ["raise", "sys.exit"])
def test_what_raised_is_not_tried_again(pool: PoolMap, deed: str, tmp_path: Path) -> None:
    values = list(pool(Guarded(hazards.fail_at_first, (-1,)), [(deed, str(tmp_path / "tried"))]))
    assert values[0].metrics["status"] == "failed"


@pytest.mark.keras
def test_what_tensorflow_cannot_allocate_fails_alone() -> None:
    def allocate(individual: int) -> list[float]:
        import tensorflow as tf

        return [float(tf.reduce_sum(tf.ones(individual)))]

    with PoolMap(1, Limits(memory=2000, retries=0)) as map_:
        small, large, again = map_(Guarded(allocate, (-1,)), [10, 2 * 10**9, 20])
    assert (small, again) == ((10.0,), (20.0,))
    assert large.metrics["status"] in ("memory", "died")


def die_of_an_odd_gene(individual: Any) -> tuple[float]:
    if individual[0] % 2:
        os._exit(3)
    return (float(sum(individual)),)


def test_a_search_goes_on_when_evaluations_end_their_process(pool: PoolMap) -> None:
    toolbox = Toy().toolbox(evaluate=die_of_an_odd_gene, map=pool)
    result = Evolution(population_size=4).optimize(Toy(), 12, seed=1, toolbox=toolbox)
    assert result.evaluations == 12
    assert 0 < result.failures < 12
    assert result.last_failure == "its process ended with exit code 3"


def test_a_process_is_born_deaf_to_ctrl_c_be_it_the_first_of_its_program() -> None:
    program = """
from pathlib import Path
from dlopt_deap.parallel.process import WorkerProcess
process = WorkerProcess()
print(Path(f"/proc/{process.pid}/status").read_text())
"""
    status = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    blocked = int(status.partition("SigBlk:")[2].split()[0], 16)
    assert blocked & 1 << (signal.SIGINT - 1)


def signal_itself(number: int) -> tuple[float]:
    os.kill(os.getpid(), number)
    return (float(number),)


def test_a_signal_to_the_whole_group_is_for_the_process_that_leads() -> None:
    numbers = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2]
    with PoolMap(1, Limits(retries=0)) as map_:
        results = list(map_(Guarded(signal_itself, (1,)), numbers))
    assert [list(result) for result in results] == [[number] for number in numbers]


def process_id(_: int) -> int:
    return os.getpid()


def test_a_process_is_renewed_after_so_many_evaluations() -> None:
    with PoolMap(1, Limits(evaluations=3)) as map_:
        first = list(map_(process_id, range(4)))
        second = list(map_(process_id, range(3)))
    everything = first + second
    assert [everything.count(pid) for pid in dict.fromkeys(everything)] == [3, 3, 1]


def test_processes_are_kept_from_one_call_to_the_next(pool: PoolMap) -> None:
    seen = {pid for _ in range(5) for pid in pool(process_id, range(20))}
    assert len(seen) <= 2


def test_functions_that_do_not_guard_themselves_end_in_an_error_and_not_in_a_wait(pool: PoolMap) -> None:
    with pytest.raises(WorkerError, match="its process died of SIGSEGV"):
        list(pool(hazards.evaluate, [1, "fault"]))
    with pytest.raises(RuntimeError, match=r"sys.exit\(3\) was called") as raised:
        list(pool(hazards.evaluate, [1, "sys.exit"]))
    assert "hazards.py" in raised.value.__notes__[0]
    assert list(pool(process_id, [1]))


class CannotBeSent:
    def __reduce__(self) -> Any:
        raise TypeError("not this one")


class CannotBeRead:
    def __reduce__(self) -> Any:
        return (int, ("not a number",))


def test_what_cannot_travel_is_an_error_and_not_a_wait(pool: PoolMap) -> None:
    with pytest.raises(TypeError, match="not this one"):
        list(pool(lambda _: CannotBeSent(), [1]))
    with pytest.raises(WorkerError, match="cannot be unpickled"):
        list(pool(lambda _: CannotBeRead(), [1]))
    unreadable = CannotBeRead()
    with pytest.raises(WorkerError, match="cannot load what it is to call"):
        list(pool(lambda _: unreadable, [1]))
    with pytest.raises(WorkerError, match="cannot load what it is to call"):
        list(pool(str, [CannotBeRead()]))
    assert list(pool(abs, [-2])) == [2]


def test_processes_that_cannot_start_end_the_call_with_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    with PoolMap(2) as map_, pytest.raises(WorkerError, match="3 workers in a row ended before they were ready"):
        list(map_(abs, [1, 2]))


def test_a_system_that_refuses_more_processes_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(pool_module, "WorkerProcess", refuse)
    with PoolMap(2) as map_, pytest.raises(WorkerError, match="refuses to start another process"):
        list(map_(abs, [1, 2]))


def test_a_process_killed_from_outside_costs_nothing(pool: PoolMap, tmp_path: Path) -> None:
    def wait_for_a_death(individual: int) -> list[float]:
        marker = tmp_path / f"{individual}"
        if individual == 3 and not marker.exists():
            marker.write_text(str(os.getpid()))
            time.sleep(10_000)
        return [individual]

    killed = False
    results = {}
    for completion in pool.completions(Guarded(wait_for_a_death, (-1,)), range(6)):
        pid = (tmp_path / "3").read_text() if (tmp_path / "3").exists() else ""
        if completion is not None:
            results[completion[0]] = completion[1]
        elif pid and not killed:
            os.kill(int(pid), signal.SIGKILL)
            killed = True
    assert killed
    assert results == {number: (number,) for number in range(6)}


def test_idle_processes_killed_from_outside_are_replaced(pool: PoolMap) -> None:
    for pid in set(pool(process_id, range(20))):
        os.kill(pid, signal.SIGKILL)
    assert list(pool(abs, range(-9, 0))) == list(range(9, 0, -1))


def test_what_nobody_waits_for_any_more_is_ended_and_its_processes_are_free(pool: PoolMap) -> None:
    completions = pool.completions(GUARDED, ["sleep", "loop", *range(50)])
    assert next(completion for completion in completions if completion is None) is None
    completions.close()
    assert sorted(pool(abs, [-1, -2, -3])) == [1, 2, 3]


def test_two_calls_may_be_under_way_at_once(pool: PoolMap) -> None:
    pairs = zip(pool(abs, range(-30, 0)), pool(lambda number: -number, range(-30, 0)), strict=True)
    assert all(one == other for one, other in pairs)


def test_quick_items_behind_a_slow_one_are_done_by_others(pool: PoolMap) -> None:
    list(pool(GUARDED, range(200)))  # now it is known how quick they are
    completions = pool.completions(GUARDED, ["sleep", *range(1, 100)])
    done = set()
    for completion in completions:
        done |= {completion[0]} if completion else set()
        if len(done) == 99:
            break
    completions.close()
    assert done == set(range(1, 100))


@given(st.lists(st.sampled_from([1, 2, 3, 4, "fault", "exit", "kill", "raise", "exit in peace"]), max_size=12))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_mixture_of_deaths_and_results_gives_each_item_its_own(pool: PoolMap, items: list[Any]) -> None:
    expected = [HARM[item][1] if isinstance(item, str) else float(item**2) for item in items]
    results = list(pool(GUARDED, items))
    assert [values.metrics.get("reason", values[0]) for values in results] == expected


DRIVER = """
import os, sys
sys.path.insert(0, {tests!r})
from parallel import hazards
from dlopt_deap.parallel import PoolMap
def tell(deed):
    with open(os.path.join({folder!r}, f"{{os.getpid()}}"), "w"):
        hazards.evaluate(deed)
for _ in PoolMap(2).completions(tell, ["loop", "compiled loop"]):
    pass
"""


def is_alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_no_process_outlives_a_driver_that_is_killed_even_in_an_endless_loop(tmp_path: Path) -> None:
    program = DRIVER.format(tests=str(Path(__file__).parent.parent), folder=str(tmp_path))
    with subprocess.Popen([sys.executable, "-c", program]) as driver:
        while len(list(tmp_path.iterdir())) < 2:
            assert driver.poll() is None
            time.sleep(0.05)
        workers = [int(path.name) for path in tmp_path.iterdir()]
        assert all(is_alive(pid) for pid in workers)
        driver.kill()
    while any(is_alive(pid) for pid in workers):
        time.sleep(0.05)


def test_a_program_that_forgets_to_close_its_pool_ends_all_the_same() -> None:
    program = "from dlopt_deap.parallel import PoolMap; m = PoolMap(2); i = m(abs, [-1, 2]); print(next(i))"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("1\n", "")


def limit_there(_: int) -> int:
    from dlopt_deap import limits

    return limits.MAX_WEIGHTS


def test_processes_take_over_the_limits_as_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    from dlopt_deap import limits

    monkeypatch.setattr(limits, "MAX_WEIGHTS", 12345)
    with PoolMap(1) as map_:
        assert list(map_(limit_there, [0])) == [12345]
