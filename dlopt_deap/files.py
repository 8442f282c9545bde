"""Whole files or none: what is written is complete on disk before it takes its name."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dlopt_deap.errors import RunFolderError


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
