"""The options of programs that search: where the run is kept, how it is resumed, and what ends it."""

import argparse
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from dlopt_deap.checks import check_integer, shown
from dlopt_deap.core import Stop
from dlopt_deap.core.stop import SIGNALS
from dlopt_deap.errors import RunFolderError, SettingError
from dlopt_deap.parallel import Limits, scoop_is_running, usable_cores
from dlopt_deap.storage import RunFolder, open_run

NOT_KEPT = ("out", "resume", "overwrite", "accept_versions")
"""What concerns one session only, and is not taken over by the next."""


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where a run is kept, what ends it early, and what an evaluation may take."""
    parser.add_argument(
        "--resume", type=Path, metavar="FOLDER", help="go on with the run in this folder, with the options that it had"
    )
    parser.add_argument("--overwrite", action="store_true", help="delete a run that the folder of --out holds")
    parser.add_argument(
        "--accept-versions", action="store_true", help="resume though Python or packages have other versions"
    )
    parser.add_argument(
        "--stop-on-signal",
        action="append",
        choices=SIGNALS,
        metavar="NAME",
        help=f"end as at Ctrl-C when the batch system warns by {', '.join(SIGNALS)} (may be given again)",
    )
    limits = {
        "--time-limit": ("X", float, "seconds of an evaluation, after which it fails alone"),
        "--memory-limit": ("MB", float, "memory of an evaluation, beyond which it fails alone"),
        "--renew-after": ("N", int, "evaluations after which a worker process is renewed"),
    }
    for name, (metavar, kind, meaning) in limits.items():
        parser.add_argument(name, type=kind, metavar=metavar, help=f"{meaning} (no limit)")


def parse_search(parser: argparse.ArgumentParser, argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the options of a search; with ``--resume``, those that are not given are the run's own.

    A file is never taken from a run folder: its data could be anybody's, and it would be read from anywhere.

    Raises:
        SettingError: If options exclude each other, or the file of the run is not given again.
        RunFolderError: If there is no run to resume, or it cannot be used.
    """
    options = parser.parse_args(argv)
    if options.resume is None:
        return options
    if options.out is not None or options.overwrite:
        raise SettingError("--resume goes on in the folder that it names; leave out --out and --overwrite.")
    with open_run(options.resume, "resume", options.accept_versions) as run:
        kept = run.found.options
    known = {action.dest: action for action in parser._actions if action.dest not in (*NOT_KEPT, "file", "help")}
    for name in kept.keys() & known.keys():
        if not _fits(known[name], kept[name]):
            raise RunFolderError(
                f"The run in {options.resume} holds {shown(kept[name])} as its option {name}, which this program "
                "cannot have given it; put a whole copy back, or start anew."
            )
    parser.set_defaults(**{name: value for name, value in kept.items() if name in known})
    resumed = parser.parse_args(argv)
    if kept.get("file") is not None and resumed.file is None:
        raise SettingError(f"Give the FILE of the run again ({kept['file']}): none is read because a folder names it.")
    return resumed


def open_search_run(options: argparse.Namespace, name: str) -> RunFolder:
    """Open the run folder that the options name, or a new one below ``runs/``; use it in a ``with`` block.

    Args:
        options: What :func:`parse_search` gave.
        name: What the run is about, for the name of a folder below ``runs/``.

    Raises:
        RunFolderError: If the folder cannot be used.
    """
    if options.resume is not None:
        run = open_run(options.resume, "resume", options.accept_versions)
    else:
        run = open_run(options.out or default_folder(name), "overwrite" if options.overwrite else "new")
    run.options = {key: _plain(value) for key, value in vars(options).items() if key not in NOT_KEPT}
    return run


def stop_of(options: argparse.Namespace) -> Stop:
    """Give the criteria that the options name."""
    return Stop(max_evaluations=options.evaluations, signals=tuple(options.stop_on_signal or ()))


def limits_of(options: argparse.Namespace) -> Limits:
    """Give the limits of an evaluation that the options name."""
    return Limits(seconds=options.time_limit, memory=options.memory_limit, evaluations=options.renew_after)


def workers_of(options: argparse.Namespace) -> tuple[int, int | None]:
    """Give the threads and the processes that share evaluations whose kernels let other threads run.

    Threads cost less than processes, and serve unless SCOOP has workers or evaluations have limits.

    Returns:
        The threads of each process, and the processes for :func:`~dlopt_deap.parallel.open_map`.
    """
    if scoop_is_running() or limits_of(options).bounded:
        return 1, options.workers
    workers = usable_cores() if options.workers is None else options.workers
    return check_integer("workers", workers, low=1, limit="MAX_THREADS"), 1


def default_folder(name: str) -> Path:
    """Name a folder below ``runs/`` that no earlier run has."""
    return Path("runs") / f"{name}-{datetime.now():%Y%m%d-%H%M%S-%f}"


def _fits(action: argparse.Action, value: Any) -> bool:
    """Whether a value that a file holds is one that parsing an option gives."""
    if value is None:
        return True
    if action.nargs == 0:
        return isinstance(value, bool)
    if action.type is int:
        return type(value) is int
    if isinstance(action, argparse._AppendAction):
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    one_or_more = value if isinstance(value, list) and action.type is not None else [value]
    return all(isinstance(one, str | int | float) for one in one_or_more)


def _plain(value: Any) -> Any:
    """Give an option as a JSON value."""
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Path) else value
