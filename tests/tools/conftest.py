"""Runs that are made once, by the command itself."""

from pathlib import Path

import pytest
from load_data import load_file

from dlopt_deap.tools.command import main

SMALL = ("--set", "problem.epochs=2", "--set", "problem.final_epochs=3", "--set", "problem.final_repeats=1")


@pytest.fixture(scope="session")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``search-1``, ``search-2``, a ``training`` and a ``sampling`` that have ended."""
    home = tmp_path_factory.mktemp("ended")
    file = str(load_file(home / "load.csv", 0, 120))
    data = ("--set", "data.targets=load", "--set", 'data.inputs=["load", "temp"]', "--set", "data.time=date")
    for seed in ("1", "2"):
        given = ("--seed", seed, "--workers", "1", "--quiet", "--set", "stop.max_evaluations=8", *SMALL)
        assert main(["optimize", file, *data, *given, "--out", str(home / f"search-{seed}")]) == 0
    out = str(home / "training")
    small = ("--set", "architectures=[[4]]", "--set", "look_back=[5]", "--set", "epochs=5")
    assert main(["train", file, *data, *small, "--seed", "1", "--out", out]) == 0
    out = str(home / "sampling")
    given = ("--set", "architectures.units=[1, 2]", "--workers", "1", "--quiet", "--seed", "1")
    assert main(["sample", file, *data, *given, "--out", out]) == 0
    return home
