"""The log as a CSV file."""

from pathlib import Path
from typing import Any

import pytest
from callbacks.states import optimize

from dlopt_deap.callbacks import CsvLog
from dlopt_deap.core import SearchState
from dlopt_deap.core.results.logbook_file import logbook_csv
from dlopt_deap.errors import RunFolderError


class Killed(BaseException):
    """Stands for what ends a process."""


def kill_at(generation: int) -> Any:
    def kill(search: SearchState) -> None:
        if search.generation == generation:
            raise Killed

    return kill


def test_it_holds_what_the_logbook_of_the_result_does(tmp_path: Path) -> None:
    result = optimize([CsvLog(tmp_path / "log.csv")])
    assert (tmp_path / "log.csv").read_text() == logbook_csv(result.logbook, result.timings)


def test_a_row_is_there_as_soon_as_its_generation_is_complete(tmp_path: Path) -> None:
    counts: list[int] = []
    path = tmp_path / "log.csv"
    optimize([CsvLog(path), lambda search: counts.append(len(path.read_text().splitlines()) - 1 - len(search.logbook))])
    assert set(counts) == {0}


@pytest.mark.parametrize("generation", [0, 1, 3])
def test_no_row_is_doubled_or_lost_when_a_killed_run_is_resumed(tmp_path: Path, generation: int) -> None:
    log = tmp_path / "log.csv"
    with pytest.raises(Killed):
        optimize([CsvLog(log), kill_at(generation)], run=tmp_path / "run")
    assert len(log.read_text().splitlines()) == generation + 2
    result = optimize([CsvLog(log)], run=tmp_path / "run")
    assert log.read_text() == logbook_csv(result.logbook, result.timings)


@pytest.mark.parametrize("first", [3, 13])
def test_a_generation_that_was_cut_short_is_written_anew_when_the_run_is_extended(tmp_path: Path, first: int) -> None:
    log = tmp_path / "log.csv"
    optimize([CsvLog(log)], first, run=tmp_path / "run")
    result = optimize([CsvLog(log)], 33, run=tmp_path / "run")
    assert log.read_text() == logbook_csv(result.logbook, result.timings)


def test_the_log_of_another_run_is_left_alone(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    optimize([CsvLog(log)], population_size=4)
    before = log.read_bytes()
    with pytest.raises(RunFolderError, match="holds something else than this run's log; choose another file"):
        optimize([CsvLog(log)], population_size=6)
    assert log.read_bytes() == before


def test_a_path_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"Cannot write .*log\.csv"):
        optimize([CsvLog(tmp_path / "nowhere" / "log.csv")])
    with pytest.raises(RunFolderError, match="Cannot write"):
        optimize([CsvLog(tmp_path)])
