"""Whole files or none: what is written is complete on disk before it takes its name, and what is read is bounded."""

import io
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dlopt_deap import limits
from dlopt_deap.checks import shown
from dlopt_deap.errors import DloptError, RunFolderError, SettingError

_LONGEST_NAME = 1000
"""Characters of a file's name that a message shows as it is."""


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path beside ``path``; what was written there replaces ``path`` when the block ends well.

    The temporary file has the suffix of ``path`` (some writers choose their format by it), is flushed to the disk
    before it is renamed, and is removed when the block raises: a reader sees the old file or the new one, never half.

    Raises:
        RunFolderError: If the file cannot be written there.

    Examples:
        >>> folder = getfixture("tmp_path")
        >>> with replacing(folder / "note.txt") as temporary:
        ...     _ = temporary.write_text("whole")
        >>> [path.name for path in folder.iterdir()]
        ['note.txt']
    """
    target = Path(path)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.stem}-", suffix=target.suffix, dir=target.parent)
        os.close(handle)
    except OSError as error:
        raise RunFolderError(f"Cannot write {target}: {error.strerror or error}.") from error
    temporary = Path(name)
    try:
        yield temporary
        _give_usual_permissions(temporary)
        _flush(temporary)
        os.replace(temporary, target)
        _flush(target.parent)
    except OSError as error:
        raise RunFolderError(f"Cannot write {target}: {error.strerror or error}.") from error
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write ``text`` (UTF-8) to ``path``, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def make_folder(path: str | os.PathLike[str]) -> Path:
    """Make a folder, with those above it, unless it is there.

    Raises:
        RunFolderError: If it cannot be made.
    """
    folder = as_path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise RunFolderError(f"Cannot write into the folder {shown(str(folder))[1:-1]}: {why}.") from error
    return folder


def as_path(path: object) -> Path:
    """Return the name of a file as a path.

    Raises:
        SettingError: If it is none.
    """
    if not isinstance(path, str | os.PathLike):
        raise SettingError(f"`path` must be the name of a file, got {shown(path)}.")
    return Path(path)


def read_regular(path: Path, kind: str, limit: str, error: type[DloptError]) -> bytes:
    """Read a regular file of bounded size that stays as it is meanwhile.

    A folder, a device and a pipe are refused, and no pipe is waited for.

    Args:
        path: The file.
        kind: What it must be, for the message: ``"a CSV file"``.
        limit: The name of the constant of :mod:`dlopt_deap.limits` that bounds its bytes.
        error: The exception to raise.

    Raises:
        DloptError: The ``error``, if the file cannot be read so.

    Examples:
        >>> from dlopt_deap.errors import DataError
        >>> read_regular(Path("/dev/zero"), "a CSV file", "MAX_CSV_BYTES", DataError)
        Traceback (most recent call last):
        dlopt_deap.errors.DataError: /dev/zero must be a CSV file, but it is a device or a pipe; save it as a file.
    """
    name = str(path)
    must_be = f"{name if len(name) <= _LONGEST_NAME else shown(name)} must be {kind}, but"
    try:
        with open(path, "rb", buffering=0, opener=_open_without_waiting) as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise error(f"{must_be} it is a device or a pipe; save it as a file.")
            if before.st_size > (most := getattr(limits, limit)):
                raise error(
                    f"{must_be} its {before.st_size} bytes are more than {most}; use a smaller one, or widen "
                    f"`dlopt_deap.limits.{limit}`."
                )
            content = _read_at_most(file, before.st_size + 1)
            after = os.fstat(file.fileno())
    except FileNotFoundError:
        raise error(f"{must_be} there is no such file.") from None
    except IsADirectoryError:
        raise error(f"{must_be} it is a folder.") from None
    except OSError as problem:
        raise error(f"{must_be} it cannot be read: {problem.strerror or problem}.") from problem
    except ValueError as problem:
        if isinstance(problem, DloptError):
            raise
        raise error(f"{must_be} no file can have such a name: {problem}.") from problem
    if len(content) != before.st_size or after.st_mtime_ns != before.st_mtime_ns:
        raise error(f"{path} must stay as it is while it is read, but it changed; read it when it is complete.")
    return content


def _open_without_waiting(path: str, flags: int) -> int:
    """Open a file, and do not wait until somebody writes to it."""
    return os.open(path, flags | os.O_NONBLOCK)


def _read_at_most(file: io.FileIO, count: int) -> bytes:
    """Read up to so many bytes; one call may give fewer."""
    parts = []
    while count > 0 and (part := file.read(count)):
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _give_usual_permissions(path: Path) -> None:
    """Undo ``mkstemp``'s private mode: a result is as readable as any other file that the user writes."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)


def _flush(path: Path) -> None:
    """Wait until the disk has ``path``, a file or a folder (whose entries are its content)."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
