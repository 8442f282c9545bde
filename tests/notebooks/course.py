"""The notebooks of the course, as they are stored."""

import ast
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "notebooks"
README = FOLDER / "README.md"


@dataclass(frozen=True)
class Stored:
    """A notebook as it is stored."""

    path: Path

    @cached_property
    def content(self) -> Any:
        return nbformat.read(self.path, as_version=nbformat.NO_CONVERT)

    @property
    def prose(self) -> list[str]:
        return [cell.source for cell in self.content.cells if cell.cell_type == "markdown"]

    @property
    def code(self) -> list[str]:
        """The code of the cells, and of the programs that they write."""
        cells = [cell.source for cell in self.content.cells if cell.cell_type == "code"]
        return [re.sub(r"^%%writefile .*\n", "", source) for source in cells]

    @property
    def trees(self) -> list[ast.Module]:
        return [ast.parse(source) for source in self.code]

    @property
    def first_sentence(self) -> str:
        """What stands below the title, as far as its first full stop."""
        return re.split(r"(?<=\.)\s", self.prose[0].split("\n\n")[1], maxsplit=1)[0]

    def __str__(self) -> str:
        return self.path.stem


COURSE = [Stored(path) for path in sorted(FOLDER.glob("*.ipynb"))]
