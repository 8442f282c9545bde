"""Genes: what one number or name of an individual may be, and how it changes."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from dlopt_deap.checks import as_float, check_integer, check_number, shown
from dlopt_deap.errors import SettingError


class Gene(ABC):
    """A kind of gene: the values that it may have, and the steps between them."""

    @abstractmethod
    def draw(self, rng: Any) -> Any:
        """Draw a value, uniformly (on the gene's own scale)."""

    @abstractmethod
    def contains(self, value: Any) -> bool:
        """Whether a value is one of this gene as it stands."""

    @abstractmethod
    def repair(self, value: Any) -> Any:
        """Give the valid value nearest to ``value``.

        Raises:
            SettingError: If there is none, because it is no finite number or an unknown name.
        """

    @abstractmethod
    def step(self, value: Any, sigma: float, rng: Any) -> Any:
        """Take a Gaussian step that changes the value, wherever another one is possible.

        Args:
            value: A valid value.
            sigma: The standard deviation of the step, as a share of the gene's range.
            rng: Where to draw from.
        """

    @property
    @abstractmethod
    def is_free(self) -> bool:
        """Whether there is more than one value."""


@dataclass(frozen=True)
class IntegerGene(Gene):
    """A whole number from ``low`` to ``high``."""

    low: int
    high: int

    def draw(self, rng: Any) -> int:
        """Draw a number, each equally likely."""
        return int(rng.randint(self.low, self.high))

    def contains(self, value: Any) -> bool:
        """Whether it is an ``int`` within the limits."""
        return type(value) is int and self.low <= value <= self.high

    def repair(self, value: Any) -> int:
        """Round, and move to the nearest limit."""
        # What has limits need not be a float: a whole number of any size is moved to the nearest of them.
        if not isinstance(value, Real) or not (isinstance(value, Integral) or math.isfinite(as_float(value))):
            raise SettingError(f"a whole number in [{self.low}, {self.high}], got {shown(value)}")
        number: Any = round(value)  # numpy's integers stay numpy's
        return int(min(max(number, self.low), self.high))

    def step(self, value: int, sigma: float, rng: Any) -> int:
        """Step up or down by at least one; away from a limit where there is no room."""
        return self.move(value, rng.gauss(0, sigma * (self.high - self.low)))

    def move(self, value: int, distance: float) -> int:
        """Move by a distance, rounded away from zero; a number at a limit turns back from it."""
        length = max(1, round(min(abs(distance), self.high - self.low)))
        up = value < self.high and (distance > 0 or value == self.low)
        return min(value + length, self.high) if up else max(value - length, self.low)

    @property
    def is_free(self) -> bool:
        """Whether the limits differ."""
        return self.low < self.high


@dataclass(frozen=True)
class FloatGene(Gene):
    """A number from ``low`` to ``high``; on a logarithmic scale if ``log``."""

    low: float
    high: float
    log: bool = False

    def draw(self, rng: Any) -> float:
        """Draw a number, uniformly on the gene's scale."""
        return self._value(rng.random())

    def contains(self, value: Any) -> bool:
        """Whether it is a ``float`` within the limits."""
        return type(value) is float and self.low <= value <= self.high

    def repair(self, value: Any) -> float:
        """Move to the nearest limit."""
        number = as_float(value)
        if not math.isfinite(number):
            raise SettingError(f"a finite number in [{self.low}, {self.high}], got {shown(value)}")
        return min(max(number, self.low), self.high)

    def step(self, value: float, sigma: float, rng: Any) -> float:
        """Step by a share of the scale's length; what would end beyond a limit is reflected by it."""
        place = self._place(value) + rng.gauss(0, sigma)
        return self._value(1 - abs(1 - abs(place) % 2))

    @property
    def is_free(self) -> bool:
        """Whether the limits differ."""
        return self.low < self.high

    def _place(self, value: float) -> float:
        """Say where on the scale, from 0 to 1, a value lies."""
        if not self.is_free:
            return 0.0
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def _value(self, place: float) -> float:
        """Give the value at a place on the scale, from 0 to 1."""
        if self.log:
            value = self.low * math.exp(place * math.log(self.high / self.low))
        else:
            value = self.low + place * (self.high - self.low)
        return min(max(value, self.low), self.high)


@dataclass(frozen=True)
class ChoiceGene(Gene):
    """One of several names."""

    names: tuple[str, ...]

    def draw(self, rng: Any) -> str:
        """Draw a name, each equally likely."""
        return str(rng.choice(self.names))

    def contains(self, value: Any) -> bool:
        """Whether it is one of the names."""
        return isinstance(value, str) and value in self.names

    def repair(self, value: Any) -> str:
        """Refuse what is none of the names: none is nearer than another."""
        if not self.contains(value):
            raise SettingError(f"one of {', '.join(self.names)}, got {shown(value)}")
        return str(value)

    def step(self, value: str, sigma: float, rng: Any) -> str:
        """Draw another name; names have no distance, so ``sigma`` does not matter."""
        del sigma
        others = [name for name in self.names if name != value]
        return str(rng.choice(others)) if others else value

    @property
    def is_free(self) -> bool:
        """Whether there are several names."""
        return len(self.names) > 1


def integer_gene(name: str, limits: Any, limit: str | None = None) -> IntegerGene:
    """Check the limits of a whole number: a pair (least, most) from 1, or one number for both.

    Args:
        name: What messages call them.
        limits: The pair or the number.
        limit: The name of a constant of :mod:`dlopt_deap.limits` that neither must exceed.
    """
    low, high = (check_integer(f"{name}[{i}]", end, low=1, limit=limit) for i, end in enumerate(_pair(name, limits)))
    gene = IntegerGene(low, high)
    _check_order(name, gene.low, gene.high)
    return gene


def float_gene(name: str, limits: Any, least: float, below: float, log: bool = False) -> FloatGene:
    """Check the limits of a number: a pair (least, most) in [``least``, ``below``), or one number for both."""
    low, high = (check_number(f"{name}[{i}]", limit, low=least) for i, limit in enumerate(_pair(name, limits)))
    if high >= below or (log and low <= 0):
        wanted = f"above {least} and below {below}" if log else f"of at least {least} and below {below}"
        raise SettingError(f"`{name}` must be numbers {wanted}, got ({low}, {high}).")
    _check_order(name, low, high)
    return FloatGene(low, high, log)


def _pair(name: str, limits: Any) -> Sequence[Any]:
    """Take one value for both limits."""
    pair = (limits, limits) if isinstance(limits, int | float) else limits
    if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
        raise SettingError(f"`{name}` must be a pair (least, most), got {shown(limits)}.")
    return pair


def _check_order(name: str, low: float, high: float) -> None:
    """Refuse limits that are the wrong way round."""
    if low > high:
        raise SettingError(
            f"`{name}` must be a pair (least, most) with least <= most, got ({shown(low)}, {shown(high)})."
        )
