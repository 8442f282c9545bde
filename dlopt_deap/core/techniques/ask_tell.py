"""Ask and tell: strategies that generate what is to be evaluated, and are updated by what came of it."""

import copy
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from deap import algorithms, cma

from dlopt_deap.checks import shown
from dlopt_deap.core.individuals.plain_values import json_genes
from dlopt_deap.core.individuals.solution import Solution
from dlopt_deap.core.running.description import plain
from dlopt_deap.core.running.search import Search
from dlopt_deap.core.running.stateful import check_object_state, object_state, restore_object
from dlopt_deap.core.techniques.blas import one_blas_thread
from dlopt_deap.core.techniques.optimization import ModelOptimization
from dlopt_deap.errors import SettingError

STRATEGY = (
    "`strategy` must be an object with the methods `generate` and `update`, such as deap.cma.Strategy(centroid, "
    "sigma), or a function that makes one around an individual, such as partial(cma.Strategy, sigma=0.5)"
)


class AskTell(ModelOptimization):
    """Search by a strategy: DEAP's ``eaGenerateUpdate``, one generation at a time.

    In pseudo-code::

        while no criterion is met:
            population = strategy.generate(problem.solution)
            evaluate(population)
            strategy.update(population)

    Args:
        strategy: An object with DEAP's methods ``generate(ind_init)``, which gives individuals, and
            ``update(individuals)``, such as ``deap.cma.Strategy``, ``deap.cma.StrategyOnePlusLambda``, or those of
            :mod:`dlopt_deap.weight`; each run begins with a copy of it as it is now. Or a function that makes one
            around an individual, such as ``partial(cma.Strategy, sigma=0.5)``: then each run begins around a random
            solution of its own.
        hall_of_fame: As :class:`ModelOptimization` takes it.
        max_failures: As :class:`ModelOptimization` takes it.

    Raises:
        SettingError: If it is neither; from :meth:`optimize` also if the problem has several targets, the function
            makes no strategy, or the run has a folder and the strategy a state that cannot be saved.

    Examples:
        >>> from deap import cma
        >>> AskTell(partial(cma.Strategy, sigma=0.5)).settings()["strategy"]
        {'function': 'deap.cma.Strategy', 'sigma': 0.5}
    """

    def __init__(self, strategy: Any, hall_of_fame: int = 10, max_failures: int = 20) -> None:
        super().__init__(hall_of_fame, max_failures)
        if not (_is_strategy(strategy) or callable(strategy)):
            raise SettingError(f"{STRATEGY}, got {shown(strategy)}.")
        self.strategy = strategy

    def start(self, search: Search) -> None:
        """Copy the strategy, and register what DEAP's algorithm calls."""
        if len(search.problem.targets) != 1:
            targets = ", ".join(search.problem.targets)
            raise SettingError(f"A strategy follows one target, got {targets}; use `Evolution` for several.")
        strategy = self._new_strategy(search)
        if isinstance(strategy, cma.StrategyMultiObjective):
            raise SettingError(
                "`strategy` must follow one target, got a deap.cma.StrategyMultiObjective, which needs several; use "
                "deap.cma.Strategy, or `Evolution` for several targets."
            )
        if search.journal.run is not None:
            check_object_state(strategy, "`strategy`")
        search.carried = {"strategy": strategy}

        search.toolbox.register("generate", _alone, strategy.generate, partial(_individual, search))
        search.toolbox.register("update", _alone, strategy.update)

    def step(self, search: Search) -> None:
        """Make one generation."""
        search.generation += bool(search.population)
        try:
            search.population, _ = algorithms.eaGenerateUpdate(
                search.toolbox, ngen=1, halloffame=search.hall_of_fame, verbose=False
            )
        except np.linalg.LinAlgError:  # what a covariance that is not finite comes to
            search.end("diverged")
        search.record()

    def _new_strategy(self, search: Search) -> Any:
        """Copy the strategy, or make one around a random solution."""
        if _is_strategy(self.strategy):
            return copy.deepcopy(self.strategy)
        try:
            strategy = self.strategy(search.problem.random_solution())
        except (TypeError, ValueError, ArithmeticError) as error:
            if isinstance(error, SettingError):
                raise
            raise SettingError(f"`strategy` must make one of an individual, but that raises: {error!r}.") from error
        if not _is_strategy(strategy):
            raise SettingError(f"{STRATEGY}, got a function that makes {shown(strategy)}.")
        return strategy

    def state_dict(self, search: Search) -> dict[str, Any]:
        """Give the state of the strategy."""
        return {"strategy": object_state(search.carried["strategy"])}

    def load_state_dict(self, search: Search, state: Mapping[str, Any]) -> None:
        """Take back what :meth:`state_dict` gave."""
        restore_object(search.carried["strategy"], state["strategy"], search.toolbox.population(n=1)[0])

    def settings(self) -> dict[str, Any]:
        """Describe the strategy, as it begins, as JSON values."""
        return {
            "name": type(self).__name__,
            "strategy": _described(self.strategy),
            "hall_of_fame": self.hall_of_fame,
        }


def _is_strategy(strategy: Any) -> bool:
    """Whether an object generates individuals and is updated by them."""
    methods = [getattr(strategy, name, None) for name in ("generate", "update")]
    return not isinstance(strategy, type) and all(callable(method) for method in methods)


def _described(strategy: Any) -> Any:
    """Give the settings of a strategy as JSON values: what its ``to_dict`` tells, or else its attributes."""
    if not _is_strategy(strategy) or callable(getattr(strategy, "to_dict", None)):
        return plain(strategy)
    attributes = {
        name: json_genes(np.asarray(value)) if isinstance(value, Solution | np.ndarray) else plain(value)
        for name, value in vars(strategy).items()
    }
    return {"name": type(strategy).__name__, **attributes}


def _alone(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function with BLAS bound to one thread: the last bits of a product depend on the number of threads.

    It may run away without a warning: a search ends when a vector is not finite.
    """
    with one_blas_thread(), np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return function(*arguments)


def _individual(search: Search, vector: Any) -> Any:
    """Make an individual of what a strategy generated, and end the search if it has run away."""
    with np.errstate(over="ignore"):
        numbers = np.asarray(vector, dtype=np.float32)  # as large as any number of an individual may be
    if not np.isfinite(numbers).all():
        search.end("diverged")
    return search.problem.repair(search.problem.solution(vector))
