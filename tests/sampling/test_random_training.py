"""Random training."""

import numpy as np
import pytest

from dlopt_deap.data import sine
from dlopt_deap.networks import NetworkSpec, predict
from dlopt_deap.sampling import mae_random_sampling, random_training

SPEC = NetworkSpec(1, (3,), 1, 4)


def test_its_weights_are_the_best_of_the_sampling_on_the_training_split() -> None:
    series = sine(stop=20.0)
    training = random_training(SPEC, series, num_samples=40, seed=3)
    sampling = mae_random_sampling(SPEC, series.training, 40, seed=3)
    assert np.array_equal(training.weights, sampling.best_weights)
    assert training.history["loss"] == [sampling.samples.min()]
    x, y = series.validation.windows(4)
    assert training.history["val_loss"][0] == pytest.approx(np.abs(predict(SPEC, training.weights, x) - y).mean())


def test_more_samples_are_never_worse_on_the_training_split() -> None:
    losses = [random_training(SPEC, sine(stop=20.0), n, seed=1).history["loss"][0] for n in (1, 10, 100)]
    assert losses == sorted(losses, reverse=True)
