"""The quick starts begin as they say: every command of theirs is run, in the order of the page, in an empty folder."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from documentation.pages import ROOT, STARTS, blocks, name_of

SAVED = re.compile(r"Save this as `(\S+)`:\n\n```python\n(.*?)```", flags=re.DOTALL)
RESULTS = {
    "forecaster": ["runs/sunspots/result.json", "runs/sunspots/best.keras", "next.csv"],
    "deap": ["first.py"],
    "cluster": ["runs/cluster/result.json", "runs/cluster/best.keras"],
    "contributor": ["runs/own/result.json"],
}
"""What each must leave behind; SCOOP ends with exit code 0 whatever happened."""


def program(page: Path) -> str:
    """Give all commands of a page as one program of the shell."""
    return "set -eu\n" + "\n".join(text for language, text in blocks(page) if language == "sh")


@pytest.mark.slow
@pytest.mark.keras
@pytest.mark.parametrize("page", STARTS, ids=name_of)
def test_the_commands_of_a_quick_start_run(page: Path, tmp_path: Path) -> None:
    for name in ("dlopt_deap", "scripts", "tests", "pyproject.toml"):
        (tmp_path / name).symlink_to(ROOT / name)
    saved = SAVED.search(page.read_text(encoding="utf-8"))
    if saved:
        (tmp_path / saved[1]).write_text(saved[2])
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", program(page)], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert [name for name in RESULTS[page.stem] if not (tmp_path / name).exists()] == []


def test_there_is_a_quick_start_for_each_kind_of_user() -> None:
    assert {page.stem for page in STARTS} == set(RESULTS)


@pytest.mark.parametrize("page", STARTS, ids=name_of)
def test_a_quick_start_is_about_the_sunspots(page: Path) -> None:
    assert any("sunspots" in text for language, text in blocks(page) if language in ("sh", "python"))
