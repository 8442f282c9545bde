"""DLOPT's (mu + lambda) and (mu, lambda), with the signature of DEAP's algorithms.

Parents are chosen by ``toolbox.select_parents`` and survivors by ``toolbox.select_survivors``; where a toolbox has no
such aliases, by ``toolbox.select`` and DEAP's ``selBest``. Offspring that no operator touched keep their fitness.
"""

from typing import Any

from deap import base, tools

from dlopt_deap.core.algorithms.generation import Outcome, begin, evaluate_invalid, record, survivors_of, vary
from dlopt_deap.errors import SettingError


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
            population = selectsurvivors_of(population + offspring, mu)

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
    logbook = begin(population, toolbox, stats, halloffame, verbose)
    for gen in range(1, ngen + 1):
        offspring = vary(population, toolbox, lambda_, cxpb, mutpb)
        nevals = evaluate_invalid(offspring, toolbox, halloffame)
        population[:] = survivors_of(toolbox, population + offspring, mu)
        record(logbook, gen, nevals, population, stats, verbose)
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
    logbook = begin(population, toolbox, stats, halloffame, verbose)
    for gen in range(1, ngen + 1):
        offspring = vary(population, toolbox, lambda_, cxpb, mutpb)
        nevals = evaluate_invalid(offspring, toolbox, halloffame)
        population[:] = survivors_of(toolbox, offspring, mu)
        record(logbook, gen, nevals, population, stats, verbose)
    return population, logbook
