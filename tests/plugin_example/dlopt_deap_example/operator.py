"""An operator."""

import random
from collections.abc import MutableSequence
from typing import Any

from dlopt_deap.architecture import Space


def mut_double(individual: MutableSequence[Any], space: Space, halvepb: float = 0.5, rng: Any = random) -> tuple[Any]:
    """Double the units of one layer, or halve them with probability ``halvepb``."""
    layer = rng.randrange(len(space.head), len(individual))
    individual[layer] = individual[layer] // 2 if rng.random() < halvepb else individual[layer] * 2
    space.repair(individual)
    return (individual,)
