"""Run folders read back, and the reports of them."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from dlopt_deap import Evolution, data
from dlopt_deap.architecture import RandomSamplingProblem, Space, TrainingProblem
from dlopt_deap.core import Values
from dlopt_deap.core.results.logbook_file import logbook_csv, logbook_of_rows, read_logbook
from dlopt_deap.errors import RunFolderError
from dlopt_deap.networks import NetworkSpec, keras_model
from dlopt_deap.storage import open_run
from dlopt_deap.tools import draw_run, read_run, run_report
from dlopt_deap.tools.exporting.export import weight_names
from dlopt_deap.tools.reporting.drawing import draw
from dlopt_deap.tools.reporting.run_report import told_run
from dlopt_deap.tools.saved.saved_result import read_result

SPACE = Space((2, 6), (1, 2), (1, 6))


def problem() -> RandomSamplingProblem:
    return RandomSamplingProblem(data.sine(stop=20.0), SPACE, num_samples=5, final_samples=10)


def search(folder: Path, **options: Any) -> Any:
    return Evolution(population_size=4).optimize(problem(), 13, seed=1, run=folder, **options)


@pytest.fixture(scope="module")
def unfinished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A search that has a file of its run, and no result."""
    folder = tmp_path_factory.mktemp("runs") / "unfinished"
    search(folder)
    return folder


def test_a_search_without_a_result_gives_the_best_that_it_has_evaluated(unfinished: Path, tmp_path: Path) -> None:
    found = search(tmp_path / "same")
    record = read_run(unfinished)
    assert (record.kind, record.state, record.stopped_by) == ("search", "unfinished", "max_evaluations")
    assert (record.seed, record.targets, record.evaluations, record.failures) == (1, {"log_p": 1}, 13, 0)
    best = max(one.solution.fitness.values[0] for one in found.candidates)
    assert record.candidates[0].fitness == {"log_p": best}
    values = [one.fitness["log_p"] for one in record.candidates]
    assert values == sorted(values, reverse=True)
    assert record.candidates[0].units == record.candidates[0].genes[1:]
    assert record.series_name == "sine"


def test_a_search_that_goes_on_names_who_is_at_it(tmp_path: Path) -> None:
    reports = []

    def look(state: Any) -> None:
        if state.generation == 1:
            state.journal.run.flush()
            reports.append(run_report(read_run(tmp_path / "run")))

    search(tmp_path / "run", callbacks=[look])
    assert ": a search, going on: process " in reports[0]
    assert "the best of many noisy values promises too much" in reports[0]


def test_a_report_tells_what_was_asked_found_and_taken(unfinished: Path) -> None:
    told = run_report(read_run(unfinished))
    assert f"unfinished, max_evaluations; it goes on with --resume {unfinished}" in told
    assert "asked: RandomSamplingProblem for sine; better is: log_p more" in told
    assert "space: look_back 2 to 6, layers 1 to 2, units 1 to 6, cell lstm, activation tanh" in told
    assert "seed: 1" in told
    assert "took: 13 evaluations in " in told
    assert "the best " in told


def test_failures_are_told_with_their_reasons_and_counts_the_commonest_first(tmp_path: Path) -> None:
    def evaluate(genes: Any, **_: Any) -> Values:
        if genes[0] == 2:
            raise OSError("a look-back of 2 is unlucky")
        if genes[0] == 3:
            raise ValueError("3 is worse")
        return Values([float(genes[0])])

    toolbox = problem().toolbox()
    toolbox.register("evaluate", evaluate)
    Evolution(population_size=10).optimize(problem(), 60, seed=2, run=tmp_path / "run", toolbox=toolbox)
    record = read_run(tmp_path / "run")
    assert {one.reason for one in record.failed} == {
        "OSError: a look-back of 2 is unlucky",
        "ValueError: 3 is worse",
    }
    assert sum(one.count for one in record.failed) == record.failures > 0
    assert [one.count for one in record.failed] == sorted((one.count for one in record.failed), reverse=True)
    assert f"  {record.failed[0].count} x failed: {record.failed[0].reason}" in run_report(record)


