"""One session of a search."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from dlopt_deap import Evolution, data
from dlopt_deap.architecture import RandomSamplingProblem, Space
from dlopt_deap.callbacks import Progress
from dlopt_deap.core import Stop
from dlopt_deap.tools import Session

pytestmark = [
    pytest.mark.slow,
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_request_between_the_search_and_the_saving_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    leave = Progress.__exit__

    def leave_and_ask(progress: Progress, *error: Any) -> None:
        leave(progress, *error)
        signal.raise_signal(number)

    monkeypatch.setattr(Progress, "__exit__", leave_and_ask)
    problem = RandomSamplingProblem(data.sine(stop=12.0), Space((2, 6), (1, 2), (1, 4)), num_samples=5)
    session = Session(Stop(max_evaluations=6), seed=1, out=tmp_path / "run", workers=1, quiet=True)
    assert session.search("sine", problem, Evolution(population_size=4, offspring_size=4)) == 0
    assert json.loads((tmp_path / "run" / "result.json").read_text())["evaluations"] == 6
