"""Mutation of weight vectors.

Every operator has DEAP's signature: it works in place on a vector of weights (an array, a list, a ``Solution`` over
one), returns a tuple, and draws all its numbers at once from a generator made from ``rng``. The type of the numbers is
kept, and finite weights stay finite: what overflows becomes the largest float32.
"""

import math
import random
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.checks import check_number
from dlopt_deap.errors import SettingError
from dlopt_deap.networks.spec import NetworkSpec
from dlopt_deap.seeding import numpy_generator
from dlopt_deap.weight.groups import layer_of, layer_widths, neuron_of, per_layer
from dlopt_deap.weight.vectors import LARGEST, Vector, check_sigma, choose, read_vector, write_vector

Individual = TypeVar("Individual")

_LARGEST_EXPONENT = 700.0
"""Of a factor by which a step size may grow; a larger one overflows."""


def mut_gaussian(individual: Individual, sigma: ArrayLike, indpb: float = 1.0, rng: Any = random) -> tuple[Individual]:
    """Add a step from N(0, ``sigma``) to each weight with probability ``indpb``.

    Args:
        individual: The weights.
        sigma: Standard deviation of the steps, in the unit of the weights: a number, or one a weight, shape (weights,).
        indpb: Probability of each weight to be changed.
        rng: Where to draw from.

    Returns:
        The individual.

    Raises:
        SettingError: If ``sigma`` is not positive and finite, or ``indpb`` is no probability.

    Source:
        DEAP's ``mutGaussian`` with ``mu=0``.

    Examples:
        >>> mut_gaussian([0.5, -0.5], sigma=0.1, indpb=0.0)
        ([0.5, -0.5],)
    """
    values = read_vector(individual)
    sigma = check_sigma("sigma", sigma, len(values))
    generator = numpy_generator(rng)
    chosen = choose(indpb, len(values), generator)
    return _step(individual, values, sigma, chosen, generator)


def mut_gaussian_per_layer(
    individual: Individual, spec: NetworkSpec, sigma: float | Sequence[float], indpb: float = 1.0, rng: Any = random
) -> tuple[Individual]:
    """Add a step to each weight with probability ``indpb``, of a size that belongs to the layer of the weight.

    Args:
        individual: The weights, as many as the network has.
        spec: The network.
        sigma: Standard deviation of the steps: one for each recurrent layer and one for the dense output.
        indpb: Probability of each weight to be changed.
        rng: Where to draw from.

    Returns:
        The individual.

    Raises:
        SettingError: If there is another number of ``sigma``, one is not positive and finite, ``indpb`` is no
            probability, or the individual is not of the network's length.
    """
    values = read_vector(individual, spec)
    sigmas = per_layer(spec, sigma, "sigma", above=0.0)
    generator = numpy_generator(rng)
    chosen = choose(indpb, len(values), generator)
    return _step(individual, values, sigmas, chosen, generator)


def mut_self_adaptive(
    individual: Individual,
    sigma: float,
    tau: float | None = None,
    min_sigma: float = 1e-5,
    indpb: float = 1.0,
    rng: Any = random,
) -> tuple[Individual]:
    """Change the individual's own step size, then add a step of that size to each weight with probability ``indpb``.

    The step size is ``individual.sigma``. It lives and dies with the individual, so that selection favours those that
    suit; ``toolbox.clone`` copies it, and crossovers leave it as it is.

    Args:
        individual: The weights; any class that takes attributes, such as ``Solution`` or one of ``deap.creator``.
        sigma: The first step size of an individual that has none.
        tau: Standard deviation of the logarithm of a step size's change; 1 / sqrt(weights) if it is ``None``.
        min_sigma: The least step size.
        indpb: Probability of each weight to be changed.
        rng: Where to draw from.

    Returns:
        The individual.

    Raises:
        SettingError: If a step size is not positive and finite, ``tau`` is negative, ``indpb`` is no probability, or
            the individual takes no attributes.

    Source:
        Beyer and Schwefel, "Evolution strategies: a comprehensive introduction", Natural Computing 1 (2002): the
        log-normal operator for one step size, sigma' = sigma exp(tau N(0, 1)), and its learning parameter, which is
        proportional to 1 / sqrt(N). It differs: a step size stays in [``min_sigma``, the largest float32].
    """
    values = read_vector(individual)
    first, least = check_number("sigma", sigma, above=0.0), check_number("min_sigma", min_sigma, above=0.0)
    rate = 1 / math.sqrt(len(values)) if tau is None else check_number("tau", tau, low=0.0)
    own = getattr(individual, "sigma", None)
    own = first if own is None else check_number("individual.sigma", own, above=0.0)
    generator = numpy_generator(rng)
    chosen = choose(indpb, len(values), generator)
    grown = own * math.exp(min(rate * generator.standard_normal(), _LARGEST_EXPONENT))
    own = min(max(grown, least), LARGEST)
    _carry(individual, own)
    return _step(individual, values, own, chosen, generator)


