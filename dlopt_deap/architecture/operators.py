"""Mutation and crossover of architectures ``[look_back, ..., units_1, ..., units_n]``.

Every operator has DEAP's signature: it works in place on any mutable sequence, returns a tuple, draws from ``rng``, and
leaves every individual valid in its ``space``. Steps in rows and units move the look-back and the units; the genes
that a space has beside these have a mutation of their own.
"""

import random
import sys
from collections.abc import MutableSequence
from typing import Any, TypeVar

from dlopt_deap.architecture.genes import IntegerGene
from dlopt_deap.architecture.space import Space
from dlopt_deap.checks import check_number

HYPERPARAMETER_SIGMA = 0.2
"""Standard deviation of a step of :func:`mut_architecture` in a gene that is no size, as a share of its range."""

Individual = TypeVar("Individual", bound=MutableSequence[Any])


def mut_gaussian(
    individual: Individual, space: Space, sigma: float, indpb: float, rng: Any = random
) -> tuple[Individual]:
    """Add a rounded Gaussian step to each gene with probability ``indpb``.

    Args:
        individual: The architecture.
        space: Its limits; a step over a limit ends at the limit.
        sigma: Standard deviation of the step, in rows or units.
        indpb: Probability of each gene to be changed.
        rng: Where to draw from.

    Returns:
        The individual.

    Source:
        DLOPT's ``gaussianMutation``. It differs: the step is rounded away from zero, so that a gene that was chosen
        really changes (truncation, as there, leaves it as it was half of the time and favours smaller values).
    """
    sigma = check_number("sigma", sigma, low=0.0)
    for i in _sizes(individual, space):
        if rng.random() < indpb:
            step = rng.gauss(0, sigma)
            individual[i] += max(1, round(min(abs(step), sys.float_info.max))) * (1 if step > 0 else -1)
    space.repair(individual)
    return (individual,)


def mut_uniform(
    individual: Individual, space: Space, max_step: float, indpb: float, rng: Any = random
) -> tuple[Individual]:
    """Add a step of 1 to ``max_step``, up or down, to each gene with probability ``indpb``.

    Args:
        individual: The architecture.
        space: Its limits; a step over a limit ends at the limit.
        max_step: The largest step, in rows or units; a fraction is cut off.
        indpb: Probability of each gene to be changed.
        rng: Where to draw from.

    Returns:
        The individual.

    Source:
        DLOPT's ``uniformMutation``. It differs: all steps from 1 to ``max_step`` are equally likely (there, 1 comes
        twice as often as the others, and the largest never).
    """
    max_step = check_number("max_step", max_step)
    for i in _sizes(individual, space):
        if rng.random() < indpb:
            individual[i] += rng.randint(1, max(1, int(max_step))) * rng.choice((1, -1))
    space.repair(individual)
    return (individual,)


def mut_hyperparameters(
    individual: Individual, space: Space, sigma: float, indpb: float, rng: Any = random
) -> tuple[Individual]:
    """Move each gene that is neither look-back nor units with probability ``indpb``.

    Numbers take a Gaussian step on their own scale, which is logarithmic for the learning rate; names are exchanged.

    Args:
        individual: The architecture.
        space: Its limits.
        sigma: Standard deviation of the step, as a share of the gene's range.
        indpb: Probability of each gene to be changed.
        rng: Where to draw from.

    Returns:
        The individual.
    """
    sigma = check_number("sigma", sigma, low=0.0)
    for i in range(1, len(space.head)):
        if rng.random() < indpb:
            individual[i] = space.gene(i).step(individual[i], sigma, rng)
    return (individual,)


def mut_length(individual: Individual, space: Space, lengthpb: float, rng: Any = random) -> tuple[Individual]:
    """Copy or delete one layer, with probability ``lengthpb``; which of the two is a coin's toss where both may be.

    Args:
        individual: The architecture.
        space: Its limits; with the least number of layers one is copied, with the most one is deleted.
        lengthpb: Probability that the length changes.
        rng: Where to draw from.

    Returns:
        The individual.

    Source:
        DLOPT's ``uniformLengthMutation``. It differs: the look-back is no layer and is never deleted or copied.
    """
    head = len(space.head)
    layers = len(individual) - head
    may_grow, may_shrink = layers < space.layers[1], layers > space.layers[0]
    if rng.random() < lengthpb and (may_grow or may_shrink):
        position = rng.randint(head, head + layers - 1)
        if may_grow and not (may_shrink and rng.random() < 0.5):
            individual.insert(position, individual[position])
        else:
            del individual[position]
    space.repair(individual)
    return (individual,)


