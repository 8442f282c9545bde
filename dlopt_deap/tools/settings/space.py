"""Settings of a space of architectures, and of one network."""

from typing import Annotated, Any, Literal

from pydantic import Field

from dlopt_deap.architecture import Space
from dlopt_deap.data import Series, TokenSequence
from dlopt_deap.networks import NetworkSpec
from dlopt_deap.tools.settings.base import Settings

Cell = Literal["lstm", "gru", "simple_rnn"]
Activation = Literal["linear", "tanh", "sigmoid", "relu", "softmax"]
Size = Annotated[int, Field(ge=1)]
Count = tuple[Size, Size]
Share = Annotated[float, Field(ge=0, lt=1)]
Units = Annotated[tuple[Size, ...], Field(min_length=1)]
Rate = Annotated[float, Field(gt=0)]


EMBEDDINGS: Count = (4, 32)
"""The numbers that stand for a token, in a search."""

EMBEDDING = 16
"""The numbers that stand for a token, of one network."""


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
    activation: Activation | tuple[Activation, ...] | None = None
    """The activation of the dense output, or a list of those to be searched among; linear, or of tokens softmax."""
    embedding: Size | Count | None = Field(None, examples=[(4, 32)])
    """The numbers that stand for a token where networks read ids, or least and most; 4 to 32 of tokens."""

    def check(self) -> None:
        """See that there is such a space."""
        self.build()

    def build(self, series: Series | None = None) -> Space:
        """Make the space, with what suits the series where nothing is set."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return Space(**values | suited(series, self.activation, self.embedding, EMBEDDINGS))


class NetworkSettings(Settings):
    """One network."""

    units: Units = (8,)
    """The units of each recurrent layer, from the inputs on."""
    look_back: Size = 10
    """The rows that it reads."""
    cell: Cell = "lstm"
    """The recurrent cell."""
    activation: Activation | None = None
    """The activation of the dense output; linear, or of tokens softmax, unless given."""
    embedding: Size | None = Field(None, examples=[16])
    """The numbers that stand for a token where networks read ids; 16 unless given."""

    def build(self, series: Series) -> NetworkSpec:
        """Make the network between the inputs and the targets of a series."""
        named = suited(series, self.activation, self.embedding, EMBEDDING)
        ends = len(series.inputs), len(series.targets)
        embedding = None if named["embedding"] is None else (ends[1], named["embedding"])
        return NetworkSpec(ends[0], self.units, ends[1], self.look_back, self.cell, named["activation"], embedding)


def suited(series: Series | None, activation: Any, embedding: Any, usual: Any) -> dict[str, Any]:
    """Give activation and embedding, those that suit a series where nothing is set.

    Args:
        series: The series; ``None``: one of numbers.
        activation: The activation that is set.
        embedding: The embedding that is set.
        usual: The embedding of tokens that are read as ids.
    """
    is_text = isinstance(series, TokenSequence)
    reads_ids = isinstance(series, TokenSequence) and series.encoding == "ids"
    return {
        "activation": ("softmax" if is_text else "linear") if activation is None else activation,
        "embedding": usual if reads_ids and embedding is None else embedding,
    }
