"""Settings that say which text, and what a token of it is."""

from typing import Literal

from pydantic import Field

from dlopt_deap.data import TokenSequence, license_text, read_text
from dlopt_deap.errors import SettingError
from dlopt_deap.tools.settings.data import DataSource

UNKNOWN = "<unknown>"
"""What stands for all tokens beside the most frequent ones."""


class TextSource(DataSource):
    """A text, as a sequence of characters or words."""

    kind: Literal["text"] = "text"
    """The source."""
    path: str | None = Field(None, min_length=1, examples=["book.txt"])
    """A text in UTF-8; the GNU General Public License, which comes with the package, unless given."""
    level: Literal["character", "word"] = "character"
    """What a token is."""
    vocabulary: int | None = Field(None, ge=2, examples=[500])
    """So many of the most frequent tokens are told apart; all unless given."""
    encoding: Literal["ids", "one_hot"] = "ids"
    """What networks read: the number of a token, which they embed, or a one in its place among zeros."""
    shares: tuple[float, float, float] = (0.64, 0.16, 0.2)
    """The shares of the tokens for training, validation and testing."""

    def check(self) -> None:
        """See that the shares are some.

        Raises:
            SettingError: If they do not sum to 1, or one is not above 0.
        """
        if min(self.shares) <= 0 or abs(sum(self.shares) - 1) > 1e-9:
            raise SettingError(f"`shares` must be three numbers above 0 that sum to 1, got {self.shares}.")

    def read(self) -> TokenSequence:
        """Read the text."""
        unknown = None if self.vocabulary is None else UNKNOWN
        how = (self.level, self.vocabulary, self.encoding, unknown, self.shares)
        return license_text(*how) if self.path is None else read_text(self.path, *how)
