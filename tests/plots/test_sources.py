"""What figures of a search are drawn from: one search in all its forms gives one picture."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from deap import tools
from matplotlib import pyplot
from matplotlib.figure import Figure
from toy import Toy

from dlopt_deap import plots
from dlopt_deap.core import Evolution
from dlopt_deap.core.results.logbook_file import logbook_csv
from dlopt_deap.errors import DataError, RunFolderError, SettingError
from dlopt_deap.plots.course import Course
from dlopt_deap.plots.sources import read_course
from dlopt_deap.storage import Evaluation, Generation, Individual, open_run

Draw = Callable[..., Any]

OF_LOGBOOKS = {
    "fitness": (partial(plots.fitness_over_evaluations, target="log_p", sign=1), 1),
    "architectures": (plots.architectures_over_evaluations, 3),
    "operators": (plots.operator_success, 1),
    "best": (lambda source, ax: plots.best_so_far({"one": [source]}, "log_p", 1, ax=ax), 1),
}
OF_TIMES = {
    "fitness": (partial(plots.fitness_over_evaluations, target="log_p", sign=1, against="seconds"), 1),
    "operators": (partial(plots.operator_success, against="seconds"), 1),
}
OF_POPULATIONS = {
    "population": (partial(plots.population_over_generations, target="log_p", sign=1), 1),
    "layers": (partial(plots.population_over_generations, target="log_p", sign=1, colour="layers"), 1),
    "genealogy": (partial(plots.genealogy, target="log_p", sign=1), 1),
    "heights": (partial(plots.architectures_over_generations, target="log_p", sign=1), 3),
}
OF_ALL = {
    "parallel": (partial(plots.parallel_coordinates, target="log_p", sign=1), 1),
    "front": (plots.pareto_front, 1),
}
EVERY = {**OF_LOGBOOKS, **OF_POPULATIONS, **OF_ALL}


def axes(panels: int) -> Any:
    return Figure().subplots(panels, 1)


def drawn(ax: Any) -> list[Any]:
    """Everything that is drawn, as numbers and texts."""
    told: list[Any] = []
    for panel in np.ravel(ax):
        told += [panel.get_xlabel(), panel.get_ylabel(), panel.get_title(), [text.get_text() for text in panel.texts]]
        told += [(line.get_label(), np.round(line.get_xydata(), 9).tolist()) for line in panel.lines]
        for one in panel.collections:
            told.append(np.round(np.ma.filled(one.get_offsets(), np.nan), 9).tolist())
            told.append([np.round(path.vertices, 9).tolist() for path in one.get_paths()])
            told.append(None if one.get_array() is None else np.ma.filled(one.get_array(), -1).tolist())
    return told


def same(one: Any, other: Any) -> None:
    assert repr(drawn(one)) == repr(drawn(other))  # a text, in which NaN equals NaN


@pytest.mark.parametrize("kind", ["search", "logbook", "folder", "database", "csv"])
@pytest.mark.parametrize("name", OF_LOGBOOKS)
def test_a_figure_of_a_logbook_is_the_same_from_whatever_holds_one(searched: Any, name: str, kind: str) -> None:
    function, panels = OF_LOGBOOKS[name]
    same(function(searched.source(kind), ax=axes(panels)), function(searched.result, ax=axes(panels)))


@pytest.mark.parametrize("kind", ["search", "folder", "database", "csv"])
@pytest.mark.parametrize("name", OF_TIMES)
def test_a_figure_over_time_is_the_same_from_whatever_holds_seconds(searched: Any, name: str, kind: str) -> None:
    function, panels = OF_TIMES[name]
    ax = function(searched.source(kind), ax=axes(panels))
    expected = np.round(searched.result.timings, 3)
    x = next(line for line in ax.lines if len(line.get_xdata()) == len(expected)).get_xdata()
    np.testing.assert_allclose(x, expected, atol=1e-3)
    assert ax.get_xlabel() == "time of the search / s"


@pytest.mark.parametrize("kind", ["search", "populations", "list", "folder", "database"])
@pytest.mark.parametrize("name", OF_POPULATIONS)
def test_a_figure_of_populations_is_the_same_from_whatever_holds_them(searched: Any, name: str, kind: str) -> None:
    function, panels = OF_POPULATIONS[name]
    same(function(searched.source(kind), ax=axes(panels)), function(searched.result, ax=axes(panels)))


@pytest.mark.parametrize("kind", ["search", "database"])
@pytest.mark.parametrize("name", OF_ALL)
def test_a_figure_of_all_individuals_is_the_same_from_the_run(searched: Any, name: str, kind: str) -> None:
    function, panels = OF_ALL[name]
    same(function(searched.source(kind), ax=axes(panels)), function(searched.folder, ax=axes(panels)))


def test_the_comparison_of_figures_sees_a_figure_of_another_search(searched: Any) -> None:
    """A mutation check: one value of one row is another, and the figures are not the same."""
    logbook = tools.Logbook()
    for row, values in zip(searched.result.logbook, searched.result.logbook.chapters["log_p"], strict=True):
        logbook.record(**row, log_p=dict(values))
    function, _ = OF_LOGBOOKS["fitness"]
    same(function(logbook, ax=axes(1)), function(searched.result, ax=axes(1)))
    logbook.chapters["log_p"][2]["avg"] += 1e-6
    with pytest.raises(AssertionError):
        same(function(logbook, ax=axes(1)), function(searched.result, ax=axes(1)))


@pytest.mark.parametrize("name", EVERY)
def test_a_figure_is_drawn_on_the_axes_that_are_given_and_pyplot_knows_nothing(searched: Any, name: str) -> None:
    function, panels = EVERY[name]
    ax = axes(panels)
    assert function(searched.folder, ax=ax) is ax
    assert pyplot.get_fignums() == []


@pytest.mark.parametrize("name", EVERY)
def test_without_axes_a_figure_makes_one_of_its_own(searched: Any, name: str) -> None:
    function, panels = EVERY[name]
    ax = function(searched.folder, ax=None)
    assert np.size(ax) == panels
    assert len(pyplot.get_fignums()) == 1


@pytest.mark.parametrize("name", EVERY)
def test_a_figure_names_what_its_axes_are(searched: Any, name: str) -> None:
    function, panels = EVERY[name]
    found = np.ravel(function(searched.folder, ax=axes(panels)))
    named = name == "parallel" or (found[-1].get_xlabel() and all(panel.get_ylabel() for panel in found))
    assert named
    assert found[0].get_title()


@pytest.mark.parametrize("kind", ["result", "search", "folder", "database", "csv"])
def test_target_and_sign_are_those_of_the_search_where_it_tells_them(searched: Any, kind: str) -> None:
    assert read_course(searched.source(kind)).target(None, None) == ("log_p", 1)
    assert read_course(searched.source(kind)).target("num_weights", None) == ("num_weights", -1)


def test_the_signs_of_a_logbook_are_those_of_targets_that_are_known_and_else_asked_for() -> None:
    course = read_course(tools.Logbook())
    assert course.target("mae", None) == ("mae", -1)
    assert course.target("log_p", None) == ("log_p", 1)
    assert course.target("profit", 1) == ("profit", 1)
    assert Course(tools.Logbook(), "a run", {"mae": 1}).target(None, None) == ("mae", 1)  # what it tells goes first
    with pytest.raises(SettingError, match=r"`sign` must be 1 if 'profit' is maximised and -1 .* a logbook does not"):
        course.target("profit", None)
    with pytest.raises(DataError, match="`target` must be named, since a logbook does not tell"):
        course.target(None, None)


def test_a_logbook_of_deap_alone_is_drawn_by_its_own_counts(searched: Any) -> None:
    logbook = tools.Logbook()
    for gen in range(3):
        logbook.record(gen=gen, nevals=5, avg=3.0 - gen, min=2.0 - gen, max=4.0 - gen)
    ax = plots.fitness_over_evaluations(logbook, "fitness", -1, ax=axes(1))
    assert ax.lines[1].get_xydata().tolist() == [[5, 2], [10, 1], [15, 0]]


def test_genes_are_read_as_the_run_says(searched: Any) -> None:
    folder, result = read_course(searched.folder), read_course(searched.result)
    for one in folder.individuals():
        assert folder.traits(one.genes) == result.traits(one.genes)
        assert folder.traits(one.genes)["num_weights"] == one.fitness["num_weights"]


@pytest.mark.parametrize(
    ("kind", "draw", "message"),
    [
        ("logbook", plots.genealogy, "A logbook holds no populations; give the run folder, its run.sqlite, or"),
        ("csv", plots.population_over_generations, r"The logbook .*csv holds no populations; give the run folder"),
        ("logbook", plots.parallel_coordinates, "A logbook holds no individuals; give the result, or the run folder"),
        ("logbook", partial(plots.fitness_over_evaluations, against="seconds"), "A logbook holds no seconds of each"),
        ("populations", plots.fitness_over_evaluations, "The logbook has no rows of 'log_p'; its chapters are: none"),
        ("populations", plots.operator_success, "must count offspring in columns such as `mate_tried`"),
    ],
)
def test_what_a_source_lacks_is_told_with_where_to_get_it(searched: Any, kind: str, draw: Draw, message: str) -> None:
    source = searched.source(kind)
    target = {} if draw is plots.operator_success else {"target": "log_p"}
    with pytest.raises(DataError, match=message):
        draw(source, **target, ax=axes(1))


def test_a_last_generation_that_was_cut_short_is_read_from_the_saved_logbook(tmp_path: Path) -> None:
    result = Evolution(population_size=6).optimize(Toy(), 20, seed=3, run=tmp_path / "run")
    database = read_course(tmp_path / "run" / "run.sqlite")
    assert len(read_course(tmp_path / "run").logbook) == len(database.logbook) == len(result.logbook) - 1
    (tmp_path / "run" / "logbook.csv").write_text(logbook_csv(result.logbook, result.timings))
    course = read_course(tmp_path / "run")
    assert course.positions("evaluations").tolist() == result.logbook.select("evaluations")
    assert len(course.positions("seconds")) == len(result.logbook)


@pytest.mark.parametrize("source", [3, "", None, [[1]], {"a": 1}])
def test_what_is_no_source_is_refused(source: Any) -> None:
    with pytest.raises((SettingError, RunFolderError), match=r"A figure of a search is drawn from|is neither a run"):
        read_course(source)


def test_a_path_without_a_run_is_told_with_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"is neither a run folder nor a run\.sqlite nor a logbook as CSV; name"):
        plots.fitness_over_evaluations(tmp_path, "mae", -1)


def test_a_search_that_left_nothing_on_the_disk_gives_its_best_and_its_last_population(searched: Any) -> None:
    from dataclasses import replace

    course = read_course(replace(searched.result, folder=None))
    told = {tuple(one.genes) for one in course.individuals()}
    assert told == {tuple(one) for one in [*searched.result.hall_of_fame, *searched.result.population]}
    with pytest.raises(DataError, match="A result holds no populations; give the run folder"):
        course.populations()


def test_failed_individuals_are_left_out() -> None:
    populations = [[Individual(1, [2, 3], {"mae": 0.5}), Individual(2, [4, 5], {"mae": 1e100})]]
    assert [one.number for one in read_course(populations).individuals()] == [1]
    ax = plots.population_over_generations(populations, "mae", ax=axes(1))
    assert ax.get_ylim()[1] < 1
    with pytest.raises(DataError, match="holds no individual"):
        read_course([[]]).populations()


def test_a_run_of_anybody_is_drawn_without_what_is_no_number(tmp_path: Path) -> None:
    genes = [[2, 3], [2, 3], ["<script>"], [2, 3]]
    fitness = [{"mae": 0.5}, {"mae": "<b>"}, {"mae": None}, {"mae": 10**400}]
    with open_run(tmp_path / "run") as run:
        run.write_evaluations(
            [Evaluation("search", at, 0, genes[at - 1], fitness[at - 1], {"status": "ok"}) for at in (1, 2, 3, 4)]
        )
        row = {"gen": 0, "evaluations": 4, "mae": {"avg": 0.5, "std": 0.0, "min": 0.5, "max": 0.5}}
        run.write_generations(1, [Generation(row, [1, 2, 3, 4, 9, None], 0.5)], {"evaluations": 4, "seconds": 0.5})
    for draw in (plots.genealogy, plots.population_over_generations, plots.parallel_coordinates):
        draw(tmp_path / "run", "mae", ax=axes(1)).figure.canvas.draw()
    assert [one.number for one in read_course(tmp_path / "run").individuals()] == [1]
    with pytest.raises(DataError, match=r"Genes must be \[look_back, units, ...\] to be drawn as an architecture"):
        plots.architectures_over_generations(tmp_path / "run", "mae", ax=axes(3))


@pytest.mark.parametrize("content", ["[", "[1]", '{"layers": "x"}', '{"layers": [1, "a", 1]}', '{"settings": 3}'])
def test_a_damaged_result_beside_a_run_leaves_out_what_it_would_tell(
    searched: Any, tmp_path: Path, content: str
) -> None:
    for name in ("run.sqlite", "logbook.csv"):
        (tmp_path / name).write_bytes((searched.folder / name).read_bytes())
    (tmp_path / "result.json").write_text(content)
    course = read_course(tmp_path)
    assert "num_weights" not in course.traits(course.individuals()[0].genes)
    assert read_course(tmp_path / "logbook.csv").signs == {}
