"""Networks compared with the methods that forecast tokens for nothing."""

import csv
import io
import itertools
import math

import numpy as np
import pytest

from dlopt_deap.core import Forecast, compare_forecasts, forecast_errors
from dlopt_deap.data import TokenSequence, sine
from dlopt_deap.errors import SettingError
from dlopt_deap.networks import NetworkSpec, TrainingSettings, initial_weights, predict, train

SEQUENCE = TokenSequence("abcabdabcabb" * 30, encoding="ids")
SPEC = NetworkSpec(1, (8,), 4, 4, activation="softmax", embedding=(4, 3))
METHODS = ["network", "most frequent token", "last token", "bigram"]


@pytest.fixture(scope="module")
def told() -> Forecast:
    weights = train(SPEC, SEQUENCE, 30, TrainingSettings(learning_rate=0.02)).weights
    return compare_forecasts(SEQUENCE, SPEC, weights)


def test_every_method_gives_probabilities_for_the_same_tokens(told: Forecast) -> None:
    assert list(told.predictions) == list(told.errors) == METHODS
    assert SEQUENCE.decode(told.truth.argmax(axis=1)) == SEQUENCE.decode(SEQUENCE.ids[SEQUENCE.testing.rows])
    for said in told.predictions.values():
        assert said.shape == told.truth.shape == (72, 4)
        np.testing.assert_allclose(said.sum(axis=1), 1, rtol=1e-6)


def test_naive_methods_are_shares_of_the_training_tokens_with_one_added_to_each_count(told: Forecast) -> None:
    known = "".join(SEQUENCE.decode(SEQUENCE.ids[SEQUENCE.training.rows]))
    first = SEQUENCE.testing.rows.start
    before = SEQUENCE.decode([SEQUENCE.ids[first - 1]])[0]
    for k, token in enumerate("abcd"):
        assert told.predictions["most frequent token"][0, k] == pytest.approx(
            (known.count(token) + 1) / (len(known) + 4)
        )
        pairs = sum(known[i : i + 2] == before + token for i in range(len(known) - 1))
        assert told.predictions["bigram"][0, k] == pytest.approx((pairs + 1) / (known[:-1].count(before) + 4))
    again = (sum(a == b for a, b in itertools.pairwise(known)) + 1) / (len(known) + 1)
    assert told.predictions["last token"][0].tolist() == pytest.approx(
        [again if token == before else (1 - again) / 3 for token in "abcd"]
    )


def test_errors_are_cross_entropy_perplexity_and_error_rate(told: Forecast) -> None:
    came = told.truth.argmax(axis=1)
    for method, said in told.predictions.items():
        nats = -np.log(said[np.arange(72), came]).mean()
        assert told.errors[method]["cross_entropy"] == pytest.approx(nats, rel=1e-9)
        assert told.errors[method]["perplexity"] == pytest.approx(math.exp(nats), rel=1e-9)
        assert told.errors[method]["error_rate"] == (said.argmax(axis=1) != came).mean()


def test_a_trained_network_beats_all_naive_methods_on_a_pattern_longer_than_a_pair(told: Forecast) -> None:
    assert told.beaten == METHODS[1:]
    assert told.errors["network"]["cross_entropy"] < 0.5 * told.errors["bigram"]["cross_entropy"]


def test_the_table_has_the_tokens_and_the_probability_of_what_came(told: Forecast) -> None:
    head, *rows = csv.reader(io.StringIO(told.to_csv()))
    assert head[:4] == ["time", "truth", "network token", "network probability"]
    assert len(head) == 2 + 2 * len(METHODS)
    assert [row[1] for row in rows] == SEQUENCE.decode(SEQUENCE.ids[SEQUENCE.testing.rows])
    assert [int(row[0]) for row in rows] == list(range(288, 360))
    said = told.predictions["network"]
    assert float(rows[5][3]) == said[5, told.truth[5].argmax()]
    assert rows[5][2] == "abcd"[said[5].argmax()]


def test_tokens_are_measured_by_errors_of_probabilities_and_those_that_are_named() -> None:
    weights = initial_weights(SPEC)
    errors = forecast_errors(SEQUENCE.validation, SPEC, weights, ["mse"])
    x, y = SEQUENCE.validation.windows(4)
    assert list(errors) == ["cross_entropy", "error_rate", "mse"]
    assert errors["mse"] == pytest.approx(((predict(SPEC, weights, x) - y) ** 2).mean(), rel=1e-6)
    numbers = forecast_errors(sine().validation, NetworkSpec(1, (2,), 1, 3), np.zeros(35))
    assert "cross_entropy" not in numbers


def test_what_does_not_fit_tokens_is_refused() -> None:
    with pytest.raises(SettingError, match="Tokens have no `season`, got 12"):
        compare_forecasts(SEQUENCE, SPEC, initial_weights(SPEC), season=12)
    linear = NetworkSpec(1, (8,), 4, 4, activation="linear", embedding=(4, 3))
    with pytest.raises(SettingError, match="an error of probabilities"):
        compare_forecasts(SEQUENCE, linear, initial_weights(linear))
