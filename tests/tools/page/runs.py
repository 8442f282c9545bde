"""Runs whose pages are looked at."""

import csv
import math
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from dlopt_deap import Evolution, data
from dlopt_deap.architecture import RandomSamplingProblem, Space, TrainingProblem
from dlopt_deap.core import Values

SPACE = Space((2, 6), (1, 2), (1, 6))

SCRIPT = "<script>alert('x')</script>"
QUOTES = """a "b" 'c' & $(touch pwned) `touch pwned` \\ {{ 7 * 7 }} {% raw %}"""
RTL = "\u202eevil שלום"
LINES = "two\nlines"
LONG = "long" * 100
HOSTILE = [f"{SCRIPT} {QUOTES}", RTL, f"{LINES} {LONG}"]


def hostile_file(path: Path) -> Path:
    """Write a series whose columns have names that somebody made up to do harm."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HOSTILE)
        writer.writerows([round(10 * math.sin(row / every), 4) for every in (5, 7, 3)] for row in range(120))
    return path


def unfinished(folder: Path, evaluations: int = 13) -> Path:
    """Make a search that has a file of its run, and no result."""
    problem = RandomSamplingProblem(data.sine(stop=20.0), SPACE, num_samples=5, final_samples=10)
    Evolution(population_size=4).optimize(problem, evaluations, seed=1, run=folder)
    return folder


def failing(folder: Path) -> Path:
    """Make a search some of whose evaluations fail, with reasons that are HTML, long, or of several lines."""
    problem = TrainingProblem(data.sine(stop=20.0), SPACE, epochs=1, final_epochs=1)
    toolbox = problem.toolbox()

    def evaluate(genes: Any, **_: Any) -> Values:
        if genes[0] == 2:
            raise OSError(SCRIPT)
        if genes[0] == 3:
            raise ValueError(f"{LONG}\n{RTL}")
        return Values([float(genes[0])])

    toolbox.register("evaluate", evaluate)
    Evolution(population_size=10).optimize(problem, 40, seed=2, run=folder, toolbox=toolbox)
    return folder


class Page(HTMLParser):
    """What a page holds: its elements, its text, its code blocks by purpose.

    Attributes:
        elements: Of each element its name and attributes.
        text: All text outside of styles.
        codes: The code blocks, by what they are for.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.codes: dict[str, str] = {}
        self._inside: list[str] = []
        self._purpose: str | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "style":
            self._inside.append(tag)
        if tag in ("td", "dd", "p"):
            self.text += " "
        if tag == "pre":
            self._purpose = dict(attrs)["data-purpose"]
            assert self._purpose not in self.codes
            self.codes[str(self._purpose)] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self._inside.pop()
        if tag == "pre":
            self._purpose = None

    def handle_data(self, data: str) -> None:
        if self._purpose is not None:
            self.codes[self._purpose] += data
        if not self._inside:
            self.text += data

    @property
    def words(self) -> str:
        """The text as one reads it, without marks of direction."""
        return " ".join(re.sub("[\u2068\u2069]", "", self.text).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Give the attributes of all elements of a name."""
        return [attributes for name, attributes in self.elements if name == tag]
