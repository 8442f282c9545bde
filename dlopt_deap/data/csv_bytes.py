"""The text of a CSV file: whole, in UTF-8, and no more than memory is meant to hold."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path
from typing import Final

from dlopt_deap import limits
from dlopt_deap.errors import DataError

PACKED: Final = {
    b"\x1f\x8b": "packed by gzip",
    b"PK\x03\x04": "a zip archive or a spreadsheet",
    b"BZh": "packed by bzip2",
    b"\xfd7zXZ": "packed by xz",
    b"\x28\xb5\x2f\xfd": "packed by zstd",
    b"\xd0\xcf\x11\xe0": "a spreadsheet",
}
"""What the first bytes of a file say that is often taken for a CSV file."""

WIDE: Final = (b"\xff\xfe", b"\xfe\xff")
"""The marks with which files in UTF-16 and UTF-32 begin."""


def read_text(path: Path) -> str:
    """Return the content of a regular text file in UTF-8, without its byte order mark.

    Raises:
        DataError: If there is no such file, it is no regular one, too large, changes meanwhile, or is no such text.
    """
    try:
        content = _read_bytes(path)
    except DataError:
        raise
    except FileNotFoundError:
        raise DataError(f"{path} must be a CSV file, but there is no such file.") from None
    except IsADirectoryError:
        raise DataError(f"{path} must be a CSV file, but it is a folder.") from None
    except (OSError, ValueError) as error:  # a ValueError is a name that no file can have
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{path} must be a readable CSV file: {reason}.") from error
    for mark, kind in PACKED.items():
        if content.startswith(mark):
            raise DataError(f"{path} must be a CSV file, but it is {kind}; unpack it, or save it as CSV first.")
    if content.startswith(WIDE):
        raise DataError(f"{path} must be text in UTF-8, but it is in UTF-16 or UTF-32; save the file as UTF-8.")
    return _decode(path, content)


def _read_bytes(path: Path) -> bytes:
    """Read a file that stays as it is while it is read."""
    # A pipe that nobody writes to must not be waited for.
    with open(path, "rb", buffering=0, opener=_open_without_waiting) as file:
        before = os.fstat(file.fileno())
        if not stat.S_ISREG(before.st_mode):
            raise DataError(f"{path} must be a CSV file, but it is a device or a pipe; save the data as a file.")
        if before.st_size > limits.MAX_CSV_BYTES:
            raise DataError(
                f"{path} must hold at most {limits.MAX_CSV_BYTES} bytes, got {before.st_size}; leave out rows and "
                "columns that are not needed, or widen `dlopt_deap.limits.MAX_CSV_BYTES`."
            )
        content = _read_at_most(file, before.st_size + 1)
        after = os.fstat(file.fileno())
    if len(content) != before.st_size or after.st_mtime_ns != before.st_mtime_ns:
        raise DataError(f"{path} must stay as it is while it is read, but it changed; read it when it is complete.")
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


def _decode(path: Path, content: bytes) -> str:
    """Decode a text, and say in which line it is none."""
    zero = content.find(b"\0")
    if zero >= 0:
        raise DataError(
            f"{path} must be text in UTF-8, but line {_line(content, zero)} holds a byte of zero; "
            "it is no text file, or was cut when it was written."
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path} must be text in UTF-8, but line {_line(content, error.start)} holds the byte "
            f"0x{error.object[error.start]:02x}, which is none; save the file as UTF-8."
        ) from error


def _line(content: bytes, place: int) -> int:
    """Return the line in which a byte stands."""
    return content.count(b"\n", 0, place) + 1
