"""How good forecasts of tokens are: of a network, and of the methods that cost nothing and must be beaten."""

import csv
import io
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.core.forecasts.forecast_base import Forecast, Rows
from dlopt_deap.data import Split, TokenSequence
from dlopt_deap.networks import NetworkSpec, predict
from dlopt_deap.networks.training.fit import check_reading
from dlopt_deap.sampling import cross_entropy, error_rate
from dlopt_deap.sampling.metrics import check_metric

Ids = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class TokenForecast(Forecast):
    """Forecasts of the tokens of a split, each from the tokens before it.

    Truth is one-hot and each prediction holds a probability for every token: shape (tokens, vocabulary). The errors are
    the cross-entropy in nats, its exponential, the perplexity, and the share of tokens of which another was thought to
    be the most probable.
    """

    @property
    def criterion(self) -> str:
        """The error that methods are compared by."""
        return "cross_entropy"

    @property
    def unit(self) -> str:
        """What the criterion measures, in words."""
        return "cross-entropy, in nats a token"

    def to_csv(self) -> str:
        """Write the tokens as CSV: the truth, and of each method the most probable one and the truth's probability."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        vocabulary = self.split.series.targets
        heads = [f"{method} {column}" for method in self.predictions for column in ("token", "probability")]
        writer.writerow(["time", "truth", *heads])
        came = self.truth.argmax(axis=1)
        likely = {method: said.argmax(axis=1) for method, said in self.predictions.items()}
        for row, time in enumerate(self.split.index):
            cells = [vocabulary[came[row]]]
            for method, said in self.predictions.items():
                cells += [vocabulary[likely[method][row]], str(float(said[row, came[row]]))]
            writer.writerow([time, *cells])
        return text.getvalue()


def compare_tokens(rows: Split, series: TokenSequence, spec: NetworkSpec, weights: ArrayLike) -> TokenForecast:
    """Compare a network with naive forecasts on the same tokens; all of these are fitted on the training tokens.

    Args:
        rows: The tokens to forecast.
        series: The sequence that they belong to.
        spec: The network, which gives probabilities.
        weights: Its weights, shape (num_weights,).

    Returns:
        The forecasts of ``network``; ``most frequent token``, that is each token's share; ``last token``, which is
        repeated as often as in the training tokens, all others being equally probable; ``bigram``, the share of each
        token after the last one. All counts are one more than they are (add-one smoothing).
    """
    check_metric("cross_entropy", spec)
    check_reading(spec, series)
    x, _ = rows.windows(spec.look_back)
    known, count = series.ids[series.training.rows], len(series.vocabulary)
    last = series.ids[rows.rows.start - 1 : rows.rows.stop - 1]
    predictions: dict[str, Rows] = {
        "network": predict(spec, weights, x).astype(float),
        "most frequent token": np.broadcast_to(_shares(np.bincount(known, minlength=count)), (len(last), count)),
        "last token": _repeated(known, last, count),
        "bigram": _bigrams(known, count)[last],
    }
    truth = series.scaled_targets[rows.rows]
    errors = {name: token_errors(said, truth) for name, said in predictions.items()}
    return TokenForecast(rows, truth.astype(float), predictions, errors)


def token_errors(said: Rows, truth: NDArray[np.float32]) -> dict[str, float]:
    """Take the errors of one method.

    Args:
        said: The probabilities, shape (tokens, vocabulary).
        truth: What came, one-hot, of the same shape.

    Returns:
        The cross-entropy in nats, its exponential, and the share of tokens of which another was the most probable.
    """
    nats = float(cross_entropy(said[np.newaxis], truth)[0])
    wrong = float(error_rate(said[np.newaxis], truth)[0])
    return {"cross_entropy": nats, "perplexity": math.exp(nats), "error_rate": wrong}


def _shares(counts: NDArray[np.integer]) -> Rows:
    """Turn counts into probabilities, by add-one smoothing along the last axis."""
    smoothed = counts + 1.0
    return np.asarray(smoothed / smoothed.sum(axis=-1, keepdims=True))


def _repeated(known: Ids, last: Ids, count: int) -> Rows:
    """Say that the last token comes again, with the probability that it has in the training tokens."""
    repeats = int((known[1:] == known[:-1]).sum())
    again = (repeats + 1) / (len(known) + 1)
    said = np.full((len(last), count), (1 - again) / (count - 1))
    said[np.arange(len(last)), last] = again
    return said


def _bigrams(known: Ids, count: int) -> Rows:
    """Give the probability of each token after each token, shape (vocabulary, vocabulary)."""
    counts = np.zeros((count, count), np.int64)
    np.add.at(counts, (known[:-1], known[1:]), 1)
    return _shares(counts)
