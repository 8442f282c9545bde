"""The figures of the pages are those that the script draws."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from documentation.pages import DOCS, PAGES, ROOT

SHOWN = {
    (page.parent / target).resolve()
    for page in PAGES
    for target in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
}
IMAGES = sorted((DOCS / "images").iterdir())


def test_every_image_that_is_there_is_shown() -> None:
    assert {path for path in SHOWN if path.parent == DOCS / "images"} == set(IMAGES)


def test_every_image_that_is_shown_is_there() -> None:
    assert SHOWN
    assert [str(path) for path in SHOWN if not path.is_file()] == []


def test_every_image_is_small_and_has_a_text_in_its_place() -> None:
    assert max(path.stat().st_size for path in IMAGES) < 150_000
    texts = [text for page in PAGES for text in re.findall(r"!\[([^\]]*)\]\(", page.read_text(encoding="utf-8"))]
    assert min(len(text) for text in texts) > 20


@pytest.mark.slow
def test_the_script_draws_every_image(tmp_path: Path) -> None:
    script = [sys.executable, str(ROOT / "docs" / "figures.py"), "--quick", "--out", str(tmp_path)]
    subprocess.run(script, check=True)
    drawn = sorted(tmp_path.iterdir())
    assert [path.name for path in drawn] == [path.name for path in IMAGES]
    assert min(path.stat().st_size for path in drawn) > 10_000
