"""The pages that people read, and the blocks of code on them."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
STARTS = sorted((DOCS / "start").glob("*.md"))

FENCE = re.compile(r"^```(\S*)[^\n]*\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE)


def name_of(page: Path) -> str:
    """Name a page by its place in the repository."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[tuple[str, str]]:
    """Give the blocks of a page, each with its language."""
    return FENCE.findall(page.read_text(encoding="utf-8"))


def blocks_in(language: str) -> Iterator[tuple[str, str]]:
    """Give the blocks of all pages in one language, each with the name of its page."""
    for page in PAGES:
        yield from ((name_of(page), text) for found, text in blocks(page) if found == language)


def without_blocks(page: Path) -> str:
    """Give the text of a page alone."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))
