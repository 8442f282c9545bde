"""What a saved network of tokens says of a new text."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.checks import check_integer
from dlopt_deap.core.forecasts.token_forecast import token_errors
from dlopt_deap.data.vocabulary import Vocabulary
from dlopt_deap.errors import DataError
from dlopt_deap.networks import NetworkSpec, generate, predict
from dlopt_deap.tools.saved.saved_network import SavedNetwork

BLOCK = 4096
"""Windows that are predicted at a time, so that a long text takes no more memory than a short one."""

Ids = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class TokenPredictions:
    """What a network says of tokens, and which it draws after the last one.

    Attributes:
        vocabulary: The tokens that it knows.
        first: The place of the first token that has a whole window before it.
        came: The number of each token from there on, shape (tokens,).
        likely: That of the most probable one, of the same shape.
        chances: The probabilities of the most probable one and of the one that came, shape (tokens, 2).
        drawn: The numbers of the tokens that are drawn after the last one.
        measured: Cross-entropy in nats, perplexity and share of wrong tokens; empty if none is compared.
    """

    vocabulary: Vocabulary
    first: int
    came: Ids
    likely: Ids
    chances: NDArray[np.float64]
    drawn: Ids
    measured: dict[str, float]

    def text(self, between: str = "") -> str:
        """Write the drawn tokens as a text."""
        return between.join(self.vocabulary.tokens[one] for one in self.drawn)

    def to_csv(self) -> str:
        """Write a row for each token: its place, steps ahead, itself, the most probable one, and both probabilities."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["time", "steps", "truth", "network", "network probability", "truth probability"])
        tokens = self.vocabulary.tokens
        for row, (came, likely, (own, true)) in enumerate(zip(self.came, self.likely, self.chances, strict=True)):
            writer.writerow([self.first + row, 1, tokens[came], tokens[likely], float(own), float(true)])
        after = self.first + len(self.came)
        writer.writerows([after + step, step + 1, "", tokens[one], "", ""] for step, one in enumerate(self.drawn))
        return text.getvalue()


def predict_tokens(
    network: SavedNetwork,
    vocabulary: Vocabulary,
    tokens: Sequence[str],
    horizon: int = 1,
    after_only: bool = False,
    temperature: float = 0.0,
    seed: int = 0,
) -> TokenPredictions:
    """Say what a network of tokens expects of a text, one token ahead, and draw tokens after its end.

    Args:
        network: The network.
        vocabulary: The tokens that it was trained with.
        tokens: The tokens of the text.
        horizon: Tokens to draw after the last one, from 1.
        after_only: Whether the tokens of the text themselves are not forecast.
        temperature: How they are drawn; 0 takes the most probable one each time. See
            :func:`~dlopt_deap.networks.generate`.
        seed: What is drawn follows from it.

    Raises:
        SettingError: If the horizon is below 1, or the temperature below 0.
        DataError: If there are fewer tokens than the network looks back, or one that it does not know.
    """
    check_integer("horizon", horizon, low=1, limit="MAX_ROWS")
    spec, weights = network.spec, network.weights
    ids = vocabulary.encode(tokens)
    if len(ids) < spec.look_back:
        raise DataError(f"The network looks back {spec.look_back} tokens, so a text must have as many, got {len(ids)}.")
    drawn = generate(spec, weights, ids[-spec.look_back :].tolist(), horizon, temperature, seed)
    first = len(ids) if after_only else spec.look_back
    came = ids[first:]
    nothing: dict[str, float] = {}
    compared = _compared(network, ids, came) if len(came) else (np.empty(0, np.int32), np.empty((0, 2)), nothing)
    return TokenPredictions(vocabulary, first, came, compared[0], compared[1], drawn, compared[2])


def _compared(network: SavedNetwork, ids: Ids, came: Ids) -> tuple[Ids, NDArray[np.float64], dict[str, float]]:
    """Predict each token that has a whole window before it, a block at a time."""
    spec = network.spec
    likely, chances, sums = [], [], dict.fromkeys(("cross_entropy", "error_rate"), 0.0)
    for start in range(0, len(came), BLOCK):
        true = came[start : start + BLOCK]
        windows = _windows(spec, ids[start : start + len(true) + spec.look_back - 1])
        said = predict(spec, network.weights, windows).astype(float)
        rows = np.arange(len(true))
        one_hot = np.zeros(said.shape, np.float32)
        one_hot[rows, true] = 1
        errors = token_errors(said, one_hot)
        for name in sums:
            sums[name] += errors[name] * len(true) / len(came)
        best = said.argmax(axis=1).astype(np.int32)
        likely.append(best)
        chances.append(np.column_stack([said[rows, best], said[rows, true]]))
    measured = {"cross_entropy": sums["cross_entropy"], "perplexity": float(np.exp(sums["cross_entropy"]))}
    return np.concatenate(likely), np.vstack(chances), measured | {"error_rate": sums["error_rate"]}


def _windows(spec: NetworkSpec, ids: Ids) -> NDArray[np.float32]:
    """Give what a network reads before each token that follows: shape (windows, look_back, inputs)."""
    read = ids[:, np.newaxis].astype(np.float32)
    if spec.embedding is None:
        read = np.zeros((len(ids), spec.inputs), np.float32)
        read[np.arange(len(ids)), ids] = 1
    windows: NDArray[np.float32] = np.lib.stride_tricks.sliding_window_view(read, spec.look_back, axis=0)
    return windows.transpose(0, 2, 1)
