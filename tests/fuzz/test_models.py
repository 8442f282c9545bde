"""Keras files of others."""

import io
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fuzz.cases import STRANGE, fuzz, success_or_one_clear_error
from hypothesis import strategies as st

from dlopt_deap.errors import ModelFileError, SettingError
from dlopt_deap.networks import NetworkSpec, load_keras, save_keras
from dlopt_deap.networks.keras_models.config import spec_of_config
from dlopt_deap.networks.keras_models.file import read_keras_file

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
]

SPEC = NetworkSpec(2, (3, 2), 1, 4, cell="gru")
WEIGHTS = np.arange(SPEC.num_weights, dtype=np.float32)

WORDS = [
    "Lambda",
    "Functional",
    "os",
    "keras.src",
    "builtins",
    "../x",
    "/etc/passwd",
    "__lambda__",
    "function",
    "Dense",
]
VALUES = st.one_of(STRANGE, st.sampled_from(WORDS), st.sampled_from([10**9, 10**12, -1, 0, 3, [None, 4, 2]]))


TOKENS = NetworkSpec(1, (3,), 5, 4, cell="gru", activation="softmax", embedding=(5, 2))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "whole.keras"
    save_keras(SPEC, WEIGHTS, path)
    return path


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "tokens.keras"
    save_keras(TOKENS, np.arange(TOKENS.num_weights, dtype=np.float32), path)
    return path


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return buffer.getvalue()


def changed(content: bytes, seed: int, times: int) -> bytes:
    """Change some bytes, or cut or double some."""
    rng, changing = random.Random(seed), bytearray(content)
    for _ in range(times):
        place = rng.randrange(len(changing)) if changing else 0
        kind = rng.randrange(5)
        if kind == 0:
            del changing[place : place + rng.randrange(100)]
        elif kind == 1:
            changing[place:place] = changing[place : place + rng.randrange(100)]
        elif kind == 2:
            changing[place : place + 8] = rng.choice([0, 1, 2**31, 2**63, 2**64 - 1]).to_bytes(8, "little")
        elif changing:
            changing[place] = rng.randrange(256)
    return bytes(changing)


def places(entry: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Name every place in a description."""
    below = entry.items() if isinstance(entry, dict) else enumerate(entry) if isinstance(entry, list) else ()
    return [path, *(place for key, value in below for place in places(value, (*path, key)))]


def with_changes(config: Any, seed: int, values: list[Any]) -> Any:
    """Put each value at some place of a description, or delete what is there."""
    rng = random.Random(seed)
    for value in values:
        place = rng.choice(places(config))
        if not place:
            return value
        inner = config
        for key in place[:-1]:
            inner = inner[key]
        if rng.random() < 0.2:
            del inner[place[-1]]
        else:
            inner[place[-1]] = value
    return config


def load(path: Path, content: bytes) -> None:
    """Load what somebody wrote: a network that is as large as told, or an error that names the file."""
    path.write_bytes(content)
    with success_or_one_clear_error(names=path.name):
        spec, weights = load_keras(path)
        assert weights.shape == (spec.num_weights,)


@fuzz(st.integers(0, 2**64), st.integers(1, 6))
def test_a_damaged_file_is_loaded_or_refused_by_name(whole: Path, seed: int, times: int) -> None:
    load(whole.with_name("damaged.keras"), changed(whole.read_bytes(), seed, times))


@fuzz(st.binary(max_size=200))
def test_any_bytes_are_refused_by_name(whole: Path, content: bytes) -> None:
    load(whole.with_name("bytes.keras"), content)


@fuzz(st.sampled_from(["config.json", "model.weights.h5", "metadata.json"]), st.integers(0, 2**64), st.integers(1, 6))
def test_a_file_with_a_changed_member_is_loaded_or_refused_by_name(
    whole: Path, name: str, seed: int, times: int
) -> None:
    parts = members(whole.read_bytes())
    load(whole.with_name("member.keras"), packed(parts | {name: changed(parts[name], seed, times)}))


@fuzz(st.integers(0, 2**64), st.lists(VALUES, min_size=1, max_size=3))
def test_a_file_with_another_description_is_loaded_or_refused_by_name(
    whole: Path, seed: int, values: list[Any]
) -> None:
    parts = members(whole.read_bytes())
    config = with_changes(json.loads(parts["config.json"]), seed, values)
    with success_or_one_clear_error():
        assert isinstance(spec_of_config(config), NetworkSpec)
    try:
        described = json.dumps(config).encode()
    except (TypeError, ValueError):
        return  # nothing that a file can hold
    load(whole.with_name("config.keras"), packed(parts | {"config.json": described}))


@fuzz(st.integers(0, 2**64), st.lists(VALUES, min_size=1, max_size=3))
def test_a_file_of_tokens_with_another_description_is_loaded_or_refused_by_name(
    tokens: Path, seed: int, values: list[Any]
) -> None:
    parts = members(tokens.read_bytes())
    config = with_changes(json.loads(parts["config.json"]), seed, values)
    try:
        described = json.dumps(config).encode()
    except (TypeError, ValueError):
        return  # nothing that a file can hold
    load(tokens.with_name("config.keras"), packed(parts | {"config.json": described}))


@fuzz(VALUES)
def test_any_description_is_a_network_or_refused(config: Any) -> None:
    with success_or_one_clear_error():
        spec_of_config(config)


@fuzz(st.dictionaries(st.one_of(st.text(max_size=9), st.sampled_from(["../x", "/x", "a\\..\\x", "C:x"])), st.binary()))
def test_a_file_with_any_further_members_is_loaded_or_refused_by_name(whole: Path, more: dict[str, bytes]) -> None:
    parts = {name: part for name, part in more.items() if name and "\0" not in name}
    load(whole.with_name("more.keras"), packed(parts | members(whole.read_bytes())))


def test_a_file_is_checked_without_keras_and_nothing_of_its_own_reaches_keras(whole: Path) -> None:
    assert read_keras_file(whole).spec == SPEC
    spec, weights = load_keras(whole)
    assert spec == SPEC
    assert np.array_equal(weights, WEIGHTS)
    with pytest.raises(SettingError):
        spec_of_config(None)
    with pytest.raises(ModelFileError):
        load_keras(whole.parent)
