"""Token sequences from texts: files, and the licence that ships with the package."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from importlib import resources
from typing import Final

from dlopt_deap.checks import check_choice
from dlopt_deap.data.readers import csv_bytes
from dlopt_deap.data.splits import SHARES
from dlopt_deap.data.tokens import TokenSequence
from dlopt_deap.errors import DataError
from dlopt_deap.files import as_path

LEVELS: Final = ("character", "word")

_WORD: Final = re.compile(r"\w+(?:['\u2019-]\w+)*|[^\w\s]")
"""A word, in which apostrophes and hyphens may stand, or one punctuation mark."""


def read_text(
    path: str | os.PathLike[str],
    level: str = "character",
    vocabulary: Sequence[str] | int | None = None,
    encoding: str = "one_hot",
    unknown: str | None = None,
    shares: tuple[float, float, float] = SHARES,
) -> TokenSequence:
    r"""Read a text file in UTF-8 as tokens.

    Args:
        path: The file.
        level: What a token is: ``"character"`` (a line ends with the one character ``\n``, however the file ends it),
            or ``"word"``: words, in lower case, and punctuation marks; blanks and line ends are left out.
        vocabulary: The different tokens, or how many; see :class:`TokenSequence`, as for all that follow.
        encoding: What networks read: ``"one_hot"`` or ``"ids"``.
        unknown: The token that stands for all that are not in the vocabulary.
        shares: The shares of the tokens for training, validation and testing.

    Raises:
        DataError: If the file cannot be used; it names the file, and the line where there is one. A file that is larger
            than :mod:`dlopt_deap.limits` allows is one of these.
        SettingError: If an argument is none of the above.

    Examples:
        >>> path = getfixture("tmp_path") / "verse.txt"
        >>> _ = path.write_text("A rose is a rose is a rose.\n" * 10)
        >>> read_text(path), read_text(path, level="word").vocabulary
        (TokenSequence('verse', 280 tokens, 10 different), ('.', 'a', 'is', 'rose'))
    """
    check_choice("level", level, LEVELS)
    file = as_path(path)
    text = csv_bytes.read_text(file, "text", "MAX_TEXT_BYTES")
    try:
        return TokenSequence(tokens_of(text, level), vocabulary, encoding, unknown, file.stem, shares)
    except DataError as error:
        raise DataError(f"{file} holds no usable text. {error}") from error


def license_text(
    level: str = "character",
    vocabulary: Sequence[str] | int | None = None,
    encoding: str = "one_hot",
    unknown: str | None = None,
    shares: tuple[float, float, float] = SHARES,
) -> TokenSequence:
    """Read the GNU General Public License, version 3, which ships with the package; see :func:`read_text`.

    Source:
        Free Software Foundation, 2007; everyone may copy it verbatim. It is this package's own licence.

    Examples:
        >>> license_text()
        TokenSequence('gpl-3.0', 35149 tokens, 76 different)
    """
    with resources.as_file(resources.files("dlopt_deap.data") / "gpl-3.0.txt") as path:
        return read_text(path, level, vocabulary, encoding, unknown, shares)


def tokens_of(text: str, level: str) -> str | list[str]:
    """Split a text into tokens: its characters, or its words and punctuation marks.

    Examples:
        >>> tokens_of("Don't panic!", "word")
        ["don't", 'panic', '!']
    """
    if level == "word":
        return _WORD.findall(text.lower())
    return text.replace("\r\n", "\n").replace("\r", "\n")
