"""The folder of a run."""

from pathlib import Path

from dlopt_deap.errors import RunFolderError


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
    folder = Path(path)
    if folder.is_file():
        raise RunFolderError(f"The output folder {folder} is a file; choose another name for the folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        occupied = next(folder.iterdir(), None)
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
