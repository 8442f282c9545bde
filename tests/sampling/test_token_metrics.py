"""Errors of probabilities, and random samplings of networks of tokens."""

import math

import numpy as np
import pytest

from dlopt_deap.data import TokenSequence, sine
from dlopt_deap.errors import SettingError
from dlopt_deap.networks import NetworkSpec, predict
from dlopt_deap.sampling import cross_entropy, error_rate, mae_random_sampling, random_training

SEQUENCE = TokenSequence("the cat sat on the mat. " * 10, encoding="ids")
TOKENS = len(SEQUENCE.vocabulary)
SPEC = NetworkSpec(1, (4,), TOKENS, 3, activation="softmax", embedding=(TOKENS, 2))

RANDOM = np.random.default_rng(0)
SAID = RANDOM.dirichlet(np.ones(5), (3, 40)).astype(np.float32)
CAME = np.eye(5, dtype=np.float32)[RANDOM.integers(5, size=40)]


def test_the_cross_entropy_is_the_mean_surprise_at_what_came() -> None:
    expected = [-np.log(said[CAME == 1].astype(float)).mean() for said in SAID]
    assert cross_entropy(SAID, CAME).tolist() == pytest.approx(expected, rel=1e-12)


def test_soft_targets_weigh_the_surprises() -> None:
    assert cross_entropy(SAID, CAME * 1.0).tolist() == cross_entropy(SAID, CAME).tolist()
    soft = RANDOM.dirichlet(np.ones(5), 40)
    expected = [-(soft * np.log(said.astype(float))).sum(axis=1).mean() for said in SAID]
    assert cross_entropy(SAID, soft).tolist() == pytest.approx(expected, rel=1e-12)


def test_a_probability_of_zero_costs_as_much_as_one_of_1e_7_and_certainty_next_to_nothing() -> None:
    said = np.array([[[0.0, 1.0]], [[1.0, 0.0]]], np.float32)
    found = cross_entropy(said, np.array([[1, 0]], np.float32))
    assert found.tolist() == pytest.approx([-math.log(1e-7), 1e-7], rel=1e-6)


@pytest.mark.keras
def test_the_cross_entropy_is_that_of_keras_for_probabilities() -> None:
    import keras

    sure = SAID[0].copy()
    sure[0] = [0, 1, 0, 0, 0]
    for y in (CAME, np.roll(CAME, 1, axis=1)):
        theirs = float(keras.losses.CategoricalCrossentropy()(y, sure))
        assert cross_entropy(sure[np.newaxis], y)[0] == pytest.approx(theirs, rel=1e-5)


def test_the_error_rate_counts_the_most_probable_tokens_that_did_not_come() -> None:
    said = np.array([[[0.6, 0.4], [0.3, 0.7], [0.5, 0.5], [0.9, 0.1]]], np.float32)
    assert error_rate(said, np.eye(2)[[0, 0, 0, 1]]).tolist() == [0.5]


def test_a_sampling_of_the_cross_entropy_is_that_of_predict_with_its_own_upper_bound() -> None:
    sampling = mae_random_sampling(SPEC, SEQUENCE.validation, num_samples=20, threshold=1.0, metric="cross_entropy")
    x, y = SEQUENCE.validation.windows(3)
    least = cross_entropy(predict(SPEC, sampling.best_weights[np.newaxis], x), y)[0]
    assert sampling.samples.min() == least
    assert sampling.upper == pytest.approx(16.118, abs=1e-3)
    assert mae_random_sampling(SPEC, SEQUENCE.validation, 9, metric=error_rate).upper == 1.0
    assert mae_random_sampling(SPEC, SEQUENCE.validation, 9).upper == 2.0
    assert mae_random_sampling(SPEC, SEQUENCE.validation, 9, metric="cross_entropy", upper=5).upper == 5.0


@pytest.mark.parametrize("metric", ["cross_entropy", "error_rate", cross_entropy])
def test_an_error_of_probabilities_needs_a_softmax(metric: object) -> None:
    with pytest.raises(SettingError, match=r"is an error of probabilities: it needs .* 'softmax', got 'tanh'"):
        mae_random_sampling(NetworkSpec(1, (2,), 1, 3), sine().validation, metric=metric)  # type: ignore[arg-type]


def test_random_training_keeps_the_weights_with_the_least_cross_entropy() -> None:
    training = random_training(SPEC, SEQUENCE, num_samples=20)
    x, y = SEQUENCE.training.windows(3)
    assert training.history["loss"][0] == cross_entropy(predict(SPEC, training.weights[np.newaxis], x), y)[0]


@pytest.mark.parametrize(
    ("spec", "sequence", "message"),
    [
        (SPEC, TokenSequence(SEQUENCE.ids), 'is one-hot; make it with `encoding="ids"`, or leave out `embedding`'),
        (
            NetworkSpec(1, (4,), TOKENS, 3, activation="softmax"),
            SEQUENCE,
            r"needs an embedding of .*got None",
        ),
        (
            NetworkSpec(1, (4,), TOKENS, 3, activation="softmax", embedding=(7, 2)),
            SEQUENCE,
            r"needs an embedding of their vocabulary, \(11, dimension\), got \(7, 2\)",
        ),
        (NetworkSpec(1, (4,), 1, 3, embedding=(7, 2)), sine(), "A network with an embedding reads tokens"),
        (NetworkSpec(5, (4,), TOKENS, 3, activation="softmax"), TokenSequence(SEQUENCE.ids), "`inputs` of the network"),
    ],
)
def test_a_network_that_does_not_read_what_the_sequence_holds_is_refused(
    spec: NetworkSpec, sequence: TokenSequence, message: str
) -> None:
    with pytest.raises(SettingError, match=message):
        mae_random_sampling(spec, sequence.validation, 5)
