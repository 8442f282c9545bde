"""What all architecture searches share: the series, the encoding and the toolbox."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from deap import base, tools

from dlopt_deap.architecture.space import Space
from dlopt_deap.architecture.toolbox import architecture_toolbox
from dlopt_deap.checks import shown
from dlopt_deap.core import Problem, Solution
from dlopt_deap.core.individuals.statistics import statistics, target_value
from dlopt_deap.data import Series, TokenSequence
from dlopt_deap.errors import SettingError
from dlopt_deap.networks import NetworkSpec
from dlopt_deap.networks.training.fit import check_reading

COSTS = ("num_weights", "multiply_adds", "look_back")
"""The targets that follow from the architecture alone, and are exact."""


class ArchitectureProblem(Problem):
    """A search for an architecture (abstract).

    A solution is ``[look_back, ..., units_1, ..., units_n]`` (see :class:`~dlopt_deap.architecture.Space`). A subclass
    says what it is worth.

    Args:
        series: The time series, or sequence of tokens.
        space: The limits of the search.
        targets: What is optimised.
    """

    def __init__(self, series: Series, space: Space, targets: Mapping[str, int]) -> None:
        super().__init__(targets)
        self.series: Series = series
        self.space = space
        self._check_fit()
        # A look-back that is too long is told now, not by every candidate that has it.
        self.series.validation.windows(space.look_back[1])

    def random_solution(self) -> Solution:
        """Draw a solution at random, from Python's ``random``."""
        return self.solution(self.space.random_genes())

    def repair(self, solution: Any) -> Any:
        """Make a solution valid, in place, and return it."""
        return self.space.repair(solution)

    def decode(self, solution: Sequence[Any]) -> NetworkSpec:
        """Give the network that a solution stands for, between the inputs and the targets of the series."""
        return self.space.spec(solution, len(self.series.inputs), len(self.series.targets))

    def describe(self, solution: Sequence[Any]) -> dict[str, Any]:
        """Say in JSON values what a solution is."""
        spec = self.decode(solution)
        genes = {name: value for name, value in self.space.describe(solution).items() if name != "units"}
        embedding = {} if spec.embedding is None else {"embedding": spec.embedding[1]}
        return {"layers": spec.layers, **genes, **embedding, "num_weights": spec.num_weights}

    def _check_fit(self) -> None:
        """Refuse a space whose networks do not fit the series; a worker would be too late."""
        genes = self.space.largest()
        check_reading(self.decode(genes), self.series)
        if isinstance(self.series, TokenSequence) and self.space.activation != "softmax":
            raise SettingError(
                "A search for tokens needs networks that give their probabilities, got the activation "
                f"{shown(self.space.activation)}; take `Space(activation='softmax')`."
            )

    def costs(self, solution: Sequence[Any]) -> dict[str, float]:
        """Give what a solution's network costs: ``num_weights``, ``multiply_adds`` and ``look_back``."""
        spec = self.decode(solution)
        return {name: float(getattr(spec, name)) for name in COSTS}

    def toolbox(self, seed: int = 0, **overrides: Any) -> base.Toolbox:
        """Make the DEAP toolbox of this problem; each override is registered in place of what has its name."""
        return architecture_toolbox(self, self.space, seed, **overrides)

    def settings(self) -> dict[str, Any]:
        """Describe the problem as JSON values."""
        return {
            "name": type(self).__name__,
            "series": {"name": self.series.name, "fingerprint": self.series.fingerprint()},
            "space": self.space.to_dict(),
            "targets": self.targets,
        }

    def statistics(self) -> tools.MultiStatistics:
        """Record each target, and what the architectures of the population look like."""
        head = len(self.space.head)
        targets = {name: partial(target_value, position=i) for i, name in enumerate(self.targets)}
        layers, units = partial(_layers, head=head), partial(_units, head=head)
        return statistics(targets | {"look_back": _look_back, "layers": layers, "units": units})


def _look_back(individual: Sequence[Any]) -> float:
    """The rows that an individual looks back."""
    return float(individual[0])


def _layers(individual: Sequence[Any], head: int) -> float:
    """The number of an individual's recurrent layers."""
    return float(len(individual) - head)


def _units(individual: Sequence[Any], head: int) -> float:
    """The mean number of units of an individual's layers."""
    return float(sum(individual[head:])) / (len(individual) - head)
