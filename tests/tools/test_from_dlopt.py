"""What DLOPT's users find again: its example configurations, its actions, and its keys."""

import json
import math
import re
import tomllib
from pathlib import Path

import pytest
from tools.running import here, process
from tools.settings.walking import ACTIONS, model_of

from dlopt_deap.tools.settings.models import groups_of

ROOT = Path(__file__).parent.parent.parent
OPTIMIZATION = ROOT / "scripts" / "dlopt_optimization.toml"
SAMPLING = ROOT / "scripts" / "dlopt_sampling.json"
KERAS_OF_NUMPY = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
PAGE = (ROOT / "docs" / "from_dlopt.md").read_text(encoding="utf-8")


def test_the_examples_fit_their_schema() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    for action, values in {
        "optimize": tomllib.loads(OPTIMIZATION.read_text()),
        "sample": json.loads(SAMPLING.read_text()),
    }.items():
        jsonschema.validate(values, json.loads(here("schema", action).stdout))
        values["sed"] = 1
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(values, json.loads(here("schema", action).stdout))


@pytest.mark.slow
@pytest.mark.keras
def test_dlopt_s_optimisation_of_the_sine_wave(tmp_path: Path) -> None:
    ended = process("optimize", str(OPTIMIZATION), "--seed", "1", "--out", "run", folder=tmp_path)
    assert ended.code == 0, ended.stderr
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert {"fitness", "layers", "look_back", "config"} <= set(result)
    assert result["evaluations"] == 30
    assert 2 <= result["look_back"] <= 20
    assert 1 <= len(result["layers"]) - 2 <= 3
    assert max(result["layers"]) <= 10
    rows = (tmp_path / "run" / "logbook.csv").read_text().splitlines()
    restart = rows[0].split(",").index("restart")
    assert {row.split(",")[restart] for row in rows[1:]} == {"0", "1", "2"}


@pytest.mark.slow
def test_dlopt_s_sampling_of_the_sine_wave(tmp_path: Path) -> None:
    ended = process("sample", str(SAMPLING), "--seed", "1", "--out", "run", "--quiet", folder=tmp_path)
    assert ended.code == 0, ended.stderr
    lines = [json.loads(line) for line in (tmp_path / "run" / "samples.jsonl").read_text().splitlines()]
    assert {(line["look_back"], *line["architecture"][1:-1]) for line in lines} == {
        (look_back, *units) for look_back in (1, 2) for units in [(1,), (2,), (1, 1), (1, 2), (2, 1), (2, 2)]
    }
    assert all(len(line["metrics"]["samples"]) == 30 for line in lines)


@pytest.mark.slow
@pytest.mark.keras
@KERAS_OF_NUMPY
def test_dlopt_s_training_of_a_given_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "training.json").write_text(
        json.dumps(
            {
                "data": {"kind": "file", "path": "series.csv", "targets": ["load"], "inputs": ["load", "day"]},
                "architectures": [[4], [3, 2]],
                "look_back": [2, 3],
                "epochs": 3,
                "training": {"dropout": 0.1, "batch_size": 5, "optimizer": "adam", "initializer": "uniform"},
            }
        )
    )
    rows = "".join(f"{row % 7},{row * row % 17}\n" for row in range(200))
    (tmp_path / "series.csv").write_text(f"day,load\n{rows}")
    ended = here("train", "training.json", "--seed", "1", "--out", "run")
    assert ended.code == 0, ended.stderr
    assert ended.stdout.count("validation mse") == 4
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert (result["layers"][0], result["layers"][-1]) == (2, 1)
    assert (tmp_path / "run" / "best.keras").exists()


@pytest.mark.slow
def test_dlopt_s_sampling_of_token_sequences(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("the quick brown fox jumps over the lazy dog. " * 20)
    given = ("--set", "data.kind=text", "--set", "data.path=letter.txt", "--set", "architectures.units=[1,2]")
    more = ("--set", "sampling.num_samples=30", "--set", "sampling.threshold=1", "--quiet", "--seed", "1")
    ended = process("sample", *given, *more, "--out", "run", folder=tmp_path)
    assert ended.code == 0, ended.stderr
    lines = [json.loads(line) for line in (tmp_path / "run" / "samples.jsonl").read_text().splitlines()]
    assert len(lines) == 12
    vocabulary = len(set("the quick brown fox jumps over the lazy dog. "))
    assert {line["architecture"][-1] for line in lines} == {vocabulary}
    # Random networks do not know what comes next: their cross-entropy is about that of a guess.
    assert all(line["metrics"]["mean"] > 0.8 * math.log(vocabulary) for line in lines)


@pytest.mark.slow
@pytest.mark.keras
@KERAS_OF_NUMPY
def test_dlopt_s_prediction_with_a_saved_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{row % 7},{row * row % 17}\n" for row in range(200))
    (tmp_path / "series.csv").write_text(f"day,load\n{rows}")
    given = ("series.csv", "--set", "data.targets=load", "--set", "epochs=3", "--seed", "1", "--out", "run")
    trained = here("train", *given)
    assert trained.code == 0, trained.stderr
    ended = here("predict", "run", "series.csv", "--out", "forecast.csv")
    assert ended.code == 0, ended.stderr
    header, *lines = (tmp_path / "forecast.csv").read_text().splitlines()
    assert "load" in header
    assert len(lines) > 150


ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("|") and not set(line) <= set("|- ")
]
OURS = sorted(
    {
        name
        for row in ROWS
        for cell in row[1:2]
        for name in re.findall(r"`([a-z_.]+)`(?! in Python)", cell)
        if "." in name
    }
)
"""The settings that the page names, each with its action before it."""


def settings_of(action: str) -> set[str]:
    """Name every setting of an action, with dots."""
    return {".".join((*path, name)) for path, group in groups_of(model_of(action)) for name in group.model_fields}


@pytest.mark.parametrize("name", OURS)
def test_a_setting_that_the_page_names_is_one(name: str) -> None:
    known = set().union(*(settings_of(action) for action in ACTIONS))
    assert name in known | {f"operators.mutate.{argument}" for argument in ("indpb", "lengthpb", "sigma", "max_step")}


def test_the_page_maps_every_key_of_dlopt_s_example_configurations() -> None:
    keys = {key for row in ROWS for key in re.findall(r"`(\w+)`", row[0])}
    assert keys >= {
        *("action_class", "algorithm_class", "data_loader_class", "data_loader_params", "problem_class", "targets"),
        *("population_size", "offspring_size", "max_eval", "max_restart", "migration_population_size"),
        *("p_mutation_i", "p_mutation_e", "mutation_scale_factor", "mutation_max_step", "num_samples"),
        *("min_neurons", "max_neurons", "min_layers", "max_layers", "min_look_back", "max_look_back"),
        *("start", "stop", "step", "freq", "batch_size", "training_ratio", "validation_ratio", "x_features"),
        *("y_features", "truncated_lower", "truncated_upper", "threshold", "nn_builder_class", "dense_activation"),
        *("output_logger_class", "output_logger_params", "model_filename", "listing_class", "listing_params"),
        *("init_arch", "pace", "architectures", "architecture", "look_back", "train_epochs", "train_dropout"),
        *("dropout", "epochs", "test_epochs", "nn_trainer_class", "optimizer", "optimizer_params", "patience"),
        *("min_delta", "monitor", "metrics", "loss", "embedding", "weights_init_func", "random_samp_metric_func"),
    }
