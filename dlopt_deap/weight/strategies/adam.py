"""Adam on one vector of parameters in float64."""

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.checks import check_number
from dlopt_deap.errors import SettingError

EPSILON = 1e-7
"""Keras' constant."""


class Adam:
    """The optimizer Adam, by Keras' definition.

    Args:
        num_weights: Number of parameters.
        beta_1: How much of the mean gradient lasts from step to step, in [0, 1).
        beta_2: How much of the mean squared gradient lasts from step to step, in [0, 1).

    Attributes:
        steps: How many steps were made.
        momentum: The mean gradient m, shape (num_weights,).
        velocity: The mean squared gradient v, shape (num_weights,).

    Raises:
        SettingError: If a beta lies outside [0, 1).

    Source:
        Kingma and Ba 2015, arXiv:1412.6980, in the form just before its Section 2.1, as ``keras.optimizers.Adam``:
        epsilon is added to the root of v before its bias is corrected, not after as in Algorithm 1.
    """

    def __init__(self, num_weights: int, beta_1: float = 0.9, beta_2: float = 0.999) -> None:
        self.beta_1 = _check_beta("beta_1", beta_1)
        self.beta_2 = _check_beta("beta_2", beta_2)
        self.steps = 0
        self.momentum = np.zeros(num_weights)
        self.velocity = np.zeros(num_weights)

    def step(self, gradient: NDArray[np.float64], learning_rate: float) -> NDArray[np.float64]:
        """Take in a gradient and return what to add to the parameters to go down, shape (num_weights,).

        Examples:
            >>> Adam(2).step(np.array([5.0, -0.5]), learning_rate=0.1).round(4)
            array([-0.1,  0.1])
        """
        self.steps += 1
        self.momentum += (1 - self.beta_1) * (gradient - self.momentum)
        self.velocity += (1 - self.beta_2) * (np.square(gradient) - self.velocity)
        rate = learning_rate * np.sqrt(1 - self.beta_2**self.steps) / (1 - self.beta_1**self.steps)
        change: NDArray[np.float64] = -rate * self.momentum / (np.sqrt(self.velocity) + EPSILON)
        return change


def _check_beta(name: str, value: object) -> float:
    """Return a decay in [0, 1)."""
    beta = check_number(name, value, low=0.0)
    if beta >= 1:
        raise SettingError(
            f"`{name}` must be at least 0 and less than 1, got {beta}; Keras' defaults are 0.9 and 0.999."
        )
    return beta
