"""Whatever is wrong on the command line: one clear sentence, exit code 2, no traceback, and nothing written."""

import shlex
import shutil
from pathlib import Path

import pytest
from tools.running import here, process, tree

from dlopt_deap import data
from dlopt_deap.architecture import RandomSamplingProblem, Space
from dlopt_deap.core import Evolution

SINE = "--set data.kind=sine"
SUNSPOTS = "--set data.kind=sunspots"
WEIGHT = f"{SUNSPOTS} --set problem.kind=weight"

# A command line, and a part of what is said of it. `good.toml` is a configuration that would run.
WRONG = {
    # The action and its options.
    "optimise": "There is no action 'optimise'; did you mean 'optimize'?",
    "evolve": "There is no action 'evolve'; there are optimize, sample, train,",
    "--verison": "Unrecognized arguments: --verison; see dlopt-deap --help.",
    "optimize good.toml --sed 1": "Unrecognized arguments: --sed 1; see dlopt-deap optimize --help.",
    "optimize good.toml load.csv more.csv": "'more.csv' is one too many: `optimize` takes a",
    "optimize good.toml --seed": "Argument --seed: expected one argument",
    "optimize good.toml --seed -1": "--seed: `seed` must be at least 0, got -1.",
    "optimize good.toml --seed 1.5": "--seed: `seed` must be a whole number, got 1.5.",
    "optimize good.toml --seed one": "--seed: `seed` must be a whole number, got 'one'.",
    "optimize good.toml --workers 0": "--workers: `workers` must be at least 1, got 0.",
    "optimize good.toml --workers 5000": "--workers: `workers` must be at most 1024, got 5000.",
    "optimize good.toml --workers all": "--workers: `workers` must be a whole number, got 'all'.",
    "optimize": "`data` is missing; it is needed: the series.",
    "init optimise": "must be one of optimize, sample, train",
    "init --out mine.json": "--out must name a .toml file, got 'mine.json'.",
    "init --out good.toml": "good.toml is there already; choose another name, or remove it.",
    "init --set problem.kind=trainin": "did you mean 'training'?",
    "schema optimise": "did you mean 'optimize'?",
    "list operator": "did you mean 'operators'?",
    # --set.
    "optimize good.toml --set seed": "--set must be KEY=VALUE, such as problem.epochs=20, got 'seed'.",
    "optimize good.toml --set =3": "--set must be KEY=VALUE, such as problem.epochs=20, got '=3'.",
    "optimize good.toml --set a..b=3": "--set a..b must name a setting, such as problem.epochs=20, got 'a..b'.",
    "optimize good.toml --set seed.x=3": "--set seed.x names 'seed' as a group of settings, but it is 1.",
    "optimize good.toml --set sed=3": "--set sed: `sed` is no setting; did you mean 'seed'?",
    "optimize good.toml --set problem.sampels=3": "`problem.sampels` is no setting",
    "optimize good.toml --set problem.space.unit=[1,2]": "`problem.space.unit` is no setting; did you mean 'units'?",
    "optimize good.toml --set problem.epochs=3": "it is one of the kind 'training'.",
    "optimize good.toml --set problem.num_samples=0": "`problem.num_samples` must be at least 1, got 0.",
    "optimize good.toml --set problem.space.units=[9,2]": "(least, most) with least <= most, got (9, 2).",
    "optimize good.toml --set problem.space.look_back=[2,5000]": "`look_back` must be at most 640 for the validation",
    "optimize good.toml --set problem.lower=3": "`lower` must be less than `upper`, got lower=3.0 and upper=2.0.",
    "optimize good.toml --set problem.threshold=3": "`threshold` must lie in [lower, upper], which is [0, 2], got 3:",
    "train --set data.kind=sine --set training.optimizer=sgd --set training.learning_rate=1e30 "
    "--out new": "it diverged in epoch 1 (`loss` is nan) with the optimizer 'sgd'",
    "optimize good.toml --set problem.targets.log_q=1": "`targets` must be one of log_p, p, mean, std,",
    "optimize good.toml --set stop.target_fitness.mae=1": "`target_fitness` names 'mae', which is no target",
    "optimize good.toml --set stop.signals=[SIGKILL]": "`stop.signals[0]` must be one of SIGUSR1, SIGUSR2,",
    "optimize good.toml --set limits.seconds=-1": "`limits.seconds` must be greater than 0, got -1.",
    # Files of settings.
    "optimize gone.toml": "gone.toml must be a configuration, but there is no such file.",
    "optimize folder.toml": "folder.toml must be a configuration, but it is a folder.",
    "optimize huge.toml": "its 16777217 bytes are more than 16777216; use a smaller one",
    "optimize binary.toml": "binary.toml must be text in UTF-8, but byte 128 is none; save it as UTF-8.",
    "optimize syntax.toml": "syntax.toml is no TOML: Invalid value (at line 2, column 8).",
    "optimize twice.json": "twice.json is no JSON: the name 'seed' stands twice in one group.",
    "optimize nan.json": "nan.json is no JSON: NaN is no number.",
    "optimize deep.json": "deep.json holds groups within groups, too many to be read.",
    "optimize list.json": "list.json must hold settings by name, got [1].",
    "optimize mine.yaml": "'mine.yaml' must be a configuration (.json or .toml) or a file of data such as series.csv",
    "optimize misspelt.toml": "misspelt.toml, line 6: `problem.space.unitz` is no setting; did you mean 'units'?",
    "optimize other.toml": "other.toml, line 4: `problem.kind` must be one of training, random_sampling, weight, joint",
    # Data.
    "optimize gone.csv": "gone.csv must be a CSV file, but there is no such file.",
    "optimize folder": "'folder' must be a configuration (.json or .toml) or a file of data",
    "optimize folder.csv": "folder.csv must be a CSV file, but it is a folder.",
    "optimize empty.csv": "empty.csv must hold a line of column names and lines of numbers, but it is empty.",
    "optimize binary.csv": "binary.csv must be text in UTF-8",
    "optimize text.csv": "text.csv, line 2, column 'name' must hold a number, got 'ann'",
    "optimize short.csv": "short.csv holds no usable series.",
    "optimize load.csv": "`targets` must name what to predict, since load.csv has the numeric columns load, visits",
    "optimize load.csv --set data.targets=laod": "load.csv has no column 'laod' (in `targets`); did you mean 'load'?",
    "optimize load.csv --set data.target=load": "`data.target` is no setting; did you mean 'targets'?",
    "optimize load.csv --set data.targets=load --set data.time=visits": "the time must increase from row to row",
    "optimize load.csv --set data.targets=load --set data.shares=[0.5,0.5,0.5]": "`shares` must sum to 1",
    "optimize --set data.kind=sunspot": "--set data.kind: `data.kind` must be one of file, sine, sunspots",
    f"optimize {SUNSPOTS} --set data.path=load.csv": "it is one of the kind 'file'",
    f"optimize {SINE} --set data.stop=-5": "`stop` must be greater than `start`, got start=0.0 and stop=-5.0.",
    # Techniques and operators.
    "optimize good.toml --set technique.kind=cma_es": "evolves weights, so `problem.kind` must be 'weight'",
    "optimize good.toml --set technique.algorithm=eaSimpel": "did you mean 'eaSimple'?",
    "optimize good.toml --set technique.arguments.mutbp=1": "ea_mu_plus_lambda takes no argument `mutbp`",
    "optimize good.toml --set technique.cxpb=1.5": "`technique.cxpb` must be at most 1, got 1.5.",
    "optimize good.toml --set technique.algorithm=eaMuPlusLambda --set technique.cxpb=0.9": "wants cxpb + mutpb <= 1",
    "optimize good.toml --set technique.algorithm=ea_truncation --set technique.arguments.elite_size=50": (
        "`elite_size` must be a whole number in [0, 19], got 50."
    ),
    f"optimize {SUNSPOTS} --set technique.restarts=2 --set stop.max_seconds=3": "`restarts` share `max_evaluations`",
    "optimize good.toml --set operators.mutat.name=mut_gaussian": "`operators.mutat` must be one of mutate, mate,",
    "optimize good.toml --set operators.mutate.sigma=3": "`operators.mutate.name` is missing",
    "optimize good.toml --set operators.mutate.name=mut_gausian": "did you mean",
    "optimize good.toml --set operators.mutate.name=mut_gaussian --set operators.mutate.sigm=3": (
        "`operators.mutate.sigm` is no argument of mut_gaussian; did you mean 'sigma'?"
    ),
    "optimize good.toml --set operators.mutate.name=mut_gaussian --set operators.mutate.sigma=3": (
        "`operators.mutate` needs indpb for mut_gaussian, got {'sigma': 3}."
    ),
    "optimize good.toml --set operators.mutate.name=mut_uniform --set operators.mutate.max_step=2 "
    "--set operators.mutate.indpb=often": "`operators.mutate` does not work so: TypeError: '<' not supported",
    "optimize good.toml --set operators.mutate.name=selBest": "`operators.mutate` does not work so: TypeError",
    "optimize good.toml --set operators.select.name=selTournament --set operators.select.tournsize=3": (
        "`operators.select` is not used by this technique; it selects by select_parents and select_survivors."
    ),
    f"optimize {WEIGHT} --set operators.mutate.name=mut_gaussian --set operators.mutate.sigma=3 "
    "--set operators.mutate.indpb=0.1": "`operators.mutate` is not used by this technique",
    "optimize good.toml --set racing.keep=0.5": "`racing` is by epochs of training, so `problem.kind` must be",
    f"optimize {SUNSPOTS} --set racing.rungs=[5,3]": "`rungs` must be numbers of epochs that increase",
    f"optimize {WEIGHT} --set second_stage.k=3": "so `problem.kind` must be 'random_sampling'.",
    f"optimize {WEIGHT} --set problem.metric=mea": "`problem.metric` must be one of mae, mse, rmse, mape, smape",
    f"optimize {WEIGHT} --set problem.bounds=[1,-1]": "Each pair of `bounds` must be a lower and a higher number",
    f"optimize {WEIGHT} --set technique.kind=cma_es --set problem.network.units=[64]": "may be at most 5000",
    # Folders.
    "optimize good.toml --out folder": "The output folder folder is not empty (it holds mine.txt)",
    "optimize good.toml --out load.csv": "The output folder load.csv is a file; choose another name",
    "optimize good.toml --out run": "The output folder run holds a run; resume it, overwrite it, or choose another",
    "optimize good.toml --out /proc/none": "The output folder /proc/none cannot be used",
    "optimize good.toml --out load.csv/run": "The output folder load.csv/run cannot be used: Not a directory.",
    "optimize good.toml --out folder --overwrite": "The output folder folder is not empty (it holds mine.txt)",
    "optimize good.toml --resume folder": "There is no run in folder; start one there without resuming.",
    "optimize --resume gone": "There is no run in gone; start one there without resuming.",
    "optimize good.toml --resume run --out new": "leave out --out and --overwrite.",
    "optimize good.toml --resume run": "was made with other settings, so it cannot go on with these: ",
    "optimize --resume run": "Give the configuration or the data of the run again",
    "sample --resume gone": "There is no sampling in gone; start one there without resuming.",
    f"sample {SINE} --resume run": "There is no sampling in run; start one there without resuming.",
    f"train {SINE} --resume run": "A training takes too little time to be resumed",
    # The other actions.
    f"train {SINE} --set architectures=[16]": "`architectures[0]` must be a list, got 16.",
    f"train {SINE} --set architectures=[[0]]": "`architectures[0][0]` must be at least 1, got 0.",
    f"train {SINE} --set look_back=[5000]": "`look_back` must be at most 640 for the validation split",
    f"train {SINE} --set cell=lstn": "`cell` must be one of lstm, gru, simple_rnn, got 'lstn'; did you mean 'lstm'?",
    f"train {SINE} --set training.momentum=0.5": "`training.momentum` is a setting of the optimizer 'sgd'",
    f"sample {SINE} --set architectures.listed=[[]]": "`architectures.listed[0]` must have at least 1 item",
    f"sample {SINE} --set architectures.layers=[1,99]": "`architectures` must be a whole number of at most 1000000000",
    f"sample {SINE} --set architectures.look_back=[0,1]": "`architectures.look_back[0]` must be at least 1, got 0.",
    f"sample {SINE} --set sampling.metric=mea": "`sampling.metric` must be one of mae, mse",
}

