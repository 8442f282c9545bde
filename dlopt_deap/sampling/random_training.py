"""Random training: the best of many random weight vectors, as if they had been trained."""

import time
from typing import Any

from dlopt_deap.data import Series
from dlopt_deap.networks import NetworkSpec, Training, predict
from dlopt_deap.sampling.metrics import METRICS, default_metric
from dlopt_deap.sampling.mrs import mae_random_sampling


def random_training(
    spec: NetworkSpec, series: Series, num_samples: int = 100, seed: int = 0, metric: str | None = None, **sampling: Any
) -> Training:
    """Draw weights at random, and keep those with the lowest error on the training split.

    What it reaches says how much of a trained network's error is owed to training.

    Args:
        spec: The network.
        series: The series; its test split is not looked at.
        num_samples: Weight vectors to draw.
        seed: Fixes the weights.
        metric: The error, by name; unless given, the mean absolute one, of tokens the cross-entropy.
        **sampling: Further keyword arguments of :func:`~dlopt_deap.sampling.mae_random_sampling`, such as
            ``distribution``.

    Returns:
        The weights as a :class:`~dlopt_deap.networks.Training` of no epochs: its history holds one ``loss`` and one
        ``val_loss``, the errors of the best weights on the training and on the validation split.

    Raises:
        SettingError: If a setting is wrong or the network does not fit the series.
        DataError: If the series is too short for the look-back.

    Source:
        DLOPT's ``RandomTraining`` (its public code).

    Examples:
        >>> from dlopt_deap.data import sine
        >>> training = random_training(NetworkSpec(1, (2,), 1, 3), sine(stop=20.0), num_samples=50)
        >>> training.epochs, training.engine
        (0, 'random')
    """
    began = time.perf_counter()
    metric = default_metric(series) if metric is None else metric
    found = mae_random_sampling(spec, series.training, num_samples, seed=seed, metric=metric, **sampling)
    x, y = series.validation.windows(spec.look_back)
    val_loss = float(METRICS[metric](predict(spec, found.best_weights[None], x), y)[0])
    return Training(
        weights=found.best_weights,
        history={"loss": [float(found.samples.min())], "val_loss": [val_loss]},
        epochs=0,
        seconds=time.perf_counter() - began,
        stopped_by="epochs",
        engine="random",
        why=f"the best of {num_samples} random weight vectors",
    )
