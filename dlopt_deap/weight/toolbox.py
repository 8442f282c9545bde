"""The toolbox of weight vectors: change a line here, or register your own on top of it."""

from typing import Any

from deap import base, tools

from dlopt_deap.core import Problem, register_selection
from dlopt_deap.networks import NetworkSpec
from dlopt_deap.parallel import SerialMap
from dlopt_deap.weight import crossover, mutation


def weight_toolbox(problem: Problem, spec: NetworkSpec, seed: int = 0, **overrides: Any) -> base.Toolbox:
    """Make the DEAP toolbox for the weight vectors of a network.

    Args:
        problem: Gives the individuals and evaluates them.
        spec: The network.
        seed: The seed of the evaluations.
        **overrides: Functions to register in place of what stands here, or beside it.

    Returns:
        A ``deap.base.Toolbox`` on which DEAP's algorithms run unchanged. Its ``map`` evaluates many individuals in one
        call, as those of :mod:`dlopt_deap.parallel` do; Python's own ``map`` gives the same values one by one.
    """
    toolbox = base.Toolbox()
    toolbox.register("individual", problem.random_solution)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    problem.register_evaluate(toolbox, seed)
    toolbox.register("map", SerialMap())
    toolbox.register("mutate", mutation.mut_gaussian, sigma=0.05, indpb=0.1)
    toolbox.register("mate", crossover.cx_neurons, spec=spec, indpb=0.5)
    register_selection(toolbox, len(problem.targets), tournsize=3)
    for alias, function in overrides.items():
        toolbox.register(alias, function)
    return toolbox
