"""Values as JSON and back."""

import hashlib
import io
import json
import math
import zipfile
from array import array
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dlopt_deap.errors import RunFolderError, SettingError
from dlopt_deap.networks import NetworkSpec
from dlopt_deap.storage.arrays import array_to_npz, npz_to_array
from dlopt_deap.storage.codec import dumps, loads

KINDS = st.sampled_from(["<f4", "<f8", "<i8", "|u1", "|b1"])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    KINDS.flatmap(lambda kind: hnp.from_dtype(np.dtype(kind))),
    st.builds(NetworkSpec, st.integers(1, 9), st.lists(st.integers(1, 9), min_size=1), st.just(1), st.integers(1, 9)),
)
ARRAYS = KINDS.flatmap(lambda kind: hnp.arrays(kind, hnp.array_shapes(min_dims=0, max_side=4)))
KEYS = st.one_of(st.text(), st.sampled_from(["$array", "$tuple", "$"]), st.integers(), st.tuples(st.integers()))
VALUES = st.recursive(
    SCALARS | ARRAYS | st.lists(st.floats(), max_size=3).map(lambda items: array("d", items)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(KEYS, inner, max_size=4),
    ),
    max_leaves=12,
)


def same(one: Any, other: Any) -> bool:
    """Whether two values are of one type and equal, NaN included."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple | array):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, np.ndarray | np.generic):
        return one.dtype == other.dtype and one.shape == other.shape and np.array_equal(one, other, equal_nan=True)
    return bool(one == other or (isinstance(one, float) and math.isnan(one) and math.isnan(other)))


@given(VALUES)
def test_whatever_can_be_saved_comes_back_as_it_was(value: Any) -> None:
    arrays: dict[str, bytes] = {}
    text = dumps(value, arrays)
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert same(loads(text, lambda digest: npz_to_array(digest, arrays[digest])), value)


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", len, np.array([None]), np.datetime64("2020-01-01")])
def test_what_cannot_come_back_is_refused_when_it_is_saved(value: Any) -> None:
    with pytest.raises(SettingError, match="cannot be saved in a run"):
        dumps({"value": value}, {})


def test_nesting_without_end_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(SettingError, match="nested deeper"):
        dumps(endless)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["$float", "$scalar", "$array", "$tuple", "$dict", "$spec", "$code", "units", "inputs"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_read_or_refused_with_one_kind_of_error(value: Any) -> None:
    with suppress(RunFolderError):
        loads(json.dumps(value), lambda digest: npz_to_array(digest, b""))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "NaN",
        '{"a": Infinity}',
        "[" * 100_000,
        '{"$float": "0x10"}',
        '{"$scalar": ["O", 1]}',
        '{"$scalar": ["<f8"]}',
        '{"$spec": {"inputs": 1}}',
        '{"$spec": {"inputs": 0, "units": [1], "outputs": 1, "look_back": 1}}',
        '{"$import": "os"}',
        '{"$typed": ["b", [1000]]}',
        '{"$typed": ["x", []]}',
        "9" * 10_000,
    ],
)
def test_what_is_no_such_json_is_refused(text: str) -> None:
    with pytest.raises(RunFolderError):
        loads(text)


@given(ARRAYS, st.data())
def test_an_array_with_one_changed_byte_is_refused(array: Any, data: st.DataObject) -> None:
    digest, npz = array_to_npz(array)
    place = data.draw(st.integers(0, len(npz) - 1))
    changed = bytearray(npz)
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(RunFolderError, match="digest"):
        npz_to_array(digest, bytes(changed))


def zipped(npy: bytes) -> tuple[str, bytes]:
    """Pack the bytes of an array as the package does, whatever they say."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("array.npy", npy)
    return hashlib.sha256(whole.getvalue()).hexdigest(), whole.getvalue()


def test_an_array_that_says_to_be_larger_than_it_is_takes_no_memory() -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(8, np.int8))
    with pytest.raises(RunFolderError, match=r"says to hold \(8000000000,\) values"):
        npz_to_array(*zipped(buffer.getvalue().replace(b"(8,), }         ", b"(8000000000,), }")))


def test_an_array_of_objects_is_refused() -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(RunFolderError, match="cannot be read"):
        npz_to_array(*zipped(buffer.getvalue()))
