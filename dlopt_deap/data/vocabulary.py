"""Tokens and their numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlopt_deap import limits
from dlopt_deap.checks import check_integer, did_you_mean, items_of, listed, shown
from dlopt_deap.errors import DataError, SettingError


@dataclass(frozen=True)
class Vocabulary:
    """The different tokens of a sequence, each of which is known by its place.

    Attributes:
        tokens: The tokens.
        unknown: The one of them that stands for all others; ``None``: others are refused.
        name: What messages call the sequence.
    """

    tokens: tuple[str, ...]
    unknown: str | None
    name: str

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each token."""
        return {token: number for number, token in enumerate(self.tokens)}

    def encode(self, tokens: Sequence[str]) -> NDArray[np.int32]:
        """Give the number of each token, shape (tokens,).

        Raises:
            DataError: If one is not in the vocabulary, which has none for unknown tokens.
        """
        numbers = self.numbers
        other = -1 if self.unknown is None else numbers[self.unknown]
        found = np.fromiter((numbers.get(token, other) for token in tokens), np.int32, len(tokens))
        if (found < 0).any():
            place = int(np.argmax(found < 0))
            raise DataError(
                f"Every token of {shown(self.name)} must be in its vocabulary of {len(self.tokens)}, got "
                f"{shown(tokens[place])} at {place}{did_you_mean(tokens[place], self.tokens)}; name a token for all "
                'others, such as `unknown="<unknown>"`, or widen `vocabulary`.'
            )
        return found


def make_vocabulary(tokens: Sequence[str], training: int, chosen: object, unknown: str | None, name: str) -> Vocabulary:
    """Choose the vocabulary of a sequence.

    Args:
        tokens: The sequence.
        training: How many of its first tokens are for training.
        chosen: The tokens themselves; how many of the training tokens, the most frequent; ``None``: all of the
            sequence, or of the training tokens if there is one for unknown tokens.
        unknown: The token that stands for all others; it is added to the vocabulary where it is missing.
        name: What messages call the sequence.

    Raises:
        SettingError: If ``chosen`` or ``unknown`` is not as above.
        DataError: If there is one token only, or more than :mod:`dlopt_deap.limits` allows.
    """
    if unknown is not None and (not isinstance(unknown, str) or not unknown):
        raise SettingError(f"`unknown` must be a token, such as '<unknown>', or None, got {shown(unknown)}.")
    found = _chosen(tokens, training, chosen, unknown)
    if unknown is not None and unknown not in found:
        found.append(unknown)
    if len(set(found)) < len(found):
        twice = sorted(token for token, count in Counter(found).items() if count > 1)
        raise SettingError(f"`vocabulary` must name each token once, got {listed(twice)} more than once.")
    if not 2 <= len(found) <= limits.MAX_VOCABULARY:
        raise DataError(
            f"The sequence {shown(name)} must have from 2 to {limits.MAX_VOCABULARY} different tokens, got "
            f"{len(found)}; use another sequence, a smaller `vocabulary`, or widen `dlopt_deap.limits.MAX_VOCABULARY`."
        )
    return Vocabulary(tuple(found), unknown, name)


def check_tokens(argument: str, tokens: list[Any]) -> list[str]:
    """Return tokens, which must be strings that are not empty."""
    wrong = next((place for place, token in enumerate(tokens) if not isinstance(token, str) or not token), None)
    if wrong is not None:
        raise SettingError(f"`{argument}` must hold tokens (strings), got {shown(tokens[wrong])} at {wrong}.")
    try:
        "".join(tokens).encode()
    except UnicodeEncodeError as error:
        raise SettingError(f"`{argument}` must hold tokens that can be written as UTF-8, got {error}.") from None
    return tokens


def _chosen(tokens: Sequence[str], training: int, chosen: object, unknown: str | None) -> list[str]:
    """Return the tokens of a vocabulary as they were chosen."""
    if chosen is None:
        return sorted(set(tokens if unknown is None else tokens[:training]))
    items = items_of(chosen)
    if items is not None:
        return check_tokens("vocabulary", items)
    number = check_integer("vocabulary", chosen, low=2, limit="MAX_VOCABULARY")
    if unknown is None:
        raise SettingError(
            f"A vocabulary of the {number} most frequent tokens needs one that stands for the others; give "
            '`unknown`, such as "<unknown>".'
        )
    counts = Counter(token for token in tokens[:training] if token != unknown)
    return [token for token, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[: number - 1]]
