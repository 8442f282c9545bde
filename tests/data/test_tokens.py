"""Sequences of tokens: vocabulary, numbers, splits and windows."""

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlopt_deap import limits
from dlopt_deap.data import TokenSequence
from dlopt_deap.errors import DataError, SettingError

TEXT = "the cat sat on the mat. " * 10
WORDS = TEXT.split()


@pytest.mark.parametrize("encoding", ["one_hot", "ids"])
def test_a_window_holds_the_tokens_before_the_one_to_predict(encoding: str) -> None:
    sequence = TokenSequence(TEXT, encoding=encoding)
    x, y = sequence.validation.windows(5)
    first = sequence.validation.rows.start
    assert x.shape == (len(y), 5, len(sequence.inputs))
    assert y.shape == (len(y), len(sequence.vocabulary))
    assert x.dtype == y.dtype == np.float32
    read = x[0, :, 0] if encoding == "ids" else x[0].argmax(axis=1)
    assert "".join(sequence.decode(read.astype(int))) == TEXT[first - 5 : first]
    assert sequence.decode(y[:3].argmax(axis=1)) == list(TEXT[first : first + 3])
    assert np.array_equal(y.sum(axis=1), np.ones(len(y)))


def test_the_splits_part_the_tokens_by_their_shares() -> None:
    sequence = TokenSequence(TEXT, shares=(0.5, 0.25, 0.25))
    rows = [split.rows for split in (sequence.training, sequence.validation, sequence.testing)]
    assert rows == [slice(0, 120), slice(120, 180), slice(180, 240)]


def test_the_vocabulary_is_every_token_once_and_sorted() -> None:
    assert TokenSequence(WORDS).vocabulary == ("cat", "mat.", "on", "sat", "the")


def test_a_given_vocabulary_keeps_its_order() -> None:
    sequence = TokenSequence("abba" * 5, vocabulary="cab")
    assert sequence.vocabulary == ("c", "a", "b")
    assert sequence.ids[:4].tolist() == [1, 2, 2, 1]


def test_a_token_outside_of_the_vocabulary_is_refused_with_its_place_and_the_way_out() -> None:
    with pytest.raises(DataError, match=r"vocabulary of 2, got 'c' at 2; name a token for all others, such as"):
        TokenSequence("abcab" * 5, vocabulary="ab")


def test_an_unknown_token_stands_for_all_that_the_training_rows_do_not_have() -> None:
    sequence = TokenSequence(["a", "b"] * 10 + ["c"] * 10, unknown="?")
    assert sequence.vocabulary == ("a", "b", "?")
    assert sequence.decode(sequence.ids[-2:]) == ["?", "?"]
    assert sequence.encode(["b", "zebra"]).tolist() == [1, 2]


def test_a_number_takes_the_most_frequent_of_the_training_rows_and_then_in_alphabetical_order() -> None:
    sequence = TokenSequence(["b", "a", "a", "c", "d"] * 6 + ["z"] * 10, vocabulary=3, unknown="?")
    assert sequence.vocabulary == ("a", "b", "?")
    with pytest.raises(SettingError, match="3 most frequent tokens needs one that stands for the others"):
        TokenSequence(TEXT, vocabulary=3)


def test_numbers_of_tokens_are_taken_as_they_are() -> None:
    ids = np.arange(30) % 4
    assert TokenSequence(ids).vocabulary == ("0", "1", "2", "3")
    named = TokenSequence(ids, vocabulary=["north", "east", "south", "west", "none"])
    assert named.ids.tolist() == ids.tolist()
    assert named.decode([4, 1]) == ["none", "east"]
    with pytest.raises(DataError, match="must be numbers from 0 to 2, got 3 at 3"):
        TokenSequence(ids, vocabulary=["a", "b", "c"])


