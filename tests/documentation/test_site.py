"""The site is built without a warning, is whole, and is read from the disk, on a phone as well."""

import re
import zlib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from documentation.conftest import Built
from documentation.pages import DOCS, ROOT

import dlopt_deap

pytestmark = pytest.mark.slow

PACKAGES = sorted(folder.parent.name for folder in (ROOT / "dlopt_deap").glob("*/__init__.py"))
PHONE, DESK = 360, 1280


def test_the_site_is_built_without_a_warning(built: Built) -> None:
    assert built.code == 0, built.told
    assert not re.search("warning|error", built.told, flags=re.IGNORECASE), built.told


def test_every_page_is_part_of_the_site(built: Built) -> None:
    sources = [path.relative_to(DOCS) for path in DOCS.rglob("*") if path.suffix in (".md", ".rst")]
    assert len(sources) > 30
    assert [str(source) for source in sources if not (built.folder / source).with_suffix(".html").exists()] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_of_a_package_is_described(built: Built, package: str) -> None:
    described = {name.rpartition(".")[2] for name in objects(built)}
    public = set(import_module(f"dlopt_deap.{package}").__all__)
    assert public - described == set()


def test_every_public_name_of_the_whole_package_is_described(built: Built) -> None:
    described = {name.rpartition(".")[2] for name in objects(built)}
    assert set(dlopt_deap.__all__) - described - {"__version__"} == set()


def test_no_page_names_what_its_reader_cannot_reach(built: Built) -> None:
    outside = re.compile(r"(?:src|href)=\"(https?://[^\"]+\.(?:js|css|woff2?|png|svg))\"")
    assert [found for page in built.folder.rglob("*.html") for found in outside.findall(page.read_text())] == []


def test_a_reader_from_the_disk_sees_every_page_whole(built: Built, browser: Any) -> None:
    pages = sorted(built.folder.rglob("*.html"))
    assert len(pages) > 30
    wrong = {path.relative_to(built.folder).as_posix(): faults(path, browser) for path in pages}
    assert {page: found for page, found in wrong.items() if found} == {}


def test_the_search_works_from_the_disk(built: Built, browser: Any) -> None:
    page = browser.new_page()
    page.goto(f"{(built.folder / 'search.html').as_uri()}?q=look-back")
    page.wait_for_selector("#search-results li")
    page.close()


def faults(path: Path, browser: Any) -> list[str]:
    """Open a page from the disk, without a network, as wide as a phone and as a desk, and tell what is wrong."""
    found: list[str] = []
    page = browser.new_page(viewport={"width": PHONE, "height": 800})
    page.on("console", lambda told: found.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(("file:", "data:")) else found.append(asked.url))
    page.on("requestfailed", lambda asked: found.append(f"{asked.url} failed"))
    page.goto(path.as_uri())
    for width in (PHONE, DESK):
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{wide} px wide on a screen of {width}"] if wide > width else []
    found += page.evaluate("[...document.images].filter(one => !one.complete || !one.naturalWidth).map(one => one.src)")
    page.close()
    return found


def objects(built: Built) -> list[str]:
    """Name everything that the site describes, from the inventory that Sphinx writes beside it."""
    content = (built.folder / "objects.inv").read_bytes()
    lines = zlib.decompress(content.split(b"\n", 4)[4]).decode().splitlines()
    return [line.split()[0] for line in lines if " py:" in line]
