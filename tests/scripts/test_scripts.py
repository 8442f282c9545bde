"""The scripts, run as people run them: real processes, real files."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from scripts.running import ROOT, here, run
from timeless import logbook_of

SMALL = ("--seed", "7", "--evaluations", "24", "--population", "4", "--samples", "20")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
]


def script(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(f"scripts/{name}", *arguments)


def files(folder: Path) -> dict[str, Any]:
    """Everything of a run that must be the same when it is run again."""
    result = json.loads((folder / "result.json").read_text())
    del result["run"]
    return {"result": result, "logbook": logbook_of(folder)}


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("serial") / "run"
    done = script("evolve_sine.py", *SMALL, "--workers", "1", "--out", str(folder))
    assert done.returncode == 0, done.stderr
    return folder


def test_a_run_leaves_its_whole_folder(serial: Path) -> None:
    assert sorted(str(path.relative_to(serial)) for path in serial.rglob("*") if path.is_file()) == [
        "best.keras",
        "figures/architectures.png",
        "figures/fitness_log_p.png",
        "figures/forecast.png",
        "figures/network.png",
        "figures/sampled_errors.png",
        "forecast.csv",
        "logbook.csv",
        "report.html",
        "result.json",
        "run.sqlite",
    ]


def test_the_result_has_dlopt_s_keys_and_its_model_is_the_network_with_the_error_told(serial: Path) -> None:
    import keras
    import numpy as np

    from dlopt_deap.data import sine
    from dlopt_deap.networks import load_keras

    result = json.loads((serial / "result.json").read_text())
    assert {"fitness", "layers", "look_back", "config"} <= set(result)
    built = keras.models.model_from_json(json.dumps(result["config"]))
    assert built.count_params() == result["num_weights"]
    spec, _ = load_keras(serial / "best.keras")
    assert (spec.layers, spec.look_back) == (result["layers"], result["look_back"])
    x, y = sine().validation.windows(spec.look_back)
    predicted = keras.models.load_model(serial / "best.keras").predict(x, verbose=0)
    assert np.abs(predicted - y).mean() == pytest.approx(result["metrics"]["best"], abs=1e-5)


def test_a_local_pool_gives_the_same_result_to_the_last_bit(serial: Path, tmp_path: Path) -> None:
    done = script("evolve_sine.py", *SMALL, "--workers", "2", "--out", str(tmp_path / "run"))
    assert done.returncode == 0, done.stderr
    assert "local pool of 2 processes (for several hosts: `python -m scoop`)" in done.stderr
    assert files(tmp_path / "run") == files(serial)


@pytest.mark.parametrize("workers", ["1", "4"])
def test_scoop_gives_the_same_result_to_the_last_bit(serial: Path, tmp_path: Path, workers: str) -> None:
    folder = tmp_path / "run"
    done = run("-m", "scoop", "-n", workers, "scripts/evolve_sine.py", *SMALL, "--out", str(folder))
    assert f"Evaluating on {workers} SCOOP worker" in done.stderr
    assert files(folder) == files(serial)


def test_scoop_s_workers_evaluate_without_tensorflow_and_below_100_mb_of_their_own(tmp_path: Path) -> None:
    program = tmp_path / "memory.py"
    program.write_text(
        "import os, sys\n"
        "from dlopt_deap import data\n"
        "from dlopt_deap.architecture import RandomSamplingProblem, Space\n"
        "from dlopt_deap.parallel import open_map\n"
        "problem = RandomSamplingProblem(data.sine(), Space((2, 20), (1, 8), (1, 20)), num_samples=100)\n"
        "def measure(genes):\n"
        "    problem.evaluate(genes)\n"
        "    own = int(next(line for line in open('/proc/self/status') if line.startswith('RssAnon')).split()[1])\n"
        "    return os.getpid(), own / 1024, 'tensorflow' in sys.modules\n"
        "if __name__ == '__main__':\n"
        "    for row in open_map()(measure, [[20] + [20] * 8] * 16):\n"
        "        print('measured', *row)\n"
    )
    done = run("-m", "scoop", "-n", "2", str(program))
    rows = [line.split() for line in done.stdout.splitlines() if line.startswith("measured")]
    assert len(rows) == 16, done.stderr
    assert len({pid for _, pid, _, _ in rows}) == 2
    assert {loaded for *_, loaded in rows} == {"False"}
    assert max(float(own) for _, _, own, _ in rows) < 100


def test_the_shipped_series_is_one_option_away(tmp_path: Path) -> None:
    done = here("evolve_csv.py", "--series", "sunspots", *SMALL, "--epochs", "2", "--out", str(tmp_path / "run"))
    assert done.returncode == 0, done.stderr
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["settings"]["problem"]["series"]["name"] == "sunspots"
    assert f"run folder: {tmp_path / 'run'}" in done.stdout


@pytest.mark.parametrize("fitness", ["mae", "log_p", "log_p,mae"])
def test_each_fitness_ends_in_a_keras_model_with_the_test_error_that_is_told(tmp_path: Path, fitness: str) -> None:
    import keras
    import numpy as np

    from dlopt_deap.data import sunspots

    arguments = ("--series", "sunspots", *SMALL, "--fitness", fitness, "--epochs", "2", "--quiet")
    done = here("evolve_csv.py", *arguments, "--season", "11", "--out", str(tmp_path / "run"))
    assert done.returncode == 0, done.stderr
    assert ("linear autoregression" in done.stdout) == ("mae" in fitness)
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert list(result["fitness"]) == [fitness.split(",")[-1]]
    assert set(result["test"]) == {"network", "last value", "season ago", "training mean", "linear autoregression"}
    testing = sunspots().testing
    x, y = testing.windows(result["look_back"])
    predicted = keras.models.load_model(tmp_path / "run" / "best.keras").predict(x, verbose=0)
    error = np.abs(testing.to_own_units(predicted) - testing.to_own_units(y)).mean()
    assert error == pytest.approx(result["test"]["network"]["mae"], rel=1e-4)


def test_error_and_size_together_end_in_a_pareto_front_with_a_knee(tmp_path: Path) -> None:
    arguments = ("--series", "sunspots", *SMALL, "--fitness", "mae,num_weights", "--epochs", "2", "--quiet")
    done = here("evolve_csv.py", *arguments, "--workers", "1", "--out", str(tmp_path / "run"))
    assert done.returncode == 0, done.stderr
    header, *rows = (tmp_path / "run" / "pareto.csv").read_text().splitlines()
    assert header == "mae,num_weights,layers,genes,knee"
    assert sum(row.endswith("True") for row in rows) == 1
    assert (tmp_path / "run" / "figures" / "pareto_front.png").stat().st_size > 10_000


def test_training_by_scoop_and_in_one_process_gives_the_same_result_to_the_last_bit(tmp_path: Path) -> None:
    arguments = ("--series", "sunspots", *SMALL, "--epochs", "2", "--quiet")
    one = here("evolve_csv.py", *arguments, "--workers", "1", "--out", str(tmp_path / "one"))
    assert one.returncode == 0, one.stderr
    run("-m", "scoop", "-n", "2", "scripts/evolve_csv.py", *arguments, "--out", str(tmp_path / "scoop"))
    assert files(tmp_path / "scoop") == files(tmp_path / "one")
    assert (tmp_path / "scoop" / "forecast.csv").read_bytes() == (tmp_path / "one" / "forecast.csv").read_bytes()


def test_one_network_is_trained_saved_and_compared_with_naive_forecasts(tmp_path: Path) -> None:
    arguments = ("--series", "sunspots", "--season", "11", "--units", "8,4", "--epochs", "5", "--seed", "1")
    done = here("train_csv.py", *arguments, "--out", str(tmp_path / "run"))
    assert done.returncode == 0, done.stderr
    assert "season ago: " in done.stdout
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["layers"] == [1, 8, 4, 1]
    assert len(result["history"]["val_loss"]) == result["epochs"] == 5
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        *("best.keras", "figures", "forecast.csv", "report.html", "result.json")
    ]


def test_a_csv_file_with_two_inputs_and_a_date_column(tmp_path: Path) -> None:
    days = (date(2020, 1, 1) + timedelta(day) for day in range(300))
    rows = [f"{day};{number % 7}.5;{number % 5}" for number, day in enumerate(days)]
    table = tmp_path / "sales.csv"
    table.write_text("\n".join(["day;sales;visitors", *rows]))
    arguments = (str(table), "--target", "sales", "--inputs", "sales,visitors", "--time", "day")
    done = here("evolve_csv.py", *arguments, *SMALL, "--quiet", "--out", str(tmp_path / "run"))
    assert done.returncode == 0, done.stderr
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert (result["layers"][0], result["layers"][-1]) == (2, 1)


def test_sampling_a_space_writes_a_line_an_architecture_with_dlopt_s_keys(tmp_path: Path) -> None:
    done = here("sample_sine.py", "--seed", "1", "--workers", "1", "--out", str(tmp_path / "run"), "--quiet")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in (tmp_path / "run" / "samples.jsonl").read_text().splitlines()]
    assert len(lines) == 12
    assert {(line["look_back"], tuple(line["architecture"])) for line in lines} == {
        (look_back, (1, *units, 1)) for look_back in (1, 2) for units in [(1,), (2,), (1, 1), (1, 2), (2, 1), (2, 2)]
    }
    assert all({"log_p", "p", "mean", "std", "samples"} <= set(line["metrics"]) for line in lines)


WRONG: list[tuple[str, Sequence[str], str]] = [
    ("evolve_csv.py", ["{empty}", "--target", "a"], "empty.csv"),
    ("evolve_csv.py", ["{gone}", "--target", "a"], "gone.csv"),
    ("evolve_csv.py", ["{text}", "--target", "name"], "name"),
    ("evolve_csv.py", ["{table}", "--target", "valeu"], "did you mean 'value'"),
    ("evolve_csv.py", ["{short}", "--target", "value"], "short.csv|look-back|rows"),
    ("evolve_csv.py", [], "Give either a FILE or --series"),
    ("evolve_csv.py", ["--series", "sunspots", "--epochs", "0"], "`epochs`"),
    ("evolve_csv.py", ["--series", "sunspots", "--season", "0"], "`--season`"),
    ("train_csv.py", ["--series", "sunspots", "--units", "0"], r"`units\[0\]`"),
    ("train_csv.py", ["--series", "sunspots", "--look-back", "500"], "look.back"),
    ("train_csv.py", ["--series", "sunspots", "--cell", "lstn"], "did you mean 'lstm'"),
    ("evolve_sine.py", ["--samples", "0"], "`num_samples`"),
    ("evolve_sine.py", ["--population", "0"], "`population_size`"),
    ("evolve_sine.py", ["--evaluations", "0"], "`max_evaluations`"),
    ("evolve_sine.py", ["--seed", "-1"], "`seed`"),
    ("evolve_sine.py", ["--workers", "0"], "`workers`"),
    ("evolve_sine.py", ["--out", "{table}"], "is a file"),
    ("evolve_sine.py", ["--out", "{folder}"], "is not empty"),
    ("sample_sine.py", ["--units", "0", "5"], r"`units\[0\]` must be a whole number of at least 1, got 0"),
    ("sample_sine.py", ["--look-back", "2", "5000"], "look"),
]


@pytest.mark.parametrize(("name", "arguments", "message"), WRONG)
def test_wrong_input_gives_one_clear_sentence_and_writes_nothing(
    tmp_path: Path, name: str, arguments: Sequence[str], message: str
) -> None:
    contents = {
        "empty": "",
        "text": "name\nann\nbob\n",
        "table": "value\n" + "\n".join(str(row % 9) for row in range(99)) + "\n",
        "short": "value\n1\n2\n3\n",
    }
    for stem, text in contents.items():
        (tmp_path / f"{stem}.csv").write_text(text)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine.txt").write_text("mine")
    names = {stem: str(tmp_path / f"{stem}.csv") for stem in (*contents, "gone")} | {"folder": str(tmp_path / "folder")}
    arguments = [argument.format(**names) for argument in arguments]
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    if "--out" not in arguments:
        arguments += ["--out", str(tmp_path / "out")]
    done = here(name, *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"{name} failed: ")
    assert re.search(message, last), last
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_an_unknown_option_is_named_with_exit_code_2() -> None:
    done = script("evolve_sine.py", "--evalutions", "3")
    assert done.returncode == 2
    assert "--evalutions" in done.stderr


def test_under_scoop_a_failure_is_told_in_the_last_line_and_leaves_no_result(tmp_path: Path) -> None:
    arguments = ("--samples", "0", "--out", str(tmp_path / "run"))
    done = run("-m", "scoop", "-n", "2", "scripts/evolve_sine.py", *arguments)
    told = [line for line in done.stderr.splitlines() if "launcher" not in line and "Launching" not in line]
    assert told[-1].startswith("evolve_sine.py failed: `num_samples`")
    assert "Traceback" not in done.stderr + done.stdout
    assert not (tmp_path / "run" / "result.json").exists()


def test_ctrl_c_under_scoop_saves_what_was_found_so_far_and_ends(tmp_path: Path) -> None:
    command = ["-m", "scoop", "-n", "2", "scripts/evolve_sine.py", "--seed", "1", "--evaluations", "1000000"]
    with subprocess.Popen(
        [sys.executable, *command, "--out", str(tmp_path / "run")],
        cwd=ROOT,
        stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        while "generation 0" not in process.stdout.readline():
            assert process.poll() is None
        os.killpg(process.pid, signal.SIGINT)
        rest = process.stdout.read()  # ends when the last of all the processes has ended
    assert "evolve_sine.py ended early, with exit code 130" in rest
    assert json.loads((tmp_path / "run" / "result.json").read_text())["stopped_by"] == "interrupted"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ctrl_c_and_termination_save_what_a_pool_has_found_so_far(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    command = ["scripts/evolve_sine.py", "--seed", "1", "--evaluations", "1000000", "--workers", "2"]
    with subprocess.Popen(
        [sys.executable, *command, "--out", str(tmp_path / "run")],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        while "generation 0" not in process.stderr.readline():
            assert process.poll() is None
        if number == signal.SIGINT:  # a terminal sends it to the whole process group
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        _, rest = process.communicate()
    assert process.returncode == code
    assert "Traceback" not in rest
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["stopped_by"] == {130: "interrupted", 143: "terminated"}[code]
    assert 0 < result["evaluations"] < 1_000_000
