"""Figures, one function each, which returns the axes that it drew on.

Figures of a search take a :data:`Source`: a live logbook, a result or search, or what a run left on the disk.
"""

from dlopt_deap.plots.architectures import architectures_over_generations
from dlopt_deap.plots.comparison import best_so_far
from dlopt_deap.plots.forecast import forecast, residuals
from dlopt_deap.plots.genealogy import genealogy
from dlopt_deap.plots.logbook import architectures_over_evaluations, fitness_over_evaluations
from dlopt_deap.plots.network import network
from dlopt_deap.plots.operators import operator_success
from dlopt_deap.plots.parallel import parallel_coordinates
from dlopt_deap.plots.pareto import pareto_front, pareto_points
from dlopt_deap.plots.population import population_over_generations
from dlopt_deap.plots.sampling import sampled_errors
from dlopt_deap.plots.sources import Source, read_course
from dlopt_deap.plots.training import training_history

__all__ = [
    "Source",
    "architectures_over_evaluations",
    "architectures_over_generations",
    "best_so_far",
    "fitness_over_evaluations",
    "forecast",
    "genealogy",
    "network",
    "operator_success",
    "parallel_coordinates",
    "pareto_front",
    "pareto_points",
    "population_over_generations",
    "read_course",
    "residuals",
    "sampled_errors",
    "training_history",
]
