"""What forecasts of series and of tokens have in common."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.data import Split

Rows = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Forecast(ABC):
    """Forecasts of the rows of a split, each from the rows before it (abstract).

    Attributes:
        split: The rows.
        truth: What they hold, shape (rows, targets).
        predictions: What each method says, by its name, of the same shape; the network comes first.
        errors: The errors of each method, by its name and the error's, over all rows and targets.
    """

    split: Split
    truth: Rows
    predictions: dict[str, Rows]
    errors: dict[str, dict[str, float]]

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of the targets."""
        return self.split.series.targets

    @property
    def index(self) -> NDArray[Any]:
        """The time of each row, shape (rows,)."""
        return self.split.index

    @property
    def where(self) -> str:
        """Which rows they are, as a title says it."""
        return f"{self.split.name} split"

    @property
    @abstractmethod
    def criterion(self) -> str:
        """The name of the error that methods are compared by."""

    @property
    @abstractmethod
    def unit(self) -> str:
        """What the criterion measures, in words."""

    @property
    def beaten(self) -> list[str]:
        """The methods whose error, by the criterion, is larger than the network's."""
        own, *others = self.errors
        least = self.errors[own][self.criterion]
        return [name for name in others if self.errors[name][self.criterion] > least]

    def to_dict(self) -> dict[str, Any]:
        """Give the errors as JSON values; what is not finite is ``None``."""
        return {
            method: {name: value if np.isfinite(value) else None for name, value in errors.items()}
            for method, errors in self.errors.items()
        }

    @abstractmethod
    def to_csv(self) -> str:
        """Write the rows as CSV: the time, the truth and what each method says."""
