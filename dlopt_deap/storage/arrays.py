"""Arrays as ``.npz`` bytes, without Python objects in them."""

import hashlib
import io
import math
import zipfile

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.errors import RunFolderError

MEMBER = "array"


def array_to_npz(array: NDArray[np.generic]) -> tuple[str, bytes]:
    """Give an array as the bytes of a ``.npz`` file, and their SHA-256 digest.

    Examples:
        >>> digest, npz = array_to_npz(np.arange(3))
        >>> npz_to_array(digest, npz)
        array([0, 1, 2])
    """
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, allow_pickle=False)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:  # not np.savez, which writes the time of day into it
        archive.writestr(zipfile.ZipInfo(f"{MEMBER}.npy"), buffer.getvalue())
    npz = whole.getvalue()
    return hashlib.sha256(npz).hexdigest(), npz


def npz_to_array(digest: str, npz: bytes) -> NDArray[np.generic]:
    """Read an array that :func:`array_to_npz` wrote.

    Raises:
        RunFolderError: If the bytes are not those, or hold anything but one array that is no larger than they are.
    """
    if not isinstance(npz, bytes) or hashlib.sha256(npz).hexdigest() != digest:
        raise RunFolderError(f"The array {digest!r} of a run is damaged: its digest does not fit; put a copy back.")
    try:
        with zipfile.ZipFile(io.BytesIO(npz)) as archive:
            members = archive.infolist()
            if len(members) != 1 or members[0].compress_type != zipfile.ZIP_STORED:
                raise ValueError("it must hold one array that is not compressed")
            stored = io.BytesIO(archive.read(members[0]))
        _check_size(stored)
        array: NDArray[np.generic] = np.lib.format.read_array(stored, allow_pickle=False)
        return array
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, NotImplementedError, MemoryError) as error:
        raise RunFolderError(f"The array {digest!r} of a run cannot be read: {error}.") from error


def _check_size(stored: io.BytesIO) -> None:
    """Refuse an array that says it is larger than what is there, before memory is taken for it."""
    if np.lib.format.read_magic(stored) != (1, 0):
        raise ValueError("it has another version of numpy's format")
    shape, _, dtype = np.lib.format.read_array_header_1_0(stored)
    if dtype.hasobject or math.prod(shape) * dtype.itemsize != len(stored.getbuffer()) - stored.tell():
        raise ValueError(f"it says to hold {shape} values of type {dtype}, and does not")
    stored.seek(0)
