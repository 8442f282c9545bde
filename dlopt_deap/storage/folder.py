"""The folder of a run: made, resumed or overwritten, but never by accident."""

import re
import shutil
from contextlib import suppress
from pathlib import Path

from dlopt_deap.checks import check_choice, shown
from dlopt_deap.errors import RunFolderError
from dlopt_deap.files import as_path
from dlopt_deap.storage import lock, schema
from dlopt_deap.storage.run_folder import RunFolder

MODES = ("new", "resume", "continue", "overwrite")

RUN_FILES = (
    *("result.json", "best.keras", "logbook.csv", "forecast.csv", "pareto.csv", "report.html"),
    *(f"{schema.NAME}-journal", schema.NAME),
)
"""The files that a run leaves; overwriting removes these and :data:`RUN_FOLDERS`, and nothing else. The run itself goes
last, so that overwriting can be repeated if it was interrupted."""

RUN_FOLDERS = ("figures", "tensorboard")
"""The folders that a run leaves."""

LEFTOVER = re.compile(r"\..+-[a-z0-9_]{8}\.(json|keras|csv|png|html)")
"""What a file is called while it is written; a killed process may leave one."""


def open_run(path: str | Path, mode: str = "continue", accept_versions: bool = False) -> RunFolder:
    """Open a run folder; one process at a time can.

    Args:
        path: The folder.
        mode: ``"new"``: it must not exist, or be empty. ``"resume"``: it must hold a run. ``"continue"``: either.
            ``"overwrite"``: as ``"new"``, but a run that it holds is deleted first.
        accept_versions: Whether to go on with a run that was made with other versions of Python and of packages; its
            result may then differ in the last digits from that of an uninterrupted run.

    Returns:
        The open folder, to be used in a ``with`` block.

    Raises:
        RunFolderError: If the folder is not as the mode wants it, is in use by another process, or cannot be used.
        SettingError: If the mode is another.

    Examples:
        >>> folder = getfixture("tmp_path") / "run"
        >>> with open_run(folder) as run:
        ...     run.found.snapshot is None
        True
        >>> open_run(folder, "resume")
        Traceback (most recent call last):
        dlopt_deap.errors.RunFolderError: There is no run in ...; start one there without resuming.
    """
    check_choice("mode", mode, MODES)
    folder = _as_folder(path)
    holds_run = (folder / schema.NAME).exists()
    if mode == "overwrite" and holds_run:
        _delete_run(folder)
        return RunFolder(folder)
    if mode == "resume" and not holds_run:
        raise RunFolderError(f"There is no run in {folder}; start one there without resuming.")
    if mode == "new" and holds_run:
        raise RunFolderError(
            f"The output folder {folder} holds a run; resume it, overwrite it, or choose another folder."
        )
    if holds_run:
        run = RunFolder(folder, accept_versions)
        _remove_leftovers(folder)
        return run
    is_made = not folder.exists()
    return RunFolder(new_run_folder(folder), is_made=is_made)


def _as_folder(path: str | Path) -> Path:
    """Take the name of a folder; one that the system cannot have is no name."""
    folder = as_path(path)
    try:
        folder.exists()
    except (OSError, ValueError) as error:  # too long, or with a NUL in it
        why = getattr(error, "strerror", None) or error
        raise RunFolderError(f"The folder {shown(str(folder))} cannot be used: {why}.") from error
    return folder


def _delete_run(folder: Path) -> None:
    """Delete what a run left in a folder, unless somebody is at it."""
    if not schema.is_run(folder / schema.NAME):
        raise RunFolderError(
            f"The file {folder / schema.NAME} is no run of dlopt_deap, so it is not overwritten; choose another folder."
        )
    with lock.FolderLock(folder):
        try:
            _remove_leftovers(folder)
            for inner in (folder / name for name in RUN_FOLDERS):
                if inner.is_dir() and not inner.is_symlink():
                    shutil.rmtree(inner)
            for name in RUN_FILES:
                (folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise RunFolderError(f"The run in {folder} cannot be deleted: {error.strerror or error}.") from error


def _remove_leftovers(folder: Path) -> None:
    """Remove files that a killed process had begun to write; whoever calls has the lock."""
    for place in (folder, folder / "figures"):
        if place.is_dir() and not place.is_symlink():
            for entry in place.iterdir():
                if LEFTOVER.fullmatch(entry.name):
                    with suppress(OSError):
                        entry.unlink()


def new_run_folder(path: str | Path) -> Path:
    """Make the folder of a new run; nothing that is there already is ever overwritten.

    Args:
        path: The folder; it must not exist yet, or be empty.

    Returns:
        The folder's path.

    Raises:
        RunFolderError: If it is a file, holds something, or cannot be made.

    Examples:
        >>> folder = new_run_folder(getfixture("tmp_path") / "run")
        >>> folder.is_dir()
        True
    """
    folder = _as_folder(path)
    if folder.is_file():
        raise RunFolderError(f"The output folder {folder} is a file; choose another name for the folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        occupied = next((entry for entry in folder.iterdir() if entry.name != lock.NAME), None)
        if occupied is None:
            probe = folder / ".probe"
            probe.touch()
            probe.unlink()
    except OSError as error:
        raise RunFolderError(f"The output folder {folder} cannot be used: {error.strerror or error}.") from error
    if occupied is not None:
        raise RunFolderError(
            f"The output folder {folder} is not empty (it holds {occupied.name}); choose another, or empty it first."
        )
    return folder
