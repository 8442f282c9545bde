"""Figures, one function each, which returns the axes that it drew on."""

from dlopt_deap.plots.comparison import best_so_far
from dlopt_deap.plots.forecast import forecast
from dlopt_deap.plots.logbook import architectures_over_evaluations, fitness_over_evaluations
from dlopt_deap.plots.network import network
from dlopt_deap.plots.pareto import pareto_front, pareto_points
from dlopt_deap.plots.sampling import sampled_errors
from dlopt_deap.plots.training import training_history

__all__ = [
    "architectures_over_evaluations",
    "best_so_far",
    "fitness_over_evaluations",
    "forecast",
    "network",
    "pareto_front",
    "pareto_points",
    "sampled_errors",
    "training_history",
]
