"""An algorithm."""

from typing import Any

from deap import base, tools


def ea_one_fifth(
    population: list[Any],
    toolbox: base.Toolbox,
    lambda_: int,
    ngen: int = 1,
    stats: tools.Statistics | None = None,
    halloffame: tools.HallOfFame | None = None,
    verbose: bool = False,
) -> tuple[list[Any], tools.Logbook]:
    """Let only the best fifth have offspring."""
    for _ in range(ngen):
        best = tools.selBest(population, max(len(population) // 5, 1))
        offspring = [toolbox.mutate(toolbox.clone(best[place % len(best)]))[0] for place in range(lambda_)]
        for child in offspring:
            del child.fitness.values
        _evaluate(offspring, toolbox, halloffame)
        population = tools.selBest(population + offspring, len(population))
    _evaluate(population, toolbox, halloffame)
    return population, tools.Logbook()


def _evaluate(individuals: list[Any], toolbox: base.Toolbox, halloffame: tools.HallOfFame | None) -> None:
    """Evaluate those that need it."""
    new = [individual for individual in individuals if not individual.fitness.valid]
    for individual, values in zip(new, toolbox.map(toolbox.evaluate, new), strict=True):
        individual.fitness.values = values
    if halloffame is not None:
        halloffame.update(new)