COURSE = ["population.png", "parallel_coordinates.png", "genealogy.png", "operators.png"]


def test_a_front_is_told_of_a_search_with_several_targets(tmp_path: Path) -> None:
    two = TrainingProblem(data.sine(stop=20.0), SPACE, {"mae": -1, "num_weights": -1}, epochs=1, final_epochs=1)
    Evolution(population_size=6).optimize(two, 18, seed=1, run=tmp_path / "run")
    record = read_run(tmp_path / "run")
    values = [(one.fitness["mae"], one.fitness["num_weights"]) for one in record.candidates]
    assert not any(one[0] >= other[0] and one[1] >= other[1] for one in values for other in values if one != other)
    names = [path.name for path in draw_run(record)]
    assert names[:4] == ["fitness_mae.png", "fitness_num_weights.png", "architectures.png", "pareto_front.png"]
    assert names[4:] == COURSE


def test_the_figures_of_a_run_are_drawn_from_its_folder_alone(unfinished: Path, tmp_path: Path) -> None:
    drawn = draw_run(read_run(unfinished), tmp_path / "figures")
    assert [path.name for path in drawn] == ["fitness_log_p.png", "architectures.png", *COURSE]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in drawn)
    assert not (unfinished / "figures").exists()


def test_no_figure_leaves_the_folder_whatever_a_target_is_called(unfinished: Path, tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    shutil.copytree(unfinished, tmp_path / "run")
    with closing(sqlite3.connect(tmp_path / "run" / "run.sqlite")) as file, file:
        for table, column in (("settings", "value"), ("generations", "logbook")):
            file.execute(f"UPDATE {table} SET {column} = replace({column}, '\"log_p\"', '\"../../log_p\"')")
    before = set(tmp_path.iterdir())
    drawn = draw_run(read_run(tmp_path / "run"))
    assert drawn[0].parent == tmp_path / "run" / "figures"
    assert drawn[0].is_file()
    assert set(tmp_path.iterdir()) == before


def test_a_link_out_of_the_run_is_not_followed(unfinished: Path, tmp_path: Path) -> None:
    shutil.copytree(unfinished, tmp_path / "run")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run" / "figures").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunFolderError, match="is a link"):
        draw_run(read_run(tmp_path / "run"))
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_what_a_report_tells_can_be_had_as_json(unfinished: Path) -> None:
    told = json.loads(json.dumps(told_run(read_run(unfinished))))
    assert told["evaluations"] == 13
    assert told["candidates"][0]["fitness"].keys() == {"log_p"}


@pytest.mark.parametrize(("name", "content"), [("notes.txt", "mine"), ("result.json", '{"mine": 1}')])
def test_a_folder_that_is_none_of_ours_is_told(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(RunFolderError, match=r"is no (run folder|result of dlopt_deap)"):
        read_run(tmp_path)
    with pytest.raises(RunFolderError, match="There is no folder"):
        read_run(tmp_path / "none")


def test_a_logbook_comes_back_from_its_csv_as_it_was(tmp_path: Path) -> None:
    logbook = Evolution(population_size=4).optimize(problem(), 13, seed=1).logbook
    logbook.chapters["log_p"][1]["avg"] = None
    (tmp_path / "logbook.csv").write_text(logbook_csv(logbook))
    read = read_logbook(tmp_path / "logbook.csv")
    assert logbook_csv(read) == logbook_csv(logbook)
    assert read.header == logbook.header
    assert str(read).split() == str(logbook).split()


@pytest.mark.parametrize(
    "text",
    [
        "gen,evaluations\n0,4,5\n",
        "gen,evaluations\n0\n",
        "gen,evaluations\n0,many\n",
        "gen,evaluations,mae_avg\n0,4,low\n",
        "gen,evaluations\n0,nan\n",
        'gen,evaluations\n0,"4\n',
    ],
)
def test_a_damaged_logbook_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "logbook.csv").write_text(text)
    with pytest.raises(RunFolderError, match="is damaged"):
        read_logbook(tmp_path / "logbook.csv")


def test_rows_with_other_chapters_than_those_before_are_told(tmp_path: Path) -> None:
    rows = [{"evaluations": 1, "mae": {"avg": 1.0}}, {"evaluations": 2}]
    with pytest.raises(RunFolderError, match="in row 2 of the logbook its chapters are"):
        logbook_of_rows(rows, tmp_path)


def test_reading_a_run_changes_nothing_in_it(unfinished: Path) -> None:
    before = {path.name: path.read_bytes() for path in unfinished.iterdir()}
    read_run(unfinished)
    assert {path.name: path.read_bytes() for path in unfinished.iterdir()} == before
    with open_run(unfinished, "resume") as run:
        assert run.found.snapshot is not None


def saved_training(folder: Path, **entries: Any) -> Path:
    """Write what a training of a network of tokens leaves, as far as it is told."""
    folder.mkdir()
    test = {"network": {"cross_entropy": 1.5}, "bigram": {"cross_entropy": 2.0}, "last token": {"cross_entropy": 1.2}}
    told = {"layers": [1, 4, 9], "look_back": 3, "seed": 1, "history": {"loss": [2.0, 1.0]}, "test": test}
    (folder / "result.json").write_text(json.dumps(told | entries))
    return folder


def test_networks_of_tokens_are_compared_by_their_cross_entropy(tmp_path: Path) -> None:
    told = run_report(read_run(saved_training(tmp_path / "run")))
    assert "cross-entropy on the testing split, in nats a token: 1.5" in told
    assert "  bigram: 2 (25% less)\n  last token: 1.2 (not beaten)" in told


@pytest.mark.parametrize("cell", ["lstm", "gru", "simple_rnn"])
@pytest.mark.parametrize("embedding", [None, (9, 4)])
def test_each_array_of_a_network_has_a_name_of_its_own(cell: str, embedding: Any) -> None:
    spec = NetworkSpec(1, (3, 2), 9, 4, cell, "softmax", embedding)
    names = weight_names(spec)
    assert len(set(names)) == len(names) == len(spec.weight_shapes)


@pytest.mark.keras
def test_the_names_of_arrays_are_those_of_keras() -> None:
    for embedding in (None, (9, 4)):
        spec = NetworkSpec(1, (3, 2), 9, 4, "gru", "softmax", embedding)
        assert [one.path.split("/")[-1] for one in keras_model(spec).weights] == [
            name.split("_", 2)[2] if name.startswith("gru") else name.partition("_")[2] for name in weight_names(spec)
        ]


def test_a_result_with_more_layers_than_a_network_may_have_is_damaged(tmp_path: Path) -> None:
    result = {"seed": 1, "fitness": {"mae": 0.1}, "layers": [1] * 1_003}
    (tmp_path / "result.json").write_text(json.dumps(result))
    with pytest.raises(RunFolderError, match="`layers` must be a list of whole numbers, at most 1,002, got ") as told:
        read_result(tmp_path)
    assert len(str(told.value)) < 1_000


def test_a_name_that_no_font_can_draw_is_no_warning(tmp_path: Path) -> None:
    draw(tmp_path / "figure.png", lambda ax: ax.set_title("\N{CJK UNIFIED IDEOGRAPH-6E29}"))
    assert (tmp_path / "figure.png").stat().st_size


@pytest.mark.keras
@pytest.mark.parametrize(("name", "told"), [("layers", [1, 9, 1]), ("look_back", 7), ("num_weights", 5)])
def test_a_result_that_tells_of_another_network_than_it_describes_is_damaged(
    tmp_path: Path, name: str, told: Any
) -> None:
    spec = NetworkSpec(1, (4,), 1, look_back=3)
    entries: dict[str, Any] = {
        "fitness": {"mae": 0.1},
        "layers": spec.layers,
        "look_back": spec.look_back,
        "num_weights": spec.num_weights,
        "config": json.loads(keras_model(spec).to_json()),
        "seed": 1,
    }
    (tmp_path / "result.json").write_text(json.dumps(entries))
    assert read_result(tmp_path).candidates[0].look_back == 3
    (tmp_path / "result.json").write_text(json.dumps(entries | {name: told}))
    with pytest.raises(RunFolderError, match=f"its `{name}` must be that of the network in its `config`"):
        read_result(tmp_path)
