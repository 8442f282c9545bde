"""Progress."""

import io

from toy import Toy

from dlopt_deap.callbacks import Progress
from dlopt_deap.core import Evolution


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def run(stream: io.StringIO, quiet: bool = False, interval: float = 0.0) -> str:
    with Progress(total=30, quiet=quiet, stream=stream, interval=interval) as progress:
        Evolution(population_size=5).optimize(Toy(), 30, seed=1, callbacks=[progress])
    return stream.getvalue()


def test_where_there_is_no_terminal_each_generation_is_a_plain_line() -> None:
    lines = run(io.StringIO()).splitlines()
    assert lines[0].startswith("generation 0: 5/30 evaluations, ")
    assert "evaluations/s, best distance " in lines[0]
    assert lines[0].endswith(" s left")
    assert not any("\r" in line for line in lines)


def test_plain_lines_are_no_closer_than_their_interval_and_the_last_is_always_written() -> None:
    lines = run(io.StringIO(), interval=1e9).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("generation 0: ")
    assert "25/30" in lines[1] or "30/30" in lines[1]


def test_on_a_terminal_there_is_a_bar_with_the_best_so_far() -> None:
    shown = run(Terminal())
    assert "\r" in shown
    assert "best distance" in shown
    assert "25/30" in shown or "30/30" in shown
    assert shown.endswith("\n")


def test_quiet_is_quiet() -> None:
    assert run(io.StringIO(), quiet=True) == ""


def test_a_bound_that_no_float_holds_is_none() -> None:
    with Progress(total=10**400, stream=(stream := io.StringIO()), interval=0.0) as progress:
        Evolution(population_size=5).optimize(Toy(), 30, seed=1, callbacks=[progress])
    assert "generation 0: 5 evaluations" in stream.getvalue()
