"""The script for texts, run as people run it."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from scripts.running import here, run

SMALL = ("--seed", "3", "--evaluations", "6", "--population", "4", "--workers", "1", "--quiet")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rhyme.txt"
    path.write_text("a rose is a rose, and a rose is red.\n" * 30, encoding="utf-8")
    return path


def result_of(folder: Path) -> Any:
    return json.loads((folder / "result.json").read_text())


@pytest.mark.parametrize("level", ["character", "word"])
def test_a_text_of_ones_own_gives_a_model_tokens_and_a_comparison_with_a_bigram(
    file: Path, tmp_path: Path, level: str
) -> None:
    from dlopt_deap.data import read_text
    from dlopt_deap.networks import load_keras

    folder = tmp_path / "run"
    done = here("evolve_text.py", str(file), "--level", level, *SMALL, "--final-epochs", "5", "--out", str(folder))
    assert done.returncode == 0, done.stderr
    assert "drawn from it: " in done.stdout
    assert "cross-entropy on the testing split, in nats a token: " in done.stdout
    assert "\n  bigram: " in done.stdout
    text = read_text(file, level=level, encoding="ids")
    spec, _ = load_keras(folder / "best.keras")
    assert spec.embedding == (len(text.vocabulary), result_of(folder)["embedding"])
    with (folder / "forecast.csv").open(newline="") as table:
        rows = list(csv.DictReader(table))
    assert [row["truth"] for row in rows] == text.decode(text.ids[text.testing.rows])
    assert {path.name for path in (folder / "figures").iterdir()} == {
        "architectures.png", "fitness_cross_entropy.png", "forecast.png", "network.png",
    }  # fmt: skip


def test_the_text_that_is_shipped_is_one_option_away(tmp_path: Path) -> None:
    options = ("--text", "licence", "--level", "word", "--vocabulary", "50", "--epochs", "1", "--final-epochs", "1")
    done = here("evolve_text.py", *options, *SMALL, "--out", str(tmp_path / "run"))
    assert done.returncode == 0, done.stderr
    result = result_of(tmp_path / "run")
    assert (result["layers"][-1], list(result["fitness"])) == (50, ["cross_entropy"])


def test_the_promise_of_random_sampling_is_searched_and_the_run_is_resumed(file: Path, tmp_path: Path) -> None:
    first = (str(file), "--fitness", "log_p", "--samples", "5", "--level", "word")
    done = run("scripts/evolve_text.py", *first, *SMALL, "--out", str(tmp_path / "run"))
    assert done.returncode == 0, done.stderr
    before = result_of(tmp_path / "run")
    assert (before["evaluations"], list(before["fitness"])) == (6, ["log_p"])
    extended = here("evolve_text.py", str(file), "--resume", str(tmp_path / "run"), "--evaluations", "12", "--quiet")
    assert extended.returncode == 0, extended.stderr
    assert result_of(tmp_path / "run")["evaluations"] == 12


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "evolve_text.py failed: Give either a FILE or --text licence."),
        (("none.txt",), "none.txt must be a text file, but there is no such file"),
        (("--text", "licence", "--level", "words"), "did you mean 'word'?"),
        (("--text", "licence", "--vocabulary", "1"), "`vocabulary` must be a whole number of at least 2, got 1"),
    ],
)
def test_a_wrong_option_ends_in_one_sentence_and_nothing_is_written(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = here("evolve_text.py", *arguments, "--out", str(tmp_path / "run"))
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run").exists()
