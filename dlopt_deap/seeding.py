"""The run's one random stream, and the seeds derived from it.

A run has one stream, Python's ``random``, because that is the one which DEAP draws from. It is seeded once, when the
run is new (:func:`seed_run`). Whatever an evaluation draws comes from a seed derived from the run's seed and from what
is evaluated (:func:`derive`), never from a stream: so neither order, worker count, cache nor restart can change it.
"""

import hashlib
import json
import random
import secrets
from typing import Any

import numpy as np

from dlopt_deap.checks import check_integer, shown
from dlopt_deap.errors import SettingError

SEED_BITS = 128


def derive(seed: int, *parts: Any) -> int:
    """Derive a seed from a seed and from what it is for.

    Args:
        seed: The run's seed.
        *parts: What the new seed belongs to, as JSON values: the genes of a candidate, the name of a purpose.

    Returns:
        A whole number of 128 bits: the first half of the SHA-256 digest of the arguments as JSON. It is the same on
        every machine, in every process and in every Python version, as ``hash()`` is not.

    Raises:
        SettingError: If a number is not finite, or has thousands of digits.
        TypeError: If a part is no JSON value.

    Examples:
        >>> derive(0, [3, 5, 5], "weights") == derive(0, [3, 5, 5], "weights")
        True
        >>> derive(0, [3, 5, 5], "weights") == derive(1, [3, 5, 5], "weights")
        False
    """
    try:
        text = json.dumps([seed, *parts], separators=(",", ":"), allow_nan=False, default=_plain)
    except ValueError as error:
        raise SettingError(
            f"A seed can be derived from numbers that JSON knows only, got {shown(parts)}: {error}."
        ) from error
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[: SEED_BITS // 8], "big")


def generator(seed: int, *parts: Any) -> np.random.Generator:
    """Make a numpy generator (PCG64) from the seed that :func:`derive` gives for the same arguments."""
    return np.random.Generator(np.random.PCG64(derive(seed, *parts)))


def numpy_generator(rng: Any) -> np.random.Generator:
    """Make a numpy generator that goes on from a stream, such as Python's ``random``; one of numpy's is given back.

    Vectorised operators draw all their numbers from it at once; the stream moves on by 128 bits.

    Args:
        rng: Python's ``random``, a ``random.Random``, or a numpy generator.

    Examples:
        >>> numpy_generator(random.Random(1)).integers(100) == numpy_generator(random.Random(1)).integers(100)
        np.True_
    """
    if isinstance(rng, np.random.Generator):
        return rng
    return np.random.Generator(np.random.PCG64(rng.getrandbits(SEED_BITS)))


def choose_seed(seed: int | None) -> int:
    """Return ``seed``, or a fresh one from the operating system if it is ``None``; 0 is a seed like any other.

    Raises:
        SettingError: If it is neither ``None`` nor a whole number of at least 0.
    """
    return secrets.randbits(32) if seed is None else check_integer("seed", seed, low=0)


def seed_run(seed: int) -> None:
    """Seed Python's ``random`` for a run that is new, and numpy's global generator, from which DEAP's CMA-ES draws."""
    random.seed(derive(seed, "run"))
    np.random.seed(derive(seed, "numpy") % 2**32)  # noqa: NPY002 - it is the stream that DEAP draws from


def random_state() -> dict[str, Any]:
    """Give the state of both streams of a run as plain values, for :func:`set_random_state`."""
    state: dict[str, Any] = np.random.get_state(legacy=False)  # noqa: NPY002 - as above
    numbers = {"key": state["state"]["key"].tolist(), "pos": state["state"]["pos"]}
    gauss = [state["has_gauss"], state["gauss"]]
    return {"python": list(random.getstate()), "numpy": numbers, "gauss": gauss}


def set_random_state(state: Any) -> None:
    """Bring both streams of a run back to where :func:`random_state` was asked.

    Raises:
        ValueError, TypeError, KeyError: If it is no such state.
    """
    random.setstate(tuple(state["python"]))
    words = np.asarray(state["numpy"]["key"], dtype=np.uint32)
    has_gauss, gauss = state["gauss"]
    np.random.set_state(("MT19937", words, state["numpy"]["pos"], has_gauss, gauss))  # noqa: NPY002


def _plain(value: Any) -> Any:
    """Turn numpy's numbers and arrays into what JSON knows."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"A seed can be derived from JSON values only, got {type(value).__name__}.")
