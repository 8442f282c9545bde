"""Algorithms with the signature of DEAP's own, for what DLOPT does and DEAP has no function for.

Parents are chosen by ``toolbox.select_parents`` and survivors by ``toolbox.select_survivors``; where a toolbox has no
such aliases, by ``toolbox.select`` and DEAP's ``selBest``. Offspring that no operator touched keep their fitness.
"""

import copy
import random
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from deap import base, tools

from dlopt_deap.checks import check_number
from dlopt_deap.core.statistics import finite, target_value
from dlopt_deap.errors import SettingError

Outcome = tuple[list[Any], tools.Logbook]


def ea_mu_plus_lambda(
    population: list[Any],
    toolbox: base.Toolbox,
    mu: int,
    lambda_: int,
    cxpb: float = 0.5,
    mutpb: float = 1.0,
    ngen: int = 1,
    stats: tools.Statistics | None = None,
    halloffame: tools.HallOfFame | None = None,
    verbose: bool = False,
) -> Outcome:
    r"""Evolve by :math:`(\mu + \lambda)` with chosen parents and elitist replacement.

    In pseudo-code::

        evaluate(population)
        for g in range(ngen):
            offspring = vary(select_parents(population, lambda_))
            evaluate(offspring)
            population = select_survivors(population + offspring, mu)

    Args:
        population: The individuals; evolved in place.
        toolbox: With the aliases ``clone``, ``mate``, ``mutate``, ``evaluate``, ``map`` and ``select`` (or
            ``select_parents`` and ``select_survivors``).
        mu: Individuals that survive a generation.
        lambda_: Offspring a generation.
        cxpb: Probability that a pair of neighbouring parents is mated.
        mutpb: Probability that an offspring is mutated.
        ngen: Generations; 0 only evaluates the population.
        stats: Compiled on the population after each generation.
        halloffame: Updated with whatever was evaluated.
        verbose: Whether to print the rows of the logbook.

    Returns:
        The population, and a logbook with a row a generation.

    Source:
        DLOPT's ``MuPlusLambda`` (its public code), which chooses parents by binary tournament, always mutates and
        never mates: ``cxpb=0, mutpb=1``.
    """
    logbook = _begin(population, toolbox, stats, halloffame, verbose)
    for gen in range(1, ngen + 1):
        offspring = vary(population, toolbox, lambda_, cxpb, mutpb)
        nevals = _evaluate(offspring, toolbox, halloffame)
        population[:] = _survivors(toolbox, population + offspring, mu)
        _record(logbook, gen, nevals, population, stats, verbose)
    return population, logbook


def ea_mu_comma_lambda(
    population: list[Any],
    toolbox: base.Toolbox,
    mu: int,
    lambda_: int,
    cxpb: float = 0.5,
    mutpb: float = 1.0,
    ngen: int = 1,
    stats: tools.Statistics | None = None,
    halloffame: tools.HallOfFame | None = None,
    verbose: bool = False,
) -> Outcome:
    r"""Evolve by :math:`(\mu, \lambda)`: as :func:`ea_mu_plus_lambda`, but only offspring survive.

    Raises:
        SettingError: If ``lambda_`` is less than ``mu``.
    """
    if lambda_ < mu:
        raise SettingError(f"`lambda_` must be at least `mu`, {mu}, since only offspring survive; got {lambda_}.")
    logbook = _begin(population, toolbox, stats, halloffame, verbose)
    for gen in range(1, ngen + 1):
        offspring = vary(population, toolbox, lambda_, cxpb, mutpb)
        nevals = _evaluate(offspring, toolbox, halloffame)
        population[:] = _survivors(toolbox, offspring, mu)
        _record(logbook, gen, nevals, population, stats, verbose)
    return population, logbook


