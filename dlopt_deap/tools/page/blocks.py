"""What a page is made of, before it is HTML: text is text here, whoever wrote it, and is escaped by the template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True)
class Paragraph:
    """Sentences.

    Attributes:
        text: What they say.
    """

    kind: ClassVar[str] = "paragraph"
    text: str


@dataclass(frozen=True)
class Facts:
    """Terms with what is to be said of each.

    Attributes:
        items: The pairs.
    """

    kind: ClassVar[str] = "facts"
    items: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Table:
    """Rows of cells.

    Attributes:
        caption: What it shows, with the units.
        header: The names of the columns.
        rows: The cells.
        texts: So many columns, from the left, hold text; the others hold numbers.
        strong: The row that matters most, from 0.
    """

    kind: ClassVar[str] = "table"
    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    texts: int = 1
    strong: int | None = None


@dataclass(frozen=True)
class Picture:
    """A figure.

    Attributes:
        uri: The picture itself, as a ``data:`` URI.
        alt: What it shows, for those who do not see it.
        caption: What is to be seen in it.
        width: Its width in pixels of the file.
        height: Its height.
    """

    kind: ClassVar[str] = "picture"
    uri: str
    alt: str
    caption: str
    width: int
    height: int


@dataclass(frozen=True)
class Code:
    """Something to copy.

    Attributes:
        text: The code.
        language: ``"python"``, ``"sh"`` or ``"json"``.
        purpose: What it is for: a name that is read aloud, and by which tests find it.
    """

    kind: ClassVar[str] = "code"
    text: str
    language: str
    purpose: str


@dataclass(frozen=True)
class Links:
    """Files beside the page.

    Attributes:
        items: Of each its link, its name, and what it is.
    """

    kind: ClassVar[str] = "links"
    items: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Fold:
    """What is shown on demand, and always in print.

    Attributes:
        title: What is in it.
        blocks: The content.
    """

    kind: ClassVar[str] = "fold"
    title: str
    blocks: Sequence[Block]


Block = Paragraph | Facts | Table | Picture | Code | Links | Fold


@dataclass(frozen=True)
class Section:
    """A part of a page.

    Attributes:
        anchor: Its name in links.
        title: Its heading.
        blocks: Its content; a section without any is left out.
    """

    anchor: str
    title: str
    blocks: Sequence[Block] = field(default_factory=tuple)
