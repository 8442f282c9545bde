"""The options of programs that search: where the run is kept, how it is resumed, and what ends it."""

import argparse
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from dlopt_deap.checks import shown
from dlopt_deap.core.running.stop import SIGNALS
from dlopt_deap.errors import RunFolderError, SettingError
from dlopt_deap.storage import open_run

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


def kept_options(options: argparse.Namespace) -> dict[str, Any]:
    """Give the options of a program as JSON values, as they are kept with its run; its name is among them.

    Args:
        options: What its parser gave.
    """
    return {name: plain_option(value) for name, value in vars(options).items() if name not in NOT_KEPT}


def plain_option(value: Any) -> Any:
    """Give an option as a JSON value."""
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Path) else value
