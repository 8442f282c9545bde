"""Work: every call is finished exactly once."""

from hypothesis import given
from hypothesis import strategies as st

from dlopt_deap.core import Provenance
from dlopt_deap.parallel import Limits
from dlopt_deap.parallel.outcomes import Done, Lost, Outcome
from dlopt_deap.parallel.work import Pace, Work

LOST = Lost("died", "its process died", Provenance())


def work(calls: int, retries: int = 1, seconds: float = 0.0) -> Work:
    pace = Pace()
    if seconds:
        pace.add(seconds)
    return Work((b"digest", b"function"), [(number,) for number in range(calls)], Limits(retries=retries), pace)


def test_slow_calls_are_given_out_one_by_one_and_quick_ones_in_pieces_of_which_all_workers_get_some() -> None:
    assert len(work(100).take(2)) == 1, "nothing is known yet"
    assert len(work(100, seconds=10.0).take(2)) == 1
    assert len(work(100, seconds=0.01).take(2)) == 5
    assert len(work(100, seconds=1e-5).take(2)) == 50
    assert len(work(100, seconds=1e-5).take(2, most=7)) == 7


def test_what_was_lost_is_tried_again_alone_and_then_given_up() -> None:
    some = work(10, seconds=1e-5)
    assert some.take(1) == list(range(10))
    some.give_back(range(4, 10))
    assert some.finish(3, LOST) == []
    assert some.take(1) == [3]
    assert some.finish(3, LOST) == [(3, LOST)]
    assert some.take(1) == [4, 5, 6, 7, 8, 9]


@given(st.integers(1, 20), st.data())
def test_whatever_is_lost_given_back_or_done_twice_each_call_is_finished_once(calls: int, data: st.DataObject) -> None:
    some = work(calls, retries=2, seconds=0.01)
    finished: list[int] = []
    for _ in range(200):
        piece = some.take(data.draw(st.integers(1, 3)))
        for position in piece:
            outcome: Outcome = data.draw(st.sampled_from([LOST, Done(b"")]))
            if data.draw(st.booleans()):
                some.give_back([position])
            finished += [place for place, _ in some.finish(position, outcome)]
        if some.finished:
            break
    assert sorted(finished) == list(range(calls))
