"""A callback that may fail."""

from pathlib import Path
from typing import Any

import pytest
from callbacks.states import optimize

from dlopt_deap.callbacks import Forgiving


class Fails:
    """Fails from a generation on."""

    def __init__(self, generation: int) -> None:
        self.generation = generation
        self.calls = 0
        self.ended = 0

    def __call__(self, search: Any) -> None:
        self.calls += 1
        if search.generation >= self.generation:
            raise RuntimeError("no figure")

    def end(self, search: Any) -> None:
        self.ended += 1

    def state_dict(self) -> dict[str, Any]:
        return {"calls": self.calls}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.calls = state["calls"]


def test_a_failure_is_logged_once_and_the_search_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    callback = Fails(2)
    result = optimize([Forgiving(callback)])
    assert result.evaluations == 33
    assert callback.calls == 3
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "failed after generation 2 and is left out" in caplog.text
    assert "RuntimeError: no figure" in caplog.text


def test_what_a_callback_answers_and_its_end_are_handed_on() -> None:
    assert optimize([Forgiving(lambda search: search.generation == 2)]).stopped_by == "callback"
    callback = Fails(99)
    optimize([Forgiving(callback)])
    assert callback.ended == 1


def test_its_state_is_kept_with_the_run(tmp_path: Path) -> None:
    optimize([Forgiving(Fails(99))], 20, run=tmp_path / "run")
    resumed = Fails(99)
    result = optimize([Forgiving(resumed)], 33, run=tmp_path / "run")
    assert resumed.calls == len(result.logbook)
