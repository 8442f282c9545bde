"""Distributions from which random weights are drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.checks import check_number
from dlopt_deap.errors import SettingError

Distribution = Callable[[np.random.Generator, tuple[int, ...]], ArrayLike]
"""Takes a generator and a shape, and gives that many random weights. To be used by other processes it must pickle."""


@dataclass(frozen=True)
class Normal:
    """The normal distribution.

    Attributes:
        loc: Its mean.
        scale: Its standard deviation.

    Examples:
        >>> Normal(0.0, 0.1)(np.random.default_rng(1), (2, 3)).shape
        (2, 3)
    """

    loc: float = 0.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        check_number("loc", self.loc)
        check_number("scale", self.scale, low=0.0)

    def __call__(self, generator: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """Draw an array of that shape."""
        draws = generator.standard_normal(shape, dtype=np.float32)
        with np.errstate(over="ignore"):  # an infinite weight gives an error that is not finite, which is counted
            if self.scale != 1.0:
                draws *= np.float32(self.scale)
            if self.loc != 0.0:
                draws += np.float32(self.loc)
        return draws


@dataclass(frozen=True)
class Uniform:
    """The uniform distribution on [``low``, ``high``).

    Attributes:
        low: Its left end.
        high: Its right end.
    """

    low: float = -1.0
    high: float = 1.0

    def __post_init__(self) -> None:
        if check_number("low", self.low) >= check_number("high", self.high):
            raise SettingError(f"`low` must be less than `high`, got low={self.low} and high={self.high}.")

    def __call__(self, generator: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """Draw an array of that shape."""
        draws = generator.random(shape, dtype=np.float32)
        with np.errstate(over="ignore", invalid="ignore"):
            return np.float32(self.low) + draws * np.float32(self.high - self.low)


STANDARD_NORMAL: Final = Normal()
"""The distribution of MRS: mean 0, standard deviation 1."""
