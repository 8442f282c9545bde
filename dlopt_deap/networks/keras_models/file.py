"""A Keras file as data: what it holds is checked, in size and in kind, before Keras sees any of it."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from dlopt_deap import limits
from dlopt_deap.checks import shown
from dlopt_deap.errors import ModelFileError, SettingError
from dlopt_deap.files import read_regular
from dlopt_deap.networks.keras_models.config import spec_of_config
from dlopt_deap.networks.spec import NetworkSpec

CONFIG: Final = "config.json"
WEIGHTS: Final = "model.weights.h5"

MOST_EXPANDED: Final = 100
"""How many bytes a byte of the file may become; Keras packs nothing, so each stays one."""

_DEEPEST: Final = 8
"""Groups within groups of a file of weights; Keras makes 5."""

_WIDEST: Final = 8
"""Bytes of a number."""

_STATE: Final = ("optimizer", "seed_generator")
"""Groups of a file of weights that hold what only a training needs."""


@dataclass(frozen=True)
class KerasFile:
    """What is used of a Keras file.

    Attributes:
        spec: The network that it describes.
        weights: The HDF5 file of its weights, whose arrays are those of ``spec``.
    """

    spec: NetworkSpec
    weights: bytes


def read_keras_file(path: Path) -> KerasFile:
    """Read a Keras file once, and check it without Keras.

    Raises:
        ModelFileError: If it is no whole Keras file, is too large, or holds a network that this package cannot use.
    """
    content = read_regular(path, "a Keras model", "MAX_MODEL_BYTES", ModelFileError)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_members(archive)
            config, weights = (_read_member(archive, name) for name in (CONFIG, WEIGHTS))
        described = json.loads(config)
    except _Damaged as error:
        raise ModelFileError(_damaged(path, str(error))) from error
    except Exception as error:  # zipfile and json tell of damage by errors of a dozen kinds
        raise ModelFileError(_damaged(path, "it is no whole file of that kind")) from error
    try:
        spec = spec_of_config(described)
    except SettingError as error:
        raise ModelFileError(f"{path} holds a network that this package cannot use. {error}") from error
    try:
        _check_weights(weights, spec)
    except _Damaged as error:
        raise ModelFileError(_damaged(path, str(error))) from error
    except Exception as error:  # the HDF5 library tells of damage as it comes
        raise ModelFileError(_damaged(path, "its weights are no whole HDF5 file")) from error
    return KerasFile(spec, weights)


class _Damaged(Exception):  # noqa: N818 - it is a message within this module, not an error
    """Says what is wrong with a file."""


def _damaged(path: Path, reason: str) -> str:
    """Say that a file cannot be read, why, and what to do."""
    return (
        f"{path} cannot be read as a Keras model: {reason}. It is damaged, or of another kind; copy it again, or write "
        "it anew with `save_keras` or `Result.save`."
    )


def _check_members(archive: zipfile.ZipFile) -> None:
    """Refuse members with names that lead elsewhere, and sizes that would fill the memory."""
    members = archive.infolist()
    names = [member.filename for member in members]
    if len(set(names)) < len(names):
        raise _Damaged("two of its members have one name")
    for member in members:
        place = PurePosixPath(member.filename.replace("\\", "/"))
        if place.is_absolute() or ".." in place.parts or ":" in member.filename:
            raise _Damaged(f"its member {shown(member.filename)} has a name that leads out of it")
        if member.file_size > MOST_EXPANDED * max(member.compress_size, 1):
            raise _Damaged(f"its member {shown(member.filename)} is packed more than {MOST_EXPANDED} times")
    whole = sum(member.file_size for member in members)
    if whole > limits.MAX_MODEL_BYTES:
        raise _Damaged(
            f"it unpacks to {whole} bytes, more than `dlopt_deap.limits.MAX_MODEL_BYTES`, {limits.MAX_MODEL_BYTES}"
        )


def _read_member(archive: zipfile.ZipFile, name: str) -> bytes:
    """Read a member, whose checksum is checked; never more of it than was announced."""
    try:
        member = archive.getinfo(name)
    except KeyError:
        raise _Damaged(f"it has no member {name}") from None
    if name == CONFIG and member.file_size > limits.MAX_CONFIG_BYTES:
        raise _Damaged(
            f"its {name} has {member.file_size} bytes, more than `dlopt_deap.limits.MAX_CONFIG_BYTES`, "
            f"{limits.MAX_CONFIG_BYTES}"
        )
    content = archive.read(member)
    if len(content) != member.file_size:
        raise _Damaged(f"its {name} is shorter than announced")
    return content


def _check_weights(content: bytes, spec: NetworkSpec) -> None:
    """Refuse weights of other shapes than the network has, before memory is taken for them."""
    import h5py

    with h5py.File(io.BytesIO(content), "r") as file:
        found = [tuple(array.shape) for array in _arrays(h5py, file, 4 * len(spec.weight_shapes) + 100)]
    if sorted(found) != sorted(spec.weight_shapes):
        raise _Damaged(f"its weights have the shapes {shown(found)}, but its network needs {shown(spec.weight_shapes)}")


def _arrays(h5py: Any, group: Any, room: int, depth: int = 0) -> Iterator[Any]:
    """Give the arrays of weights in a group and below; they must lie in the file itself, as Keras puts them there."""
    if depth > _DEEPEST or len(group) > room:
        raise _Damaged("its weights are nested as Keras does not nest them")
    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise _Damaged(f"its weights have a link, {shown(name)}, that leads out of them")
        entry = group[name]
        if isinstance(entry, h5py.Group):
            if name not in _STATE:
                yield from _arrays(h5py, entry, room, depth + 1)
        elif not isinstance(entry, h5py.Dataset) or entry.external or entry.is_virtual or entry.chunks:
            raise _Damaged(f"its weights have an array, {shown(name)}, that is stored as Keras does not store one")
        elif entry.dtype.kind not in "fV" or entry.dtype.itemsize > _WIDEST:
            raise _Damaged(f"its weights have an array, {shown(name)}, that holds no numbers")
        else:
            yield entry


def write_clean_copy(file: KerasFile, config: str, folder: str | os.PathLike[str]) -> Path:
    """Write a Keras file with the same weights, and with a description that this package made itself.

    Args:
        file: The file.
        config: Keras' description of the same network.
        folder: Where to write.
    """
    path = Path(folder) / "checked.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr(CONFIG, config)
        archive.writestr(WEIGHTS, file.weights)
    return path
