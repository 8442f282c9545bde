"""Tokens drawn from a network."""

from typing import Any

import numpy as np
import pytest

from dlopt_deap.errors import SettingError
from dlopt_deap.networks import NetworkSpec, generate, initial_weights, predict

EMBEDDED = NetworkSpec(1, (4,), 6, 3, "simple_rnn", activation="softmax", embedding=(6, 2))
ONE_HOT = NetworkSpec(6, (4,), 6, 3, "simple_rnn", activation="softmax")


def certain(probabilities: list[float]) -> np.ndarray[Any, Any]:
    """Weights of a network that always says the same."""
    arrays = [np.zeros(shape) for shape in EMBEDDED.weight_shapes]
    arrays[-1] = np.log(probabilities)
    return EMBEDDED.pack(arrays)


@pytest.mark.parametrize("spec", [EMBEDDED, ONE_HOT])
def test_greedy_tokens_are_the_most_probable_after_all_before_them(spec: NetworkSpec) -> None:
    weights = np.random.default_rng(2).normal(0, 2, spec.num_weights).astype(np.float32)
    tokens = [0, 5, 1, 2]
    for one in generate(spec, weights, tokens, 12, temperature=0):
        read = np.array(tokens[-3:])
        x = np.eye(6)[None, read] if spec.embedding is None else read[None, :, None]
        assert one == predict(spec, weights, x)[0].argmax()
        tokens.append(int(one))
    assert len(set(tokens[4:])) > 1  # otherwise nothing would be read


def test_equal_seeds_draw_equal_tokens_and_more_tokens_begin_with_the_same() -> None:
    weights = initial_weights(EMBEDDED)
    first, again = (generate(EMBEDDED, weights, [0, 1, 2], 30, seed=7).tolist() for _ in range(2))
    assert first == again
    assert generate(EMBEDDED, weights, [0, 1, 2], 10, seed=7).tolist() == first[:10]
    assert generate(EMBEDDED, weights, [0, 1, 2], 30, seed=8).tolist() != first


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_tokens_come_as_often_as_their_probability_to_the_power_of_the_temperature(temperature: float) -> None:
    said = np.array([0.5, 0.2, 0.1, 0.1, 0.06, 0.04])
    drawn = generate(EMBEDDED, certain(said.tolist()), [0, 0, 0], 4_000, temperature, seed=1)
    shares = said ** (1 / temperature)
    shares /= shares.sum()
    found = np.bincount(drawn, minlength=6) / len(drawn)
    assert (np.abs(found - shares) < 4.5 * np.sqrt(shares * (1 - shares) / len(drawn))).all()


def test_a_token_of_probability_zero_never_comes() -> None:
    drawn = generate(EMBEDDED, certain([0.5, 1e-300, 0.5, 1e-300, 1e-300, 1e-300]), [0, 0, 0], 500, temperature=5.0)
    assert set(drawn.tolist()) == {0, 2}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"start": [0, 1]}, r"`start` must hold at least 3 tokens, as many as are read, got \[0, 1\]"),
        ({"start": 5}, "`start` must hold at least 3 tokens"),
        ({"start": [0, 6, 1]}, r"`start\[1\]` must be a whole number in \[0, 5\], got 6"),
        ({"count": -1}, "`count` must be a whole number of at least 0, got -1"),
        ({"temperature": -1}, "`temperature` must be a finite number"),
        ({"temperature": np.nan}, "`temperature` must be a finite number"),
        ({"seed": -1}, "`seed` must be a whole number of at least 0, got -1"),
        ({"weights": np.full(EMBEDDED.num_weights, np.nan)}, "probabilities must be finite, got .*nan"),
        ({"spec": NetworkSpec(1, (4,), 6, 3, embedding=(6, 2))}, "must have the activation 'softmax'"),
        ({"spec": NetworkSpec(2, (4,), 6, 3, activation="softmax")}, "predict the tokens that it reads"),
    ],
)
def test_a_wrong_argument_is_refused(arguments: dict[str, Any], message: str) -> None:
    given = {"spec": EMBEDDED, "weights": initial_weights(EMBEDDED), "start": [0, 1, 2], "count": 3} | arguments
    with pytest.raises(SettingError, match=message):
        generate(**given)


def test_no_tokens_may_be_asked_for() -> None:
    assert generate(EMBEDDED, initial_weights(EMBEDDED), [0, 1, 2], 0).shape == (0,)
