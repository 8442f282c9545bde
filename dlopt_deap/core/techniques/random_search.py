"""Random search: what every technique has to beat."""

from collections.abc import Mapping
from typing import Any

from dlopt_deap.checks import check_integer
from dlopt_deap.core.running.search import Search
from dlopt_deap.core.techniques.optimization import ModelOptimization


class RandomSearch(ModelOptimization):
    """Draw solutions at random and keep the best.

    Args:
        batch_size: Solutions drawn and evaluated at a time, which the logbook calls a generation.
        hall_of_fame: As :class:`ModelOptimization` takes it.
        max_failures: As :class:`ModelOptimization` takes it.
    """

    def __init__(self, batch_size: int = 20, hall_of_fame: int = 10, max_failures: int = 20) -> None:
        super().__init__(hall_of_fame, max_failures)
        self.batch_size = check_integer("batch_size", batch_size, low=1, limit="MAX_POPULATION")

    def start(self, search: Search) -> None:
        """Nothing has to be made beforehand."""

    def state_dict(self, search: Search) -> dict[str, Any]:  # noqa: ARG002 - the technique's contract
        """Give nothing: a batch does not depend on the one before."""
        return {}

    def load_state_dict(self, search: Search, state: Mapping[str, Any]) -> None:
        """Take nothing back."""

    def step(self, search: Search) -> None:
        """Draw and evaluate one batch."""
        search.generation += bool(search.population)
        toolbox = search.toolbox
        search.population = toolbox.population(n=self.batch_size)
        for individual, values in zip(search.population, toolbox.map(toolbox.evaluate, search.population), strict=True):
            individual.fitness.values = values
        search.hall_of_fame.update(search.population)
        search.record()

    def settings(self) -> dict[str, Any]:
        """Describe the search as JSON values."""
        return {"name": type(self).__name__, "batch_size": self.batch_size, "hall_of_fame": self.hall_of_fame}
