"""Architectures and weights searched jointly, and finishes that combine evolution with gradient training."""

from dlopt_deap.joint.finish import Finish, evolve_from_trained, train_from_evolved
from dlopt_deap.joint.problem import JointProblem
from dlopt_deap.joint.settings import FinalEvolution, InnerEvolution

__all__ = [
    "FinalEvolution",
    "Finish",
    "InnerEvolution",
    "JointProblem",
    "evolve_from_trained",
    "train_from_evolved",
]
