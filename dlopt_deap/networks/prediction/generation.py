"""Tokens drawn one after another, each from what a network says after those before it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.checks import check_integer, check_number, items_of, shown
from dlopt_deap.errors import SettingError
from dlopt_deap.networks.prediction.predict import predict
from dlopt_deap.networks.spec import NetworkSpec
from dlopt_deap.seeding import generator


def generate(
    spec: NetworkSpec,
    weights: ArrayLike,
    start: Sequence[int] | NDArray[np.integer],
    count: int,
    temperature: float = 1.0,
    seed: int = 0,
) -> NDArray[np.int32]:
    """Draw the tokens that follow, one after another.

    Args:
        spec: A network of tokens: it has a softmax, and reads tokens one-hot or by an embedding.
        weights: Its weights, shape (num_weights,).
        start: The numbers of the tokens before, at least as many as the network looks back.
        count: Tokens to draw, from 0.
        temperature: 1 draws by the network's probabilities p, other values by p^(1 / ``temperature``) divided by its
            sum: below 1 likely tokens come more often. 0 takes the most probable one each time (greedy).
        seed: What is drawn follows from it; with more tokens the first ones are the same.

    Returns:
        The numbers of the tokens, shape (count,), int32.

    Raises:
        SettingError: If the network is no such one, its probabilities are not finite, ``start`` is too short or names
            no tokens, or a number is not as above.

    Examples:
        >>> spec = NetworkSpec(1, (3,), 5, look_back=2, activation="softmax", embedding=(5, 2))
        >>> generate(spec, np.zeros(spec.num_weights), [0, 1], 4, temperature=0).tolist()
        [0, 0, 0, 0]
    """
    _check_network(spec)
    count = check_integer("count", count, low=0, limit="MAX_ROWS")
    temperature = check_number("temperature", temperature, low=0.0)
    given = items_of(start) or []
    if len(given) < spec.look_back:
        raise SettingError(
            f"`start` must hold at least {spec.look_back} tokens, as many as are read, got {shown(start)}."
        )
    tokens = [check_integer(f"start[{k}]", one, 0, spec.outputs - 1) for k, one in enumerate(given)]
    draws = generator(check_integer("seed", seed, low=0), "tokens").random(count)
    for draw in draws:
        said = predict(spec, weights, _window(spec, tokens[-spec.look_back :]))[0].astype(np.float64)
        if not np.isfinite(said).all():
            raise SettingError(f"A network's probabilities must be finite, got {shown(said.tolist())} from {spec}.")
        tokens.append(_drawn(said, temperature, draw))
    return np.array(tokens[len(given) :], np.int32)


def _check_network(spec: NetworkSpec) -> None:
    """Refuse a network that does not read what it predicts."""
    reads = spec.inputs if spec.embedding is None else spec.embedding[0]
    if spec.activation != "softmax" or reads != spec.outputs:
        raise SettingError(
            "A network that tokens are drawn from must have the activation 'softmax', and predict the tokens that it "
            f"reads, got {spec}."
        )


def _window(spec: NetworkSpec, tokens: list[int]) -> NDArray[np.float32]:
    """Give the window that ends with these tokens, shape (1, look_back, inputs)."""
    if spec.embedding is not None:
        return np.array(tokens, np.float32)[np.newaxis, :, np.newaxis]
    return np.eye(spec.outputs, dtype=np.float32)[np.newaxis, tokens]


def _drawn(said: NDArray[np.float64], temperature: float, draw: float) -> int:
    """Draw a token by its probability; ``draw`` is a number in [0, 1)."""
    greatest = said.max()
    if temperature == 0:
        return int(said.argmax())
    with np.errstate(divide="ignore"):  # a probability of zero stays zero
        shares = np.exp(np.log(said / greatest) / temperature)
    ends = np.cumsum(shares)
    return int(np.searchsorted(ends, draw * ends[-1], side="right"))
