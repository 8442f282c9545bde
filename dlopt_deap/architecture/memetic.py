"""Inheritance: children begin their training with what their parents learnt."""

from typing import Any

import numpy as np
from deap import base
from numpy.typing import NDArray

from dlopt_deap.core import Values
from dlopt_deap.core.individuals.inheriting import InheritingOperator, let_inherit
from dlopt_deap.networks import NetworkSpec
from dlopt_deap.networks.cells import CELLS

Weights = NDArray[np.float32]


class InheritingWeights(InheritingOperator):
    """A mutation or crossover that lets each individual keep the trained weights which it is about to lose.

    An individual's trained weights belong to its fitness, which is deleted when it is varied. They become its
    ``inherited`` weights here, with the network that they belonged to.

    Args:
        operator: The mutation or crossover.
    """

    def note(self, individuals: tuple[Any, ...]) -> None:
        """Let individuals inherit the weights of those that they are copies of."""
        for individual in individuals:
            trained = getattr(individual.fitness, "trained", None)
            if trained is not None:
                individual.inherited = trained


def inherit_weights(toolbox: base.Toolbox) -> base.Toolbox:
    """Let the children of a toolbox inherit trained weights; for a ``TrainingProblem`` with ``inherit=True``.

    The toolbox of a ``JointProblem`` comes with it.

    Args:
        toolbox: The toolbox, whose ``mate`` and ``mutate`` are changed; register your own before.

    Returns:
        The toolbox.

    Source:
        Ororbia, ElSaid, Desell, 2019, Investigating recurrent neural network memory structures using neuro-evolution
        (EXAMM), which calls it Lamarckian weight initialisation.
    """
    return let_inherit(toolbox, InheritingWeights)


def overlay(spec: NetworkSpec, weights: Weights, old_spec: NetworkSpec, old_weights: Weights) -> Weights:
    """Write what fits of one network's weights over another's.

    Embeddings are matched with each other, layers from the input on, the dense outputs with each other, gates with
    gates and units with units; what the old network has no counterpart for keeps its value.

    Args:
        spec: The new network.
        weights: Its initial weights, shape (num_weights,).
        old_spec: The network that was trained; nothing is taken over from one with another cell, or where only one of
            them embeds tokens.
        old_weights: Its weights.

    Returns:
        New weights, shape (num_weights,).
    """
    if spec.cell != old_spec.cell or (spec.embedding is None) != (old_spec.embedding is None):
        return weights
    arrays = [array.copy() for array in spec.unpack(weights)]
    olds = old_spec.unpack(old_weights)
    first = len(arrays) - 3 * len(spec.units) - 2  # 1 after an embedding
    common = first + 3 * min(len(spec.units), len(old_spec.units))
    pairs = [*zip(arrays[:common], olds[:common], strict=True), *zip(arrays[-2:], olds[-2:], strict=True)]
    for position, (array, old) in enumerate(pairs):
        gates = CELLS[spec.cell].gates if first <= position < common else 1
        _overlay_gates(array, old, gates)
    return spec.pack(arrays)


def with_inherited(solution: Any, spec: NetworkSpec, weights: Weights) -> Weights:
    """Write what a solution inherited over the initial weights of its network; an orphan keeps these.

    Args:
        solution: The solution.
        spec: Its network.
        weights: The initial weights, shape (num_weights,).
    """
    inherited = getattr(solution, "inherited", None)
    return weights if inherited is None else overlay(spec, weights, *inherited)


def with_trained(values: Values, spec: NetworkSpec, weights: Weights) -> Values:
    """Give values that carry the trained network; the fitness that they are assigned to keeps it."""
    values.trained = (spec, weights)
    return values


def _overlay_gates(array: NDArray[np.float32], old: NDArray[np.float32], gates: int) -> None:
    """Copy the common part of two arrays, gate by gate, in place; gates lie side by side in the columns."""
    new_parts = np.split(array, gates, axis=-1)
    old_parts = np.split(old, gates, axis=-1)
    for new_part, old_part in zip(new_parts, old_parts, strict=True):
        common = tuple(slice(min(sizes)) for sizes in zip(new_part.shape, old_part.shape, strict=True))
        new_part[common] = old_part[common]
