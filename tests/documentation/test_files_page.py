"""The page of files names every key and column that a run writes."""

import csv
import json
import re
from pathlib import Path

import pytest
from documentation.pages import DOCS

from dlopt_deap import Evolution, data
from dlopt_deap.architecture import RandomSamplingProblem, Space

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
]

PAGE = (DOCS / "files.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run with two targets."""
    targets = {"log_p": 1, "num_weights": -1}
    problem = RandomSamplingProblem(data.sunspots(), Space((2, 4), (1, 2), (1, 4)), targets=targets, num_samples=5)
    run = tmp_path_factory.mktemp("run")
    return Evolution(population_size=4).optimize(problem, 8, seed=1, run=run / "one").save(run / "one")


def named(section: str) -> set[str]:
    """Name everything in the first column of a section's table."""
    text = PAGE.partition(f"## {section}\n")[2].partition("\n## ")[0]
    return {name for line in text.splitlines() if line.startswith("|") for name in re.findall(r"`(\w+)`", line)}


def test_every_key_of_a_result_is_on_the_page(folder: Path) -> None:
    result = json.loads((folder / "result.json").read_text())
    assert set(result) <= named("`result.json`")
    assert set(result["others"][0]) <= named("`result.json`") | {"config"}


def test_every_column_of_a_logbook_is_on_the_page(folder: Path) -> None:
    with (folder / "logbook.csv").open(newline="") as file:
        columns = next(csv.reader(file))
    plain = {name for name in columns if not re.search(r"_(avg|std|min|max|tried|better)$", name)}
    assert plain <= named("`logbook.csv`")
    assert {"mate_tried", "mutate_better", "log_p_avg"} <= set(columns)


def test_every_file_of_a_run_is_on_the_page(folder: Path) -> None:
    names = {path.name for path in folder.iterdir() if path.is_file()}
    assert {"run.sqlite", "result.json", "best.keras", "pareto.csv"} <= names
    assert [name for name in names if f"`{name}`" not in PAGE] == []
