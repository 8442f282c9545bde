"""The entry of the command: what happens before it is loaded."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

INTERRUPTED_BY_AN_IMPORT = """
import os, signal, sys

module = sys.argv.pop(1)

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == module:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
from dlopt_deap.__main__ import run
run()
"""


def interrupted_at(module: str, *argv: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command and press Ctrl-C when it looks for a module."""
    command = [sys.executable, "-c", INTERRUPTED_BY_AN_IMPORT, module, *argv]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("module", ["dlopt_deap.tools.command", "dlopt_deap.core", "numpy", "deap.tools"])
def test_ctrl_c_while_the_command_is_loaded_ends_it_without_a_word(tmp_path: Path, module: str) -> None:
    done = interrupted_at(module, "optimize", "--set", "data.kind=sunspots", folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_while_an_action_is_loaded_is_one_sentence(tmp_path: Path) -> None:
    done = interrupted_at("pydantic", "optimize", "--set", "data.kind=sunspots", folder=tmp_path)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.startswith("dlopt-deap failed: interrupted")
    assert done.stderr.count("\n") == 1


def test_ctrl_c_that_is_ignored_stays_so(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        done = interrupted_at("numpy", "--version", folder=tmp_path)
    finally:
        signal.signal(signal.SIGINT, before)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("dlopt-deap ")
