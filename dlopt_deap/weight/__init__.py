"""Evolving the synaptic weights of a given network."""

from dlopt_deap.weight.crossover import cx_blend, cx_layers, cx_neurons, cx_sbx, cx_uniform
from dlopt_deap.weight.groups import layer_of, neuron_of, per_layer
from dlopt_deap.weight.mutation import (
    mut_gaussian,
    mut_gaussian_per_layer,
    mut_layer,
    mut_neurons,
    mut_reset,
    mut_self_adaptive,
)

__all__ = [
    "cx_blend",
    "cx_layers",
    "cx_neurons",
    "cx_sbx",
    "cx_uniform",
    "layer_of",
    "mut_gaussian",
    "mut_gaussian_per_layer",
    "mut_layer",
    "mut_neurons",
    "mut_reset",
    "mut_self_adaptive",
    "neuron_of",
    "per_layer",
]
