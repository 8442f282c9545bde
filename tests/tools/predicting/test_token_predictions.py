"""What a saved network of tokens says of a new text."""

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlopt_deap.core import compare_forecasts
from dlopt_deap.data import TokenSequence
from dlopt_deap.data.vocabulary import Vocabulary, make_vocabulary
from dlopt_deap.errors import DataError, SettingError
from dlopt_deap.networks import NetworkSpec, generate, initial_weights
from dlopt_deap.tools import SavedNetwork
from dlopt_deap.tools.predicting.token_predictions import predict_tokens

TEXT = "to be or not to be, that is the question: " * 5


def network(encoding: str) -> tuple[SavedNetwork, Vocabulary, TokenSequence]:
    sequence = TokenSequence(TEXT, encoding=encoding)
    count = len(sequence.vocabulary)
    embedding = (count, 3) if encoding == "ids" else None
    spec = NetworkSpec(len(sequence.inputs), (5,), count, 4, activation="softmax", embedding=embedding)
    known = make_vocabulary((), 0, list(sequence.vocabulary), None, sequence.name)
    return SavedNetwork(Path("runs/text"), spec, initial_weights(spec, seed=1), None, known), known, sequence


@pytest.mark.parametrize("encoding", ["ids", "one_hot"])
@pytest.mark.parametrize("block", [7, 4096])
def test_errors_and_probabilities_are_those_of_the_comparison_of_the_run(
    encoding: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dlopt_deap.tools.predicting.token_predictions.BLOCK", block)
    saved, known, sequence = network(encoding)
    told = compare_forecasts(sequence, saved.spec, saved.weights)
    rows = sequence.testing.rows
    text = TEXT[rows.start - saved.spec.look_back : rows.stop]
    found = predict_tokens(saved, known, text)
    assert found.measured == pytest.approx(told.errors["network"])
    said = told.predictions["network"]
    assert found.likely.tolist() == said.argmax(axis=1).tolist()
    assert found.chances[:, 1] == pytest.approx(said[np.arange(len(said)), found.came])


def test_what_follows_is_what_the_network_draws() -> None:
    saved, known, sequence = network("ids")
    start = sequence.ids[-4:].tolist()
    found = predict_tokens(saved, known, TEXT, horizon=9, after_only=True, temperature=1.0, seed=3)
    drawn = generate(saved.spec, saved.weights, start, 9, 1.0, 3)
    assert found.drawn.tolist() == drawn.tolist()
    assert found.text() == "".join(sequence.decode(drawn))
    assert (len(found.came), found.measured) == (0, {})


def test_the_file_has_a_row_for_each_token_and_for_each_that_is_drawn() -> None:
    saved, known, _ = network("ids")
    header, *rows = csv.reader(io.StringIO(predict_tokens(saved, known, "to be or", horizon=2).to_csv()))
    assert header == ["time", "steps", "truth", "network", "network probability", "truth probability"]
    assert [row[:3] for row in rows] == [
        *(["4", "1", "e"], ["5", "1", " "], ["6", "1", "o"], ["7", "1", "r"]),
        *(["8", "1", ""], ["9", "2", ""]),
    ]


def test_tokens_that_the_network_does_not_know_are_told_or_stand_for_the_unknown() -> None:
    saved, known, _ = network("ids")
    with pytest.raises(DataError, match="must be in its vocabulary of 15, got 'z'"):
        predict_tokens(saved, known, "to be z")
    other = Vocabulary(known.tokens, "q", known.name)
    came = [predict_tokens(saved, words, text).came for words, text in ((other, "to be z"), (known, "to be q"))]
    assert came[0].tolist() == came[1].tolist()


@pytest.mark.parametrize(("tokens", "settings"), [("to", {}), (TEXT, {"horizon": 0}), (TEXT, {"temperature": -1.0})])
def test_too_short_a_text_and_wrong_settings_are_told(tokens: str, settings: dict[str, Any]) -> None:
    saved, known, _ = network("ids")
    with pytest.raises((DataError, SettingError), match=r"looks back 4 tokens|`horizon`|`temperature`"):
        predict_tokens(saved, known, tokens, **settings)


def test_a_network_of_tokens_has_no_scaling_and_says_what_it_needs() -> None:
    with pytest.raises(SettingError, match="is one of tokens; give it a text"):
        network("ids")[0].described()
