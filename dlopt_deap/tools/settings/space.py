"""Settings of a space of architectures, and of one network."""

from typing import Annotated, Literal

from pydantic import Field

from dlopt_deap.architecture import Space
from dlopt_deap.data import TimeSeries
from dlopt_deap.networks import NetworkSpec
from dlopt_deap.tools.settings.base import Settings

Cell = Literal["lstm", "gru", "simple_rnn"]
Activation = Literal["linear", "tanh", "sigmoid", "relu"]
Size = Annotated[int, Field(ge=1)]
Count = tuple[Size, Size]
Share = Annotated[float, Field(ge=0, lt=1)]
Units = Annotated[tuple[Size, ...], Field(min_length=1)]
Rate = Annotated[float, Field(gt=0)]


class SpaceSettings(Settings):
    """The limits of an architecture search, both ends included; what is left out is not searched."""

    look_back: Count = (2, 30)
    """Least and most rows that a network reads."""
    layers: Count = (1, 3)
    """Least and most recurrent layers."""
    units: Count = (1, 32)
    """Least and most units of a layer."""
    dropout: tuple[Share, Share] | None = Field(None, examples=[(0.0, 0.5)])
    """Least and most dropout between layers, in [0, 1)."""
    learning_rate: tuple[Rate, Rate] | None = Field(None, examples=[(0.0005, 0.05)])
    """Least and most learning rate, on a logarithmic scale."""
    batch_size: Count | None = Field(None, examples=[(8, 64)])
    """Least and most windows in a batch."""
    cell: Cell | tuple[Cell, ...] = "lstm"
    """The recurrent cell, or a list of those to be searched among."""
    activation: Activation | tuple[Activation, ...] = "linear"
    """The activation of the dense output, or a list of those to be searched among."""

    def check(self) -> None:
        """See that there is such a space."""
        self.build()

    def build(self) -> Space:
        """Make the space."""
        return Space(**{name: getattr(self, name) for name in type(self).model_fields})


class NetworkSettings(Settings):
    """One network."""

    units: Units = (8,)
    """The units of each recurrent layer, from the inputs on."""
    look_back: Size = 10
    """The rows that it reads."""
    cell: Cell = "lstm"
    """The recurrent cell."""
    activation: Activation = "linear"
    """The activation of the dense output."""

    def build(self, series: TimeSeries) -> NetworkSpec:
        """Make the network between the inputs and the targets of a series."""
        ends = len(series.inputs), len(series.targets)
        return NetworkSpec(ends[0], self.units, ends[1], self.look_back, self.cell, self.activation)
