"""A (mu + lambda) whose mutation adjusts itself."""

import copy
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from deap import base, tools

from dlopt_deap.checks import check_number
from dlopt_deap.core.algorithms.generation import Outcome, begin, evaluate_invalid, record, survivors_of, vary
from dlopt_deap.core.individuals.statistics import finite, target_value
from dlopt_deap.errors import SettingError


class SelfAdjustingMuPlusLambda:
    r""":math:`(\mu + \lambda)` whose mutation grows while the population improves, and shrinks when it does not.

    After each generation the mean of each target is compared with that of the generation before. If more targets
    improved than did not, every adjusted argument of ``toolbox.mutate`` is multiplied by ``growth``, otherwise by
    ``shrinkage``, within its bounds. Call it as :func:`~dlopt_deap.core.ea_mu_plus_lambda`.

    Args:
        growth: The factor while the mean improves.
        shrinkage: The factor while it does not.
        bounds: The arguments to adjust, as far as ``toolbox.mutate`` was registered with them, and their bounds.

    Raises:
        SettingError: From the constructor if a factor is on the wrong side of 1; from the call if ``toolbox.mutate``
            was registered with none of the arguments.

    Source:
        DLOPT's ``SelfAdjMuPLambdaUniform`` (its public code). It differs twice: the published code takes a falling
        mean of a *maximised* target for an improvement, and its lower bound of 1e-9 ends all mutation after a few bad
        generations. Here a rising mean is the improvement, and the bounds keep the mutation alive.
    """

    BOUNDS: Mapping[str, tuple[float, float]] = MappingProxyType(
        {"indpb": (0.02, 1.0), "lengthpb": (0.02, 1.0), "sigma": (0.5, 100.0), "max_step": (1.0, 100.0)}
    )

    def __init__(
        self,
        growth: float = 1.5,
        shrinkage: float = 0.25,
        bounds: Mapping[str, tuple[float, float]] = BOUNDS,
    ) -> None:
        self.growth = check_number("growth", growth, low=1.0)
        self.shrinkage = check_number("shrinkage", shrinkage, 0.0, 1.0)
        self.bounds = dict(bounds)
        self.rates: dict[str, float] = {}
        self.means: list[float | None] = []

    def __call__(
        self,
        population: list[Any],
        toolbox: base.Toolbox,
        mu: int,
        lambda_: int,
        cxpb: float = 0.0,
        mutpb: float = 1.0,
        ngen: int = 1,
        stats: tools.Statistics | None = None,
        halloffame: tools.HallOfFame | None = None,
        verbose: bool = False,
    ) -> Outcome:
        """Evolve; see :func:`~dlopt_deap.core.ea_mu_plus_lambda` for the arguments."""
        registered = self._registered_rates(toolbox)
        if self.rates.keys() != registered.keys():
            self.rates = registered
        logbook = begin(population, toolbox, stats, halloffame, verbose)
        if ngen == 0:  # a new start has no generation before it to compare with
            self.means = []
        adjusted = copy.copy(toolbox)
        for gen in range(1, ngen + 1):
            if len(self.means) != len(population[0].fitness.weights):
                self.means = _means(population)
            adjusted.register("mutate", toolbox.mutate, **self.rates)
            offspring = vary(population, adjusted, lambda_, cxpb, mutpb)
            nevals = evaluate_invalid(offspring, toolbox, halloffame)
            population[:] = survivors_of(toolbox, population + offspring, mu)
            self._adjust(population)
            record(logbook, gen, nevals, population, stats, verbose)
        return population, logbook

    def state_dict(self) -> dict[str, Any]:
        """Give what a resumed run must know: the rates, and the means that the next ones are compared with."""
        return {"rates": dict(self.rates), "means": list(self.means)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take back what :meth:`state_dict` gave."""
        self.rates = {
            name: check_number(name, state["rates"][name], *bounds)
            for name, bounds in self.bounds.items()
            if name in state["rates"]
        }
        self.means = [None if mean is None else check_number("means", mean) for mean in state["means"]]

    def _registered_rates(self, toolbox: base.Toolbox) -> dict[str, float]:
        """Take the rates to begin with from the registration of ``mutate``."""
        registered = getattr(toolbox.mutate, "keywords", {})
        rates = {name: float(registered[name]) for name in self.bounds if name in registered}
        if not rates:
            raise SettingError(
                f"`toolbox.mutate` must be registered with one of {', '.join(self.bounds)} as a keyword argument to "
                f"be adjusted, got {sorted(registered)}."
            )
        return rates

    def _adjust(self, population: list[Any]) -> None:
        """Let the rates grow or shrink by what became of the means."""
        signs = [1 if weight > 0 else -1 for weight in population[0].fitness.weights]
        means = _means(population)
        votes = [
            1 if new is not None and (old is None or sign * new > sign * old) else -1
            for sign, old, new in zip(signs, self.means, means, strict=True)
        ]
        factor = self.growth if sum(votes) > 0 else self.shrinkage
        self.means = means
        for name, rate in self.rates.items():
            low, high = self.bounds[name]
            self.rates[name] = min(max(rate * factor, low), high)


def _means(population: list[Any]) -> list[float | None]:
    """Take the mean of each target over the individuals that did not fail."""
    return [
        finite(lambda values: sum(values) / len(values), [target_value(one, position) for one in population])
        for position in range(len(population[0].fitness.weights))
    ]
