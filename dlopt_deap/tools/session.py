"""One session of a search: where it is kept, where its evaluations are carried out, and what ends it."""

import argparse
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deap import base

from dlopt_deap.callbacks import Progress, TensorBoard
from dlopt_deap.callbacks.event_file import check_tensorboard
from dlopt_deap.checks import check_integer
from dlopt_deap.core import Callback, Interrupts, ModelOptimization, Problem, Result, Stop
from dlopt_deap.parallel import Limits, Map, open_map, scoop_is_running, usable_cores
from dlopt_deap.storage import RunFolder, open_run
from dlopt_deap.tools.run_options import NOT_KEPT, default_folder, kept_options
from dlopt_deap.tools.script import Announcement, exit_code, finish

BOARDS = "tensorboard"
"""The folder of TensorBoard's files, in that of the run."""

Stage = Callable[..., Result]
"""What is done with the result of a search before it is saved: it takes that, and the keywords ``map`` and ``run``."""


@dataclass(frozen=True)
class Session:
    """What a search is told beside its problem and technique.

    Attributes:
        stop: What ends it.
        seed: Its seed; ``None``: a fresh one, or that of the run which is resumed.
        out: The new folder; ``None``: one below ``runs/``.
        resume: The folder of a run to go on with.
        overwrite: Whether to delete a run that ``out`` holds.
        accept_versions: Whether to resume though Python or packages have other versions.
        workers: Local processes or threads; ``None``: every core.
        limits: What an evaluation may take.
        quiet: Whether to show no progress.
        verbose: Whether to print the logbook.
        season: The rows of a season, for one of the naive forecasts.
        tensorboard: Whether TensorBoard's files are written into the folder ``tensorboard`` of the run.
        kept: What a later session that resumes this run finds as its options, as JSON values.
    """

    stop: Stop
    seed: int | None = None
    out: str | Path | None = None
    resume: str | Path | None = None
    overwrite: bool = False
    accept_versions: bool = False
    workers: int | None = None
    limits: Limits = field(default_factory=Limits)
    quiet: bool = False
    verbose: bool = False
    season: int | None = None
    tensorboard: bool = False
    kept: dict[str, Any] = field(default_factory=dict)

    def threads(self) -> int:
        """Give the threads of a problem that evaluates many at once; 1 where evaluations have processes of their own.

        Raises:
            SettingError: If ``workers`` is below 1 or too large.
        """
        if scoop_is_running() or self.limits.bounded:
            return 1
        workers = usable_cores() if self.workers is None else self.workers
        return check_integer("workers", workers, low=1, limit="MAX_THREADS")

    def open_folder(self, name: str) -> RunFolder:
        """Open the run folder, to be used in a ``with`` block.

        Args:
            name: What the run is about, for the name of a folder below ``runs/``.

        Raises:
            RunFolderError: If the folder cannot be used.
        """
        if self.resume is not None:
            run = open_run(self.resume, "resume", self.accept_versions)
        else:
            run = open_run(self.out or default_folder(name), "overwrite" if self.overwrite else "new")
        run.options = self.kept
        return run

    def search(
        self,
        name: str,
        problem: Problem,
        technique: ModelOptimization,
        toolbox: base.Toolbox | None = None,
        *,
        wrap_map: Callable[[Map], Any] | None = None,
        then: Stage | None = None,
        tell: Callable[[Result], str] | None = None,
    ) -> int:
        """Search, save what was found, report it, and give the program's exit code.

        Args:
            name: What the run is about.
            problem: What to solve.
            technique: How.
            toolbox: The problem's toolbox with changes.
            wrap_map: Makes the toolbox's map from the one that carries evaluations out, such as a race.
            then: What is done with the result of a search that nobody interrupted.
            tell: Gives what is printed of the result before the report.

        Raises:
            DloptError: As ``technique.optimize`` does; or if the folder cannot be used.
        """
        toolbox = problem.toolbox() if toolbox is None else toolbox
        processes = 1 if problem.cheap and not self.limits.bounded else self.workers
        if self.tensorboard:
            check_tensorboard()  # what is missing is told before a folder is made
        with self.open_folder(name) as run, ExitStack() as until_saved:
            boards = [TensorBoard(run.path / BOARDS)] if self.tensorboard else []
            with (
                open_map(processes, self.limits) as map_,
                Progress(self.stop.max_evaluations, self.quiet, verbose=self.verbose) as progress,
            ):
                announcing = Announcement(map_, run, self.quiet)
                toolbox.register("map", map_ if wrap_map is None else wrap_map(map_))
                callbacks: list[Callback] = [progress, announcing, *boards]
                # Between the search and the saving, too, a request to end must not lose what was found.
                until_saved.enter_context(Interrupts(self.stop.signals))
                result = technique.optimize(
                    problem, stop=self.stop, seed=self.seed, toolbox=toolbox, callbacks=callbacks, run=run
                )
                if then is not None and not exit_code(result):
                    result = then(result, map=map_, run=run)
            return finish(result, run, self.season, tell)


def session_of(options: argparse.Namespace, season: int | None = None) -> Session:
    """Give the session that the options of a script describe.

    Args:
        options: What :func:`~dlopt_deap.tools.parse_search` gave.
        season: The rows of a season.
    """
    return Session(
        stop=Stop(max_evaluations=options.evaluations, signals=tuple(options.stop_on_signal or ())),
        limits=Limits(seconds=options.time_limit, memory=options.memory_limit, evaluations=options.renew_after),
        season=season,
        kept=kept_options(options),
        **{name: getattr(options, name) for name in (*NOT_KEPT, "seed", "workers", "quiet")},
    )
