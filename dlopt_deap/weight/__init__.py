"""Evolving the synaptic weights of a given network."""

from dlopt_deap.weight.crossover import cx_blend, cx_layers, cx_neurons, cx_sbx, cx_uniform
from dlopt_deap.weight.encoding import Encoding
from dlopt_deap.weight.groups import layer_of, neuron_of, per_layer
from dlopt_deap.weight.inheritance import inherit_fitness
from dlopt_deap.weight.mutation import (
    mut_gaussian,
    mut_gaussian_per_layer,
    mut_layer,
    mut_neurons,
    mut_reset,
    mut_self_adaptive,
)
from dlopt_deap.weight.objective import Objective
from dlopt_deap.weight.problem import WeightProblem
from dlopt_deap.weight.strategies import (
    DifferentialEvolution,
    ExponentialDecay,
    OpenAIES,
    SeparableCMAES,
    Strategy,
)
from dlopt_deap.weight.techniques import TECHNIQUES, technique
from dlopt_deap.weight.toolbox import weight_toolbox

__all__ = [
    "TECHNIQUES",
    "DifferentialEvolution",
    "Encoding",
    "ExponentialDecay",
    "Objective",
    "OpenAIES",
    "SeparableCMAES",
    "Strategy",
    "WeightProblem",
    "cx_blend",
    "cx_layers",
    "cx_neurons",
    "cx_sbx",
    "cx_uniform",
    "inherit_fitness",
    "layer_of",
    "mut_gaussian",
    "mut_gaussian_per_layer",
    "mut_layer",
    "mut_neurons",
    "mut_reset",
    "mut_self_adaptive",
    "neuron_of",
    "per_layer",
    "technique",
    "weight_toolbox",
]
