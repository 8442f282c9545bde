"""Requests to come to an end, within blocks of each other."""

import signal

import pytest

from dlopt_deap.core import Interrupts


@pytest.mark.parametrize(("number", "reason"), [(signal.SIGINT, "interrupted"), (signal.SIGTERM, "terminated")])
def test_a_request_is_noted_by_the_innermost_block_alone(number: signal.Signals, reason: str) -> None:
    with Interrupts() as outer:
        with Interrupts() as inner:
            signal.raise_signal(number)
        with Interrupts() as later:
            pass
    assert (inner.reason, outer.reason, later.reason) == (reason, None, None)


def test_a_request_between_two_blocks_reaches_the_second() -> None:
    with Interrupts(["SIGUSR1"]) as outer:
        with Interrupts(["SIGUSR1"]) as first:
            pass
        signal.raise_signal(signal.SIGUSR1)
        with Interrupts(["SIGUSR1"]) as second:
            pass
    assert (outer.reason, first.reason, second.reason) == ("SIGUSR1", None, "SIGUSR1")


def test_a_second_ctrl_c_is_an_order_also_when_the_first_came_in_the_block_around() -> None:
    with Interrupts():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt), Interrupts():
            signal.raise_signal(signal.SIGINT)


def test_the_handlers_are_those_of_before_when_the_last_block_has_ended() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with Interrupts(), Interrupts():
        assert signal.getsignal(signal.SIGINT) != before[0]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
