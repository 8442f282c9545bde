"""One process a run."""

import errno
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dlopt_deap.errors import RunFolderError
from dlopt_deap.storage.lock import FolderLock

HOLD = """
import sys
from pathlib import Path
from dlopt_deap.storage.lock import FolderLock
with FolderLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    """Start a process that holds the lock until its standard input is closed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_is_refused_with_the_host_and_process_of_the_first(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        message = f"in use by process {process.pid} on host {socket.gethostname()}"
        with pytest.raises(RunFolderError, match=message):
            FolderLock(tmp_path)
        process.communicate("")


def test_a_second_lock_of_the_same_process_is_refused(tmp_path: Path) -> None:
    with FolderLock(tmp_path), pytest.raises(RunFolderError, match=f"process {os.getpid()}"):
        FolderLock(tmp_path)


def test_a_lock_that_was_given_back_leaves_nothing_and_can_be_had_again(tmp_path: Path) -> None:
    for _ in range(2):
        with FolderLock(tmp_path):
            assert (tmp_path / "run.lock").exists()
        assert list(tmp_path.iterdir()) == []


def test_a_lock_left_by_a_killed_process_is_taken_over(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert (tmp_path / "run.lock").exists()
    with FolderLock(tmp_path):
        assert json.loads((tmp_path / "run.lock").read_text())["process"] == os.getpid()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[1]", b"{" * 5000, b'{"process": "x"}', b'{"process": -1}'])
def test_whatever_a_lock_file_says_it_can_be_taken_if_nobody_holds_it(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run.lock").write_bytes(content)
    with FolderLock(tmp_path):
        pass


def without_locks(handle: int, operation: int) -> None:
    """Lock as a file system does that cannot."""
    del handle, operation
    raise OSError(errno.ENOLCK, "No locks available")


@pytest.mark.parametrize(
    ("holder_", "is_refused"),
    [
        ({"host": socket.gethostname(), "process": 2**22 + 1}, False),
        ({"host": socket.gethostname(), "process": 1}, True),
        ({"host": "another", "process": 2**22 + 1}, True),
    ],
)
def test_on_a_file_system_without_locks_only_what_is_surely_gone_is_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, holder_: dict[str, Any], is_refused: bool
) -> None:
    monkeypatch.setattr(fcntl, "flock", without_locks)
    (tmp_path / "run.lock").write_text(json.dumps(holder_))
    if is_refused:
        with pytest.raises(RunFolderError, match=r"If that process is gone, delete .*run.lock"):
            FolderLock(tmp_path)
    else:
        FolderLock(tmp_path).release()


def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "run.lock").symlink_to(tmp_path / "mine")
    with pytest.raises(RunFolderError, match="Cannot lock"):
        FolderLock(tmp_path)
    assert (tmp_path / "mine").read_text() == "mine"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="No such file"):
        FolderLock(tmp_path / "gone")
