"""The population of every generation."""

from typing import Any

from dlopt_deap.core import SearchState
from dlopt_deap.core.individuals.lineage import descent
from dlopt_deap.core.individuals.plain_values import json_genes
from dlopt_deap.storage import Individual


class PopulationLog:
    """A callback that keeps the population of every generation, for figures of a search that has no run folder.

    With a run folder it is not needed: all of it is in ``run.sqlite``, that of earlier sessions too.

    Attributes:
        populations: The individuals of each generation, as far as they were evaluated: plain values, no copies of the
            individuals.

    Examples:
        >>> from dlopt_deap import Evolution, data
        >>> from dlopt_deap.architecture import RandomSamplingProblem, Space
        >>> problem = RandomSamplingProblem(data.sine(stop=20.0), Space((2, 4), 1, (1, 4)), num_samples=5)
        >>> log = PopulationLog()
        >>> result = Evolution(population_size=4).optimize(problem, 12, seed=1, callbacks=[log])
        >>> [len(population) for population in log.populations]
        [4, 4, 4, 4]
        >>> youngest = max(log.populations[-1], key=lambda one: one.number)
        >>> youngest.number > 4, len(youngest.parents) > 0, set(youngest.operators) <= {"mate", "mutate"}
        (True, True, True)
    """

    def __init__(self) -> None:
        self.populations: list[list[Individual]] = []

    def __call__(self, search: SearchState) -> None:
        """Keep the population."""
        self.populations.append([_told(one, list(search.targets)) for one in search.population if one.fitness.valid])


def _told(individual: Any, targets: list[str]) -> Individual:
    """Tell an individual in plain values."""
    number, parents, operators, _ = descent(individual)
    values = individual.fitness.values
    fitness = {name: float(value) for name, value in zip(targets, values, strict=True)}
    return Individual(number, json_genes(individual), fitness, parents, operators)
