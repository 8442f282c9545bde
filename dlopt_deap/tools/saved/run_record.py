"""A run folder read back: of a search, a training or a sampling; ended, interrupted or going on."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deap import tools

from dlopt_deap.core.results.logbook_file import LOGBOOK_FILE, logbook_of_rows, read_logbook
from dlopt_deap.errors import RunFolderError
from dlopt_deap.files import as_path
from dlopt_deap.storage import RunView, view_run
from dlopt_deap.storage.lock import holder_of
from dlopt_deap.storage.schema import NAME as DATABASE
from dlopt_deap.tools.saved.json_entries import Entries, plain_mapping
from dlopt_deap.tools.saved.sample_file import SETTINGS as SAMPLING_SETTINGS
from dlopt_deap.tools.saved.sample_file import read_sample_settings
from dlopt_deap.tools.saved.saved_result import NAME as RESULT
from dlopt_deap.tools.saved.saved_result import SAMPLING, SEARCH, SavedCandidate, SavedResult, read_result, result_of
from dlopt_deap.tools.saved.searched import best_evaluated, candidate_of
from dlopt_deap.tools.saved.trials import space_of

ENDED, RUNNING, UNFINISHED = "ended", "running", "unfinished"
"""How a run stands: with a result; without one, but with a process at it; or neither."""


@dataclass(frozen=True)
class Failures:
    """Evaluations that failed alike.

    Attributes:
        status: ``"failed"``, ``"timeout"``, ``"memory"`` or ``"died"``.
        reason: What was said of it.
        count: How many.
    """

    status: str
    reason: str
    count: int


@dataclass(frozen=True, eq=False)
class RunRecord:
    """What a run folder holds.

    Attributes:
        folder: The folder.
        kind: ``"search"``, ``"training"`` or ``"sampling"``.
        state: ``"ended"``, ``"running"`` or ``"unfinished"``.
        holder: Who has the run open: ``host`` and ``process``.
        result: The result, if there is one.
        settings: The settings of ``technique``, ``problem``, ``stop`` and ``toolbox``, as far as they are known.
        targets: The targets of the search, by name: +1 maximised, -1 minimised.
        seed: The seed; ``None`` if it is not known.
        logbook: A row a generation; empty if there is none.
        candidates: The best, best first: those of the result, or else the best that the search has evaluated.
        evaluations: How many were made.
        failures: How many of them failed.
        failed: What failed, by reason, as far as it was written down.
        seconds: What they took.
        stopped_by: What ended the run, ``""`` if nothing did.
        options: What the program of the latest session was told, as far as it was kept.
    """

    folder: Path
    kind: str
    state: str
    holder: Mapping[str, Any] | None = None
    result: SavedResult | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    targets: dict[str, int] = field(default_factory=dict)
    seed: int | None = None
    logbook: tools.Logbook = field(default_factory=tools.Logbook)
    candidates: list[SavedCandidate] = field(default_factory=list)
    evaluations: int = 0
    failures: int = 0
    failed: list[Failures] = field(default_factory=list)
    seconds: float = 0.0
    stopped_by: str = ""
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def problem(self) -> dict[str, Any]:
        """The settings of the problem."""
        return _mapping(self.settings.get("problem"))

    @property
    def series_name(self) -> str:
        """The name of the series; ``""`` if it is not known."""
        return str(_mapping(self.problem.get("series")).get("name", ""))


def read_run(folder: str | Path) -> RunRecord:
    """Read a run folder, without changing anything in it, also while the run goes on.

    Args:
        folder: The folder of a run of ``optimize``, ``train`` or ``sample``, of a script, or of ``Result.save``.

    Raises:
        RunFolderError: If it is no run folder, or one of its files is damaged.

    Examples:
        >>> import random
        >>> from dlopt_deap import Evolution, data
        >>> from dlopt_deap.architecture import RandomSamplingProblem, Space
        >>> problem = RandomSamplingProblem(data.sine(stop=20.0), Space((2, 4), 1, (1, 4)), num_samples=5)
        >>> folder = getfixture("tmp_path") / "run"
        >>> result = Evolution(population_size=4).optimize(problem, 12, seed=1, run=folder)
        >>> record = read_run(folder)
        >>> record.kind, record.state, record.evaluations, record.targets, len(record.logbook)
        ('search', 'unfinished', 12, {'log_p': 1}, 3)
    """
    path = as_path(folder)
    if not path.is_dir():
        raise RunFolderError(f"There is no folder {path}; name the folder of a run.")
    result = read_result(path) if (path / RESULT).exists() else None
    if result is not None:
        return _with_result(path, result, holder_of(path))
    if (path / DATABASE).exists():
        with view_run(path) as view:
            return _of_view(path, view, None, holder_of(path))
    if (path / SAMPLING_SETTINGS).exists():
        return _unfinished_sampling(path)
    raise RunFolderError(f"{path} is no run folder: it holds neither {RESULT} nor {DATABASE}; name another folder.")


def record_to_be(folder: str | Path, entries: Mapping[str, Any]) -> RunRecord:
    """Give the record that a run folder will have as soon as its ``result.json`` is written, which comes last.

    Args:
        folder: The folder, with all other files.
        entries: What will be written.

    Raises:
        RunFolderError: If one of the files is damaged.
    """
    path = as_path(folder)
    return _with_result(path, result_of(Entries(str(path / RESULT), plain_mapping(entries))), None)


def evaluations_of(folder: str | Path) -> AbstractContextManager[RunView | None]:
    """Open what a run folder holds of single evaluations; ``None`` within, if it holds none."""
    path = as_path(folder)
    return view_run(path) if (path / DATABASE).exists() else nullcontext(None)


def _with_result(path: Path, result: SavedResult, holder: Mapping[str, Any] | None) -> RunRecord:
    """Read a run that has a result."""
    if result.kind != SEARCH:
        return _without_search(path, result)
    if (path / DATABASE).exists():
        with view_run(path) as view:
            return _of_view(path, view, result, holder)
    return _of_result(path, result)


def _of_view(path: Path, view: RunView, result: SavedResult | None, holder: Mapping[str, Any] | None) -> RunRecord:
    """Read a search that has a file of its own; ``holder`` is who has it open."""
    settings, sessions, found = view.settings(), view.sessions(), view.found()
    if sessions:
        settings |= {"stop": sessions[-1].stop}
        if sessions[-1].options.get("racing") is not None:
            settings["racing"] = sessions[-1].options["racing"]
    counts = [one for one in view.counts() if one[0] == "search"]
    known: dict[str, Any] = found.snapshot.state if found.snapshot else {}
    targets = targets_of(settings)
    ended = result if holder is None else None  # of a run that goes on, the result is that of an earlier session
    written = sum(count for *_, count in counts)
    failed = [Failures(status, reason, count) for _, status, reason, count in counts if status != "ok"]
    seed = settings.get("seed")
    return RunRecord(
        folder=path,
        kind=SEARCH,
        state=RUNNING if holder else UNFINISHED if result is None else ENDED,
        holder=holder,
        result=result,
        settings=settings,
        targets=targets,
        seed=seed if isinstance(seed, int) else None,
        # A generation that was cut short, as the last one of a search may be, is in the result's logbook alone.
        logbook=_logbook(path) if ended else logbook_of_rows(view.rows(), path / DATABASE),
        candidates=result.candidates if result else _best_so_far(view, targets, settings),
        evaluations=ended.evaluations if ended else max(written, _count(known.get("evaluations"))),
        failures=ended.failures if ended else max(sum(one.count for one in failed), _count(known.get("failures"))),
        failed=failed,
        seconds=ended.seconds if ended and ended.seconds else found.seconds,
        stopped_by=ended.stopped_by if ended else found.stopped_by,
        options=sessions[-1].options if sessions else {},
    )


def _best_so_far(view: RunView, targets: dict[str, int], settings: Mapping[str, Any]) -> list[SavedCandidate]:
    """Give the best that a search without a result has evaluated."""
    space = space_of(_mapping(settings.get("problem")))
    return [candidate_of(one, space) for one in best_evaluated(view.evaluations("search"), targets)]


def _of_result(path: Path, result: SavedResult) -> RunRecord:
    """Read a search of which the result alone was kept."""
    return RunRecord(
        folder=path,
        kind=SEARCH,
        state=ENDED,
        result=result,
        settings=result.settings,
        targets=targets_of(result.settings),
        seed=result.seed,
        logbook=_logbook(path),
        candidates=result.candidates,
        evaluations=result.evaluations,
        failures=result.failures,
        seconds=result.seconds,
        stopped_by=result.stopped_by,
    )


def _logbook(path: Path) -> tools.Logbook:
    """Read the logbook that was saved with a result; an empty one if it is gone."""
    return read_logbook(path / LOGBOOK_FILE) if (path / LOGBOOK_FILE).exists() else tools.Logbook()


def _without_search(path: Path, result: SavedResult) -> RunRecord:
    """Read a training or a sampling."""
    settings = read_sample_settings(path) if result.kind == SAMPLING else result.settings
    return RunRecord(
        folder=path,
        kind=result.kind,
        state=ENDED,
        result=result,
        settings=settings,
        seed=result.seed,
        candidates=result.candidates,
        evaluations=result.evaluations,
        seconds=result.seconds,
        stopped_by=result.stopped_by,
        options=settings if result.kind == SAMPLING else result.options,
    )


def _unfinished_sampling(path: Path) -> RunRecord:
    """Read a sampling that has not come to its end."""
    settings = read_sample_settings(path)
    holder = holder_of(path)
    state = UNFINISHED if holder is None else RUNNING
    return RunRecord(path, SAMPLING, state, holder, settings=settings, options=settings)


def targets_of(settings: Mapping[str, Any]) -> dict[str, int]:
    """Give the targets that settings name, with their signs; those that are none are left out."""
    named = _mapping(_mapping(settings.get("problem")).get("targets"))
    return {str(name): 1 if sign > 0 else -1 for name, sign in named.items() if type(sign) in (int, float) and sign}


def _mapping(value: Any) -> dict[str, Any]:
    """Return a mapping; an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def _count(value: Any) -> int:
    """Return a count; 0 in place of anything else."""
    return value if isinstance(value, int) and value >= 0 else 0
