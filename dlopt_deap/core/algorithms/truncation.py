"""Truncation selection with elitism, with the signature of DEAP's algorithms."""

import random
from typing import Any

from deap import base, tools

from dlopt_deap.checks import check_integer
from dlopt_deap.core.algorithms.generation import Outcome, begin, evaluate_invalid, record, survivors_of, vary_all


def ea_truncation(
    population: list[Any],
    toolbox: base.Toolbox,
    truncation_size: int = 20,
    elite_size: int = 1,
    cxpb: float = 0.0,
    mutpb: float = 1.0,
    ngen: int = 1,
    stats: tools.Statistics | None = None,
    halloffame: tools.HallOfFame | None = None,
    verbose: bool = False,
) -> Outcome:
    r"""Evolve by truncation selection with elitism: the simple genetic algorithm of deep neuroevolution.

    In pseudo-code::

        evaluate(population)
        for g in range(ngen):
            elite, parents = best(population, elite_size), best(population, truncation_size)
            offspring = vary(draw(parents) for each place but elite_size)
            evaluate(offspring)
            population = elite + offspring

    Args:
        population: The individuals; evolved in place.
        toolbox: With the aliases ``clone``, ``mate`` (if ``cxpb`` is not 0), ``mutate``, ``evaluate`` and ``map``.
        truncation_size: How many of the best may have offspring; the whole population if it is smaller.
        elite_size: How many of the best survive as they are, with their fitness; less than the population.
        cxpb: Probability that a pair of neighbouring offspring is mated.
        mutpb: Probability that an offspring is mutated.
        ngen: Generations; 0 only evaluates the population.
        stats: Compiled on the population after each generation.
        halloffame: Updated with whatever was evaluated.
        verbose: Whether to print the rows of the logbook.

    Returns:
        The population, and a logbook with a row a generation.

    Raises:
        SettingError: If no parent is left, or no place for offspring.

    Source:
        Such et al., Deep neuroevolution: genetic algorithms are a competitive alternative for training deep neural
        networks for reinforcement learning, arXiv:1712.06567, algorithm 1. It differs: the elite's fitness is not
        measured again, since an evaluation here gives the same; and of several targets the best are those that
        ``toolbox.select_survivors`` chooses, such as by NSGA-II.
    """
    check_integer("truncation_size", truncation_size, low=1)
    check_integer("elite_size", elite_size, 0, len(population) - 1)
    logbook = begin(population, toolbox, stats, halloffame, verbose)
    for gen in range(1, ngen + 1):
        elite = _best_of(toolbox, population, elite_size)
        parents = _best_of(toolbox, population, min(truncation_size, len(population)))
        chosen = [toolbox.clone(random.choice(parents)) for _ in range(len(population) - elite_size)]
        offspring = vary_all(chosen, toolbox, cxpb, mutpb)
        nevals = evaluate_invalid(offspring, toolbox, halloffame)
        population[:] = elite + offspring
        record(logbook, gen, nevals, population, stats, verbose)
    return population, logbook


def _best_of(toolbox: base.Toolbox, population: list[Any], k: int) -> list[Any]:
    """Give the best; of several targets, by whose order the first alone would count, those that should survive."""
    several = len(population[0].fitness.weights) > 1
    return survivors_of(toolbox, population, k) if several else list(tools.selBest(population, k))
