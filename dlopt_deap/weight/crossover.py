"""Crossover of weight vectors.

Every operator has DEAP's signature: it works in place on two vectors of weights (arrays, lists, ``Solution`` over one),
returns both, and draws all its numbers at once from a generator made from ``rng``. The type of the numbers is kept,
finite weights stay finite (what overflows becomes the largest float32), and attributes that individuals carry, such as
the step size of :func:`~dlopt_deap.weight.mut_self_adaptive`, stay with their individual.
"""

import random
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.checks import check_number
from dlopt_deap.networks.spec import NetworkSpec
from dlopt_deap.seeding import numpy_generator
from dlopt_deap.weight.groups import layer_of, layer_widths, neuron_of
from dlopt_deap.weight.vectors import LARGEST, Vector, choose, read_parents, write_vector

Individual = TypeVar("Individual")


def cx_uniform(
    individual1: Individual, individual2: Individual, indpb: float = 0.5, rng: Any = random
) -> tuple[Individual, Individual]:
    """Exchange each weight with probability ``indpb``.

    Args:
        individual1: The first weights.
        individual2: The second weights, as many.
        indpb: Probability of each weight to be exchanged.
        rng: Where to draw from.

    Returns:
        Both individuals.

    Raises:
        SettingError: If ``indpb`` is no probability, or the lengths differ.

    Source:
        DEAP's ``cxUniform``.

    Examples:
        >>> cx_uniform([0.1, 0.2], [0.3, 0.4], indpb=1.0)
        ([0.3, 0.4], [0.1, 0.2])
    """
    values1, values2 = read_parents(individual1, individual2)
    chosen = choose(indpb, len(values1), numpy_generator(rng))
    return _exchange(individual1, individual2, values1, values2, chosen)


def cx_neurons(
    individual1: Individual, individual2: Individual, spec: NetworkSpec, indpb: float = 0.5, rng: Any = random
) -> tuple[Individual, Individual]:
    """Exchange whole neurons, that is all weights that feed into one, each with probability ``indpb``.

    Args:
        individual1: The first weights, as many as the network has.
        individual2: The second weights, as many.
        spec: The network; :func:`neuron_of` tells what feeds into which.
        indpb: Probability of each neuron to be exchanged.
        rng: Where to draw from.

    Returns:
        Both individuals.

    Raises:
        SettingError: If ``indpb`` is no probability, or an individual is not of the network's length.

    Source:
        Montana and Davis, "Training feedforward neural networks using genetic algorithms", IJCAI 1989: "crossover
        nodes". It differs: there are two children, and a recurrent unit brings all its gates.
    """
    values1, values2 = read_parents(individual1, individual2, spec)
    chosen = choose(indpb, sum(layer_widths(spec)), numpy_generator(rng))[neuron_of(spec)]
    return _exchange(individual1, individual2, values1, values2, chosen)


def cx_layers(
    individual1: Individual, individual2: Individual, spec: NetworkSpec, indpb: float = 0.5, rng: Any = random
) -> tuple[Individual, Individual]:
    """Exchange whole layers, each with probability ``indpb``.

    Args:
        individual1: The first weights, as many as the network has.
        individual2: The second weights, as many.
        spec: The network; its dense output is a layer like the others.
        indpb: Probability of each layer to be exchanged.
        rng: Where to draw from.

    Returns:
        Both individuals.

    Raises:
        SettingError: If ``indpb`` is no probability, or an individual is not of the network's length.
    """
    values1, values2 = read_parents(individual1, individual2, spec)
    chosen = choose(indpb, len(layer_widths(spec)), numpy_generator(rng))[layer_of(spec)]
    return _exchange(individual1, individual2, values1, values2, chosen)


def cx_blend(
    individual1: Individual, individual2: Individual, alpha: float, rng: Any = random
) -> tuple[Individual, Individual]:
    """Draw each weight from between the parents' and beyond; the children's mean is that of their parents.

    Args:
        individual1: The first weights.
        individual2: The second weights, as many.
        alpha: How far beyond, on either side, in the distance of the parents' weights.
        rng: Where to draw from.

    Returns:
        Both individuals.

    Raises:
        SettingError: If ``alpha`` is negative or not finite, or the lengths differ.

    Source:
        Eshelman and Schaffer, "Real-coded genetic algorithms and interval-schemata" (1993), BLX-alpha, as DEAP's
        ``cxBlend``: one random number a weight, from which the children lie on opposite sides of the mean.
    """
    values1, values2 = read_parents(individual1, individual2)
    alpha = check_number("alpha", alpha, low=0.0, high=LARGEST)
    gamma = (1 + 2 * alpha) * numpy_generator(rng).random(len(values1)) - alpha
    return _blend(individual1, individual2, values1, values2, gamma)


def cx_sbx(
    individual1: Individual, individual2: Individual, eta: float, rng: Any = random
) -> tuple[Individual, Individual]:
    """Spread each weight about the parents' mean as a one-point crossover of bit strings would spread it.

    Args:
        individual1: The first weights.
        individual2: The second weights, as many.
        eta: The distribution index: the greater, the nearer are the children to their parents.
        rng: Where to draw from.

    Returns:
        Both individuals.

    Raises:
        SettingError: If ``eta`` is negative or not finite, or the lengths differ.

    Source:
        Deb and Agrawal, "Simulated binary crossover for continuous search space", Complex Systems 9 (1995), as DEAP's
        ``cxSimulatedBinary``.
    """
    values1, values2 = read_parents(individual1, individual2)
    eta = check_number("eta", eta, low=0.0)
    draws = numpy_generator(rng).random(len(values1))
    spread = np.where(draws <= 0.5, 2 * draws, 0.5 / (1 - draws)) ** (1 / (eta + 1))
    return _blend(individual1, individual2, values1, values2, (1 - spread) / 2)


def _exchange(
    individual1: Individual, individual2: Individual, values1: Vector, values2: Vector, chosen: NDArray[np.bool_]
) -> tuple[Individual, Individual]:
    """Exchange the chosen weights of two individuals."""
    write_vector(individual1, np.where(chosen, values2, values1))
    write_vector(individual2, np.where(chosen, values1, values2))
    return individual1, individual2


def _blend(
    individual1: Individual, individual2: Individual, values1: Vector, values2: Vector, gamma: Vector
) -> tuple[Individual, Individual]:
    """Move both individuals towards each other by a share ``gamma`` of their distance, which may be negative."""
    with np.errstate(over="ignore", invalid="ignore"):  # weights that are no float32, or not finite
        steps = gamma * (values2 - values1)
        write_vector(individual1, values1 + steps)
        write_vector(individual2, values2 - steps)
    return individual1, individual2
