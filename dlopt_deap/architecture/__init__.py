"""Evolving architectures: which layers, how wide, and how far to look back."""

from dlopt_deap.architecture.listing import Listing, list_architectures
from dlopt_deap.architecture.memetic import inherit_weights, overlay
from dlopt_deap.architecture.operators import (
    cx_layers,
    cx_uniform,
    mut_architecture,
    mut_gaussian,
    mut_hyperparameters,
    mut_length,
    mut_uniform,
)
from dlopt_deap.architecture.problem import ArchitectureProblem
from dlopt_deap.architecture.racing import Racing
from dlopt_deap.architecture.sampler import sample_architectures
from dlopt_deap.architecture.sampling_problem import RandomSamplingProblem
from dlopt_deap.architecture.space import Space
from dlopt_deap.architecture.toolbox import architecture_toolbox
from dlopt_deap.architecture.training_problem import TrainingProblem
from dlopt_deap.architecture.two_stage import train_best

__all__ = [
    "ArchitectureProblem",
    "Listing",
    "Racing",
    "RandomSamplingProblem",
    "Space",
    "TrainingProblem",
    "architecture_toolbox",
    "cx_layers",
    "cx_uniform",
    "inherit_weights",
    "list_architectures",
    "mut_architecture",
    "mut_gaussian",
    "mut_hyperparameters",
    "mut_length",
    "mut_uniform",
    "overlay",
    "sample_architectures",
    "train_best",
]
