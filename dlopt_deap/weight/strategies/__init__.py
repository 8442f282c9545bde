"""Strategies that are asked for weight vectors and told what these are worth."""

from dlopt_deap.weight.strategies.adam import Adam
from dlopt_deap.weight.strategies.decay import ExponentialDecay
from dlopt_deap.weight.strategies.differential_evolution import DifferentialEvolution
from dlopt_deap.weight.strategies.openai_es import OpenAIES
from dlopt_deap.weight.strategies.separable_cma import SeparableCMAES
from dlopt_deap.weight.strategies.strategy import Strategy

__all__ = [
    "Adam",
    "DifferentialEvolution",
    "ExponentialDecay",
    "OpenAIES",
    "SeparableCMAES",
    "Strategy",
]
