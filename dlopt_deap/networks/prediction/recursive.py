"""Forecasts of many steps ahead, in which each forecast is read as the newest row by the next."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.checks import check_integer
from dlopt_deap.errors import SettingError
from dlopt_deap.networks.prediction.predict import forecast
from dlopt_deap.networks.spec import NetworkSpec


def predict_recursive(
    spec: NetworkSpec, weights: ArrayLike, x: ArrayLike, steps: int, threads: int = 1
) -> NDArray[np.float32]:
    """Forecast several steps ahead, in a closed loop, with one network or with many that differ in their weights only.

    The first step is what :func:`~dlopt_deap.networks.predict` gives. Then the window moves on by one row: the oldest
    is dropped, the forecast becomes the newest, and the network reads the whole window afresh, its states zero at the
    beginning as always. So the outputs of the network must be its inputs: the same columns in the same order and the
    same scale, which only the caller can know; here their numbers are compared.

    Each network is computed on its own: neither ``threads`` nor which others, or which other windows, are in the call
    changes a bit of what it forecasts. A network with a weight that is not finite forecasts NaN. Where a forecast is
    not finite, all that follow it in its window are NaN: a saturated gate would hide that something went wrong.

    Args:
        spec: The network, with as many outputs as inputs.
        weights: Weight vectors, shape (samples, num_weights) or (num_weights,).
        x: Windows, shape (windows, look_back, inputs), of any strides.
        steps: Steps to forecast, from 1.
        threads: Threads to compute with, from 1; the samples are shared among them.

    Returns:
        Shape (samples, windows, steps, outputs), or (windows, steps, outputs) for one weight vector; float32.

    Raises:
        SettingError: If the network has more or fewer outputs than inputs, embeds tokens or gives probabilities, a
            shape does not fit it, or ``steps`` or ``threads`` is less than 1.

    Source:
        The recursive (iterated) strategy of multi-step forecasting: Ben Taieb, Bontempi, Atiya, Sorjamaa: A review and
        comparison of strategies for multi-step ahead time series forecasting based on the NN5 forecasting competition,
        Expert Systems with Applications 39(8), 2012, section 2.1.

    Examples:
        >>> spec = NetworkSpec(inputs=2, units=(3,), outputs=2, look_back=4)
        >>> weights = np.zeros((5, spec.num_weights))
        >>> predict_recursive(spec, weights, np.ones((7, 4, 2)), steps=10).shape
        (5, 7, 10, 2)
    """
    if spec.embedding is not None or spec.activation == "softmax":
        raise SettingError(
            f"A network that gives probabilities, or reads numbers of tokens, cannot read its own forecasts, got "
            f"{spec}; draw tokens one after another with `generate`."
        )
    if spec.inputs != spec.outputs:
        raise SettingError(
            f"A network that reads its own forecasts must have as many outputs as inputs, got {spec.inputs} inputs and "
            f"{spec.outputs} outputs; forecast every column that is read, or one step only with `predict`."
        )
    steps = check_integer("steps", steps, low=1, limit="MAX_ROWS")
    return forecast(spec, weights, x, steps, threads)
