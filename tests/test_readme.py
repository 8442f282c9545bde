"""The README and the pages of docs keep their word."""

import re
from pathlib import Path

import pytest
from documentation.pages import blocks_in

from dlopt_deap import limits

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = [text for _, text in blocks_in("python")]
LINKS = [target for target in re.findall(r"\]\(([^)]+)\)", README) if "://" not in target]


@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_runs(example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in vars(limits).items():
        monkeypatch.setattr(limits, name, value)  # taken back, if an example widens one
    names: dict[str, object] = {"__name__": "example"}
    Path("example.py").write_text(example, encoding="utf-8")  # pydantic reads the source of a class
    exec(compile(example, str(tmp_path / "example.py"), "exec"), names)
    assert len(names) > 2
    assert len([line for line in example.splitlines() if line.strip()]) <= 15


@pytest.mark.parametrize("target", LINKS)
def test_what_it_links_to_is_there(target: str) -> None:
    assert (ROOT / target).exists()


def test_the_scripts_that_it_names_are_those_that_there_are() -> None:
    named = set(re.findall(r"scripts/(\w+\.py)", README))
    assert named == {path.name for path in (ROOT / "scripts").glob("*.py")}
