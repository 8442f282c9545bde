"""Values as JSON and back, without loss and without anything that could run code.

Beside what JSON knows there are marked objects, one for each kind in the table below; nothing else can be saved, and
nothing else is ever made of what a file says.
"""

import json
import math
from array import array
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.errors import DloptError, RunFolderError, SettingError
from dlopt_deap.networks import NetworkSpec
from dlopt_deap.storage.arrays import array_to_npz

FLOAT, SCALAR, ARRAY, TUPLE, DICT, SPEC = "$float", "$scalar", "$array", "$tuple", "$dict", "$spec"
TYPED = "$typed"
"""The marks: a number that is not finite, a numpy scalar, a numpy array (by the digest of its bytes), a tuple, a dict
whose keys are not all plain texts, a network, and an ``array.array``."""

MAX_DEPTH = 100
"""Values may be nested so deep."""

Load = Callable[[str], NDArray[Any]]


def dumps(value: Any, arrays: dict[str, bytes] | None = None) -> str:
    """Write a value as JSON.

    Args:
        value: Numbers, texts, ``None``, lists, tuples, dicts, numpy scalars and arrays, and networks, nested.
        arrays: Takes the bytes of each array by its digest; where it is ``None``, arrays cannot be written.

    Raises:
        SettingError: If something in it is none of these.

    Examples:
        >>> dumps({"rate": math.inf, "pair": (1, 2)})
        '{"rate":{"$float":"inf"},"pair":{"$tuple":[1,2]}}'
        >>> loads(dumps({"rate": math.inf, "pair": (1, 2)}))
        {'rate': inf, 'pair': (1, 2)}
    """
    return json.dumps(_encode(value, arrays, 0), allow_nan=False, separators=(",", ":"))


def loads(text: Any, load: Load | None = None) -> Any:
    """Read what :func:`dumps` wrote.

    Args:
        text: The JSON.
        load: Gives the array of a digest.

    Raises:
        RunFolderError: If the text is no such JSON.
    """
    try:
        return _decode(json.loads(text, parse_constant=_refuse), load, 0)
    except RunFolderError:
        raise
    except (
        DloptError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise RunFolderError(f"A run holds a value that cannot be read: {error}; put a whole copy back.") from error


def _encode(value: Any, arrays: dict[str, bytes] | None, depth: int) -> Any:
    """Turn a value into what JSON knows."""
    if depth > MAX_DEPTH:
        raise SettingError(f"A value that is nested deeper than {MAX_DEPTH} levels cannot be saved in a run.")
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:
        return value if math.isfinite(value) else {FLOAT: repr(value)}
    if isinstance(value, np.generic) and value.dtype.kind in "biuf":
        return {SCALAR: [value.dtype.str, _encode(value.item(), arrays, depth + 1)]}
    if isinstance(value, NetworkSpec):
        return {SPEC: {field.name: _encode(getattr(value, field.name), None, depth + 1) for field in fields(value)}}
    if isinstance(value, np.ndarray) and arrays is not None and value.dtype.kind in "biuf":
        digest, npz = array_to_npz(np.asarray(value))
        arrays[digest] = npz
        return {ARRAY: digest}
    if isinstance(value, array) and value.typecode != "u":
        return {TYPED: [value.typecode, [_encode(item, None, depth + 1) for item in value]]}
    if type(value) in (list, tuple):
        items = [_encode(item, arrays, depth + 1) for item in value]
        return items if type(value) is list else {TUPLE: items}
    if type(value) is dict:
        return _encode_dict(value, arrays, depth)
    raise SettingError(
        f"A value of type {type(value).__name__} cannot be saved in a run; use numbers, texts, lists, tuples, dicts, "
        f"numpy arrays of numbers or a NetworkSpec, got {value!r:.200}."
    )


def _encode_dict(value: dict[Any, Any], arrays: dict[str, bytes] | None, depth: int) -> Any:
    """Turn a dict into an object, or into a list of pairs where its keys would not come back as they are."""
    if all(type(key) is str and not key.startswith("$") for key in value):
        return {key: _encode(item, arrays, depth + 1) for key, item in value.items()}
    pairs = [[_encode(key, None, depth + 1), _encode(item, arrays, depth + 1)] for key, item in value.items()]
    return {DICT: pairs}


def _decode(value: Any, load: Load | None, depth: int) -> Any:
    """Undo :func:`_encode`."""
    if depth > 2 * MAX_DEPTH:
        raise ValueError("it is nested too deeply")
    if isinstance(value, list):
        return [_decode(item, load, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    mark = next(iter(value), "")
    if len(value) != 1 or not mark.startswith("$"):
        return {key: _decode(item, load, depth + 1) for key, item in value.items()}
    content = value[mark]
    if mark == ARRAY and load is not None:
        return load(str(content))
    if mark == FLOAT:
        return {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}[content]
    items = _decode(content, load, depth + 1)
    if mark == SCALAR:
        return _scalar(*items)
    if mark == TYPED:
        return array(str(items[0]), items[1])
    if mark == TUPLE:
        return tuple(items)
    if mark == DICT:
        return dict(items)
    if mark == SPEC:
        return NetworkSpec(**items)
    raise ValueError(f"the mark {mark!r} is not known")


def _scalar(kind: str, number: Any) -> Any:
    """Make a numpy scalar."""
    dtype = np.dtype(str(kind))
    if dtype.kind not in "biuf":
        raise ValueError(f"{kind!r} is no type of a number")
    return dtype.type(number)


def _refuse(constant: str) -> None:
    """Refuse the words for what is not finite, which are no JSON."""
    raise ValueError(f"{constant} is no JSON")
