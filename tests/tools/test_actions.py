"""The actions that read runs, from end to end, on runs of the command itself."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from load_data import load_file

from dlopt_deap.errors import DloptError
from dlopt_deap.networks import NetworkSpec, keras_model, load_keras
from dlopt_deap.tools import load_saved, read_run
from dlopt_deap.tools.command import main

pytestmark = [
    pytest.mark.keras,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def new(tmp_path: Path) -> str:
    return str(load_file(tmp_path / "new.csv", 120, 40))


def test_a_saved_search_forecasts_a_new_file_as_its_model_does(
    ended: Path, new: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", str(ended / "search-1"), new]) == 0
    with open("predictions.csv") as file:
        rows = list(csv.DictReader(file))
    assert rows[-1]["time"] == "2024-06-09"
    assert rows[-1]["load truth"] == ""
    assert Path("predictions.png").read_bytes().startswith(b"\x89PNG")
    assert "errors of " in capsys.readouterr().out
    spec, weights = load_keras(ended / "search-1" / "best.keras")
    old = np.genfromtxt(ended / "load.csv", delimiter=",", skip_header=1)[:76, 1:]  # the training rows alone
    table = np.genfromtxt(new, delimiter=",", skip_header=1)[:, 1:]
    low, high = old.min(axis=0), old.max(axis=0)
    window = (2 * (table - low) / (high - low) - 1)[-spec.look_back :][np.newaxis]
    said = keras_model(spec, weights).predict(window, verbose=0)[0, 0]
    assert float(rows[-1]["load network"]) == pytest.approx((said + 1) / 2 * (high - low)[0] + low[0], rel=1e-4)


def test_a_horizon_is_forecast_with_the_future_of_the_other_inputs(ended: Path, new: str, tmp_path: Path) -> None:
    future = load_file(tmp_path / "future.csv", 160, 6, ("temp",))
    given = ["--set", "horizon=7", "--set", f"future.path={future}", "--set", "rows=after", "--out", "out"]
    assert main(["predict", str(ended / "training"), new, *given]) == 0
    with open("out/predictions.csv") as file:
        assert [row["steps"] for row in csv.DictReader(file)] == ["1", "2", "3", "4", "5", "6", "7"]


def test_a_keras_file_alone_is_scaled_by_the_data_of_its_training(ended: Path, new: str) -> None:
    shutil.copy(ended / "training" / "best.keras", "alone.keras")
    settings = {"path": str(ended / "load.csv"), "targets": "load", "inputs": ["load", "temp"], "time": "date"}
    Path("predict.json").write_text(json.dumps({"training": {"kind": "file", **settings}}))
    assert main(["predict", "predict.json", "alone.keras", new, "--out", "a.csv"]) == 0
    assert main(["predict", str(ended / "training"), new, "--out", "b.csv"]) == 0
    assert Path("a.csv").read_text() == Path("b.csv").read_text()


def test_each_kind_of_run_is_reported_with_its_figures(ended: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = [str(ended / name) for name in ("search-1", "training", "sampling")]
    assert main(["report", *runs, "--out", "figures"]) == 0
    said = capsys.readouterr().out
    assert "a search, ended by max_evaluations" in said
    assert "estimated anew" in said
    assert "least validation loss: " in said
    assert "a sampling, ended" in said
    drawn = {str(path.relative_to("figures")) for path in Path("figures").rglob("*.png")}
    assert drawn == {
        *(f"1-search-1/{name}.png" for name in ("architectures", "fitness_mae", "forecast", "network")),
        "1-search-1/parallel_coordinates.png",  # its file has evaluations, but no generations
        *(f"{run}/residuals.png" for run in ("1-search-1", "2-training")),
        *(f"2-training/{name}.png" for name in ("forecast", "network", "training")),
        "3-sampling/sampled_errors.png",
    }
    pages = [Path("figures", name, "report.html") for name in ("1-search-1", "2-training", "3-sampling")]
    assert [page.read_text(encoding="utf-8").count("<img") for page in pages] == [6, 4, 1]
    assert all(f"page: {page}" in said for page in pages)


def test_a_report_is_printed_as_json(ended: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(ended / "search-2"), "--set", "format=json", "--set", "figures=false"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert told["candidates"][0]["fitness"] == read_run(ended / "search-2").candidates[0].fitness


def test_the_report_of_a_search_is_that_of_its_result(ended: Path) -> None:
    record = read_run(ended / "search-1")
    saved = json.loads((ended / "search-1" / "result.json").read_text())
    assert record.candidates[0].fitness == saved["fitness"]
    assert (record.evaluations, record.seconds) == (saved["evaluations"], saved["run"]["seconds"])
    assert record.result is not None
    assert record.result.test["network"]["mae"] == saved["test"]["network"]["mae"]
    assert record.logbook.select("evaluations")[-1] == 8


def test_two_seeds_are_one_group_of_a_comparison(ended: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(ended / "search-1"), str(ended / "search-2"), "--out", "compared"]) == 0
    said = capsys.readouterr().out
    assert "too few seeds for a claim about A: 2 runs" in said
    told = json.loads(Path("compared/compare.json").read_text())
    values = [read_run(ended / f"search-{seed}").candidates[0].fitness["mae"] for seed in (1, 2)]
    assert told["groups"][0]["mae_median"] == pytest.approx(np.median(values))
    assert {path.name for path in Path("compared").iterdir()} == {
        *{"compare.csv", "compare.json", "best_so_far_mae.png"}
    }


def test_a_saved_model_gives_the_numbers_of_the_network(ended: Path) -> None:
    import tensorflow as tf

    assert main(["export", str(ended / "search-1"), "saved_model", "--out", "model"]) == 0
    network = load_saved(ended / "search-1")
    x = np.random.default_rng(1).normal(size=(7, network.spec.look_back, network.spec.inputs)).astype(np.float32)
    model = tf.saved_model.load("model")
    served = model.serve(x).numpy()
    assert served == pytest.approx(keras_model(network.spec, network.weights).predict(x, verbose=0), abs=1e-6)


def test_arrays_keep_the_weights_and_say_how_they_are_read(ended: Path) -> None:
    assert main(["export", str(ended / "training"), "npz"]) == 0
    with np.load("training.npz", allow_pickle=False) as file:
        spec = NetworkSpec.from_dict(json.loads(str(file["spec"])))
        weights = spec.pack([file[name] for name in json.loads(str(file["names"]))])
        assert json.loads(str(file["series"]))["targets"] == ["load"]
    network = load_saved(ended / "training")
    assert spec == network.spec
    assert (weights == network.weights).all()
    model = keras_model(spec)
    assert [tuple(one.shape) for one in model.weights] == spec.weight_shapes


def test_the_architecture_and_the_network_are_read_by_keras(ended: Path) -> None:
    import keras

    assert main(["export", str(ended / "training"), "json"]) == 0
    assert main(["export", str(ended / "training" / "best.keras"), "keras", "--out", "copy.keras"]) == 0
    built = keras.models.model_from_json(Path("training.json").read_text())
    assert built.count_params() == keras.models.load_model("copy.keras").count_params()
    assert (load_keras("copy.keras")[1] == load_saved(ended / "training").weights).all()


def test_each_evaluation_is_a_row_with_its_genes_by_name(ended: Path) -> None:
    assert main(["export", str(ended / "search-1"), "csv"]) == 0
    with open("search-1.csv") as file:
        rows = list(csv.DictReader(file))
    assert [row["number"] for row in rows if row["stage"] == "search"] == [str(n) for n in range(1, 9)]
    assert {"look_back", "units_1", "fitness_mae", "status", "metric_rmse", "seconds"} <= set(rows[0])
    best = read_run(ended / "search-1").candidates[0]
    found = [row for row in rows if row["stage"] == "final" and float(row["fitness_mae"]) == best.fitness["mae"]]
    assert [int(found[0][f"units_{layer}"]) for layer in range(1, len(best.units) + 1)] == best.units


def test_tensorboard_shows_the_best_so_far_of_each_generation(ended: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    assert main(["export", str(ended / "search-1"), "tensorboard"]) == 0
    events = EventAccumulator("search-1-tensorboard").Reload()
    logbook = read_run(ended / "search-1").logbook
    points = events.Scalars("best/mae")
    assert [point.step for point in points] == logbook.select("evaluations")
    least = np.minimum.accumulate(logbook.chapters["mae"].select("min"))
    assert [point.value for point in points] == pytest.approx(least)


def test_optuna_has_a_trial_of_each_evaluation(ended: Path) -> None:
    import optuna

    assert main(["export", str(ended / "search-1"), "optuna"]) == 0
    assert main(["export", str(ended / "search-1"), "optuna", "--overwrite"]) == 0
    study = optuna.load_study(study_name="search-1", storage="sqlite:///search-1.db")
    assert len(study.trials) == 8


def test_nothing_but_an_older_export_is_replaced(ended: Path) -> None:
    Path("thesis").mkdir()
    Path("thesis/chapter.tex").write_text("mine")
    for given in (["--out", "thesis"], ["--out", "thesis", "--overwrite"]):
        with pytest.raises(DloptError, match=r"thesis (is there already|holds no tensorboard)"):
            main(["export", str(ended / "search-1"), "tensorboard", *given])
    assert [path.name for path in Path("thesis").iterdir()] == ["chapter.tex"]
    for _ in range(2):
        assert main(["export", str(ended / "search-1"), "tensorboard", "--out", "events", "--overwrite"]) == 0
    assert len(list(Path("events").iterdir())) == 1


Arguments = Callable[[Path, str], list[str]]
WRONG: dict[str, tuple[Arguments, str]] = {
    "no model": (lambda ended, new: ["predict"], "`model` is missing"),
    "no data": (lambda ended, new: ["predict", str(ended / "training")], "`data` is missing"),
    "no such model": (lambda ended, new: ["predict", "none", new], "There is no folder none"),
    "a sampling has no model": (lambda ended, new: ["predict", str(ended / "sampling"), new], "leaves no network"),
    "no future": (
        lambda ended, new: ["predict", str(ended / "training"), new, "--set", "horizon=2"],
        "needs temp in the first 1 of them",
    ),
    "no horizon": (
        lambda ended, new: ["predict", "x", new, "--set", "horizon=0"],
        "`horizon` must be at least 1, got 0",
    ),
    "no csv": (
        lambda ended, new: ["predict", str(ended / "training"), new, "--out", "a.txt"],
        "must be a .csv file or",
    ),
    "no training": (
        lambda ended, new: ["predict", str(ended / "training" / "best.keras"), new],
        "does not say how its series was scaled",
    ),
    "one too many": (lambda ended, new: ["predict", "x", new, "y"], "'y' is one too many"),
    "no seed of a report": (lambda ended, new: ["report", "x", "--seed", "1"], "Unrecognized arguments: --seed 1"),
    "no run": (lambda ended, new: ["report"], "`runs` is missing"),
    "no such run": (lambda ended, new: ["report", "none"], "There is no folder none"),
    "one of them": (lambda ended, new: ["report", str(ended / "training"), "none"], "There is no folder none"),
    "one run": (lambda ended, new: ["compare", str(ended / "search-1")], "`runs` must have at least 2 items"),
    "no search": (
        lambda ended, new: ["compare", str(ended / "search-1"), str(ended / "training")],
        "holds a training; leave it out",
    ),
    "no format": (lambda ended, new: ["export", str(ended / "training")], "`format` is missing"),
    "no such format": (lambda ended, new: ["export", "x", "kers"], "did you mean 'keras'?"),
    "no evaluations": (lambda ended, new: ["export", str(ended / "training"), "csv"], "and so no evaluations"),
    "another ending": (
        lambda ended, new: ["export", str(ended / "training"), "npz", "--out", "a.keras"],
        "must end with .npz",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_one_sentence_and_leaves_nothing(ended: Path, new: str, tmp_path: Path, case: str) -> None:
    make, sentence = WRONG[case]
    before = {path for place in (ended, tmp_path) for path in place.rglob("*")}
    with pytest.raises(DloptError) as told:
        main(make(ended, new))
    assert sentence in str(told.value)
    assert "\n" not in str(told.value)
    assert {path for place in (ended, tmp_path) for path in place.rglob("*")} == before


@pytest.mark.parametrize("encoding", ["ids", "one_hot"])
def test_a_network_of_tokens_is_trained_reported_exported_and_asked_for_more(
    tmp_path: Path, encoding: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("old.txt").write_text("to be or not to be, that is the question: " * 9)
    Path("new.txt").write_text("that is not the question, to be: ")
    text = ("--set", "data.kind=text", "--set", f"data.encoding={encoding}")
    small = ("--set", "architectures=[[4]]", "--set", "look_back=[3]", "--set", "epochs=2")
    assert main(["train", *text, "--set", "data.path=old.txt", *small, "--seed", "1", "--out", "run"]) == 0
    assert main(["predict", "run", "new.txt", *text, "--set", "horizon=5"]) == 0
    said = capsys.readouterr().out
    assert "errors of 30 tokens forecast one step ahead: cross_entropy " in said
    assert len(Path("predictions.csv").read_text().splitlines()) == 1 + 30 + 5
    assert main(["report", "run"]) == 0
    assert "in nats a token" in capsys.readouterr().out
    assert main(["export", "run", "npz"]) == 0
    with np.load("run.npz", allow_pickle=False) as file:
        assert json.loads(str(file["vocabulary"])) == sorted(set(Path("old.txt").read_text()))
    with pytest.raises(DloptError, match="is one of tokens; give it a text"):
        main(["predict", "run", "--set", "data.kind=sine", "--out", "x.csv"])
