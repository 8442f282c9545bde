"""A run as a study of Optuna, for its dashboard and its figures."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlopt_deap.core import Result
from dlopt_deap.core.individuals.plain_values import json_genes
from dlopt_deap.errors import RunFolderError, SettingError
from dlopt_deap.files import as_path, replacing
from dlopt_deap.storage import Evaluation, read_evaluations, read_settings
from dlopt_deap.storage.codec import dumps
from dlopt_deap.tools.saved.trials import parameters_of, trial_of

if TYPE_CHECKING:
    import optuna


@dataclass(frozen=True)
class _Run:
    """What is exported of a run."""

    name: str
    settings: Mapping[str, Any]
    targets: Mapping[str, int]
    evaluations: list[Evaluation]
    final: Mapping[str, Mapping[str, float]]


def export_to_optuna(
    run: Result | str | os.PathLike[str],
    storage: str | os.PathLike[str],
    study_name: str | None = None,
    targets: Mapping[str, int] | None = None,
    overwrite: bool = False,
) -> optuna.Study:
    """Write each evaluation of a run as a trial of an Optuna study, which ``optuna-dashboard`` opens.

    A trial has the genes as parameters (``look_back``, ``units_1``, ..., those that a network has), the targets as
    values, the times at which it began and ended, and as user attributes its ``generation``, its ``metrics`` and, if a
    fresh estimate was made of the same genes, its ``final`` values. A failed one has the state FAIL, the ``status`` and
    the ``reason``. About 100 trials a second are written.

    Args:
        run: A run folder, also of a run that still goes on; or a result: where no folder has the evaluations, the best
            individuals and the last population are all that is left.
        storage: A SQLite file, or the URL of a database as Optuna takes it. A new file is written whole or not at all.
        study_name: The name of the study; that of the folder unless given.
        targets: The targets with their signs, if the settings of the problem do not tell them.
        overwrite: Whether a study of this name is deleted first.

    Returns:
        The study.

    Raises:
        RunFolderError: If there is no run, it has no evaluation, or the storage has such a study already.
        SettingError: If Optuna is not installed, or nothing tells the targets.
    """
    _check_optuna()
    found = _from_result(run, targets) if isinstance(run, Result) else _from_folder(as_path(run), targets)
    if not found.evaluations:
        raise RunFolderError(
            f"The run {found.name} holds no evaluations: it has not begun, or they were too cheap to be written down; "
            "export its result instead."
        )
    name = found.name if study_name is None else study_name
    if "://" in str(storage):
        return _write(str(storage), name, found, overwrite)
    path = as_path(storage)
    if path.exists():
        return _write(f"sqlite:///{path}", name, found, overwrite)
    with replacing(path) as temporary:
        _write(f"sqlite:///{temporary}", name, found, overwrite, is_new=True)
    return _open_study(f"sqlite:///{path}", name)


def _from_folder(folder: Path, targets: Mapping[str, int] | None) -> _Run:
    """Read a run from its folder."""
    settings = read_settings(folder)
    told = settings.get("problem", {}).get("targets") if targets is None else targets
    if not told:
        raise SettingError(f"The settings of the run in {folder} name no targets; give `targets`, as {{'mae': -1}}.")
    final = {dumps(one.genes, {}): dict(one.fitness) for one in read_evaluations(folder, "final")}
    return _Run(folder.resolve().name, settings, dict(told), list(read_evaluations(folder)), final)


def _from_result(result: Result, targets: Mapping[str, int] | None) -> _Run:
    """Take from a result what it has of its run: everything, if that has a folder."""
    told = result.problem.targets if targets is None else targets
    if result.folder is not None and (result.folder / "run.sqlite").exists():
        kept = _from_folder(result.folder, told)
        if kept.evaluations:
            return kept
    individuals = {dumps(json_genes(one), {}): one for one in [*result.hall_of_fame, *result.population]}
    evaluations = [
        Evaluation(
            *("search", number, 0, json_genes(one), dict(zip(told, one.fitness.values, strict=True))),
            getattr(one, "metrics", {}),
        )
        for number, one in enumerate(individuals.values(), start=1)
        if one.fitness.valid
    ]
    final = {
        dumps(json_genes(one.solution), {}): dict(zip(told, one.reestimated, strict=True))
        for one in result.candidates
        if one.reestimated is not None
    }
    settings = {"seed": result.seed, **result.settings}
    return _Run(f"{type(result.problem).__name__}-{result.seed}", settings, told, evaluations, final)


def _write(url: str, name: str, run: _Run, overwrite: bool, is_new: bool = False) -> Any:
    """Write a study into a storage, whole or not at all."""
    import optuna

    parameters = parameters_of(run.settings.get("problem", {}), [one.genes for one in run.evaluations])
    targets = list(run.targets)
    trials = (trial_of(one, targets, parameters, run.final.get(dumps(one.genes, {}))) for one in run.evaluations)
    with _quiet(), _storage(url, is_new) as storage:
        study = _new_study(storage, name, run.targets, overwrite)
        try:
            study.set_metric_names(targets)
            for field in ("seed", "technique", "problem"):
                if field in run.settings:
                    study.set_user_attr(field, run.settings[field])
            study.add_trials(trials)
        except BaseException:
            optuna.delete_study(study_name=name, storage=storage)
            raise
    return study


def _new_study(storage: Any, name: str, targets: Mapping[str, int], overwrite: bool) -> Any:
    """Make a study, in place of one that has its name if that is asked for."""
    import optuna

    if name in optuna.get_all_study_names(storage):
        if not overwrite:
            raise RunFolderError(
                f"The storage holds a study {name!r} already; give another `study_name`, or `overwrite=True`."
            )
        optuna.delete_study(study_name=name, storage=storage)
    directions = ["maximize" if sign > 0 else "minimize" for sign in targets.values()]
    return optuna.create_study(study_name=name, storage=storage, directions=directions)


def _open_study(url: str, name: str) -> Any:
    """Open a study that was written."""
    import optuna

    with _quiet():
        return optuna.load_study(study_name=name, storage=url)


@contextmanager
def _storage(url: str, is_new: bool) -> Iterator[Any]:
    """Open a storage. A new file need not be flushed after each trial: it has its name only when it is whole."""
    import optuna
    from sqlalchemy import event

    storage = optuna.storages.RDBStorage(url)
    if is_new:

        @event.listens_for(storage.engine, "connect")
        def hurry(connection: Any, _: Any) -> None:
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA journal_mode = MEMORY")

        storage.engine.dispose()
    try:
        yield storage
    finally:
        if is_new:
            storage.remove_session()
            storage.engine.dispose()


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Optuna from telling what it does, and that names of metrics may change some day."""
    import optuna

    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(level)


def _check_optuna() -> None:
    """See that Optuna can be imported."""
    from importlib.util import find_spec

    if find_spec("optuna") is None:
        raise SettingError('Optuna is not installed; install it with: pip install "dlopt_deap[optuna]"')
