"""The space of architectures: which genes an individual may have, and what they stand for."""

import random
from collections.abc import MutableSequence, Sequence
from dataclasses import dataclass, fields
from typing import Any

from dlopt_deap.checks import check_integer
from dlopt_deap.errors import SettingError
from dlopt_deap.networks import NetworkSpec

Limits = tuple[int, int]


@dataclass(frozen=True)
class Space:
    """The limits of an architecture search, both ends included.

    An individual is ``[look_back, units_1, ..., units_n]``: how many rows the network looks back, and the units of
    each of its n recurrent layers, from the input to the output. It is DLOPT's encoding.

    Attributes:
        look_back: Least and most rows to look back; one number stands for both.
        layers: Least and most recurrent layers.
        units: Least and most units of a layer.
        cell: The recurrent cell of every network: ``"lstm"``, ``"gru"`` or ``"simple_rnn"``.
        activation: The activation of the dense output layer.

    Raises:
        SettingError: If a limit is below 1, or the limits are the wrong way round.

    Examples:
        >>> space = Space(look_back=(2, 20), layers=(1, 3), units=(1, 10))
        >>> space.repair([40, 5, 0, 7, 9])
        [20, 5, 1, 7]
        >>> space.size
        21090
    """

    look_back: Limits = (2, 30)
    layers: Limits = (1, 8)
    units: Limits = (1, 100)
    cell: str = "lstm"
    activation: str = "tanh"

    def __post_init__(self) -> None:
        for name in ("look_back", "layers", "units"):
            object.__setattr__(self, name, _limits(name, getattr(self, name)))
        # The spec knows which cells and activations there are; a wrong one must be refused here, not in a worker.
        NetworkSpec(1, (1,), 1, 1, cell=self.cell, activation=self.activation)

    @property
    def size(self) -> int:
        """The number of different individuals."""
        widths = self.units[1] - self.units[0] + 1
        architectures: int = sum(widths**layers for layers in range(self.layers[0], self.layers[1] + 1))
        return architectures * (self.look_back[1] - self.look_back[0] + 1)

    def limits(self, position: int) -> Limits:
        """Give the limits of the gene at a position of an individual."""
        return self.look_back if position == 0 else self.units

    def random_genes(self, rng: Any = random) -> list[int]:
        """Draw an individual: the number of layers, then each gene, uniformly."""
        layers = rng.randint(*self.layers)
        return [rng.randint(*self.limits(position)) for position in range(layers + 1)]

    def contains(self, genes: Sequence[Any]) -> bool:
        """Whether the genes are an individual of this space as they stand."""
        layers = len(genes) - 1
        return self.layers[0] <= layers <= self.layers[1] and all(
            type(gene) is int and self.limits(position)[0] <= gene <= self.limits(position)[1]
            for position, gene in enumerate(genes)
        )

    def repair(self, genes: MutableSequence[Any]) -> MutableSequence[Any]:
        """Make genes valid, in place, and return them.

        Numbers are rounded and moved to the nearest limit; missing layers are added with the least units, and layers
        too many are cut off at the end.

        Raises:
            SettingError: If a gene is not a finite number.
        """
        if len(genes) == 0:
            genes.append(self.look_back[0])
        while len(genes) - 1 < self.layers[0]:
            genes.append(self.units[0])
        del genes[self.layers[1] + 1 :]
        for position, gene in enumerate(genes):
            low, high = self.limits(position)
            try:
                genes[position] = min(max(round(gene), low), high)
            except (TypeError, ValueError, OverflowError):
                raise SettingError(f"Gene {position} must be a finite number, got {gene!r}.") from None
        return genes

    def spec(self, genes: Sequence[int], inputs: int, outputs: int) -> NetworkSpec:
        """Give the network that genes stand for, between as many inputs and outputs."""
        look_back, *units = genes
        return NetworkSpec(inputs, tuple(units), outputs, look_back, cell=self.cell, activation=self.activation)

    def to_dict(self) -> dict[str, Any]:
        """Give the limits as JSON values."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _limits(name: str, value: Any) -> Limits:
    """Check the two limits of one kind of gene."""
    pair = (value, value) if isinstance(value, int) else value
    if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
        raise SettingError(f"`{name}` must be a pair (least, most), got {value!r}.")
    low = check_integer(f"{name}[0]", pair[0], low=1)
    high = check_integer(f"{name}[1]", pair[1], low=1)
    if low > high:
        raise SettingError(f"`{name}` must be a pair (least, most) with least <= most, got ({low}, {high}).")
    return low, high
