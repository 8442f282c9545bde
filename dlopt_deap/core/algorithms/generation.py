"""What the algorithms of a generation share: vary, evaluate, let survive, write down."""

import random
from typing import Any

from deap import base, tools

Outcome = tuple[list[Any], tools.Logbook]
"""What an algorithm gives: the population, and a logbook with a row a generation."""


def vary(population: list[Any], toolbox: base.Toolbox, lambda_: int, cxpb: float, mutpb: float) -> list[Any]:
    """Make ``lambda_`` offspring from chosen parents: first mate neighbours, then mutate, each with its probability.

    Unlike DEAP's ``varOr`` it works on a population of one, which has nobody to mate with.
    """
    select = getattr(toolbox, "select_parents", toolbox.select)
    return vary_all([toolbox.clone(parent) for parent in select(population, lambda_)], toolbox, cxpb, mutpb)


def vary_all(offspring: list[Any], toolbox: base.Toolbox, cxpb: float, mutpb: float) -> list[Any]:
    """Mate neighbours among copies of parents, then mutate each, with their probabilities; in place."""
    for i in range(1, len(offspring), 2):
        if random.random() < cxpb:
            offspring[i - 1], offspring[i] = toolbox.mate(offspring[i - 1], offspring[i])
            del offspring[i - 1].fitness.values, offspring[i].fitness.values
    for i, child in enumerate(offspring):
        if random.random() < mutpb:
            (offspring[i],) = toolbox.mutate(child)
            del offspring[i].fitness.values
    return offspring


def survivors_of(toolbox: base.Toolbox, pool: list[Any], mu: int) -> list[Any]:
    """Choose who survives."""
    survivors: list[Any] = getattr(toolbox, "select_survivors", tools.selBest)(pool, mu)
    return survivors


def begin(
    population: list[Any],
    toolbox: base.Toolbox,
    stats: tools.Statistics | None,
    halloffame: tools.HallOfFame | None,
    verbose: bool,
) -> tools.Logbook:
    """Evaluate the initial population and write its row."""
    logbook = tools.Logbook()
    logbook.header = ["gen", "nevals", *(stats.fields if stats else [])]
    nevals = evaluate_invalid(population, toolbox, halloffame)
    record(logbook, 0, nevals, population, stats, verbose)
    return logbook


def evaluate_invalid(individuals: list[Any], toolbox: base.Toolbox, halloffame: tools.HallOfFame | None) -> int:
    """Evaluate those that have no fitness, and return how many these were."""
    invalid = [individual for individual in individuals if not individual.fitness.valid]
    for individual, values in zip(invalid, toolbox.map(toolbox.evaluate, invalid), strict=True):
        individual.fitness.values = values
    if halloffame is not None:
        halloffame.update(individuals)
    return len(invalid)


def record(
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