SOME = [line for number, line in enumerate(WRONG) if number % 14 == 5]
"""Those that are run as a person runs them too."""


@pytest.fixture(scope="session")
def wrong_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make files of every wrong kind, some good ones, and a run."""
    folder = tmp_path_factory.mktemp("wrong")
    rows = "".join(f"2020-{row // 28 + 1:02d}-{row % 28 + 1:02d},{row % 7}.5,{row % 5}\n" for row in range(300))
    texts = {
        "good.toml": "seed = 1\n[data]\nkind = 'sine'\n[problem]\nkind = 'random_sampling'\n",
        "misspelt.toml": "[data]\nkind = 'sine'\n[problem]\n# unitz\n[problem.space]\nunitz = [1, 2]\n",
        "other.toml": "[data]\nkind = 'sine'\n[problem]\nkind = 'trainin'\n",
        "syntax.toml": "[data]\nkind = sine\n",
        "huge.toml": "#" * (16 * 2**20 + 1),
        "twice.json": '{"seed": 1, "seed": 2}',
        "nan.json": '{"seed": NaN}',
        "deep.json": "[" * 100_000,
        "list.json": "[1]",
        "mine.yaml": "data:\n  kind: sine\n",
        "load.csv": f"day,load,visits\n{rows}",
        "short.csv": "load\n1\n2\n3\n",
        "text.csv": "name\nann\nbob\n",
        "empty.csv": "",
        "folder/mine.txt": "mine",
    }
    for name in ("folder", "folder.toml", "folder.csv"):
        (folder / name).mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text)
    for name in ("binary.toml", "binary.csv"):
        (folder / name).write_bytes(bytes(range(256)) * 20)
    problem = RandomSamplingProblem(data.sine(), Space((2, 3), (1, 1), (1, 2)), num_samples=2, final_samples=2)
    Evolution(population_size=2).optimize(problem, max_evaluations=2, seed=1, run=folder / "run")
    return folder


def told_of(line: str, ended: object, message: str) -> str:
    """Check that all that was said is one sentence with the message in it."""
    code, stdout, stderr = (getattr(ended, name) for name in ("code", "stdout", "stderr"))
    assert code == 2, stderr
    assert stdout == ""
    assert stderr.startswith("dlopt-deap failed: ")
    assert stderr.count("\n") == 1
    assert stderr.rstrip().endswith((".", "?"))
    assert len(stderr) < 1_000
    assert message in stderr
    return str(stderr)


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_command_line_gives_one_sentence_and_writes_nothing(
    wrong_folder: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.chdir(wrong_folder)
    before = tree(wrong_folder)
    told_of(line, here(*shlex.split(line)), WRONG[line])
    assert tree(wrong_folder) == before


@pytest.mark.slow
@pytest.mark.parametrize("line", SOME)
def test_a_wrong_command_line_gives_the_same_in_a_process_of_its_own(
    wrong_folder: Path, tmp_path: Path, line: str
) -> None:
    folder = tmp_path / "wrong"
    shutil.copytree(wrong_folder, folder)
    before = tree(folder)
    told_of(line, process(*shlex.split(line), folder=folder), WRONG[line])
    assert tree(folder) == before


def test_there_are_more_than_forty_and_some_are_run_as_people_do() -> None:
    assert len(WRONG) >= 40
    assert len(SOME) >= 8
