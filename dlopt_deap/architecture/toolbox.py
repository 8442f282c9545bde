"""The toolbox of architecture search: change a line here, or register your own on top of it."""

from typing import Any

from deap import base, tools

from dlopt_deap.architecture import operators
from dlopt_deap.architecture.space import Space
from dlopt_deap.core import Problem, register_selection


def architecture_toolbox(problem: Problem, space: Space, seed: int = 0, **overrides: Any) -> base.Toolbox:
    """Make the DEAP toolbox for architectures ``[look_back, units_1, ..., units_n]``.

    Args:
        problem: Gives the individuals and evaluates them.
        space: The limits that the operators keep.
        seed: The seed of the evaluations.
        **overrides: Functions to register in place of what stands here, or beside it.

    Returns:
        A ``deap.base.Toolbox`` on which DEAP's algorithms run unchanged.
    """
    toolbox = base.Toolbox()
    toolbox.register("individual", problem.random_solution)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    problem.register_evaluate(toolbox, seed)
    toolbox.register("mutate", operators.mut_architecture, space=space, sigma=3.0, indpb=0.2, lengthpb=0.3)
    toolbox.register("mate", operators.cx_layers, space=space)
    register_selection(toolbox, len(problem.targets))
    for alias, function in overrides.items():
        toolbox.register(alias, function)
    return toolbox
