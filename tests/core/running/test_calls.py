"""When callbacks are called, and what becomes of one that raises."""

import io
from pathlib import Path
from typing import Any

import pytest
from toy import Toy

from dlopt_deap.core import Callback, Evolution, LogbookPrinter, RandomSearch, Search, SearchState, Stop
from dlopt_deap.errors import CallbackError, EvaluationError, RunFolderError, SettingError


class Noting:
    """Notes what it is called with."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int]] = []
        self.ended: list[str] = []

    def __call__(self, search: SearchState) -> None:
        self.rows.append((search.generation, search.evaluations))

    def end(self, search: SearchState) -> None:
        self.ended.append(search.stopped_by)


def optimize(callbacks: list[Any], evaluations: int = 33, **options: Any) -> Any:
    return Evolution(population_size=5).optimize(Toy(), evaluations, seed=1, callbacks=callbacks, **options)


def words(text: str) -> list[str]:
    """Give what is printed between the lines, which are as wide as their columns."""
    return [word for word in text.split() if set(word) != {"-"}]


def test_a_search_is_what_callbacks_are_promised() -> None:
    promised = {name for name, value in vars(SearchState).items() if isinstance(value, property)}
    found: dict[str, Any] = {}
    optimize([lambda search: found or found.update({name: getattr(search, name) for name in promised})], 20)
    assert found.keys() == promised
    assert found["targets"] == {"distance": -1}
    assert (found["total"], found["evaluations"], found["generation"]) == (20, 5, 0)
    assert found["best"] == {"distance": min(one.fitness.values[0] for one in found["hall_of_fame"])}
    assert found["stop"] == Stop(max_evaluations=20)
    assert found["settings"].keys() == {"technique", "stop", "problem"}
    assert (found["seed"], found["folder"], found["stopped_by"], found["taken_over"]) == (1, None, "", 0)
    assert found["seconds"] == pytest.approx(found["session_seconds"], abs=1)


def test_the_types_agree_that_a_search_is_a_state() -> None:
    def takes(callback: Callback, search: Search) -> Any:
        return callback(search)  # what mypy checks here is the test

    assert takes.__annotations__


def test_best_is_the_best_of_each_target_and_empty_before_anything_succeeded() -> None:
    seen: list[Any] = []
    two = Toy({"closeness": 1, "spread": -1})
    RandomSearch(20).optimize(two, 20, seed=1, callbacks=[lambda search: seen.append((search.best, search.population))])
    best, population = seen[0]
    values = [one.fitness.values for one in population]
    assert best == {"closeness": max(one for one, _ in values), "spread": min(one for _, one in values)}

    failing = Toy().toolbox(evaluate=lambda individual: (1 / 0,))
    with pytest.raises(EvaluationError):
        optimize([lambda search: seen.append(search.best)], 5, toolbox=failing)
    assert seen[-1] == {}


def test_every_row_of_the_logbook_is_told_the_one_that_was_cut_short_too() -> None:
    noting = Noting()
    result = optimize([noting], 33)
    assert noting.rows == list(zip(result.logbook.select("gen"), result.logbook.select("evaluations"), strict=True))
    assert noting.rows[-1][1] == 33


def test_the_end_is_told_once_with_its_reason_and_where_the_run_had_ended_before_too(tmp_path: Path) -> None:
    first, again = Noting(), Noting()
    optimize([first], run=tmp_path / "run")
    optimize([again], run=tmp_path / "run")
    assert first.ended == again.ended == ["max_evaluations"]
    assert again.rows == []


def test_a_callback_that_raises_is_named_and_the_search_is_at_hand() -> None:
    def plot(search: SearchState) -> None:
        if search.generation == 2:
            raise ZeroDivisionError("no axes")

    noting = Noting()
    with pytest.raises(CallbackError, match=r"plot raised ZeroDivisionError after generation 2: no ax") as told:
        optimize([noting, plot])
    assert isinstance(told.value.__cause__, ZeroDivisionError)
    assert len(told.value.search.hall_of_fame) > 0  # type: ignore[attr-defined]
    assert noting.ended == [""]


def test_what_this_package_raises_on_purpose_is_raised_as_it_is() -> None:
    def refuse(search: SearchState) -> None:
        raise SettingError("no such file")

    with pytest.raises(SettingError, match=r"^no such file$"):
        optimize([refuse])


def test_a_run_with_a_folder_that_a_callback_broke_is_resumed_and_nothing_is_evaluated_again(tmp_path: Path) -> None:
    def breaks(search: SearchState) -> None:
        if search.generation == 2:
            raise OSError("no disk")

    with pytest.raises(CallbackError, match="nothing is lost: resume the run"):
        optimize([breaks], run=tmp_path / "run")
    states: list[int] = []
    resumed = optimize([lambda search: states.append(search.taken_over)], run=tmp_path / "run")
    whole = optimize([])
    assert states[-1] >= 15
    assert [list(one) for one in resumed.population] == [list(one) for one in whole.population]
    assert str(resumed.logbook) == str(whole.logbook)


def test_every_callback_is_told_the_end_though_one_raises_there() -> None:
    class Bad(Noting):
        def end(self, search: SearchState) -> None:
            raise ValueError("late")

    noting = Noting()
    with pytest.raises(CallbackError, match="Bad raised ValueError"):
        optimize([Bad(), noting])
    assert noting.ended == ["max_evaluations"]


def test_verbose_prints_what_the_logbook_prints(capsys: pytest.CaptureFixture[str]) -> None:
    result = optimize([], verbose=True)
    printed = capsys.readouterr().out
    assert words(printed) == words(str(result.logbook))
    assert printed.count("nevals") == 1
    assert "avg" in printed
    assert printed.splitlines()[3].split()[:4] == ["0", "0", "5", "5"]


def test_of_a_resumed_run_only_the_new_rows_are_printed(tmp_path: Path) -> None:
    optimize([], 15, run=tmp_path / "run")
    result = optimize([LogbookPrinter(stream := io.StringIO())], 33, run=tmp_path / "run")
    numbers = [int(line.split()[3]) for line in stream.getvalue().splitlines() if line[0].isdigit()]
    assert numbers == [count for count in result.logbook.select("evaluations") if count > 15]
    assert stream.getvalue().count("nevals") == 1


def test_a_callback_is_told_that_a_session_begins_and_nothing_of_one_that_cannot(tmp_path: Path) -> None:
    class Beginning:
        def __init__(self) -> None:
            self.begun: list[int] = []

        def __call__(self, search: SearchState) -> None:
            assert self.begun

        def begin(self, search: SearchState) -> None:
            self.begun.append(search.evaluations)

    first, other, again = Beginning(), Beginning(), Beginning()
    optimize([first], 20, run=tmp_path / "run")
    with pytest.raises(RunFolderError, match="made with other settings"):
        Evolution(population_size=6).optimize(Toy(), 30, callbacks=[other], run=tmp_path / "run")
    optimize([again], 30, run=tmp_path / "run")
    assert (first.begun, other.begun) == ([0], [])
    (taken_over,) = again.begun  # a generation that was cut short is made whole
    assert 5 <= taken_over <= 20
