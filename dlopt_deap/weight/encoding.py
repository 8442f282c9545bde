"""The encoding: vectors of weights, their bounds, and how the first ones are drawn."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.checks import check_array, check_choice, check_number, items_of, shown
from dlopt_deap.errors import SettingError
from dlopt_deap.networks import NetworkSpec, initial_weights
from dlopt_deap.networks.training.initializers import INITIALIZERS
from dlopt_deap.seeding import SEED_BITS, numpy_generator
from dlopt_deap.weight.groups import per_layer
from dlopt_deap.weight.vectors import LARGEST

Vector = NDArray[np.float32]

Bounds = tuple[float, float] | Sequence[tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Encoding:
    """Which weight vectors a search may make of a network, and which it begins with.

    Attributes:
        spec: The network.
        bounds: ``(low, high)`` for all weights, or one such pair for each recurrent layer and one for the dense output;
            ``None``: any finite number.
        initializer: What the first vectors are drawn by, ``"keras"`` or ``"uniform"``; see
            :func:`~dlopt_deap.networks.initial_weights`.
        start: A vector to begin around instead, shape (num_weights,), such as the weights of a trained network.
        spread: The standard deviation of the first vectors around ``start``.

    Raises:
        SettingError: If a bound is not below the other, the initializer is unknown, ``start`` does not fit the network,
            or ``spread`` is negative.

    Examples:
        >>> encoding = Encoding(NetworkSpec(1, (2,), 1, 3), bounds=[(-1, 1), (-0.1, 0.1)])
        >>> encoding.repair(np.full(35, 2.0, np.float32))[[0, -1]].tolist()
        [1.0, 0.10000000149011612]
    """

    spec: NetworkSpec
    bounds: Bounds | None = None
    initializer: str = "keras"
    start: ArrayLike | None = None
    spread: float = 0.1

    def __post_init__(self) -> None:
        check_choice("initializer", self.initializer, INITIALIZERS)
        check_number("spread", self.spread, low=0.0)
        low, high = self.limits
        if not (low < high).all():
            raise SettingError(f"Each pair of `bounds` must be a lower and a higher number, got {shown(self.bounds)}.")
        if self.start is not None:
            object.__setattr__(self, "start", self.checked(self.start, "start").copy())

    @cached_property
    def limits(self) -> tuple[Vector, Vector]:
        """The least and the greatest value of each weight, both of shape (num_weights,)."""
        if self.bounds is None:
            most = np.full(self.spec.num_weights, LARGEST, np.float32)
            return -most, most
        pairs = _pairs(self.bounds)
        ends = zip(*pairs, strict=True)
        low, high = (per_layer(self.spec, end if len(pairs) > 1 else end[0], "bounds") for end in ends)
        return low.astype(np.float32), high.astype(np.float32)

    def draw(self, rng: Any = random) -> Vector:
        """Draw a first vector, shape (num_weights,).

        Args:
            rng: Where to draw from: Python's ``random``, or what has its ``getrandbits``.
        """
        if self.start is None:
            return self.repair(initial_weights(self.spec, self.initializer, rng.getrandbits(SEED_BITS)))
        steps = numpy_generator(rng).normal(0.0, self.spread, self.spec.num_weights)
        with np.errstate(over="ignore"):
            return self.repair((np.asarray(self.start, np.float32) + steps).astype(np.float32))

    def repair(self, vector: Vector) -> Vector:
        """Bring a vector within the bounds, in place, and return it; what is no number becomes the middle of them."""
        if self.bounds is None and np.isfinite(vector).all():
            return vector
        low, high = self.limits
        unknown = np.isnan(vector)
        vector[unknown] = (low[unknown] / 2 + high[unknown] / 2).astype(np.float32)
        return np.clip(vector, low, high, out=vector)

    def checked(self, vector: Any, name: str = "weights") -> Vector:
        """Return a vector as float32.

        Raises:
            SettingError: If it has another length than the network, or is not finite.
        """
        weights = check_array(name, vector, np.float32)
        if weights.shape != (self.spec.num_weights,):
            raise SettingError(
                f"`{name}` must have the shape ({self.spec.num_weights},) for {self.spec}, got {weights.shape}."
            )
        if not np.isfinite(weights).all():
            place = int(np.flatnonzero(~np.isfinite(weights))[0])
            raise SettingError(f"`{name}` must be finite, got {weights[place]} at position {place}.")
        return weights

    def stacked(self, solutions: Sequence[Any]) -> Vector:
        """Return many vectors as one array of shape (solutions, num_weights), checked as :meth:`checked` does."""
        if not len(solutions):
            return np.empty((0, self.spec.num_weights), np.float32)
        try:
            with np.errstate(over="ignore"):
                vectors = np.array([np.asarray(solution, dtype=np.float32) for solution in solutions])
            if vectors.shape[1:] == (self.spec.num_weights,) and np.isfinite(vectors).all():
                return vectors
        except (TypeError, ValueError, OverflowError):  # told below, by the one that it belongs to
            pass
        return np.stack([self.checked(solution) for solution in solutions])

    def to_dict(self) -> dict[str, Any]:
        """Give the encoding as JSON values; the start by the digest of its bytes."""
        start = None if self.start is None else hashlib.sha256(np.asarray(self.start).tobytes()).hexdigest()
        bounds = None if self.bounds is None else [[float(end) for end in pair] for pair in _pairs(self.bounds)]
        begin = {"initializer": self.initializer} if start is None else {"start": start, "spread": float(self.spread)}
        return {"bounds": bounds, **begin}


def check_encoding(encoding: object, spec: NetworkSpec) -> None:
    """Refuse what is no encoding of a network.

    Raises:
        SettingError: If it is none, or one of another network.
    """
    if not isinstance(encoding, Encoding):
        raise SettingError(f"`encoding` must be an Encoding, such as Encoding(spec, (-1, 1)), got {shown(encoding)}.")
    if encoding.spec != spec:
        raise SettingError(f"The encoding must be of the problem's network {spec}, got {encoding.spec}.")


def _pairs(bounds: Bounds) -> list[tuple[float, float]]:
    """Give bounds as pairs: one, or one a layer."""
    items = items_of(bounds)
    if items and len(items) == 2 and items_of(items[0]) is None:
        items = [items]
    pairs: list[tuple[float, float]] = []
    for item in items or ():
        pair = items_of(item) or []
        if len(pair) != 2:
            break
        pairs.append((_bound(pair[0]), _bound(pair[1])))
    if not items or len(pairs) != len(items):
        raise SettingError(f"`bounds` must be a pair (low, high), or one for each layer, got {shown(bounds)}.")
    return pairs


def _bound(value: object) -> float:
    """Return a bound, which networks must be able to compute with."""
    return check_number("bounds", value, -LARGEST, LARGEST)
