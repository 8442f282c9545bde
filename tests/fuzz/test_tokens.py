"""Tokens and texts that nobody should have written."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fuzz.cases import STRANGE, fuzz, some_of, success_or_one_clear_error
from hypothesis import strategies as st

from dlopt_deap.data import TokenSequence, read_text
from dlopt_deap.networks import NetworkSpec, generate

SPEC = NetworkSpec(1, (2,), 3, 2, activation="softmax", embedding=(3, 2))
TOKENS = st.one_of(
    st.text(alphabet="abc \n", max_size=40),
    st.lists(st.sampled_from(["a", "b", "", "\0", "\ud800", "x" * 3000, 3, None]), max_size=30),
    st.lists(st.integers(-1, 9), max_size=30),
    st.lists(st.sampled_from("ab"), min_size=20, max_size=30),
)
SETTINGS = {
    "vocabulary": st.one_of(st.sampled_from(["abc", ["a", "b", "?"], 2]), st.none()),
    "encoding": st.sampled_from(["one_hot", "ids"]),
    "unknown": st.sampled_from([None, "?", "a"]),
    "shares": st.sampled_from([(0.5, 0.25, 0.25), (0.2, 0.2, 0.6)]),
}


@fuzz(TOKENS, some_of(name=st.just("tokens"), **SETTINGS), STRANGE)
def test_a_sequence_and_its_windows_are_made_or_refused(tokens: Any, settings: dict[str, Any], look_back: Any) -> None:
    with success_or_one_clear_error():
        sequence = TokenSequence(tokens, **settings)
        assert sequence.ids.max() < len(sequence.vocabulary)
        assert len(sequence.fingerprint()) == 64
        for split in (sequence.training, sequence.validation, sequence.testing):
            x, y = split.windows(look_back)
            assert np.isfinite(x).all()
            assert (y.sum(axis=1) == 1).all()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("texts") / "hostile.txt"


@fuzz(
    st.one_of(st.binary(max_size=200), st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass"))),
    some_of(level=st.sampled_from(["character", "word"]), **SETTINGS),
)
def test_any_bytes_are_tokens_or_an_error_that_names_the_file(
    file: Path, content: bytes, settings: dict[str, Any]
) -> None:
    file.write_bytes(content)
    with success_or_one_clear_error(names=file.name):
        assert isinstance(read_text(file, **settings), TokenSequence)


@fuzz(
    path=st.one_of(st.text(max_size=20), STRANGE, st.sampled_from(["/dev/zero", "/dev/stdin", "/proc/self/mem", "."]))
)
def test_any_path_is_read_or_refused_without_waiting(path: Any) -> None:
    short = isinstance(path, str) and len(path) < 1000
    with success_or_one_clear_error(names=Path(path).name if short else ""):
        read_text(path)


@fuzz(
    some_of(
        start=st.lists(st.integers(0, 2), min_size=2, max_size=4),
        count=st.integers(0, 5),
        temperature=st.floats(0, 3),
        seed=st.integers(0, 9),
    )
)
def test_tokens_are_drawn_or_refused(arguments: dict[str, Any]) -> None:
    count = arguments.get("count", 1)
    if isinstance(count, int) and 100 < count <= 10**7:
        return  # they are asked for, and take as long as they take
    with success_or_one_clear_error():
        given = {"start": [0, 1], "count": 3} | arguments
        drawn = generate(SPEC, np.zeros(SPEC.num_weights), **given)
        assert ((drawn >= 0) & (drawn < 3)).all()