def mut_architecture(
    individual: Individual, space: Space, sigma: float, indpb: float, lengthpb: float, rng: Any = random
) -> tuple[Individual]:
    """Change layers by :func:`mut_length`, sizes by :func:`mut_gaussian`, the rest by :func:`mut_hyperparameters`.

    If neither changed anything, one gene that may change takes a step: evaluating a copy would be a waste.

    Args:
        individual: The architecture.
        space: Its limits.
        sigma: Standard deviation of a step, in rows or units.
        indpb: Probability of each gene to be changed.
        lengthpb: Probability that a layer is copied or deleted.
        rng: Where to draw from.

    Returns:
        The individual.
    """
    before = list(individual)
    mut_length(individual, space, lengthpb, rng)
    mut_gaussian(individual, space, sigma, indpb, rng)
    mut_hyperparameters(individual, space, HYPERPARAMETER_SIGMA, indpb, rng)
    free = [i for i in range(len(individual)) if space.gene(i).is_free]
    if list(individual) == before and free:
        i = rng.choice(free)
        gene = space.gene(i)
        if isinstance(gene, IntegerGene) and i in _sizes(individual, space):
            individual[i] = gene.move(individual[i], rng.gauss(0, sigma))
        else:
            individual[i] = gene.step(individual[i], HYPERPARAMETER_SIGMA, rng)
    return (individual,)


def cx_layers(
    individual1: Individual, individual2: Individual, space: Space, rng: Any = random
) -> tuple[Individual, Individual]:
    """Exchange the last layers of two architectures, cut at a point of its own in each, and half of the other genes.

    Each parent may be cut before its first layer, after its last, and anywhere between, so that it works on parents
    of one layer and of different lengths. Cuts that would make a child too short or too long are not drawn.

    Args:
        individual1: The first architecture.
        individual2: The second architecture.
        space: Their limits.
        rng: Where to draw from.

    Returns:
        Both individuals.
    """
    head = len(space.head)
    for i in range(head):
        if rng.random() < 0.5:
            individual1[i], individual2[i] = individual2[i], individual1[i]
    last1, last2 = len(individual1), len(individual2)
    total = last1 + last2 - 2 * head
    cuts = [
        (cut1, cut2)
        for cut1 in range(head, last1 + 1)
        for cut2 in range(head, last2 + 1)
        if space.layers[0] <= (length := cut1 - head + last2 - cut2) <= space.layers[1]
        and space.layers[0] <= total - length <= space.layers[1]
    ]
    if cuts:
        cut1, cut2 = rng.choice(cuts)
        tail1, tail2 = list(individual1[cut1:]), list(individual2[cut2:])
        individual1[cut1:], individual2[cut2:] = tail2, tail1
    space.repair(individual1)
    space.repair(individual2)
    return individual1, individual2


def cx_uniform(
    individual1: Individual, individual2: Individual, space: Space, indpb: float, rng: Any = random
) -> tuple[Individual, Individual]:
    """Exchange each gene that both architectures have with probability ``indpb``; the lengths stay.

    Args:
        individual1: The first architecture.
        individual2: The second architecture.
        space: Their limits.
        indpb: Probability of each gene to be exchanged.
        rng: Where to draw from.

    Returns:
        Both individuals.
    """
    for i in range(min(len(individual1), len(individual2))):
        if rng.random() < indpb:
            individual1[i], individual2[i] = individual2[i], individual1[i]
    space.repair(individual1)
    space.repair(individual2)
    return individual1, individual2


def _sizes(individual: MutableSequence[Any], space: Space) -> list[int]:
    """Name the positions of the look-back and of the units, which are counted in rows and units."""
    return [0, *range(len(space.head), len(individual))]
