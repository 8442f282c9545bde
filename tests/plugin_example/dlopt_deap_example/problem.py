"""A problem: small networks that forecast well."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from dlopt_deap.architecture import Space, TrainingProblem
from dlopt_deap.core import Values
from dlopt_deap.data import TimeSeries
from dlopt_deap.tools.settings import ProblemSettings


class SmallTrainingProblem(TrainingProblem):
    """The error after a short training, plus a price for each weight."""

    def __init__(self, series: TimeSeries, space: Space, price: float, **settings: Any) -> None:
        super().__init__(series, space, {"mae": -1}, **settings)
        self.price = price

    def evaluate(self, solution: Sequence[Any], seed: int = 0) -> Values:
        """Train a little, and add the price."""
        found = super().evaluate(solution, seed)
        return Values([found[0] + self.price * self.decode(solution).num_weights], found.metrics)

    def settings(self) -> dict[str, Any]:
        """Describe the problem, with its price: another one is another problem."""
        return super().settings() | {"price": self.price}


class SmallTraining(ProblemSettings):
    """An architecture, by its error after a short training and by its size."""

    kind: Literal["small_training"] = "small_training"
    """What is searched for."""
    price: float = Field(1e-5, ge=0)
    """What each weight adds to the error."""
    epochs: int = Field(5, ge=1)
    """Epochs of a training during the search."""
    final_epochs: int = Field(100, ge=1)
    """The most epochs of a final training."""

    def build(self, series: TimeSeries, threads: int = 1) -> SmallTrainingProblem:
        """Make the problem."""
        space = Space(look_back=(2, 10), layers=(1, 2), units=(1, 8), activation="linear")
        return SmallTrainingProblem(series, space, self.price, epochs=self.epochs, final_epochs=self.final_epochs)
