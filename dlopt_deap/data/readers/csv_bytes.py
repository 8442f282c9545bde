"""The text of a file: whole, in UTF-8, and no more than memory is meant to hold."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from dlopt_deap.errors import DataError
from dlopt_deap.files import read_regular

PACKED: Final = {
    b"\x1f\x8b": "packed by gzip",
    b"PK\x03\x04": "a zip archive or a spreadsheet",
    b"BZh": "packed by bzip2",
    b"\xfd7zXZ": "packed by xz",
    b"\x28\xb5\x2f\xfd": "packed by zstd",
    b"\xd0\xcf\x11\xe0": "a spreadsheet",
}
"""What the first bytes of a file say that is often taken for a CSV file or a text."""

WIDE: Final = (b"\xff\xfe", b"\xfe\xff")
"""The marks with which files in UTF-16 and UTF-32 begin."""


def read_text(path: Path, kind: str = "CSV", limit: str = "MAX_CSV_BYTES") -> str:
    """Return the content of a regular text file in UTF-8, without its byte order mark.

    Args:
        path: The file.
        kind: What it must be a file of, as messages call it.
        limit: The name of the constant of :mod:`dlopt_deap.limits` that bounds its bytes.

    Raises:
        DataError: If there is no such file, it is no regular one, too large, changes meanwhile, or is no such text.
    """
    content = read_regular(path, f"a {kind} file", limit, DataError)
    for mark, packed in PACKED.items():
        if content.startswith(mark):
            raise DataError(f"{path} must be a {kind} file, but it is {packed}; unpack it, or save it as {kind} first.")
    if content.startswith(WIDE):
        raise DataError(f"{path} must be text in UTF-8, but it is in UTF-16 or UTF-32; save the file as UTF-8.")
    return _decode(path, content)


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
