"""Progress."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from callbacks.states import optimize, state
from toy import Toy

from dlopt_deap.callbacks import Progress
from dlopt_deap.core import Evolution, Stop


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


@pytest.mark.parametrize("interval", [0.0, 1e9])
@pytest.mark.parametrize(
    ("stop", "done"), [(Stop(max_evaluations=33), "33/33 evaluations"), (Stop(max_generations=3), "generation 3: ")]
)
def test_the_last_line_and_no_other_says_what_ended_the_search(interval: float, stop: Stop, done: str) -> None:
    stream = io.StringIO()
    optimize([Progress(stream=stream, interval=interval)], None, stop=stop)
    *others, last = stream.getvalue().splitlines()
    assert done in last
    assert last.endswith(f", stopped by {next(iter(stop.to_dict()))}")
    assert not any("stopped" in line for line in others)


def test_the_final_bar_is_full_and_says_what_ended_the_search() -> None:
    optimize([Progress(stream=(stream := Terminal()))], 33)
    final = stream.getvalue().rstrip("\n").rpartition("\r")[2]
    assert "100%" in final
    assert "| 33/33, best distance " in final
    assert "stopped by max_evaluations" in final


def test_a_run_that_stagnates_has_no_bar_but_says_where_it_stands() -> None:
    optimize([Progress(stream=(stream := Terminal()))], None, stop=Stop(stagnation=3))
    shown = stream.getvalue()
    assert "%" not in shown
    assert "|" not in shown
    assert "stopped by stagnation" in shown


def test_a_budget_of_seconds_has_a_bar() -> None:
    bounded = state(stop=Stop(max_seconds=50.0), seconds=25.0, evaluations=7)
    with Progress(stream=(stream := Terminal())) as progress:
        progress(bounded)
    assert " 50%|" in stream.getvalue()
    assert "7 evaluations, " in stream.getvalue()
    assert "25 s left" in stream.getvalue()


def test_it_tells_what_failed_and_what_was_known_already() -> None:
    with Progress(stream=(stream := io.StringIO())) as progress:
        progress(state(failures=3, cache_hits=5, total=100))
    expected = "20/100 evaluations, 4.0 evaluations/s, best mae 0.5, 5 known already, 3 failed, 20 s left"
    assert stream.getvalue() == f"generation 3: {expected}\n"


class AtTheEnd:
    """Looks at a search that has ended, whose clock stands."""

    def __call__(self, search: Any) -> None:
        self.search = search

    def end(self, search: Any) -> None:
        self.rate, self.seconds = search.evaluations_per_second, search.session_seconds
        self.taken_over = search.taken_over


def test_of_a_resumed_run_the_rate_is_that_of_this_session(tmp_path: Path) -> None:
    optimize([], 20, run=tmp_path / "run")
    optimize([look := AtTheEnd()], 60, run=tmp_path / "run")
    assert look.taken_over == 20
    assert look.rate == pytest.approx(40 / look.seconds)
    assert look.search.seconds > look.seconds


def test_one_progress_serves_one_search_after_the_other() -> None:
    progress = Progress(stream=(stream := Terminal()))
    optimize([progress], 33)
    optimize([progress], 20)
    assert "33/33" in stream.getvalue()
    assert "20/20" in stream.getvalue()


def test_verbose_prints_the_logbook_instead() -> None:
    result = optimize([Progress(stream=(stream := io.StringIO()), verbose=True)], 33)
    assert len(stream.getvalue().splitlines()) == len(str(result.logbook).splitlines())
    assert stream.getvalue().count("nevals") == 1


@pytest.mark.slow
@pytest.mark.parametrize("widgets", [True, False])
def test_a_notebook_shows_a_bar_of_widgets_or_else_of_text(widgets: bool) -> None:
    command = [sys.executable, str(Path(__file__).with_name("notebook.py")), "1" if widgets else "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    if widgets:
        assert shown["bars"] == [{"value": 1.0, "style": "success"}]
        assert "stopped by max_evaluations" in shown["texts"]
        assert "stderr" not in shown["streams"]
    else:
        assert shown["bars"] == []
        assert "100%" in shown["streams"]["stderr"]
        assert "stopped by max_evaluations" in shown["streams"]["stderr"]


def test_in_a_narrow_terminal_the_time_left_has_room() -> None:
    with Progress(stream=(stream := Terminal())) as progress:
        progress(state(failures=3, cache_hits=5, generation=12))
    shown = stream.getvalue().rpartition("\r")[2]
    facts = shown.partition("| ")[2].rstrip()
    assert facts == "20/100, best mae 0.5, 4.0/s, 20 s left, 3 failed, 5 known already"
    assert len("generation 12 100%|#| ") + facts.index(", 3 failed") < 80