def mut_reset(individual: Individual, scale: ArrayLike, indpb: float, rng: Any = random) -> tuple[Individual]:
    """Draw each weight anew from N(0, ``scale``) with probability ``indpb``.

    Args:
        individual: The weights.
        scale: Standard deviation of the new weights: a number, or one a weight, shape (weights,).
        indpb: Probability of each weight to be drawn.
        rng: Where to draw from.

    Returns:
        The individual.

    Raises:
        SettingError: If ``scale`` is not positive and finite, or ``indpb`` is no probability.
    """
    values = read_vector(individual)
    scale = check_sigma("scale", scale, len(values))
    generator = numpy_generator(rng)
    chosen = choose(indpb, len(values), generator)
    values[chosen] = 0
    return _step(individual, values, scale, chosen, generator)


def mut_neurons(
    individual: Individual, spec: NetworkSpec, sigma: ArrayLike, indpb: float, rng: Any = random
) -> tuple[Individual]:
    """Add a step from N(0, ``sigma``) to all weights that feed into a neuron, for each with probability ``indpb``.

    Args:
        individual: The weights, as many as the network has.
        spec: The network; :func:`neuron_of` tells what feeds into which.
        sigma: Standard deviation of the steps: a number, or one a weight, shape (weights,).
        indpb: Probability of each neuron to be changed.
        rng: Where to draw from.

    Returns:
        The individual.

    Raises:
        SettingError: If ``sigma`` is not positive and finite, ``indpb`` is no probability, or the individual is not of
            the network's length.

    Source:
        Montana and Davis, "Training feedforward neural networks using genetic algorithms", IJCAI 1989: "mutate nodes".
        It differs: neurons are chosen by a probability, not by their number, and a recurrent unit brings all its gates.
    """
    values = read_vector(individual, spec)
    sigma = check_sigma("sigma", sigma, len(values))
    generator = numpy_generator(rng)
    chosen = choose(indpb, sum(layer_widths(spec)), generator)[neuron_of(spec)]
    return _step(individual, values, sigma, chosen, generator)


def mut_layer(individual: Individual, spec: NetworkSpec, sigma: ArrayLike, rng: Any = random) -> tuple[Individual]:
    """Add a step from N(0, ``sigma``) to all weights of one layer, which is drawn at random.

    Args:
        individual: The weights, as many as the network has.
        spec: The network; its dense output is a layer like the others.
        sigma: Standard deviation of the steps: a number, or one a weight, shape (weights,).
        rng: Where to draw from.

    Returns:
        The individual.

    Raises:
        SettingError: If ``sigma`` is not positive and finite, or the individual is not of the network's length.
    """
    values = read_vector(individual, spec)
    sigma = check_sigma("sigma", sigma, len(values))
    generator = numpy_generator(rng)
    chosen = layer_of(spec) == generator.integers(len(layer_widths(spec)))
    return _step(individual, values, sigma, chosen, generator)


def _step(
    individual: Individual,
    values: Vector,
    sigma: float | Vector,
    chosen: NDArray[np.bool_],
    generator: np.random.Generator,
) -> tuple[Individual]:
    """Add Gaussian steps to the chosen weights, and write all into the individual."""
    with np.errstate(over="ignore", invalid="ignore"):  # an infinite step ends at the largest weight
        steps = sigma * generator.standard_normal(len(values))
        np.add(values, steps, out=values, where=chosen)
    write_vector(individual, values)
    return (individual,)


def _carry(individual: Any, sigma: float) -> None:
    """Let an individual carry its step size."""
    try:
        individual.sigma = sigma
    except AttributeError:
        raise SettingError(
            "`individual` must carry its own step size as the attribute `sigma`, which a "
            f"{type(individual).__name__} does not take; use `Solution`, or a class made by `deap.creator`."
        ) from None
