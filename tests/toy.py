"""A problem whose answer is known and whose evaluation costs nothing."""

import random
from typing import Any

import numpy as np
from deap import base, tools

from dlopt_deap.core import Problem, Values, sel_dominance_tournament
from dlopt_deap.networks import NetworkSpec
from dlopt_deap.seeding import generator


def step_one_gene(individual: Any, indpb: float) -> tuple[Any]:
    """Move each gene by one with probability ``indpb``, within 0 and 20."""
    for i in range(len(individual)):
        if random.random() < indpb:
            individual[i] = min(max(individual[i] + random.choice((-1, 1)), 0), 20)
    return (individual,)


class Toy(Problem):
    """Find three genes of 0 to 20 with a sum of 30 (target ``distance``) and little spread (target ``spread``)."""

    def __init__(self, targets: dict[str, int] | None = None, noise: float = 0.0) -> None:
        super().__init__(targets or {"distance": -1})
        self.noise = noise
        self.noisy = noise > 0

    def random_solution(self) -> Any:
        return self.solution([random.randint(0, 20) for _ in range(3)])

    def repair(self, solution: Any) -> Any:
        solution[:] = [min(max(int(gene), 0), 20) for gene in (*solution, 0, 0, 0)[:3]]
        return solution

    def decode(self, solution: Any) -> NetworkSpec:
        return NetworkSpec(1, (solution[0] + 1,), 1, solution[1] + 1)

    def evaluate(self, solution: Any, seed: int = 0) -> Values:
        noise = self.noise * float(generator(seed, list(solution)).standard_normal())
        known = {
            "distance": abs(sum(solution) - 30) + noise,
            "closeness": -abs(sum(solution) - 30) + noise,
            "spread": float(max(solution) - min(solution)),
        }
        return Values([known[name] for name in self.targets], {"seed": seed})

    def reestimate(self, solution: Any, seed: int = 0) -> Values:
        return Values(Toy(self.targets).evaluate(solution), {"seed": seed})

    def network_weights(self, solution: Any, seed: int = 0) -> Any:
        return np.zeros(self.decode(solution).num_weights, np.float32)

    def toolbox(self, seed: int = 0, **overrides: Any) -> base.Toolbox:
        toolbox = base.Toolbox()
        toolbox.register("individual", self.random_solution)
        toolbox.register("population", tools.initRepeat, list, toolbox.individual)
        toolbox.register("evaluate", self.evaluate, seed=seed)
        toolbox.register("mutate", step_one_gene, indpb=0.5)
        toolbox.register("mate", tools.cxTwoPoint)
        if len(self.targets) == 1:
            toolbox.register("select", tools.selTournament, tournsize=2)
        else:
            toolbox.register("select", tools.selNSGA2)
            toolbox.register("select_parents", sel_dominance_tournament)
            toolbox.register("select_survivors", tools.selNSGA2)
        for alias, function in overrides.items():
            toolbox.register(alias, function)
        return toolbox

    def settings(self) -> dict[str, Any]:
        return {"name": "Toy"}


def nsga2(toolbox: base.Toolbox, size: int, ngen: int) -> list[Any]:
    """Run NSGA-II as DEAP's users write it by hand; ``size`` is a multiple of four."""
    population = toolbox.population(n=size)
    for individual, values in zip(population, toolbox.map(toolbox.evaluate, population), strict=True):
        individual.fitness.values = values
    population = toolbox.select(population, size)
    for _ in range(ngen):
        offspring = [toolbox.clone(one) for one in tools.selTournamentDCD(population, size)]
        for one, other in zip(offspring[::2], offspring[1::2], strict=True):
            toolbox.mate(one, other)
            toolbox.mutate(one)
            toolbox.mutate(other)
            del one.fitness.values, other.fitness.values
        for individual, values in zip(offspring, toolbox.map(toolbox.evaluate, offspring), strict=True):
            individual.fitness.values = values
        population = toolbox.select(population + offspring, size)
    return population


def nsga2_step(
    population: list[Any], toolbox: base.Toolbox, ngen: int, stats: Any = None, halloffame: Any = None, verbose: Any = 0
) -> Any:
    """Make generations of NSGA-II, whose selection of parents needs the crowding distances of the generation before."""
    del stats, verbose

    def evaluate(individuals: list[Any]) -> None:
        invalid = [one for one in individuals if not one.fitness.valid]
        for individual, values in zip(invalid, toolbox.map(toolbox.evaluate, invalid), strict=True):
            individual.fitness.values = values
        halloffame.update(individuals)

    evaluate(population)
    if ngen == 0:
        population[:] = toolbox.select(population, len(population))
    for _ in range(ngen):
        offspring = [toolbox.clone(one) for one in tools.selTournamentDCD(population, len(population))]
        for one, other in zip(offspring[::2], offspring[1::2], strict=True):
            toolbox.mate(one, other)
            toolbox.mutate(one)
            toolbox.mutate(other)
            del one.fitness.values, other.fitness.values
        evaluate(offspring)
        population[:] = toolbox.select(population + offspring, len(population))
    return population, None
