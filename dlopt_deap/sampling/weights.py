"""Random weight vectors, in blocks of bounded memory."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.errors import SettingError
from dlopt_deap.sampling.distributions import Distribution
from dlopt_deap.seeding import generator


def weight_blocks(
    num_weights: int, num_samples: int, block: int, seed: int, distribution: Distribution
) -> Iterator[NDArray[np.float32]]:
    """Draw weight vectors block by block.

    Each vector is a draw of its own, one after the other from one generator, so the first n vectors are the same
    whatever the number of samples and the size of the blocks, for every distribution.

    Args:
        num_weights: Weights in a vector.
        num_samples: Vectors in all.
        block: Vectors in a block.
        seed: The seed of the sampling.
        distribution: What the weights are drawn from.

    Yields:
        Blocks of shape (``block``, ``num_weights``), the last one perhaps smaller; the same array each time,
        overwritten.

    Raises:
        SettingError: If the distribution gives another shape than asked for.
    """
    random = generator(seed, "weights")
    weights = np.empty((min(block, num_samples), num_weights), dtype=np.float32)
    for start in range(0, num_samples, block):
        filled = weights[: num_samples - start]
        for vector in filled:
            vector[:] = _draw(distribution, random, num_weights)
        yield filled


def _draw(distribution: Distribution, random: np.random.Generator, num_weights: int) -> NDArray[np.float32]:
    """Draw one vector."""
    vector = np.asarray(distribution(random, (num_weights,)))
    if vector.shape != (num_weights,):
        raise SettingError(
            f"`distribution` must give the shape that it is asked for, ({num_weights},), got {vector.shape} from "
            f"{distribution!r}."
        )
    return vector.astype(np.float32, copy=False)
