"""Every notebook, executed from a clean copy: what it says is so."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from notebooks.course import COURSE, ROOT

pytestmark = pytest.mark.slow
EXECUTE = Path(__file__).with_name("execute.py")


@dataclass(frozen=True)
class Expected:
    """What an executed notebook must show, and what must be so in the end.

    Attributes:
        figures: The figures.
        tables: The tables.
        files: What it leaves beside itself.
        check: Code that is run in its kernel when it has ended: what its prose says and no cell of it asserts.
    """

    figures: int
    tables: int
    files: Sequence[str]
    check: str = ""


EXPECTED = {
    "01_evolve_sine": Expected(
        *(5, 2, []),
        check="""
order = list(candidates["search_fitness.mae"])
assert order != sorted(order)
assert list(candidates["fitness.mae"]) == sorted(candidates["fitness.mae"])
assert list(pd.DataFrame(forecast.errors).T["mae"].sort_values().index)[:2] == ["linear autoregression", "network"]
assert {len(split.index) for split in (series.training, series.validation, series.testing)} == {320, 80, 100}
""",
    ),
    "02_your_own_toolbox": Expected(
        *(1, 2, []),
        check="""
errors = found.groupby("toolbox")["mae"].median()
assert errors["own"] < 1.1 * errors["standard"]
best = {name: [max(run.logbook.chapters["mae"].select("min")) for run in group] for name, group in runs.items()}
ends = {name: [min(run.logbook.chapters["mae"].select("min")) for run in group] for name, group in runs.items()}
assert ends["own"] == best["own"]  # does not get any further
assert sorted(ends["standard"])[1] < sorted(ends["own"])[1]
individual = [10, 4, 8]
assert mut_scale(individual, space, factor=2.0, indpb=0.8)[0] is individual
""",
    ),
    "03_weights": Expected(
        *(5, 3, []),
        check="""
assert max(rows, key=lambda row: row["mae"])["technique"] == "random"
assert training.seconds < result.seconds
assert finish.improved
assert finish.after["validation"] < 0.5 * finish.before["validation"]
lift = told[list(weights)].sub(told["without the fault"], axis=0).median()
assert abs(lift["then evolved"]) < abs(lift["trained"])
""",
    ),
    "04_training_free_or_trained": Expected(
        *(2, 4, []),
        check="""
assert sampling.threshold < sampling.samples.min() / 10
assert correlation["sine", "promise"] > correlation["sine", "short training"] - 0.05  # no worse
assert agreements["to"]["sunspots", "promise"] < 0  # rather worse than the others
ceiling = correlation.xs("long training, seed 2", level=1)
assert (correlation.xs("promise", level=1) < ceiling).all()
assert (correlation.xs("short training", level=1) < ceiling).all()
alike = {name: one["promise"].corr(one["promise, seed 2"], "spearman") for name, (one, _) in judged.items()}
assert alike["sine"] > 0.7
assert alike["sunspots"] < 0.5
assert all(len(set(one.index)) == 40 for one, _ in judged.values())
""",
    ),
    "05_your_csv": Expected(
        *(3, 1, ["demand.csv", "runs"]),
        check="""
assert "lacks 3 rows" in str(told[0].message)
assert set(forecast.beaten) == set(forecast.errors) - {"network"}
assert tomorrow.index[0] == ahead[0]
model.summary
""",
    ),
    "06_logbooks_and_plots": Expected(
        *(11, 1, ["logbook.csv", "network.png", "runs"]),
        check="""
assert table.index.tolist() == generations
assert len(front.candidates) > 2
assert [one.seed for one in groups["population of 6"]] == [1, 2, 3]
""",
    ),
    "07_kill_and_resume": Expected(
        *(1, 1, ["resumable_search.py", "runs"]),
        check="""
assert sessions["stopped_by"].tolist() == ["", "max_evaluations"]
assert sessions["process"].tolist()[0] == child.pid
assert resumed.evaluations == 300
assert read_run("runs/untouched").evaluations == 300
""",
    ),
    "08_parallel": Expected(
        *(0, 1, ["broken.py", "parallel_search.py", "scoop.json"]),
        check="""
assert how_pooled["where"] == "a local pool of 2 processes"
assert how_scooped["where"] == "2 SCOOP workers"
assert len(alone["population"]) == 16
assert small.failures == 0
""",
    ),
}

KERAS = ("05_your_csv",)
"""Those that import TensorFlow."""

STORED = {str(notebook): notebook for notebook in COURSE}

every = [pytest.param(name, marks=[pytest.mark.keras] if name in KERAS else []) for name in EXPECTED]


def execute(name: str, folder: Path, check: str, times: int) -> Any:
    """Execute a copy of a notebook in an empty folder, and give it with its outputs."""
    folder.mkdir()
    shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", folder)
    executed = folder.with_suffix(".ipynb")
    command = [sys.executable, str(EXECUTE), str(folder / f"{name}.ipynb"), str(executed), "--times", str(times)]
    done = subprocess.run([*command, "--check", check], capture_output=True, text=True, check=False, cwd=folder.parent)
    assert done.returncode == 0, done.stderr
    return nbformat.read(executed, as_version=4)


def outputs_of(notebook: Any) -> list[Any]:
    return [output for cell in notebook.cells for output in cell.get("outputs", ())]


def test_of_every_notebook_it_is_said_what_it_must_show() -> None:
    assert list(EXPECTED) == list(STORED)


@pytest.mark.parametrize("name", every)
def test_it_runs_without_a_warning_and_shows_what_it_says(name: str, tmp_path: Path) -> None:
    before = sorted(path.name for place in (ROOT, ROOT / "notebooks") for path in place.iterdir())
    expected = EXPECTED[name]
    # Where a notebook keeps a run, what that left must not be in the way of the next time.
    times = 2 if any("run=" in source for source in STORED[name].code) else 1
    notebook = execute(name, tmp_path / "course", expected.check, times)
    outputs = outputs_of(notebook)
    said = [output.text for output in outputs if output.output_type == "stream" and output.name == "stderr"]
    assert said == []
    shown = [output.data for output in outputs if "data" in output]
    assert sum("image/png" in data for data in shown) == expected.figures
    assert sum("<table" in data.get("text/html", "") for data in shown) == expected.tables
    assert not any("object at 0x" in data.get("text/plain", "") for data in shown)
    assert max(len(data.get("text/plain", "").splitlines()) for data in shown) < 40
    left = {path.name for path in (tmp_path / "course").iterdir()} - {f"{name}.ipynb", "__pycache__"}
    assert sorted(left) == sorted(expected.files)
    assert sorted(path.name for place in (ROOT, ROOT / "notebooks") for path in place.iterdir()) == before
