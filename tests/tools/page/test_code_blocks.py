"""What a page says is to be copied does what it says: each block of real pages is taken out and run."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tools.page.runs import Page

pytestmark = [pytest.mark.slow, pytest.mark.keras]

ALWAYS = {"predict", "own way", "keras", "other seeds", "repeat", "extend", "configuration"}
EXPECTED = {
    "hostile": ALWAYS,
    "several": ALWAYS,
    "promise": ALWAYS | {"train"},
    "weights": ALWAYS,
    "text": ALWAYS,
    "training": ALWAYS - {"extend"},
    "sampling": {"repeat", "configuration"},
    "script": (ALWAYS | {"train"}) - {"configuration"},
    "failing": set(),
    "unfinished": set(),
}
"""What there is to be copied from the page of each run."""


def codes_of(home: Path, name: str) -> dict[str, str]:
    return Page((home / "runs" / f"a {name}" / "report.html").read_text("utf-8")).codes


@pytest.fixture
def place(pages: Path, tmp_path: Path) -> Path:
    """A copy of the runs, so that what one test does is not seen by another."""
    return Path(shutil.copytree(pages, tmp_path / "home", symlinks=True))


def run_block(language: str, code: str, place: Path) -> str:
    """Run a block as somebody who pastes it, and give what it prints."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    program = ["bash", "-e", "-c", code] if language == "sh" else [sys.executable, "-W", "error", "-c", code]
    if language == "python":  # of other packages, not of what is shown
        program[1:3] = ["-W", "ignore"]
    done = subprocess.run(
        program, cwd=place, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"
    assert not (place / "pwned").exists()
    return done.stdout


def result_of(folder: Path) -> dict[str, object]:
    """Give what a result says but for the time that it took."""
    found = json.loads((folder / "result.json").read_text())
    found.pop("run", None)
    return {name: one for name, one in found.items() if name != "options"}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_page_has_the_blocks_that_its_run_allows(pages: Path, name: str) -> None:
    assert set(codes_of(pages, name)) == EXPECTED[name]


@pytest.mark.parametrize("name", ["hostile", "text", "training"])
def test_the_ways_to_load_and_use_a_network_work_and_agree(place: Path, name: str) -> None:
    codes = codes_of(place, name)
    run_block("sh", codes["predict"], place)
    assert (place / "predictions.csv").read_text().strip()
    own = run_block("python", codes["own way"], place)
    keras = run_block("python", codes["keras"], place)
    assert keras.strip()
    if name in ("promise", "weights", "training"):
        first = own.splitlines()[1].split(",")
        assert float(keras.strip(" []\n")) == pytest.approx(float(first[-1]), rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("name", ["hostile", "weights", "text", "sampling", "script"])
def test_the_command_that_repeats_a_run_gives_the_same_result(place: Path, name: str) -> None:
    run_block("sh", codes_of(place, name)["repeat"], place)
    assert result_of(place / "runs" / f"a {name}-again") == result_of(place / "runs" / f"a {name}")


@pytest.mark.parametrize("name", ["hostile", "text"])
def test_the_configuration_gives_the_same_result_too(place: Path, name: str) -> None:
    (place / "run.json").write_text(codes_of(place, name)["configuration"])
    run_block("sh", "dlopt-deap optimize run.json --quiet --out runs/configured", place)
    assert result_of(place / "runs" / "configured") == result_of(place / "runs" / f"a {name}")


@pytest.mark.parametrize("name", ["hostile", "text", "script"])
def test_the_command_that_extends_a_run_does(place: Path, name: str) -> None:
    codes = codes_of(place, name)
    if "configuration" in codes:
        (place / "run.json").write_text(codes["configuration"])
    before = result_of(place / "runs" / f"a {name}")
    run_block("sh", codes["extend"], place)
    after = result_of(place / "runs" / f"a {name}")
    assert after["evaluations"] == 2 * int(str(before["evaluations"]))
    assert (
        f"{after['evaluations']} evaluations in"
        in Page((place / "runs" / f"a {name}" / "report.html").read_text("utf-8")).words
    )


@pytest.mark.parametrize("name", ["hostile", "training"])
def test_the_commands_that_tell_what_the_seed_does_work(place: Path, name: str) -> None:
    run_block("sh", codes_of(place, name)["other seeds"], place)
    made = sorted(path.name for path in (place / "runs").glob(f"a {name}-*"))
    assert made == [f"a {name}-seed-2", f"a {name}-seed-3", *([f"a {name}-seeds"] * (name != "training"))]
    if name != "training":
        compared = json.loads((place / "runs" / f"a {name}-seeds" / "compare.json").read_text())
        assert [group["runs"] for group in compared["groups"]] == [3]


@pytest.mark.parametrize("name", ["promise"])
def test_an_architecture_that_was_not_trained_can_be(place: Path, name: str) -> None:
    page = Page((place / "runs" / f"a {name}" / "report.html").read_text("utf-8"))
    assert "nothing was trained" in page.words
    run_block("sh", page.codes["train"], place)
    trained, found = (result_of(place / "runs" / f"a {name}{ending}") for ending in ("-trained", ""))
    assert (trained["layers"], trained["look_back"]) == (found["layers"], found["look_back"])
