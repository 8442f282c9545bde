"""Everything that a run leaves behind, in one call."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from dlopt_deap import plots
from dlopt_deap.architecture import ArchitectureProblem, RandomSamplingProblem
from dlopt_deap.core import Forecast, Result, compare_forecasts
from dlopt_deap.data import TimeSeries
from dlopt_deap.errors import RunFolderError
from dlopt_deap.files import read_regular, replacing, write_text
from dlopt_deap.networks import NetworkSpec, Training, keras_model, save_keras
from dlopt_deap.storage import versions


def save_run(result: Result, folder: Path, season: int | None = None) -> None:
    """Write a result and its figures into a folder.

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
        draw = partial(plots.fitness_over_evaluations, result.logbook, name, sign, fresh.get(name))
        _draw(figures / f"fitness_{name}.png", draw)
    problem = result.problem
    if len(problem.targets) > 1:
        _draw(figures / "pareto_front.png", partial(plots.pareto_front, result))
    if isinstance(problem, ArchitectureProblem):
        _draw(figures / "architectures.png", partial(plots.architectures_over_evaluations, result.logbook), rows=3)
    if isinstance(problem, RandomSamplingProblem):
        sampling = problem.final_sampling(result.best, result.seed)
        _draw(figures / "sampled_errors.png", partial(plots.sampled_errors, sampling, problem.metric))
    if problem.series is not None:
        _draw(figures / "forecast.png", partial(plots.forecast, result.forecast(season)), rows=2)
    result.save(folder, season)


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
    training: Training, spec: NetworkSpec, series: TimeSeries, folder: Path, seed: int, season: int | None = None
) -> Forecast:
    """Write a trained network, its forecast of the test split and a figure of it into a folder.

    Args:
        training: What came of the training.
        spec: The network.
        series: The series.
        folder: The folder, which exists.
        seed: The seed of the training.
        season: The rows of a season, for the forecast by the value one season ago.

    Returns:
        The forecast.

    Raises:
        RunFolderError: If a file cannot be written.
    """
    forecast = compare_forecasts(series, spec, training.weights, season)
    (folder / "figures").mkdir(exist_ok=True)
    _draw(folder / "figures" / "forecast.png", partial(plots.forecast, forecast), rows=2)
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
    }
    write_text(folder / "result.json", json.dumps(entries, indent=2, allow_nan=False) + "\n")
    return forecast


def _draw(path: Path, draw: Callable[..., Any], rows: int = 1) -> None:
    """Draw one figure into a file, without a window and without pyplot's global state."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, 2.0 + 2.0 * rows if rows > 1 else 4.2), layout="constrained")
    draw(ax=figure.subplots(rows, 1, sharex=True))
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=150)