class SelfAdjustingMuPlusLambda:
    r""":math:`(\mu + \lambda)` whose mutation grows while the population improves, and shrinks when it does not.

    After each generation the mean of each target is compared with that of the generation before. If more targets
    improved than did not, every adjusted argument of ``toolbox.mutate`` is multiplied by ``growth``, otherwise by
    ``shrinkage``, within its bounds. Call it as :func:`ea_mu_plus_lambda`.

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
        """Evolve; see :func:`ea_mu_plus_lambda` for the arguments."""
        registered = self._registered_rates(toolbox)
        if self.rates.keys() != registered.keys():
            self.rates = registered
        logbook = _begin(population, toolbox, stats, halloffame, verbose)
        if ngen == 0:  # a new start has no generation before it to compare with
            self.means = []
        adjusted = copy.copy(toolbox)
        for gen in range(1, ngen + 1):
            if len(self.means) != len(population[0].fitness.weights):
                self.means = _means(population)
            adjusted.register("mutate", toolbox.mutate, **self.rates)
            offspring = vary(population, adjusted, lambda_, cxpb, mutpb)
            nevals = _evaluate(offspring, toolbox, halloffame)
            population[:] = _survivors(toolbox, population + offspring, mu)
            self._adjust(population)
            _record(logbook, gen, nevals, population, stats, verbose)
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


def vary(population: list[Any], toolbox: base.Toolbox, lambda_: int, cxpb: float, mutpb: float) -> list[Any]:
    """Make ``lambda_`` offspring from chosen parents: first mate neighbours, then mutate, each with its probability.

    Unlike DEAP's ``varOr`` it works on a population of one, which has nobody to mate with.
    """
    select = getattr(toolbox, "select_parents", toolbox.select)
    offspring = [toolbox.clone(parent) for parent in select(population, lambda_)]
    for i in range(1, len(offspring), 2):
        if random.random() < cxpb:
            offspring[i - 1], offspring[i] = toolbox.mate(offspring[i - 1], offspring[i])
            del offspring[i - 1].fitness.values, offspring[i].fitness.values
    for i, child in enumerate(offspring):
        if random.random() < mutpb:
            (offspring[i],) = toolbox.mutate(child)
            del offspring[i].fitness.values
    return offspring


def _survivors(toolbox: base.Toolbox, pool: list[Any], mu: int) -> list[Any]:
    """Choose who survives."""
    survivors: list[Any] = getattr(toolbox, "select_survivors", tools.selBest)(pool, mu)
    return survivors


def _begin(
    population: list[Any],
    toolbox: base.Toolbox,
    stats: tools.Statistics | None,
    halloffame: tools.HallOfFame | None,
    verbose: bool,
) -> tools.Logbook:
    """Evaluate the initial population and write its row."""
    logbook = tools.Logbook()
    logbook.header = ["gen", "nevals", *(stats.fields if stats else [])]
    nevals = _evaluate(population, toolbox, halloffame)
    _record(logbook, 0, nevals, population, stats, verbose)
    return logbook


def _evaluate(individuals: list[Any], toolbox: base.Toolbox, halloffame: tools.HallOfFame | None) -> int:
    """Evaluate those that have no fitness, and return how many these were."""
    invalid = [individual for individual in individuals if not individual.fitness.valid]
    for individual, values in zip(invalid, toolbox.map(toolbox.evaluate, invalid), strict=True):
        individual.fitness.values = values
    if halloffame is not None:
        halloffame.update(individuals)
    return len(invalid)


def _record(
    logbook: tools.Logbook,
    gen: int,
    nevals: int,
    population: list[Any],
    stats: tools.Statistics | None,
    verbose: bool,
) -> None:
    """Write a row, and print it if asked."""
    logbook.record(gen=gen, nevals=nevals, **(stats.compile(population) if stats else {}))
    if verbose:
        print(logbook.stream)  # noqa: T201 - what DEAP's own algorithms do when they are asked to


def _means(population: list[Any]) -> list[float | None]:
    """Take the mean of each target over the individuals that did not fail."""
    return [
        finite(lambda values: sum(values) / len(values), [target_value(one, position) for one in population])
        for position in range(len(population[0].fitness.weights))
    ]
