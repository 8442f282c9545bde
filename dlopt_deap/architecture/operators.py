"""Mutation and crossover of architectures ``[look_back, units_1, ..., units_n]``.

Every operator has DEAP's signature: it works in place on any mutable sequence, returns a tuple, draws from ``rng``, and
leaves every individual valid in its ``space``.
"""

import random
from collections.abc import MutableSequence
from typing import Any, TypeVar

from dlopt_deap.architecture.space import Space

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
    for i in range(len(individual)):
        if rng.random() < indpb:
            step = rng.gauss(0, sigma)
            individual[i] += max(1, round(abs(step))) * (1 if step > 0 else -1)
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
    for i in range(len(individual)):
        if rng.random() < indpb:
            individual[i] += rng.randint(1, max(1, int(max_step))) * rng.choice((1, -1))
    space.repair(individual)
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
    layers = len(individual) - 1
    may_grow, may_shrink = layers < space.layers[1], layers > space.layers[0]
    if rng.random() < lengthpb and (may_grow or may_shrink):
        position = rng.randint(1, layers) if layers else 1
        if may_grow and not (may_shrink and rng.random() < 0.5):
            individual.insert(position, individual[position])
        else:
            del individual[position]
    space.repair(individual)
    return (individual,)


def mut_architecture(
    individual: Individual, space: Space, sigma: float, indpb: float, lengthpb: float, rng: Any = random
) -> tuple[Individual]:
    """Change the number of layers by :func:`mut_length`, then the values by :func:`mut_gaussian`.

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
    free = [i for i in range(len(individual)) if space.limits(i)[0] < space.limits(i)[1]]
    if list(individual) == before and free:
        i = rng.choice(free)
        low, high = space.limits(i)
        distance = max(1, round(abs(rng.gauss(0, sigma))))
        up = individual[i] == low or (individual[i] < high and rng.random() < 0.5)
        individual[i] = min(individual[i] + distance, high) if up else max(individual[i] - distance, low)
    return (individual,)


def cx_layers(
    individual1: Individual, individual2: Individual, space: Space, rng: Any = random
) -> tuple[Individual, Individual]:
    """Exchange the last layers of two architectures, cut at a point of its own in each; and perhaps the look-backs.

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
    if rng.random() < 0.5:
        individual1[0], individual2[0] = individual2[0], individual1[0]
    last1, last2 = len(individual1), len(individual2)
    total = last1 + last2 - 2
    cuts = [
        (cut1, cut2)
        for cut1 in range(1, last1 + 1)
        for cut2 in range(1, last2 + 1)
        if space.layers[0] <= (length := cut1 - 1 + last2 - cut2) <= space.layers[1]
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
