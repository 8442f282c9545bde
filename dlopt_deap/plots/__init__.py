"""Figures, one function each, which returns the axes that it drew on."""

from dlopt_deap.plots.forecast import forecast
from dlopt_deap.plots.logbook import architectures_over_evaluations, fitness_over_evaluations
from dlopt_deap.plots.pareto import pareto_front
from dlopt_deap.plots.sampling import sampled_errors

__all__ = [
    "architectures_over_evaluations",
    "fitness_over_evaluations",
    "forecast",
    "pareto_front",
    "sampled_errors",
]