@pytest.mark.parametrize("encoding", ["one_hot", "ids"])
def test_it_pickles_small_and_equal_and_immutable(encoding: str) -> None:
    sequence = TokenSequence(TEXT * 20, encoding=encoding, unknown="?", name="cats")
    sequence.training.windows(3)
    pickled = pickle.dumps(sequence)
    assert len(pickled) < 5 * len(sequence) + 1000
    again = pickle.loads(pickled)
    assert again.fingerprint() == sequence.fingerprint()
    assert (again.name, again.encoding, again.unknown) == ("cats", encoding, "?")
    for array in (again.ids, again.scaled_inputs, again.scaled_targets, *again.training.windows(3)):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_the_fingerprint_tells_apart_what_gives_other_windows() -> None:
    variants: list[dict[str, Any]] = [
        {},
        {"encoding": "ids"},
        {"shares": (0.5, 0.25, 0.25)},
        {"vocabulary": "".join(sorted(set(TEXT), reverse=True))},
        {"tokens": TEXT[1:] + TEXT[0]},
    ]
    prints = {TokenSequence(**({"tokens": TEXT} | one)).fingerprint() for one in variants}
    assert len(prints) == len(variants)
    assert TokenSequence(TEXT, name="other").fingerprint() in prints


@given(st.lists(st.sampled_from("abcdef"), min_size=20, max_size=60).filter(lambda tokens: len(set(tokens)) > 1))
def test_tokens_encoded_and_decoded_are_the_same(tokens: list[str]) -> None:
    sequence = TokenSequence(tokens)
    assert sequence.decode(sequence.ids) == tokens
    assert sequence.encode(tokens).tolist() == sequence.ids.tolist()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"tokens": 5}, SettingError, "`tokens` must be a text, or a sequence of strings or numbers, got 5"),
        ({"tokens": b"abc"}, SettingError, "`tokens` must be a text"),
        ({"tokens": ["a", 5] * 10}, SettingError, r"`tokens` must hold tokens \(strings\), got 5 at 1"),
        ({"tokens": ["a", ""] * 10}, SettingError, r"`tokens` must hold tokens \(strings\), got '' at 1"),
        ({"tokens": ["a", "\ud800"] * 10}, SettingError, "`tokens` must hold tokens that can be written as UTF-8"),
        ({"tokens": [0.5] * 20}, DataError, "must be strings, or whole numbers from 0"),
        ({"tokens": [1, -1] * 20}, DataError, "must be numbers from 0 to 999999, got -1 at 1"),
        ({"tokens": "ab"}, DataError, "2 rows and shares of"),
        ({"tokens": "a" * 20}, DataError, "must have from 2 to 1000000 different tokens, got 1"),
        ({"encoding": "onehot"}, SettingError, "`encoding` must be one of one_hot, ids, got 'onehot'; did you mean"),
        ({"vocabulary": ["a", "a"]}, SettingError, "`vocabulary` must name each token once, got a more than once"),
        ({"vocabulary": 2.5}, SettingError, "`vocabulary` must be a whole number of at least 2, got 2.5"),
        ({"vocabulary": [1, 2]}, SettingError, r"`vocabulary` must hold tokens \(strings\), got 1 at 0"),
        ({"unknown": ""}, SettingError, "`unknown` must be a token, such as '<unknown>', or None, got ''"),
        ({"shares": (1, 0, 0)}, SettingError, "`shares` must be"),
    ],
)
def test_a_wrong_argument_is_refused(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        TokenSequence(**({"tokens": TEXT} | arguments))


def test_a_sequence_too_large_one_hot_is_refused_before_memory_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "MAX_WINDOW_NUMBERS", 1000)
    with pytest.raises(DataError, match=r"at most 1000 numbers one-hot, got 240 tokens of 11; .*MAX_WINDOW_NUMBERS"):
        TokenSequence(TEXT).training.windows(3)


def test_a_number_that_is_no_token_is_not_decoded() -> None:
    with pytest.raises(SettingError, match=r"`ids\[1\]` must be a whole number in \[0, 10\], got 11"):
        TokenSequence(TEXT).decode([0, 11])
