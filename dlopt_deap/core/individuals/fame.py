"""The hall of fame of a search in which one individual can be worth something else later."""

from collections.abc import Iterable
from typing import Any

from deap import tools

from dlopt_deap.core.individuals.plain_values import have_same_genes


class HallOfFame(tools.HallOfFame):  # type: ignore[misc]
    """DEAP's ``HallOfFame``, in which a better twin takes the place of a worse one.

    DEAP's keeps whichever came first. But where weights are inherited, the same genes are worth more in a later
    generation, and what was learnt by then is kept with the fitness.

    Args:
        maxsize: How many of the best individuals are kept, each set of genes once.
    """

    def __init__(self, maxsize: int) -> None:
        super().__init__(maxsize, similar=have_same_genes)

    def update(self, population: Iterable[Any]) -> None:
        """Take in those of a population that are better than what is there."""
        for individual in population:
            if len(self) and individual.fitness > self[-1].fitness:
                self._remove_worse_twin(individual)
            super().update([individual])

    def _remove_worse_twin(self, individual: Any) -> None:
        """Remove an individual with the same genes, if this one is better."""
        for place, other in enumerate(self):
            if individual.fitness > other.fitness and have_same_genes(individual, other):
                self.remove(place)
                return


def new_hall_of_fame(size: int, targets: int) -> tools.HallOfFame:
    """Make the hall of fame of one target, or the Pareto front of several."""
    if targets > 1:
        return tools.ParetoFront(similar=have_same_genes)
    return HallOfFame(size)
