"""What the operators share: reading individuals as vectors, writing them back, and cheap checks."""

from array import array
from functools import lru_cache
from numbers import Real
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.checks import check_array, check_number, shown
from dlopt_deap.errors import SettingError
from dlopt_deap.networks.spec import NetworkSpec
from dlopt_deap.weight.groups import layer_of

LARGEST: Final = float(np.finfo(np.float32).max)
"""The largest weight: networks compute in float32."""

Vector = NDArray[np.float64]
"""The weights of one individual, shape (weights,)."""


def read_vector(individual: Any, spec: NetworkSpec | None = None) -> Vector:
    """Copy the weights of an individual.

    Args:
        individual: An array of floating-point numbers, a list, or another sequence over one of them.
        spec: The network that they belong to, if that matters.

    Raises:
        SettingError: If it is no vector of real numbers, or not of the network's length; if it stores whole numbers.
    """
    held = individual[:]
    if isinstance(held, np.ndarray | array) and np.asarray(held).dtype.kind != "f":
        raise SettingError(
            f"`individual` must hold floating-point numbers, got an array of {np.asarray(held).dtype}; "
            "make it a float32 array."
        )
    values = np.array(check_array("individual", held, np.float64))
    if values.ndim != 1 or not len(values):
        raise SettingError(f"`individual` must be a vector of at least one weight, got the shape {values.shape}.")
    if spec is not None and len(values) != len(layer_of(spec)):
        raise SettingError(f"`individual` must hold {len(layer_of(spec))} weights for {spec}, got {len(values)}.")
    return values


def read_parents(individual1: Any, individual2: Any, spec: NetworkSpec | None = None) -> tuple[Vector, Vector]:
    """Copy the weights of two individuals of one length.

    Raises:
        SettingError: If :func:`read_vector` refuses one, or their lengths differ.
    """
    values1, values2 = read_vector(individual1, spec), read_vector(individual2, spec)
    if len(values1) != len(values2):
        raise SettingError(
            f"Both parents must have the same number of weights, got {len(values1)} and {len(values2)}; "
            "mate networks of one architecture."
        )
    return values1, values2


def write_vector(individual: Any, values: Vector) -> None:
    """Put weights into an individual, in place, in the type that it holds; too large ones become the largest."""
    held = individual[:]
    if isinstance(held, np.ndarray):
        individual[:] = _clipped(values, held.dtype)
    elif isinstance(held, array):  # it takes slices of its own type alone, but lends its memory
        memory = np.asarray(individual)
        memory[:] = _clipped(values, memory.dtype)
    else:
        individual[:] = _clipped(values, values.dtype).tolist()


def check_probability(name: str, value: object) -> float:
    """Return a number in [0, 1].

    Raises:
        SettingError: If it is none.
    """
    return check_number(name, value, low=0.0, high=1.0)


def check_sigma(name: str, sigma: Any, size: int) -> float | Vector:
    """Return one positive standard deviation, or one for each of ``size`` weights.

    Raises:
        SettingError: If one is not finite or not positive, or there is another number of them.
    """
    if isinstance(sigma, Real | str) or not hasattr(sigma, "__len__"):
        return check_number(name, sigma, above=0.0)
    values = check_array(name, sigma, np.float64)
    if values.shape != (size,):
        raise SettingError(
            f"`{name}` must be one number, or {size} numbers, one a weight, got the shape {values.shape}."
        )
    wrong = ~((values > 0) & (values < np.inf))
    if wrong.any():
        first = int(wrong.argmax())
        raise SettingError(f"`{name}[{first}]` must be a finite number above 0.0, got {shown(float(values[first]))}.")
    return values


def choose(indpb: object, size: int, generator: np.random.Generator) -> NDArray[np.bool_]:
    """Choose each of ``size`` things with probability ``indpb``, shape (size,); nothing is drawn if it is all.

    Raises:
        SettingError: If it is no probability.
    """
    probability = check_probability("indpb", indpb)
    if probability == 1:
        return np.ones(size, np.bool_)
    return generator.random(size) < probability


def _clipped(values: Vector, dtype: np.dtype[Any]) -> Vector:
    """Limit values to the largest that is finite in float32 and in a type."""
    largest = _largest(dtype)
    clipped: Vector = np.maximum(np.minimum(values, largest), -largest)
    return clipped


@lru_cache(maxsize=8)
def _largest(dtype: np.dtype[Any]) -> float:
    """Return the largest number that is finite in float32 and in a type."""
    return min(float(np.finfo(dtype).max), LARGEST)
