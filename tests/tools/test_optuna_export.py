"""Runs as studies of Optuna."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import optuna
import pytest
from toy import Toy

from dlopt_deap import Evolution, NetworkSpec, RandomSearch, WeightProblem, data
from dlopt_deap.architecture import RandomSamplingProblem, Space
from dlopt_deap.core import Result
from dlopt_deap.errors import RunFolderError, SettingError
from dlopt_deap.storage import read_evaluations
from dlopt_deap.tools import export_to_optuna

SPACE = Space((2, 6), (1, 3), (1, 6), cell=("lstm", "gru"))


def make_run(folder: Path, targets: Any = None, evaluations: int = 40) -> Result:
    problem = RandomSamplingProblem(data.sine(stop=20.0), SPACE, targets, num_samples=10, final_samples=20)
    return Evolution(population_size=8).optimize(problem, evaluations, seed=1, run=folder)


def load(path: Path, name: str) -> optuna.Study:
    return optuna.load_study(study_name=name, storage=f"sqlite:///{path}")


def test_every_evaluation_is_a_trial_and_the_best_one_is_the_best_of_the_search(tmp_path: Path) -> None:
    result = make_run(tmp_path / "run")
    export_to_optuna(tmp_path / "run", tmp_path / "study.db")
    study = load(tmp_path / "study.db", "run")
    rows = list(read_evaluations(tmp_path / "run"))
    assert [trial.values for trial in study.trials] == [[row.fitness["log_p"]] for row in rows]
    assert study.direction == optuna.study.StudyDirection.MAXIMIZE
    assert study.best_value == max(result.logbook.chapters["log_p"].select("max"))
    assert study.user_attrs["seed"] == 1
    assert study.metric_names == ["log_p"]


def test_the_parameters_are_the_genes_by_their_names_with_one_distribution_each(tmp_path: Path) -> None:
    make_run(tmp_path / "run")
    study = export_to_optuna(tmp_path / "run", tmp_path / "study.db")
    for trial, row in zip(study.trials, read_evaluations(tmp_path / "run"), strict=True):
        named = SPACE.describe(row.genes)
        units = {f"units_{place}": width for place, width in enumerate(named.pop("units"), start=1)}
        assert trial.params == named | units
    known: dict[str, Any] = {}
    for trial in study.trials:
        for name, distribution in trial.distributions.items():
            assert known.setdefault(name, distribution) == distribution
    assert known["units_3"] == optuna.distributions.IntDistribution(1, 6)
    assert known["look_back"] == optuna.distributions.IntDistribution(2, 6)
    assert known["cell"] == optuna.distributions.CategoricalDistribution(("lstm", "gru"))
    assert len({len(trial.params) for trial in study.trials}) > 1


def test_what_else_is_known_is_told_as_attributes_and_times(tmp_path: Path) -> None:
    make_run(tmp_path / "run")
    study = export_to_optuna(tmp_path / "run", tmp_path / "study.db")
    final = {tuple(row.genes): row.fitness for row in read_evaluations(tmp_path / "run", "final")}
    for trial, row in zip(study.trials, read_evaluations(tmp_path / "run"), strict=True):
        assert trial.user_attrs["generation"] == row.generation
        assert trial.user_attrs["metrics"]["mean"] == row.metrics["mean"]
        assert trial.user_attrs.get("final") == final.get(tuple(row.genes))
        assert trial.datetime_complete == datetime.fromisoformat(row.finished).astimezone().replace(tzinfo=None)
        assert trial.duration.total_seconds() == pytest.approx(row.seconds, abs=1e-5)
    assert sum("final" in trial.user_attrs for trial in study.trials) >= len(final) > 0


def test_several_targets_are_several_values_with_their_directions(tmp_path: Path) -> None:
    result = make_run(tmp_path / "run", {"log_p": 1, "num_weights": -1})
    study = export_to_optuna(tmp_path / "run", tmp_path / "study.db")
    assert [direction.name for direction in study.directions] == ["MAXIMIZE", "MINIMIZE"]
    front = {tuple(trial.values) for trial in study.best_trials}
    assert {tuple(one.fitness.values) for one in result.hall_of_fame} <= front


def test_a_failed_evaluation_is_a_failed_trial_with_its_reason(tmp_path: Path) -> None:
    def evaluate(individual: Any) -> tuple[float]:
        if individual[0] % 2:
            raise ValueError("odd")
        return (float(individual[0]),)

    toolbox = Toy().toolbox(evaluate=evaluate)
    RandomSearch(10).optimize(Toy(), 30, seed=1, toolbox=toolbox, run=tmp_path / "run")
    study = export_to_optuna(tmp_path / "run", tmp_path / "study.db", "toy", targets={"distance": -1})
    failed = [trial for trial in study.trials if trial.state.name == "FAIL"]
    assert failed == [trial for trial in study.trials if trial.params["gene_1"] % 2]
    assert {trial.user_attrs["reason"] for trial in failed} == {"ValueError: odd"}
    assert {trial.user_attrs["status"] for trial in failed} == {"failed"}
    assert all(trial.values is None for trial in failed)


def test_what_optuna_makes_of_studies_works(tmp_path: Path) -> None:
    make_run(tmp_path / "run")
    study = export_to_optuna(tmp_path / "run", tmp_path / "study.db")
    table = study.trials_dataframe()
    assert len(table) == 40
    assert {"value_log_p", "params_units_1", "params_look_back", "state"} <= set(table.columns)
    assert set(optuna.importance.get_param_importances(study)) == {"look_back", "cell", "units_1", "units_2", "units_3"}


def test_a_result_with_a_folder_is_exported_from_there_and_one_without_as_far_as_it_goes(tmp_path: Path) -> None:
    kept = make_run(tmp_path / "run")
    assert len(export_to_optuna(kept, tmp_path / "kept.db").trials) == 40
    problem = RandomSamplingProblem(data.sine(stop=20.0), SPACE, num_samples=10, final_samples=20)
    result = Evolution(population_size=8).optimize(problem, 40, seed=1)
    study = export_to_optuna(result, tmp_path / "result.db")
    assert study.study_name == "RandomSamplingProblem-1"
    assert study.best_value == kept.logbook.chapters["log_p"].select("max")[-1]
    assert {trial.user_attrs["final"]["log_p"] for trial in study.trials if "final" in trial.user_attrs} == {
        one.values[0] for one in result.candidates
    }


def test_genes_that_are_told_by_their_digest_give_trials_without_parameters(tmp_path: Path) -> None:
    problem = WeightProblem(data.sine(), NetworkSpec(1, (4,), 1, look_back=5))
    result = RandomSearch(10).optimize(problem, 10, seed=1)
    study = export_to_optuna(result, tmp_path / "study.db")
    assert [trial.params for trial in study.trials] == [{}] * 10
    assert study.best_value > 0


def test_of_evaluations_that_were_too_cheap_to_be_written_the_result_knows_the_best(tmp_path: Path) -> None:
    problem = WeightProblem(data.sine(), NetworkSpec(1, (4,), 1, look_back=5))
    result = RandomSearch(10).optimize(problem, 40, seed=1, run=tmp_path / "run")
    with closing(sqlite3.connect(tmp_path / "run" / "run.sqlite")) as file, file:
        file.execute("DELETE FROM evaluations WHERE stage = 'search'")  # however long the machine took for them
    with pytest.raises(RunFolderError, match="holds no evaluations"):
        export_to_optuna(tmp_path / "run", tmp_path / "study.db", targets=problem.targets)
    assert export_to_optuna(result, tmp_path / "study.db").best_value == min(
        one.fitness.values[0] for one in result.hall_of_fame
    )


def test_a_study_that_is_there_is_refused_unless_it_may_be_overwritten(tmp_path: Path) -> None:
    make_run(tmp_path / "run")
    for _ in range(2):
        export_to_optuna(tmp_path / "run", tmp_path / "study.db", overwrite=True)
    before = (tmp_path / "study.db").read_bytes()
    with pytest.raises(RunFolderError, match="holds a study 'run' already; give another `study_name`, or"):
        export_to_optuna(tmp_path / "run", tmp_path / "study.db")
    assert (tmp_path / "study.db").read_bytes() == before
    assert len(export_to_optuna(tmp_path / "run", f"sqlite:///{tmp_path}/study.db", "other").trials) == 40
    assert optuna.get_all_study_names(f"sqlite:///{tmp_path}/study.db") == ["run", "other"]


def test_what_is_interrupted_leaves_no_half_of_a_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_run(tmp_path / "run")
    export_to_optuna(tmp_path / "run", tmp_path / "old.db")

    def interrupted(self: Any, trials: Any) -> None:
        next(iter(trials))
        raise KeyboardInterrupt

    monkeypatch.setattr(optuna.Study, "add_trials", interrupted)
    for name in ("new.db", "old.db"):
        with pytest.raises(KeyboardInterrupt):
            export_to_optuna(tmp_path / "run", tmp_path / name, "half")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["old.db", "run"]
    assert optuna.get_all_study_names(f"sqlite:///{tmp_path}/old.db") == ["run"]


def test_what_cannot_be_exported_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="There is no run in"):
        export_to_optuna(tmp_path, tmp_path / "study.db")
    RandomSearch(10).optimize(Toy(), 10, seed=1, run=tmp_path / "toy")
    with pytest.raises(SettingError, match="name no targets; give `targets`, as"):
        export_to_optuna(tmp_path / "toy", tmp_path / "study.db")
    assert not (tmp_path / "study.db").exists()


def test_a_run_can_be_read_while_it_goes_on_and_a_damaged_one_is_told(tmp_path: Path) -> None:
    counts: list[int] = []

    def read(search: Any) -> None:
        if search.generation == 3:
            search.journal.run.flush()
            counts.append(len(list(read_evaluations(tmp_path / "run"))))

    Evolution(population_size=5).optimize(Toy(), 30, seed=1, run=tmp_path / "run", callbacks=[read])
    assert counts == [18]
    with closing(sqlite3.connect(tmp_path / "run" / "run.sqlite")) as file, file:
        file.execute("UPDATE evaluations SET metrics = '{' WHERE number = 3")
    with pytest.raises(RunFolderError, match="is damaged"):
        list(read_evaluations(tmp_path / "run"))
