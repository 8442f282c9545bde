"""The space of architectures: which genes an individual may have, and what they stand for."""

import random
from collections.abc import MutableSequence, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from dlopt_deap.architecture.genes import ChoiceGene, FloatGene, Gene, IntegerGene, float_gene, integer_gene
from dlopt_deap.checks import check_integer, shown
from dlopt_deap.errors import SettingError
from dlopt_deap.networks import NetworkSpec
from dlopt_deap.networks.cells import CELLS

Limits = tuple[int, int]

TRAINING_GENES = ("dropout", "learning_rate", "batch_size")
"""The genes that say how a network is trained; the others say what it is."""


@dataclass(frozen=True)
class Space:
    """The limits of an architecture search, both ends included.

    An individual is ``[look_back, units_1, ..., units_n]``: how many rows the network looks back, and the units of
    each of its n recurrent layers, from the input to the output. It is DLOPT's encoding. What else is left open here
    has a gene between the look-back and the units, in the order below: ``dropout``, ``learning_rate``,
    ``batch_size``, ``cell``, ``activation``, ``embedding``.

    Attributes:
        look_back: Least and most rows to look back; one number stands for both.
        layers: Least and most recurrent layers.
        units: Least and most units of a layer.
        dropout: Least and most dropout between layers, in [0, 1); ``None``: not searched.
        learning_rate: Least and most learning rate, on a logarithmic scale; ``None``: not searched.
        batch_size: Least and most windows in a batch; ``None``: not searched.
        cell: The recurrent cell of every network: ``"lstm"``, ``"gru"`` or ``"simple_rnn"``; several are a gene.
        activation: The activation of the dense output layer; several are a gene.
        embedding: The numbers that stand for a token, for a sequence of tokens that is read as numbers: one number, or
            least and most, which are a gene; ``None``: networks read their inputs as they are.

    Raises:
        SettingError: If a limit is not as above, the limits are the wrong way round, or a name is unknown.

    Examples:
        >>> space = Space(look_back=(2, 20), layers=(1, 3), units=(1, 10))
        >>> space.repair([40, 5, 0, 7, 9])
        [20, 5, 1, 7]
        >>> space.size
        21090
        >>> wider = Space(look_back=3, layers=1, units=(1, 9), learning_rate=(1e-4, 0.1), cell=("lstm", "gru"))
        >>> wider.describe([3, 0.01, "gru", 7])
        {'look_back': 3, 'learning_rate': 0.01, 'cell': 'gru', 'units': [7]}
    """

    look_back: Limits = (2, 30)
    layers: Limits = (1, 8)
    units: Limits = (1, 100)
    dropout: tuple[float, float] | None = None
    learning_rate: tuple[float, float] | None = None
    batch_size: Limits | None = None
    cell: str | tuple[str, ...] = "lstm"
    activation: str | tuple[str, ...] = "tanh"
    embedding: int | Limits | None = None

    def __post_init__(self) -> None:
        for name, limit in (("look_back", "MAX_LOOK_BACK"), ("layers", "MAX_LAYERS"), ("units", None)):
            gene = integer_gene(name, getattr(self, name), limit)
            object.__setattr__(self, name, (gene.low, gene.high))
        for name in ("cell", "activation"):
            self._set_names(name)
        if isinstance(self.embedding, int):
            check_integer("embedding", self.embedding, low=1)
        self.head  # noqa: B018 - its limits are checked when they are first looked at
        self._check_largest()

    @cached_property
    def head(self) -> dict[str, IntegerGene | FloatGene | ChoiceGene]:
        """The genes before the layers by their names, in their order; the first is the look-back."""
        genes: dict[str, IntegerGene | FloatGene | ChoiceGene] = {"look_back": IntegerGene(*self.look_back)}
        if self.dropout is not None:
            genes["dropout"] = float_gene("dropout", self.dropout, least=0.0, below=1.0)
        if self.learning_rate is not None:
            genes["learning_rate"] = float_gene("learning_rate", self.learning_rate, 0.0, float("inf"), log=True)
        if self.batch_size is not None:
            genes["batch_size"] = integer_gene("batch_size", self.batch_size, "MAX_BATCH_SIZE")
        for name in ("cell", "activation"):
            if isinstance(names := getattr(self, name), tuple):
                genes[name] = ChoiceGene(names)
        if self.embedding is not None and not isinstance(self.embedding, int):
            genes["embedding"] = integer_gene("embedding", self.embedding)
        return genes

    @property
    def size(self) -> int:
        """The number of different architectures: look-backs, layers and units, without any other genes."""
        widths = self.units[1] - self.units[0] + 1
        architectures: int = sum(widths**layers for layers in range(self.layers[0], self.layers[1] + 1))
        return architectures * (self.look_back[1] - self.look_back[0] + 1)

    def gene(self, position: int) -> Gene:
        """Give the gene at a position of an individual."""
        genes = list(self.head.values())
        return genes[position] if position < len(genes) else IntegerGene(*self.units)

    def smallest(self) -> list[Any]:
        """Give the individual with the least of everything, and the first of several names."""
        head = [gene.names[0] if isinstance(gene, ChoiceGene) else gene.low for gene in self.head.values()]
        return head + [self.units[0]] * self.layers[0]

    def largest(self) -> list[Any]:
        """Give the individual with the most of everything, and the first of several names."""
        head = [gene.names[0] if isinstance(gene, ChoiceGene) else gene.high for gene in self.head.values()]
        return head + [self.units[1]] * self.layers[1]

    def random_genes(self, rng: Any = random) -> list[Any]:
        """Draw an individual: the number of layers, then each gene, uniformly."""
        layers = rng.randint(*self.layers)
        return [self.gene(position).draw(rng) for position in range(len(self.head) + layers)]

    def contains(self, genes: Sequence[Any]) -> bool:
        """Whether the genes are an individual of this space as they stand."""
        if not isinstance(genes, Sequence):
            return False
        layers = len(genes) - len(self.head)
        return self.layers[0] <= layers <= self.layers[1] and all(
            self.gene(position).contains(gene) for position, gene in enumerate(genes)
        )

    def repair(self, genes: MutableSequence[Any]) -> MutableSequence[Any]:
        """Make genes valid, in place, and return them.

        Numbers are rounded and moved to the nearest limit; missing layers are added with the least units, and layers
        too many are cut off at the end.

        Raises:
            SettingError: If a gene is no finite number or an unknown name, or one before the layers is missing.
        """
        if not isinstance(genes, MutableSequence):
            raise SettingError(f"An individual must be a list or another mutable sequence, got {shown(genes)}.")
        if len(genes) == 0:
            genes.append(self.look_back[0])
        if len(genes) < len(self.head):
            raise SettingError(f"An individual begins with {', '.join(self.head)}, got {shown(list(genes))}.")
        while len(genes) - len(self.head) < self.layers[0]:
            genes.append(self.units[0])
        del genes[len(self.head) + self.layers[1] :]
        for position, gene in enumerate(genes):
            try:
                genes[position] = self.gene(position).repair(gene)
            except SettingError as error:
                raise SettingError(f"Gene {position} must be {error}.") from None
        return genes

    def describe(self, genes: Sequence[Any]) -> dict[str, Any]:
        """Give the genes by their names, the units as a list.

        Raises:
            SettingError: If one before the layers is missing.
        """
        count = len(self.head)
        if not isinstance(genes, Sequence) or len(genes) < count:
            raise SettingError(f"An individual begins with {', '.join(self.head)}, got {shown(genes)}.")
        return dict(zip(self.head, genes[:count], strict=True)) | {"units": list(genes[count:])}

    def spec(self, genes: Sequence[Any], inputs: int, outputs: int) -> NetworkSpec:
        """Give the network that genes stand for, between as many inputs and outputs; an embedding is one of these."""
        fixed = {"cell": self.cell, "activation": self.activation, "embedding": self.embedding}
        named = fixed | self.describe(genes)
        embedding = None if named["embedding"] is None else (outputs, named["embedding"])
        units, look_back = tuple(named["units"]), named["look_back"]
        return NetworkSpec(inputs, units, outputs, look_back, named["cell"], named["activation"], embedding)

    def to_dict(self) -> dict[str, Any]:
        """Give the limits as JSON values."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        if self.embedding is None:  # a space of numbers is written as before there were tokens
            del values["embedding"]
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    def _check_largest(self) -> None:
        """Refuse a space whose largest network is refused: that is told now, not by every candidate near it."""
        cell = self.cell if isinstance(self.cell, str) else max(self.cell, key=lambda name: CELLS[name].gates)
        try:
            most = self.embedding if isinstance(self.embedding, int | None) else self.embedding[1]
            read = 1 if most is None else most
            NetworkSpec(read, (self.units[1],) * self.layers[1], 1, self.look_back[1], cell)
        except SettingError as error:
            raise SettingError(f"The largest network of a space must be possible. {error}") from None

    def _set_names(self, name: str) -> None:
        """Check the names of cells or activations; the spec knows which there are, and a worker is too late."""
        value = getattr(self, name)
        if not isinstance(value, Sequence):
            raise SettingError(f"`{name}` must be one name or several different ones, got {shown(value)}.")
        names = (value,) if isinstance(value, str) else tuple(value)
        for one in names:
            NetworkSpec(1, (1,), 2, 1, **{name: one})
        if not names or len(set(names)) < len(names):
            raise SettingError(f"`{name}` must be one name or several different ones, got {shown(value)}.")
        if not isinstance(value, str):
            object.__setattr__(self, name, names if len(names) > 1 else names[0])
