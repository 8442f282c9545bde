"""What figures of a search read from: a live one, a result, a logbook, or what a run left on the disk."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from deap import tools

from dlopt_deap.checks import as_float, shown
from dlopt_deap.core import Result, SearchState
from dlopt_deap.core.individuals.plain_values import json_genes
from dlopt_deap.core.results.logbook_file import LOGBOOK_FILE, logbook_of_rows, read_logbook
from dlopt_deap.errors import RunFolderError, SettingError
from dlopt_deap.files import read_regular
from dlopt_deap.plots.course import Course
from dlopt_deap.plots.traits import traits_of_problem, traits_of_settings
from dlopt_deap.storage import view_run
from dlopt_deap.storage.records import Evaluation, Individual
from dlopt_deap.storage.schema import NAME as DATABASE

Source: TypeAlias = "tools.Logbook | Result | SearchState | str | Path | Any"
"""A DEAP ``Logbook``; a :class:`~dlopt_deap.core.Result`, or the search itself as a callback has it; the path of a run
folder, of its ``run.sqlite`` or of a ``logbook.csv``; or, for figures of populations alone, a
``callbacks.PopulationLog`` or the list of populations that it has."""

_RESULT = "result.json"


def read_course(source: Source) -> Course:
    r"""Read the course of a search from whatever holds one; nothing on the disk is changed, and it may go on meanwhile.

    Args:
        source: Any of :data:`Source`.

    Raises:
        SettingError: If it is nothing of this kind.
        RunFolderError: If a file is missing or damaged.

    Examples:
        >>> path = getfixture("tmp_path") / "logbook.csv"
        >>> _ = path.write_text("gen,evaluations,mae_avg,mae_min\n0,4,0.5,0.25\n1,8,0.5,0.125\n")
        >>> course = read_course(path)
        >>> course.column("mae", "min").tolist(), course.positions("evaluations").tolist()
        ([0.25, 0.125], [4.0, 8.0])
    """
    if isinstance(source, Course):
        return source
    if isinstance(source, str | Path):
        return _of_path(Path(source))
    if isinstance(source, tools.Logbook):
        return Course(source, "a logbook")
    if hasattr(source, "logbook") and hasattr(source, "problem"):
        return _of_search(source)
    populations: Any = getattr(source, "populations", source)
    if _are_populations(populations):
        return _of_populations(populations)
    raise SettingError(
        "A figure of a search is drawn from a Logbook, a Result, a search, populations, or the path of a run folder, "
        f"of its {DATABASE} or of a {LOGBOOK_FILE}, got {shown(source)}."
    )


def _of_search(search: Any) -> Course:
    """Read a result, or a search as a callback has it."""
    folder = getattr(search, "folder", None)
    kept = None if folder is None or not (Path(folder) / DATABASE).exists() else Path(folder)
    told = _targets(_mapping(_mapping(search.settings).get("problem")))
    return Course(
        search.logbook,
        "a result" if isinstance(search, Result) else "a search",
        told or dict(search.problem.targets),  # a second stage has other targets than the search that was logged
        getattr(search, "timings", None),
        partial(traits_of_problem, search.problem),
        partial(_populations, kept) if kept else None,
        partial(_evaluated, kept) if kept else partial(_living, search),
    )


def _of_populations(populations: Iterable[Sequence[Individual]]) -> Course:
    """Read populations that were gathered while a search went on."""
    kept = [list(population) for population in populations]
    distinct = {one.number: one for population in kept for one in population}
    return Course(
        tools.Logbook(),
        "a list of populations",
        dict.fromkeys(next((one.fitness for one in distinct.values()), {})),  # their signs are not known
        read_populations=lambda: kept,
        read_individuals=lambda: [distinct[number] for number in sorted(distinct)],
    )


def _of_path(path: Path) -> Course:
    """Read what is on the disk."""
    if (path / DATABASE).exists():
        return _of_run(path, path / LOGBOOK_FILE)
    if path.name == DATABASE and path.exists():
        return _of_run(path.parent, None)
    logbook = path / LOGBOOK_FILE if path.is_dir() else path
    if logbook.suffix == ".csv" and logbook.exists():
        settings = _mapping(_result_beside(logbook).get("settings"))
        return Course(read_logbook(logbook), f"the logbook {logbook}", _targets(_mapping(settings.get("problem"))))
    raise RunFolderError(
        f"{path} is neither a run folder nor a {DATABASE} nor a logbook as CSV; name one of these, such as "
        f"`runs/mine`, `runs/mine/{DATABASE}` or `runs/mine/{LOGBOOK_FILE}`."
    )


def _of_run(folder: Path, saved: Path | None) -> Course:
    """Read the file of a run, and the logbook that was saved beside it where that tells of more generations.

    It may: a generation that was cut short, as the last one of a search, is in the result's logbook alone.
    """
    with view_run(folder) as view:
        problem = _mapping(view.settings().get("problem"))
        logbook = logbook_of_rows(view.rows(), folder / DATABASE)
    if saved is not None and saved.exists() and len(longer := read_logbook(saved)) > len(logbook):
        logbook = longer
    return Course(
        logbook,
        f"the run {folder}",
        _targets(problem),
        traits=traits_of_settings(problem, _ends_beside(folder / DATABASE)),
        read_populations=partial(_populations, folder),
        read_individuals=partial(_evaluated, folder),
    )


def _populations(folder: Path) -> list[list[Individual]]:
    """Read the populations of a run."""
    with view_run(folder) as view:
        return [[_checked(one) for one in population] for population in view.populations()]


def _evaluated(folder: Path) -> list[Individual]:
    """Read all individuals that a run evaluated."""
    with view_run(folder) as view:
        return [_checked(one) for one in view.evaluations("search")]


def _checked(one: Individual | Evaluation) -> Individual:
    """Take the individual of a run that anybody may have written: fitness that is no number counts as failed."""
    fitness = {name: as_float(value) for name, value in one.fitness.items()}
    return Individual(one.number, one.genes, fitness, one.parents, one.operators)


def _living(search: Any) -> list[Individual]:
    """Give the best and the last population of a search that left nothing on the disk, equal genes once."""
    told: dict[str, Individual] = {}
    for one in [*search.hall_of_fame, *search.population]:
        if one.fitness.valid:
            fitness = dict(zip(search.problem.targets, map(float, one.fitness.values), strict=True))
            genes = json_genes(one)
            told.setdefault(repr(genes), Individual(len(told) + 1, genes, fitness))
    return list(told.values())


def _are_populations(value: Any) -> bool:
    """Whether a value is a list of populations."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return False
    return all(
        isinstance(population, Sequence) and all(isinstance(one, Individual | Evaluation) for one in population)
        for population in value
    )


def _targets(problem: Mapping[str, Any]) -> dict[str, int | None]:
    """Give the targets that the settings of a problem name, with their signs; none if they name none."""
    named = _mapping(problem.get("targets"))
    return {str(name): 1 if sign > 0 else -1 for name, sign in named.items() if type(sign) in (int, float) and sign}


def _result_beside(file: Path) -> Mapping[str, Any]:
    """Read the result that lies beside a file of a run; nothing if there is none, or it is damaged."""
    path = file.with_name(_RESULT)
    try:
        return _mapping(json.loads(read_regular(path, "a result", "MAX_CONFIG_BYTES", RunFolderError)))
    except (RunFolderError, ValueError, RecursionError):
        return {}


def _ends_beside(file: Path) -> tuple[int, int] | None:
    """Give the inputs and outputs of the networks of a run that has a result."""
    layers = _result_beside(file).get("layers")
    if not isinstance(layers, list) or len(layers) < 3 or not all(type(width) is int for width in layers):
        return None
    return layers[0], layers[-1]


def _mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping; an empty one in place of anything else."""
    return value if isinstance(value, Mapping) else {}
