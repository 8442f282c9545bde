"""The page of operators has all of them, and its examples give what they say."""

import doctest
import re
from types import ModuleType

import pytest
from documentation.pages import DOCS, PAGES, blocks, name_of

from dlopt_deap import architecture, core, weight

PAGE = DOCS / "operators.md"
PREFIXES = ("mut_", "cx_", "init_", "sel_")
PUBLIC = [
    (package, name) for package in (architecture, weight, core) for name in package.__all__ if name.startswith(PREFIXES)
]


@pytest.mark.parametrize(("package", "name"), PUBLIC)
def test_every_public_operator_has_a_section_with_an_example(package: ModuleType, name: str) -> None:
    sections = re.split(r"^### ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    own = [section for section in sections if section.startswith((f"{name}\n", f"{name} of weights\n"))]
    imports = rf">>> from {re.escape(package.__name__)} import [^\n]*\b{name}\b"
    assert any(re.search(imports, section) for section in own)


def test_the_page_has_no_operator_that_there_is_not() -> None:
    named = set(re.findall(r"^### (\w+)", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert named == {name for _, name in PUBLIC}


@pytest.mark.parametrize("page", [page for page in PAGES if "```pycon" in page.read_text(encoding="utf-8")], ids=name_of)
def test_an_example_gives_what_the_page_says(page: object) -> None:
    sessions = [text for language, text in blocks(page) if language == "pycon"]  # type: ignore[arg-type]
    examples = doctest.DocTestParser().get_doctest("\n".join(sessions), {}, str(page), str(page), 0)
    told: list[str] = []
    failed = doctest.DocTestRunner().run(examples, out=told.append).failed
    assert len(examples.examples) > len(sessions)
    assert not failed, "".join(told)
