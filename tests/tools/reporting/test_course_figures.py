"""The figures of a search that only a report draws."""

from pathlib import Path

import pytest

from dlopt_deap import Evolution, RandomSearch, data
from dlopt_deap.architecture import RandomSamplingProblem, Space
from dlopt_deap.core import ModelOptimization
from dlopt_deap.tools import draw_run, read_run, write_page

PROBLEM = RandomSamplingProblem(data.sine(stop=20.0), Space((2, 6), (1, 2), (1, 5)), num_samples=5)
SEEN = {"fitness_log_p", "architectures"}
COURSE = {"population", "parallel_coordinates", "genealogy"}


def figures_of(technique: ModelOptimization, folder: Path) -> set[str]:
    technique.optimize(PROBLEM, 24, seed=1, run=folder)
    return {path.stem for path in draw_run(read_run(folder))}


def test_of_a_search_by_operators_everything_is_drawn_and_put_into_its_page(tmp_path: Path) -> None:
    drawn = figures_of(Evolution(population_size=6), tmp_path / "run")
    assert drawn == {*SEEN, *COURSE, "operators"}
    page = write_page(read_run(tmp_path / "run")).read_text(encoding="utf-8")
    assert page.count("<img") == len(drawn)


def test_what_a_search_has_not_is_left_out(tmp_path: Path) -> None:
    assert figures_of(RandomSearch(6), tmp_path / "run") == {*SEEN, *COURSE}


def test_of_a_run_without_its_file_no_course_is_drawn(tmp_path: Path) -> None:
    figures_of(Evolution(population_size=6), tmp_path / "run")
    record = read_run(tmp_path / "run")
    (tmp_path / "run" / "run.sqlite").unlink()
    assert {path.stem for path in draw_run(record, tmp_path / "figures")} == SEEN


@pytest.mark.parametrize("name", sorted({*COURSE, "operators"}))
def test_nothing_is_left_of_a_figure_that_could_not_be_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    from dlopt_deap import plots
    from dlopt_deap.errors import DataError

    def refuse(*arguments: object, **keywords: object) -> None:
        raise DataError("there is nothing to draw")

    functions = {"population": "population_over_generations", "operators": "operator_success"}
    monkeypatch.setattr(plots, functions.get(name, name), refuse)
    assert name not in figures_of(Evolution(population_size=6), tmp_path / "run")
    assert not list((tmp_path / "run" / "figures").glob(f"*{name}*"))
