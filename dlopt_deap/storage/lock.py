"""One process a run: the lock on a run folder."""

import errno
import fcntl
import json
import os
import socket
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dlopt_deap.errors import RunFolderError

NAME = "run.lock"
"""The file that is locked; it says who holds it, and is removed when the lock is given back."""

MAX_BYTES = 4096
"""No lock file is longer than that: who it names is read no further."""

_UNSUPPORTED = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}


class FolderLock:
    """Keeps a second process out of a run folder, until it is released or its process dies.

    The system gives back the lock of a process that died, however it died, so nothing that is left behind can block a
    run. On a file system that has no locks, the file itself is the lock: one that names a process of this host which
    is gone is taken over, one that names another host is not, since nobody here can tell whether that process lives.

    Args:
        folder: The run folder, which exists.

    Raises:
        RunFolderError: If another process holds it, naming its host and process id, or the file cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        try:
            self._handle = self._acquire()
        except OSError as error:
            if isinstance(error, RunFolderError):
                raise
            raise RunFolderError(f"Cannot lock the run folder {folder}: {error.strerror or error}.") from error

    def release(self) -> None:
        """Remove the file and give the lock back; doing it twice does no harm."""
        if self._handle < 0:
            return
        with suppress(OSError):
            if _is_same_file(self._handle, self.path):
                self.path.unlink()
        os.close(self._handle)
        self._handle = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _acquire(self) -> int:
        """Open and lock the file, anew if it was removed by its last holder in between."""
        while True:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
            try:
                self._lock(handle)
                if _is_same_file(handle, self.path):
                    _write_holder(handle)
                    return handle
            except BaseException:
                os.close(handle)
                raise
            os.close(handle)

    def _lock(self, handle: int) -> None:
        """Lock an open file, or say who has it."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                self._refuse(_read_holder(handle), "")
            if error.errno not in _UNSUPPORTED:
                raise
            holder = _read_holder(handle)
            if holder and not _is_gone(holder):
                self._refuse(holder, f" If that process is gone, delete {self.path}.")

    def _refuse(self, holder: dict[str, Any], way_out: str) -> None:
        """Say who holds the folder."""
        who = f"process {holder.get('process', '?')} on host {holder.get('host', '?')}"
        raise RunFolderError(
            f"The run folder {self.path.parent} is in use by {who}; wait for it to end, stop it, or use another folder."
            + way_out
        ) from None


def holder_of(folder: Path) -> dict[str, Any] | None:
    """Say who has a run folder open, as far as its lock file tells: ``host`` and ``process``; ``None`` if nobody has.

    A process of this host that is gone has nothing open any more; of one on another host nobody here can tell.
    """
    try:
        handle = os.open(folder / NAME, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        holder = _read_holder(handle)
        return None if not holder or _is_gone(holder, but_own=False) or _is_free(handle) else holder
    except OSError:
        return None
    finally:
        os.close(handle)


def _write_holder(handle: int) -> None:
    """Say in the file who holds it."""
    text = json.dumps({"host": socket.gethostname(), "process": os.getpid()})
    os.ftruncate(handle, 0)
    os.pwrite(handle, text.encode(), 0)


def _read_holder(handle: int) -> dict[str, Any]:
    """Read who holds a lock; nothing if the file does not say."""
    try:
        holder = json.loads(os.pread(handle, MAX_BYTES, 0))
    except (ValueError, RecursionError):
        return {}
    return holder if isinstance(holder, dict) else {}


def _is_gone(holder: dict[str, Any], but_own: bool = True) -> bool:
    """Whether it names a process of this host that does not live, or, with ``but_own``, is this one."""
    process = holder.get("process")
    if holder.get("host") != socket.gethostname() or not isinstance(process, int) or process <= 0:
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        return False
    return but_own and process == os.getpid()


def _is_free(handle: int) -> bool:
    """Whether nobody has the lock, since the process that is named by its number is another one now."""
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_same_file(handle: int, path: Path) -> bool:
    """Whether an open file is the one that now has the name."""
    try:
        named = os.stat(path)
    except FileNotFoundError:
        return False
    opened = os.fstat(handle)
    return (opened.st_dev, opened.st_ino) == (named.st_dev, named.st_ino)
