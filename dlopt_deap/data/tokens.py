"""A sequence of tokens: characters, words or any other things of which there are finitely many kinds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dlopt_deap import limits
from dlopt_deap.checks import check_choice, check_integer, items_of, shown
from dlopt_deap.data.series_checks import read_only
from dlopt_deap.data.splits import SHARES, resolve_splits
from dlopt_deap.data.vocabulary import Vocabulary, check_tokens, make_vocabulary
from dlopt_deap.data.windows import Split
from dlopt_deap.errors import DataError, SettingError

ENCODINGS: Final = ("one_hot", "ids")


@dataclass(frozen=True, init=False, eq=False, repr=False)
class TokenSequence:
    """Tokens in their order, of which networks predict the next from those before it.

    Networks read each token one-hot (a number for each token of the vocabulary, 1 for the one that it is, else 0), or
    as its number, which an embedding looks up. What they predict is one-hot in either case: a probability for each.

    It has the splits of a :class:`TimeSeries`, with windows like those. It is immutable, and pickles as its numbers,
    vocabulary and settings alone.

    Args:
        tokens: The tokens, oldest first: a text (a token is a character), a sequence of strings, or one of whole
            numbers from 0, which are places in the ``vocabulary``.
        vocabulary: The different tokens, in the order of their numbers; or how many of the training tokens to take, the
            most frequent. Unless given, all that there are, sorted; of the training rows alone if there is ``unknown``.
        encoding: What networks read: ``"one_hot"`` or ``"ids"``.
        unknown: The token that stands for all that are not in the vocabulary; ``None``: they are refused.
        name: What messages and figures call the sequence.
        shares: The shares of the tokens for training, validation and testing; they sum to 1.

    Raises:
        DataError: If there are too few tokens, too few or too many different ones, or one is not in the vocabulary.
        SettingError: If an argument is not as above.

    Source:
        DLOPT's categorical data set (its public code), which is one-hot.

    Examples:
        >>> sequence = TokenSequence("to be or not to be, that is the question: " * 5)
        >>> sequence
        TokenSequence('tokens', 210 tokens, 15 different)
        >>> x, y = sequence.training.windows(look_back=4)
        >>> x.shape, y.shape, sequence.decode(y[:5].argmax(axis=1))
        ((130, 4, 15), (130, 15), ['e', ' ', 'o', 'r', ' '])
    """

    ids: NDArray[np.int32]
    vocabulary: tuple[str, ...]
    encoding: str
    unknown: str | None
    name: str
    shares: tuple[float, float, float]
    _bounds: tuple[int, int]

    def __init__(
        self,
        tokens: str | Sequence[str] | Sequence[int] | NDArray[np.integer],
        vocabulary: Sequence[str] | int | None = None,
        encoding: str = "one_hot",
        unknown: str | None = None,
        name: str = "tokens",
        shares: tuple[float, float, float] = SHARES,
    ) -> None:
        items = items_of(tokens)
        if items is None or isinstance(tokens, bytes):
            raise SettingError(f"`tokens` must be a text, or a sequence of strings or numbers, got {shown(tokens)}.")
        fields: dict[str, Any] = {"encoding": check_choice("encoding", encoding, ENCODINGS), "name": name}
        fields["shares"], bounds = resolve_splits(name, np.empty(len(items)), shares, None, None)
        fields["_bounds"] = bounds
        if isinstance(items[0], str):
            strings = check_tokens("tokens", items)
            known = make_vocabulary(strings, bounds[0], vocabulary, unknown, name)
            fields["ids"] = known.encode(strings)
        else:
            ids = _checked_ids(items, name)
            named = [str(number) for number in range(int(ids.max()) + 1)] if vocabulary is None else vocabulary
            known = make_vocabulary((), 0, named, unknown, name)
            fields["ids"] = _within(ids, len(known.tokens), name)
        fields |= {"vocabulary": known.tokens, "unknown": unknown}
        for field, value in fields.items():
            object.__setattr__(self, field, value)
        read_only(self.ids)

    @property
    def inputs(self) -> tuple[str, ...]:
        """What networks read at each step: a number for each token of the vocabulary, or that of the token."""
        return self.vocabulary if self.encoding == "one_hot" else ("id",)

    @property
    def targets(self) -> tuple[str, ...]:
        """What networks predict: a number for each token of the vocabulary."""
        return self.vocabulary

    @cached_property
    def index(self) -> NDArray[Any]:
        """The place of each token, shape (tokens,)."""
        return read_only(np.arange(len(self)))

    @cached_property
    def scaled_targets(self) -> NDArray[np.float32]:
        """The tokens one-hot, shape (tokens, vocabulary); made when first asked for."""
        if len(self) * len(self.vocabulary) > limits.MAX_WINDOW_NUMBERS:
            raise DataError(
                f"The sequence {shown(self.name)} must hold at most {limits.MAX_WINDOW_NUMBERS} numbers one-hot, got "
                f"{len(self)} tokens of {len(self.vocabulary)}; take fewer, a smaller `vocabulary`, or widen "
                "`dlopt_deap.limits.MAX_WINDOW_NUMBERS`."
            )
        one_hot = np.zeros((len(self), len(self.vocabulary)), np.float32)
        one_hot[self.index, self.ids] = 1
        return read_only(one_hot)

    @cached_property
    def scaled_inputs(self) -> NDArray[np.float32]:
        """What networks read, shape (tokens, inputs)."""
        if self.encoding == "one_hot":
            return self.scaled_targets
        return read_only(self.ids[:, np.newaxis].astype(np.float32))

    @property
    def training(self) -> Split:
        """The first tokens, on which weights are fitted."""
        return Split(self, "training", slice(0, self._bounds[0]))

    @property
    def validation(self) -> Split:
        """The tokens in the middle, on which candidates are compared."""
        return Split(self, "validation", slice(*self._bounds))

    @property
    def testing(self) -> Split:
        """The last tokens, for the final report alone."""
        return Split(self, "testing", slice(self._bounds[1], len(self)))

    def encode(self, tokens: Sequence[str]) -> NDArray[np.int32]:
        """Give the number of each token, shape (tokens,).

        Raises:
            DataError: If one is not in the vocabulary, and there is no ``unknown``.
        """
        return Vocabulary(self.vocabulary, self.unknown, self.name).encode(tokens)

    def decode(self, ids: Iterable[int]) -> list[str]:
        """Give the tokens of their numbers.

        Raises:
            SettingError: If a number is not that of a token.
        """
        last = len(self.vocabulary) - 1
        return [self.vocabulary[check_integer(f"ids[{k}]", one, 0, last)] for k, one in enumerate(ids)]

    def fingerprint(self) -> str:
        """Return 64 hexadecimal digits (SHA-256) of the numbers, vocabulary, encoding and shares.

        Two sequences with one fingerprint give every network the same windows.
        """
        settings = ["tokens", self.vocabulary, self.encoding, self.shares, len(self)]
        digest = hashlib.sha256(json.dumps(settings).encode())
        digest.update(np.ascontiguousarray(self.ids, dtype="<i4").tobytes())
        return digest.hexdigest()

    def description(self) -> dict[str, Any]:
        """Give as JSON values what must be known of the tokens to read new ones for the same networks."""
        settings = {name: getattr(self, name) for name in ("name", "encoding", "unknown")}
        return {"kind": "tokens", **settings, "vocabulary": list(self.vocabulary), "fingerprint": self.fingerprint()}

    def unscale_targets(self, scaled: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return probabilities as they are, shape (..., vocabulary); see :meth:`Split.to_own_units`."""
        return scaled

    def __len__(self) -> int:
        return int(self.ids.shape[0])

    def __repr__(self) -> str:
        return f"TokenSequence({shown(self.name)}, {len(self)} tokens, {len(self.vocabulary)} different)"

    def __reduce__(self) -> tuple[type[TokenSequence], tuple[Any, ...]]:
        """Pickle the arguments: what is made of them is made again, and arrays are read-only again."""
        return TokenSequence, (self.ids, self.vocabulary, self.encoding, self.unknown, self.name, self.shares)


def _checked_ids(items: list[Any], name: str) -> NDArray[np.int32]:
    """Return tokens that are given as numbers."""
    try:
        ids = np.array(items)
    except ValueError:  # of different lengths
        ids = np.empty(0)
    if ids.ndim != 1 or ids.dtype.kind not in "iu" or not ids.size:
        raise DataError(f"The tokens of {shown(name)} must be strings, or whole numbers from 0, got {shown(items)}.")
    return _within(ids, limits.MAX_VOCABULARY, name)


def _within(ids: NDArray[Any], most: int, name: str) -> NDArray[np.int32]:
    """Refuse numbers that are those of no token."""
    wrong = (ids < 0) | (ids >= most)
    if wrong.any():
        place = int(np.argmax(wrong))
        raise DataError(
            f"The tokens of {shown(name)} must be numbers from 0 to {most - 1}, got {ids[place]} at {place}."
        )
    return ids.astype(np.int32)
