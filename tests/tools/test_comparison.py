"""Searches compared over their seeds."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from dlopt_deap.core.results.logbook_file import logbook_of_rows
from dlopt_deap.errors import RunFolderError, SettingError
from dlopt_deap.tools import RunRecord, SavedResult, draw_comparison
from dlopt_deap.tools.comparing.comparison import compare_records, compare_runs
from dlopt_deap.tools.saved.saved_result import SavedCandidate


def record(
    seed: int,
    mae: float,
    population: int = 10,
    *,
    targets: dict[str, int] | None = None,
    problem: dict[str, Any] | None = None,
    kind: str = "search",
    state: str = "ended",
    test: dict[str, dict[str, float]] | None = None,
) -> RunRecord:
    """A run as it would be read."""
    targets = targets or {"mae": -1}
    asked = {"series": {"name": "load", "fingerprint": "f"}, "targets": targets, **(problem or {})}
    settings = {"technique": {"population_size": population}, "problem": asked, "stop": {"max_evaluations": 20}}
    candidates = [SavedCandidate(fitness=dict.fromkeys(targets, mae))]
    rows = [
        {"evaluations": 10 * (gen + 1), **{name: {"min": mae + 1 - gen, "max": mae} for name in targets}}
        for gen in range(2)
    ]
    return RunRecord(
        folder=Path(f"runs/{population}-{seed}"),
        kind=kind,
        state=state,
        result=SavedResult(kind, candidates, seed, settings=settings, test=test or {}),
        settings={**settings, "seed": seed, "toolbox": {"evaluate": {"function": "f", "seed": seed}}},
        targets=targets,
        seed=seed,
        logbook=logbook_of_rows(rows, Path("logbook")),
        candidates=candidates,
        evaluations=20,
        failures=seed,
        seconds=float(seed),
    )


def test_runs_with_the_same_settings_but_for_the_seed_are_one_group_which_is_told_by_what_differs() -> None:
    found = compare_records([record(seed, 0.1, size) for size in (10, 20) for seed in (1, 2, 3)])
    assert [(group.name, group.told, len(group.runs)) for group in found.groups] == [
        ("A", ["technique.population_size = 10"], 3),
        ("B", ["technique.population_size = 20"], 3),
    ]


def test_the_table_has_medians_quartiles_and_sums() -> None:
    found = compare_records([record(seed, float(seed)) for seed in (1, 2, 3, 4, 5)])
    row = found.to_dict()["groups"][0]
    assert (row["mae_q1"], row["mae_median"], row["mae_q3"]) == (2.0, 3.0, 4.0)
    assert (row["seconds_median"], row["failures"], row["runs"]) == (3.0, 15, 5)
    (line,) = csv.DictReader(io.StringIO(found.to_csv()))
    assert line["mae_median"] == "3.0"
    assert "3 [2, 4]" in found.to_text()


def test_the_test_split_is_told_against_the_best_naive_forecast() -> None:
    tests = [{"network": {"mae": own}, "last value": {"mae": 2.0}, "training mean": {"mae": 5.0}} for own in (1.0, 3.0)]
    row = compare_records([record(1, 0.1, test=tests[0]), record(2, 0.1, test=tests[1])]).to_dict()["groups"][0]
    assert (row["test_error_median"], row["naive_error"], row["beat_naive"]) == (2.0, 2.0, 1)


def test_five_seeds_each_are_tested_and_fewer_make_no_claim() -> None:
    five = [record(seed, seed / 100, 10) for seed in range(1, 6)]
    other = [record(seed, 1 + seed / 100, 20) for seed in range(1, 6)]
    assert "mae, A against B: A is better (rank test, p = 0.00794" in compare_records([*five, *other]).to_text()
    few = compare_records([*five, *other[:4]])
    assert few.tests == []
    assert "too few seeds for a claim about B: 4 runs" in few.to_text()


def test_a_run_with_the_seed_of_another_of_its_group_is_counted_once() -> None:
    found = compare_records([record(1, 0.1), record(2, 0.2), record(2, 0.2)])
    assert len(found.groups[0].runs) == 2
    assert found.notes[0] == "left out, since another run of its group has its seed 2: runs/10-2"


def test_runs_without_a_result_are_left_out_and_said_to_be() -> None:
    found = compare_records([record(1, 0.1), record(2, 0.2), record(3, 0.1, state="running")])
    assert "left out, since it has no result yet: runs/10-3 (running)" in found.to_text()
    with pytest.raises(SettingError, match="at least two runs that have ended, got 1 of 2"):
        compare_records([record(1, 0.1), record(2, 0.2, state="unfinished")])


def test_other_targets_are_refused_with_both_named() -> None:
    with pytest.raises(SettingError, match=r"runs/10-1 has mae minimised, and runs/10-2 has log_p maximised"):
        compare_records([record(1, 0.1), record(2, 0.1, targets={"log_p": 1})])


@pytest.mark.parametrize(
    ("problem", "name"),
    [({"series": {"name": "load", "fingerprint": "g"}}, "series"), ({"threshold": 0.1}, "threshold")],
)
def test_values_of_other_data_or_of_another_error_are_refused(problem: dict[str, Any], name: str) -> None:
    with pytest.raises(SettingError, match=f"cannot be compared with that of runs/10-1: `{name}` is"):
        compare_records([record(1, 0.1), record(2, 0.1, problem=problem)])


def test_other_data_are_told_without_their_digests() -> None:
    other = {"series": {"name": "load", "fingerprint": "0123456789abcdef"}}
    with pytest.raises(SettingError, match="`series` is another, by its rows, columns, scaling or splits; ") as told:
        compare_records([record(1, 0.1), record(2, 0.1, problem=other)])
    assert "0123456789abcdef" not in str(told.value)


def test_the_same_rows_under_another_name_are_the_same_data() -> None:
    renamed = {"series": {"name": "copy", "fingerprint": "f"}}
    assert len(compare_records([record(1, 0.1), record(2, 0.1, problem=renamed)]).groups) == 2


def test_what_is_no_search_is_refused() -> None:
    with pytest.raises(SettingError, match="runs/10-2 holds a training; leave it out"):
        compare_records([record(1, 0.1), record(2, 0.1, kind="training")])


def test_a_result_that_lacks_the_value_of_a_target_is_damaged() -> None:
    broken = record(2, 0.1)
    broken.candidates[0].fitness.clear()
    with pytest.raises(RunFolderError, match="must have a value of each target"):
        compare_records([record(1, 0.1), broken])


@pytest.mark.parametrize("folders", [[], ["runs/one"], "runs"])
def test_fewer_than_two_folders_are_refused(folders: Any) -> None:
    with pytest.raises(SettingError, match="at least two run folders"):
        compare_runs(folders)


def test_a_figure_of_each_target_is_drawn(tmp_path: Path) -> None:
    found = compare_records([record(seed, seed / 10, size) for size in (10, 20) for seed in (1, 2)])
    (path,) = draw_comparison(found, tmp_path)
    assert path.name == "best_so_far_mae.png"
    assert path.read_bytes().startswith(b"\x89PNG")
