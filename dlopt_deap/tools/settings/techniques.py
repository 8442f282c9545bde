"""Settings that say how a problem is solved."""

import inspect
from abc import abstractmethod
from typing import Any, Literal

from deap import base
from pydantic import Field

from dlopt_deap.core import Evolution, ModelOptimization, Problem, RandomSearch
from dlopt_deap.errors import SettingError
from dlopt_deap.tools.catalogue import load
from dlopt_deap.tools.settings.base import Settings
from dlopt_deap.weight import WeightProblem, technique


class TechniqueSettings(Settings):
    """How a problem is solved (abstract)."""

    kind: str
    """The technique."""

    @abstractmethod
    def build(self, problem: Problem, **toolbox: Any) -> tuple[ModelOptimization, base.Toolbox]:
        """Make the technique and the toolbox that it needs.

        Args:
            problem: The problem.
            **toolbox: Functions to register in place of the problem's own.
        """


class EvolutionSettings(TechniqueSettings):
    """An evolutionary algorithm: of this package, of DEAP, or of your own."""

    kind: Literal["evolution"] = "evolution"
    """The technique."""
    algorithm: str = "ea_mu_plus_lambda"
    """The algorithm's name, such as ea_mu_plus_lambda (DLOPT's) or eaSimple (DEAP's)."""
    population_size: int = Field(20, ge=1)
    """Individuals in the population."""
    offspring_size: int | None = Field(None, ge=1)
    """Offspring a generation; as many as the population unless given."""
    cxpb: float | None = Field(None, ge=0, le=1)
    """The probability that two mate; 0.5 unless given."""
    mutpb: float | None = Field(None, ge=0, le=1)
    """The probability that an individual mutates; 1 unless given, or 0.5 for DEAP's algorithms."""
    restarts: int = Field(0, ge=0)
    """How often the evolution starts anew."""
    migration_size: int = Field(1, ge=0)
    """How many of the best a restart takes along."""
    hall_of_fame: int = Field(10, ge=1)
    """How many of the best are kept, and estimated anew at the end."""
    max_failures: int = Field(20, ge=1)
    """So many failed evaluations in a row end the run."""
    arguments: dict[str, float | int | bool | str] = Field(default_factory=dict)
    """Further keyword arguments of the algorithm."""

    def build(self, problem: Problem, **toolbox: Any) -> tuple[ModelOptimization, base.Toolbox]:
        """Make the evolution."""
        algorithm = load("algorithms", self.algorithm, "technique.algorithm")
        if isinstance(algorithm, type):
            algorithm = algorithm()
        evolution = Evolution(
            algorithm,
            self.population_size,
            self.offspring_size,
            self.restarts,
            self.migration_size,
            hall_of_fame=self.hall_of_fame,
            max_failures=self.max_failures,
            **self._probabilities(algorithm),
            **self.arguments,
        )
        return evolution, problem.toolbox(**toolbox)

    def _probabilities(self, algorithm: Any) -> dict[str, float]:
        """Give the probabilities; the two must not sum to more than 1 for some of DEAP's algorithms."""
        given = {name: getattr(self, name) for name in ("cxpb", "mutpb") if getattr(self, name) is not None}
        own = not getattr(algorithm, "__module__", "").startswith("deap.")
        mutates = "mutpb" in inspect.signature(algorithm).parameters
        return {"mutpb": 1.0} | given if own and mutates else given


class RandomSearchSettings(TechniqueSettings):
    """Drawing solutions at random: what every other technique has to beat."""

    kind: Literal["random_search"] = "random_search"
    """The technique."""
    batch_size: int = Field(20, ge=1)
    """Solutions drawn at a time."""
    hall_of_fame: int = Field(10, ge=1)
    """How many of the best are kept, and estimated anew at the end."""
    max_failures: int = Field(20, ge=1)
    """So many failed evaluations in a row end the run."""

    def build(self, problem: Problem, **toolbox: Any) -> tuple[ModelOptimization, base.Toolbox]:
        """Make the search."""
        return RandomSearch(self.batch_size, self.hall_of_fame, self.max_failures), problem.toolbox(**toolbox)


class WeightTechniqueSettings(TechniqueSettings):
    """A technique that evolves weights."""

    kind: Literal["openai_es", "separable_cma_es", "cma_es", "one_plus_lambda", "differential_evolution", "genetic"] = (
        "openai_es"
    )
    """The technique."""
    population_size: int | None = Field(None, ge=1)
    """Individuals a generation; what serves the technique unless given."""
    sigma: float | None = Field(None, gt=0)
    """The standard deviation of the first steps; what serves the technique unless given."""

    def build(self, problem: Problem, **toolbox: Any) -> tuple[ModelOptimization, base.Toolbox]:
        """Make the technique."""
        if not isinstance(problem, WeightProblem):
            raise SettingError(
                f"`technique.kind` {self.kind!r} evolves weights, so `problem.kind` must be 'weight'; use "
                "'evolution' for architectures."
            )
        return technique(self.kind, problem, self.population_size, self.sigma, **toolbox)


def default_technique(problem: Problem) -> TechniqueSettings:
    """Give the technique for a problem where none is set."""
    return WeightTechniqueSettings() if isinstance(problem, WeightProblem) else EvolutionSettings()
