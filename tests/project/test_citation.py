"""CITATION.cff: valid, and in accord with pyproject.toml and the README."""

import re
import tomllib
from typing import Any

import yaml
from project.checkout import ROOT

CITATION: dict[str, Any] = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAPERS: list[dict[str, Any]] = CITATION["references"]
PERSON = {"family-names", "given-names", "name-particle"}
KEYS = {
    *("abstract", "authors", "cff-version", "keywords", "license", "message", "references", "title", "type"),
    "version",
}
OF_A_PAPER = {
    *("authors", "conference", "doi", "end", "identifiers", "journal", "month", "notes", "scope", "start", "title"),
    *("type", "url", "volume", "year"),
}
"""Of the keys that the schema of version 1.2.0 has, those that are used here."""


def test_it_has_what_the_schema_requires_and_no_key_that_the_schema_has_not() -> None:
    assert CITATION["cff-version"] == "1.2.0"
    assert CITATION["message"]
    assert CITATION["type"] == "software"
    assert CITATION.keys() <= KEYS
    for paper in PAPERS:
        assert {"authors", "title", "type"} <= paper.keys() <= OF_A_PAPER
        assert paper["type"] in {"article", "conference-paper"}
        assert all({"family-names", "given-names"} <= author.keys() <= PERSON for author in paper["authors"])
        assert all(isinstance(paper.get(place, ""), str) for place in ("start", "end"))


def test_it_says_of_the_package_what_the_package_says_of_itself() -> None:
    assert CITATION["title"] == PROJECT["name"]
    assert str(CITATION["version"]) == PROJECT["version"]
    assert CITATION["license"] == PROJECT["license"]
    assert CITATION["authors"] == PROJECT["authors"]
    assert CITATION["keywords"] == PROJECT["keywords"]


def test_every_paper_says_where_it_can_be_had() -> None:
    for paper in PAPERS:
        assert {"journal", "conference"} & paper.keys() or re.fullmatch(r"arXiv preprint arXiv:[\d.]+", paper["notes"])
        for number in re.findall(r"arXiv:(\d{4}\.\d{5})", str(paper)):
            assert paper["url"] == f"https://arxiv.org/abs/{number}"


def test_the_readme_names_the_file_and_the_papers_that_everybody_cites() -> None:
    told = README.partition("## Cite")[2].partition("\n## ")[0]
    assert "[CITATION.cff](CITATION.cff)" in told
    cited = set(re.findall(r"https://arxiv\.org/abs/[\d.]+", told))
    assert {"https://arxiv.org/abs/1807.03523", "https://arxiv.org/abs/1805.07159"} <= cited
    assert cited <= {paper.get("url") for paper in PAPERS}
    assert "2171–2175" in told  # noqa: RUF001
