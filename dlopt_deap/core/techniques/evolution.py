"""Evolution: drives any DEAP algorithm function, one generation at a time."""

import copy
import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from deap import tools

from dlopt_deap.checks import check_integer, check_number, did_you_mean, shown
from dlopt_deap.core.algorithms.mu_lambda import ea_mu_plus_lambda
from dlopt_deap.core.running.description import plain
from dlopt_deap.core.running.search import Search
from dlopt_deap.core.running.stateful import has_state
from dlopt_deap.core.techniques.optimization import ModelOptimization
from dlopt_deap.errors import SettingError

DEFAULTS = {"cxpb": 0.5, "mutpb": 0.5}
"""Probabilities for the algorithms that ask for them; their sum is 1, the most that DEAP's ``varOr`` allows."""


class Evolution(ModelOptimization):
    """Evolve a population by an algorithm of DEAP, of this package, or of your own.

    An algorithm is a function with the signature that DEAP's have: ``(population, toolbox, ..., ngen, stats=None,
    halloffame=None, verbose=False) -> (population, logbook)``. It is called for one generation at a time, so that
    criteria, callbacks and the keyboard end a run between generations, with any algorithm; the outcome is the same as
    that of one long call.

    Args:
        algorithm: The algorithm; by default DLOPT's (mu + lambda) with binary tournament and elitist replacement.
        population_size: Individuals in the population; given to the algorithm as ``mu`` if it asks for it.
        offspring_size: Offspring a generation, given as ``lambda_``; by default as many as the population.
        restarts: How often the evolution starts anew, with equal shares of ``max_evaluations`` (or else of
            ``max_generations``).
        migration_size: How many of the best of the population a restart takes along, with their fitness.
        technique: ``hall_of_fame`` and ``max_failures``, as :class:`ModelOptimization` takes them, and every further
            keyword argument of the algorithm, such as ``cxpb`` and ``mutpb``.

    Raises:
        SettingError: If a number makes no sense, or the algorithm takes no such keyword argument.
    """

    def __init__(
        self,
        algorithm: Callable[..., Any] = ea_mu_plus_lambda,
        population_size: int = 20,
        offspring_size: int | None = None,
        restarts: int = 0,
        migration_size: int = 1,
        **technique: Any,
    ) -> None:
        base_settings = {name: technique.pop(name) for name in ("hall_of_fame", "max_failures") if name in technique}
        super().__init__(**base_settings)
        self.algorithm = algorithm
        if not callable(algorithm):
            raise SettingError(f"`algorithm` must be a function with the signature of DEAP's, got {shown(algorithm)}.")
        self.population_size = check_integer("population_size", population_size, low=1, limit="MAX_POPULATION")
        offspring = population_size if offspring_size is None else offspring_size
        self.offspring_size = check_integer("offspring_size", offspring, low=1, limit="MAX_POPULATION")
        for name in DEFAULTS.keys() & technique.keys():
            check_number(name, technique[name], 0.0, 1.0)
        self.restarts = check_integer("restarts", restarts, low=0)
        self.migration_size = check_integer("migration_size", migration_size, low=0)
        if restarts and migration_size > population_size:
            raise SettingError(
                f"`migration_size` must not exceed `population_size`, {population_size}, got {migration_size}."
            )
        self.arguments = self._arguments_of(algorithm, technique)
        self._check_against_deap()

    def start(self, search: Search) -> None:
        """Check that restarts have something to share."""
        if self.restarts and search.stop.max_evaluations is None and search.stop.max_generations is None:
            raise SettingError("`restarts` share `max_evaluations` or `max_generations`; give one of them.")
        if search.journal.run is not None and not (has_state(self.algorithm) or _is_function(self.algorithm)):
            raise SettingError(
                f"The algorithm {_name_of(self.algorithm)} is an object whose state a run folder cannot save; give it "
                "the methods `state_dict` and `load_state_dict`, or run it without a folder."
            )
        # A stateful algorithm must not carry its state from one run into the next; a function copies to itself.
        whole = search.stop.max_generations if search.stop.max_evaluations is None else search.stop.max_evaluations
        search.carried = {"algorithm": copy.deepcopy(self.algorithm), "shared": whole or 0}
        search.carried["toolbox"] = search.lineage.follow(search.toolbox)

    def step(self, search: Search) -> None:
        """Make the initial population, start anew, or make one generation."""
        if not search.population:
            search.population = search.toolbox.population(n=self.population_size)
            self._call(search, ngen=0)
        elif self._share_is_used(search):
            search.restart += 1
            migrants = tools.selBest(search.population, self.migration_size)
            fresh = search.toolbox.population(n=self.population_size - len(migrants))
            search.population = [search.toolbox.clone(one) for one in migrants] + fresh
            self._call(search, ngen=0)
        else:
            search.generation += 1
            self._call(search, ngen=1)
        search.record()

    def state_dict(self, search: Search) -> dict[str, Any]:
        """Give the state of a stateful algorithm, and the budget that restarts share, which extending it leaves."""
        algorithm = search.carried["algorithm"]
        state = algorithm.state_dict() if has_state(algorithm) else None
        return {"algorithm": state, "shared": search.carried["shared"]}

    def load_state_dict(self, search: Search, state: Mapping[str, Any]) -> None:
        """Take back what :meth:`state_dict` gave."""
        search.carried["shared"] = check_integer("shared", state["shared"], low=0)
        if state["algorithm"] is not None:
            search.carried["algorithm"].load_state_dict(state["algorithm"])

    def settings(self) -> dict[str, Any]:
        """Describe the evolution as JSON values."""
        return {
            "name": type(self).__name__,
            "algorithm": _name_of(self.algorithm),
            "population_size": self.population_size,
            "offspring_size": self.offspring_size,
            "restarts": self.restarts,
            "migration_size": self.migration_size,
            "hall_of_fame": self.hall_of_fame,
            **{name: plain(value) for name, value in self.arguments.items() if name not in ("mu", "lambda_")},
        }

    def _call(self, search: Search, ngen: int) -> None:
        """Call the algorithm; its own logbook is not needed, since ``search.record`` writes the same and more."""
        population, _ = search.carried["algorithm"](
            search.population,
            search.carried["toolbox"],
            ngen=ngen,
            stats=None,
            halloffame=search.hall_of_fame,
            verbose=False,
            **self.arguments,
        )
        search.population = population

    def _share_is_used(self, search: Search) -> bool:
        """Whether the present start has had its share of the budget, and another one is to come."""
        if search.restart >= self.restarts:
            return False
        used = search.generation if search.stop.max_evaluations is None else search.evaluations
        return bool(used * (self.restarts + 1) >= search.carried["shared"] * (search.restart + 1))

    def _arguments_of(self, algorithm: Callable[..., Any], given: dict[str, Any]) -> dict[str, Any]:
        """Give the algorithm what it asks for, and refuse what it does not know."""
        parameters = inspect.signature(algorithm).parameters
        takes_all = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
        for name in given:
            if name not in parameters and not takes_all:
                hint = did_you_mean(name, parameters, ".")
                raise SettingError(f"{_name_of(algorithm)} takes no argument `{name}`{hint}")
        known = {"mu": self.population_size, "lambda_": self.offspring_size, **DEFAULTS}
        return {name: value for name, value in known.items() if name in parameters} | given

    def _check_against_deap(self) -> None:
        """Refuse what DEAP's ``varOr`` and ``eaMuCommaLambda`` would stop at, with a reason."""
        module = getattr(self.algorithm, "__module__", "")
        varies_or = module == "deap.algorithms" and "lambda_" in self.arguments
        if varies_or and self.population_size == 1 and self.arguments.get("cxpb", 0) > 0:
            raise SettingError(
                f"{_name_of(self.algorithm)} cannot mate a population of 1; give `cxpb=0` or a larger population."
            )
        if varies_or and self.arguments["cxpb"] + self.arguments["mutpb"] > 1:
            raise SettingError(f"{_name_of(self.algorithm)} wants cxpb + mutpb <= 1, got {self.arguments}.")
        if "comma" in _name_of(self.algorithm).lower() and self.offspring_size < self.population_size:
            raise SettingError(
                f"(mu, lambda) chooses the population from the offspring alone: `offspring_size` must be at least "
                f"{self.population_size}, got {self.offspring_size}."
            )


def _name_of(algorithm: Callable[..., Any]) -> str:
    """Name an algorithm, be it a function, a partial of one, or an object."""
    if isinstance(algorithm, partial):
        return _name_of(algorithm.func)
    return getattr(algorithm, "__name__", type(algorithm).__name__)


def _is_function(algorithm: Callable[..., Any]) -> bool:
    """Whether it is a plain function, or a partial of one, which keeps nothing from call to call."""
    return _is_function(algorithm.func) if isinstance(algorithm, partial) else inspect.isfunction(algorithm)
