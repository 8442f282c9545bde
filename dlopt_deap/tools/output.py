"""Everything that a run leaves behind, in one call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from dlopt_deap import plots
from dlopt_deap.architecture import ArchitectureProblem, RandomSamplingProblem
from dlopt_deap.core import Forecast, Result, compare_forecasts
from dlopt_deap.data import Series
from dlopt_deap.errors import RunFolderError
from dlopt_deap.files import read_regular, write_text
from dlopt_deap.networks import NetworkSpec, Training, keras_model, save_keras
from dlopt_deap.storage import versions
from dlopt_deap.tools.page import try_page, write_page
from dlopt_deap.tools.reporting.drawing import draw
from dlopt_deap.tools.saved.run_record import record_to_be


def save_run(result: Result, folder: Path, season: int | None = None) -> None:
    """Write a result, its figures and its page into a folder.

    Figures come first, and ``result.json`` last of all: where it is, the rest is whole.

    Args:
        result: The result.
        folder: The folder, which exists.
        season: The rows of a season, for the forecast by the value one season ago.

    Raises:
        RunFolderError: If a file cannot be written.
    """
    figures = folder / "figures"
    figures.mkdir(exist_ok=True)
    fresh = result.fitness if result.candidates[0].reestimated is not None else {}
    # A second stage has other targets than the search that the logbook tells of.
    searched = result.settings.get("problem", {}).get("targets", result.problem.targets)
    for name, sign in searched.items():
        of_target = partial(plots.fitness_over_evaluations, result.logbook, name, sign, fresh.get(name))
        draw(figures / f"fitness_{name}.png", of_target)
    problem = result.problem
    if len(problem.targets) > 1:
        draw(figures / "pareto_front.png", partial(plots.pareto_front, result))
    if isinstance(problem, ArchitectureProblem):
        draw(figures / "architectures.png", partial(plots.architectures_over_evaluations, result.logbook), panels=3)
    if isinstance(problem, RandomSamplingProblem):
        sampling = problem.final_sampling(result.best, result.seed)
        draw(figures / "sampled_errors.png", partial(plots.sampled_errors, sampling, problem.metric))
    draw(figures / "network.png", partial(plots.network, result.spec))
    if problem.series is not None:
        draw(figures / "forecast.png", partial(plots.forecast, result.forecast(season)), panels=2)
    result.save(folder, season, partial(_write_page, folder))


def _write_page(folder: Path, entries: Mapping[str, Any]) -> None:
    """Write the page of a run whose ``result.json`` will hold these entries.

    It is made from them and not from the file, which must come last: a run that is killed in between has a page and no
    result of its own, so that resuming it writes both again.
    """
    try_page(lambda: write_page(record_to_be(folder, entries)))


def is_saved(result: Result, folder: Path) -> bool:
    """Whether a folder holds this result, and not that of an earlier session, or none that is whole.

    Args:
        result: The result.
        folder: The folder.
    """
    try:
        saved = json.loads(read_regular(folder / "result.json", "a result", "MAX_CONFIG_BYTES", RunFolderError))
        told = result.candidates[0].to_dict(result.problem) | {
            name: getattr(result, name) for name in ("seed", "evaluations", "failures", "stopped_by")
        }
        return bool({name: saved[name] for name in told} == json.loads(json.dumps(told)))
    except (RunFolderError, ValueError, TypeError, KeyError, RecursionError):
        return False


def save_training(
    training: Training,
    spec: NetworkSpec,
    series: Series,
    folder: Path,
    seed: int,
    season: int | None = None,
    options: Mapping[str, Any] | None = None,
) -> Forecast:
    """Write a trained network, its forecast of the test split, their figures and a page into a folder.

    Args:
        training: What came of the training.
        spec: The network.
        series: The series.
        folder: The folder, which exists.
        seed: The seed of the training.
        season: The rows of a season, for the forecast by the value one season ago.
        options: What the program was told, as JSON values, by which the training can be repeated.

    Returns:
        The forecast.

    Raises:
        RunFolderError: If a file cannot be written.
    """
    forecast = compare_forecasts(series, spec, training.weights, season)
    (folder / "figures").mkdir(exist_ok=True)
    draw(folder / "figures" / "forecast.png", partial(plots.forecast, forecast), panels=2)
    if training.epochs:
        draw(folder / "figures" / "training.png", partial(plots.training_history, training.history))
    draw(folder / "figures" / "network.png", partial(plots.network, spec))
    save_keras(spec, training.weights, folder / "best.keras")
    write_text(folder / "forecast.csv", forecast.to_csv())
    entries = {
        "layers": spec.layers,
        "look_back": spec.look_back,
        "num_weights": spec.num_weights,
        "config": json.loads(keras_model(spec).to_json()),
        "seed": seed,
        "epochs": training.epochs,
        "stopped_by": training.stopped_by,
        "engine": training.engine,
        "history": training.history,
        "series": series.description(),
        "run": {"seconds": round(training.seconds, 3), "versions": versions()},
        "test": forecast.to_dict(),
        **({} if options is None else {"options": dict(options)}),
    }
    _write_page(folder, entries)
    write_text(folder / "result.json", json.dumps(entries, indent=2, allow_nan=False) + "\n")
    return forecast
