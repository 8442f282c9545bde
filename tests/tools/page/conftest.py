"""Runs that are made once, by the command and by scripts, each with the page that it wrote itself."""

import importlib
import json
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tools.page.runs import HOSTILE, failing, hostile_file, unfinished
from tools.running import here

ROOT = Path(__file__).parents[3]
SMALL = {"epochs": 1, "final_epochs": 2, "final_repeats": 2, "space": {"look_back": [2, 6], "units": [1, 6]}}


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    """Be in a folder, as somebody who runs commands there."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with runs of each kind below ``runs``, whose names have a blank."""
    home = tmp_path_factory.mktemp("pages")
    (home / "scripts").symlink_to(ROOT / "scripts")
    hostile_file(home / "mine & more.csv")
    series = {"path": "mine & more.csv", "inputs": HOSTILE, "targets": HOSTILE[:2]}
    two = {"targets": {"mae": -1, "num_weights": -1}}
    configurations = {
        "hostile": ("optimize", {"data": series, "problem": SMALL | two}),
        "several": ("optimize", {"data": {"kind": "sunspots"}, "problem": SMALL | two}),
        "training": ("train", {"data": {"kind": "sunspots"}, "architectures": [[4, 3]], "look_back": [5], "epochs": 3}),
        "sampling": ("sample", {"data": {"kind": "sine"}, "architectures": {"units": [1, 2]}}),
        "promise": ("optimize", {"data": {"kind": "sine", "stop": 30.0}, "problem": {"kind": "random_sampling"}}),
        "weights": ("optimize", {"data": {"kind": "sine", "stop": 30.0}, "problem": {"kind": "weight"}}),
        "text": ("optimize", {"data": {"kind": "text"}, "problem": SMALL | {"final_epochs": 1}}),
    }
    with inside(home), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "__array__ implementation doesn't accept a copy", DeprecationWarning)
        for name, (action, settings) in configurations.items():
            if action == "optimize":
                most = {"weights": 200, "text": 3}.get(name, 10)
                settings |= {"stop": {"max_evaluations": most}}
            Path(f"{name}.json").write_text(json.dumps(settings))
            ended = here(action, f"{name}.json", "--seed", "1", "--workers", "1", "--quiet", "--out", f"runs/a {name}")
            assert ended.code == 0, ended.stderr
        with pytest.MonkeyPatch.context() as patch:
            patch.syspath_prepend(str(ROOT / "scripts"))
            script = importlib.import_module("evolve_sine")
            small = ["--samples", "10", "--evaluations", "12", "--population", "4"]
            assert script.main([*small, "--seed", "1", "--workers", "1", "--quiet", "--out", "runs/a script"]) == 0
        failing(home / "runs" / "a failing")
        unfinished(home / "runs" / "a unfinished")
        for name in ("a failing", "a unfinished"):
            assert here("report", f"runs/{name}").code == 0
    return home
