"""One of the best individuals of a run, and the order among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dlopt_deap.core.individuals.plain_values import json_genes
from dlopt_deap.core.individuals.solution import Values
from dlopt_deap.core.problem import Problem


@dataclass(frozen=True)
class Candidate:
    """One of the best individuals of a run.

    Attributes:
        solution: The individual; its fitness is what the search saw.
        reestimated: What a fresh estimate gave, where the fitness is noisy; see ``Problem.reestimate``.
    """

    solution: Any
    reestimated: Values | None = None

    @property
    def values(self) -> tuple[float, ...]:
        """The values to believe: the fresh ones, or else the search's own."""
        return tuple(self.solution.fitness.values) if self.reestimated is None else tuple(self.reestimated)

    @property
    def metrics(self) -> dict[str, Any]:
        """What the evaluation that gave :attr:`values` measured beside them."""
        return dict(getattr(self.solution, "metrics", {}) if self.reestimated is None else self.reestimated.metrics)

    def to_dict(self, problem: Problem) -> dict[str, Any]:
        """Give the candidate as JSON values."""
        targets = list(problem.targets)
        return {
            "genes": json_genes(self.solution),
            **problem.describe(self.solution),
            "fitness": dict(zip(targets, self.values, strict=True)),
            "search_fitness": dict(zip(targets, self.solution.fitness.values, strict=True)),
            "reestimated": self.reestimated is not None,
            "metrics": self.metrics,
        }


def rank(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Sort candidates by the values to believe, best first; equal ones keep their order."""

    def weighted(candidate: Candidate) -> tuple[float, ...]:
        weights = candidate.solution.fitness.weights
        return tuple(-weight * value for weight, value in zip(weights, candidate.values, strict=True))

    return sorted(candidates, key=weighted)
