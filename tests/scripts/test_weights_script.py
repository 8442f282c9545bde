"""The script that evolves weights, run as people run it."""

import json
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from scripts.running import here, run
from timeless import logbook_of

NAME = "evolve_weights_sine.py"
SCRIPT = f"scripts/{NAME}"
SMALL = ("--seed", "7", "--evaluations", "300", "--population", "16", "--units", "3", "--look-back", "5")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
]


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def results(folder: Path) -> dict[str, Any]:
    """Everything of a run that must be the same when it is run elsewhere."""
    from dlopt_deap.networks import load_keras

    result = json.loads((folder / "result.json").read_text())
    del result["run"]
    spec, weights = load_keras(folder / "best.keras")
    csv = [logbook_of(folder), (folder / "forecast.csv").read_bytes()]
    return {"result": result, "model": (spec, weights.tobytes()), "csv": csv}


@pytest.fixture(scope="module")
def one_thread(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("one") / "run"
    done = run(SCRIPT, *SMALL, "--workers", "1", "--out", str(folder))
    assert done.returncode == 0, done.stderr
    assert "layers [1, 3, 1], look-back 5, 64 weights" in done.stdout
    assert "300 evaluations" in done.stdout
    assert "mean absolute error on the testing split" in done.stdout
    assert f"run folder: {folder}" in done.stdout
    return folder


def test_a_run_leaves_its_whole_folder(one_thread: Path) -> None:
    assert sorted(files(one_thread)) == [
        "best.keras",
        "figures/fitness_mae.png",
        "figures/forecast.png",
        "figures/network.png",
        "forecast.csv",
        "logbook.csv",
        "report.html",
        "result.json",
        "run.sqlite",
    ]


def test_the_model_has_the_error_on_the_validation_split_that_is_told(one_thread: Path) -> None:
    import keras
    import numpy as np

    from dlopt_deap.data import sine

    result = json.loads((one_thread / "result.json").read_text())
    x, y = sine().validation.windows(5)
    predicted = keras.models.load_model(one_thread / "best.keras").predict(np.array(x), verbose=0)
    assert np.abs(predicted - y).mean() == pytest.approx(result["fitness"]["mae"], abs=1e-5)


@pytest.mark.parametrize("workers", [("--workers", "2"), ("--workers", "2", "--time-limit", "60")])
def test_threads_and_a_pool_give_the_same_result_to_the_last_bit(
    one_thread: Path, tmp_path: Path, workers: Sequence[str]
) -> None:
    done = run(SCRIPT, *SMALL, *workers, "--out", str(tmp_path / "run"))
    assert done.returncode == 0, done.stderr
    assert ("local pool of 2 processes" in done.stderr) == ("--time-limit" in workers)
    assert results(tmp_path / "run") == results(one_thread)


def test_scoop_gives_the_same_result_to_the_last_bit(one_thread: Path, tmp_path: Path) -> None:
    done = run("-m", "scoop", "-n", "2", SCRIPT, *SMALL, "--out", str(tmp_path / "run"))
    assert "Evaluating on 2 SCOOP workers" in done.stderr
    assert results(tmp_path / "run") == results(one_thread)


def test_a_run_that_has_ended_says_so_and_is_not_touched(one_thread: Path) -> None:
    before = files(one_thread)
    done = here(NAME, "--resume", str(one_thread))
    assert done.returncode == 0
    assert "has ended before, by max_evaluations; nothing was changed" in done.stdout
    assert files(one_thread) == before


def test_resuming_goes_on_with_the_options_of_the_run_and_ends_as_one_long_run(
    one_thread: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    assert here(NAME, *SMALL[:2], "--evaluations", "100", *SMALL[4:], "--out", str(folder)).returncode == 0
    with closing(sqlite3.connect(folder / "run.sqlite")) as file, file:  # as a kill leaves it, only with more to do
        (text,) = file.execute("SELECT options FROM sessions").fetchone()
        file.execute("UPDATE sessions SET options = ?", (json.dumps(json.loads(text) | {"evaluations": 300}),))
    done = run(SCRIPT, "--resume", str(folder))
    assert done.returncode == 0, done.stderr
    assert results(folder) == results(one_thread)


@pytest.mark.parametrize("name", ["separable_cma_es", "cma_es", "one_plus_lambda", "differential_evolution", "genetic"])
def test_every_technique_runs(name: str, tmp_path: Path) -> None:
    options = ("--technique", name, "--metric", "median_ae", "--sigma", "0.2", *SMALL, "--quiet")
    done = here(NAME, *options, "--out", str(tmp_path / "run"))
    assert done.returncode == 0, done.stderr
    assert list(json.loads((tmp_path / "run" / "result.json").read_text())["fitness"]) == ["median_ae"]


WRONG: list[tuple[Sequence[str], str]] = [
    (["--units", "8,x"], r"--units.*'8,x'"),
    (["--units", ""], r"--units"),
    (["--technique", "openai-es"], r"--technique: invalid choice: 'openai-es'"),
    (["--metric", "mea"], r"--metric: invalid choice: 'mea'"),
    (["--sigm", "1"], r"unrecognized arguments: --sigm"),
    (["--sigma", "x"], r"--sigma: invalid float value: 'x'"),
    (["--units", "0"], r"failed: `units\[0\]` must be a whole number.*got 0"),
    (["--sigma", "0"], r"failed: `sigma` must be a finite number above 0\.0, got 0\.0"),
    (["--sigma", "nan"], r"failed: `sigma` must be a finite number above 0\.0, got nan"),
    (["--population", "1"], r"failed: `population_size` must be a whole number of at least 2, got 1"),
    (["--population", "7"], r"failed: `population_size` must be even.*got 7; take 8"),
    (["--look-back", "0"], r"failed: `look_back` must be"),
    (["--look-back", "5000"], r"failed: `look_back` must be at most \d+"),
    (["--evaluations", "0"], r"failed: `max_evaluations`"),
    (["--workers", "0"], r"failed: `workers`"),
    (["--technique", "cma_es", "--units", "40"], r"failed: The technique 'cma_es' keeps.*at most 5000"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_a_wrong_option_is_one_clear_sentence_and_leaves_nothing(
    tmp_path: Path, arguments: Sequence[str], message: str
) -> None:
    done = here(NAME, *arguments, "--out", str(tmp_path / "run"))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr + done.stdout
    last = done.stderr.splitlines()[-1]
    assert re.search(message, last), last
    assert files(tmp_path) == {}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--sigma", "0.2"], r"technique\.strategy\.sigma.*0\.05 in the run"),
        (["--units", "4"], r"problem\.spec\.units"),
        (["--metric", "mse"], r"problem\.targets|problem\.objective"),
        (["--population", "18"], r"population_size: 16 in the run, 18 now"),
        (["--out", "x"], r"leave out --out"),
    ],
)
def test_a_run_is_not_resumed_with_something_else(one_thread: Path, arguments: Sequence[str], message: str) -> None:
    before = files(one_thread)
    done = here(NAME, "--resume", str(one_thread), *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert re.search(message, done.stderr.splitlines()[-1])
    assert files(one_thread) == before
