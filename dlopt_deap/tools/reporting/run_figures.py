"""The figures of a run, drawn anew from its folder alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from dlopt_deap import plots
from dlopt_deap.checks import shown
from dlopt_deap.errors import RunFolderError
from dlopt_deap.files import make_folder
from dlopt_deap.sampling import Sampling
from dlopt_deap.tools.reporting.drawing import draw
from dlopt_deap.tools.saved.forecast_file import NAME as FORECAST
from dlopt_deap.tools.saved.forecast_file import read_forecast
from dlopt_deap.tools.saved.json_entries import parse_entries
from dlopt_deap.tools.saved.run_record import RunRecord
from dlopt_deap.tools.saved.sample_file import LINES
from dlopt_deap.tools.saved.saved_result import SAMPLING, SEARCH

TRAITS = ("look_back", "layers", "units")
"""The chapters of a logbook that tell of architectures."""

LONGEST = 100
"""Characters of the name of a figure, before a file system refuses it."""

UNSAFE = r"[^\w.-]|^[.-]"
"""What the name of a target may hold that no file is named by."""

Figure = tuple[str, Callable[..., Any], int]
"""The name of a figure's file, what draws it, and how many panels it has."""


def draw_run(record: RunRecord, folder: str | Path | None = None) -> list[Path]:
    """Draw the figures of a run anew: of a search that goes on, as far as it has come.

    What random sampling gave in the end is not kept, and neither are all probabilities of tokens: the figures of them,
    which the run itself drew, are left as they are.

    Args:
        record: What :func:`~dlopt_deap.tools.read_run` gave.
        folder: Where to; the folder ``figures`` of the run unless given.

    Returns:
        The files.

    Raises:
        RunFolderError: If they cannot be written, or something in the run folder is damaged.
    """
    figures = [(f"{safe_name(name)}.png", function, panels) for name, function, panels in _figures(record)]
    place = record.folder / "figures" if folder is None else Path(folder)
    if folder is None and place.is_symlink():
        raise RunFolderError(
            f"{place} is a link, which is not followed since a run folder may be of anybody; name `out`."
        )
    make_folder(place)
    for name, function, panels in figures:
        draw(place / name, function, panels)
    return [place / name for name, *_ in figures]


def safe_name(name: str) -> str:
    """Give the name of a figure as that of a file; a long one is cut, and told from others by a digest.

    Examples:
        >>> safe_name("fitness_../log p"), len(safe_name("x" * 1000))
        ('fitness_.._log_p', 109)
    """
    safe = re.sub(UNSAFE, "_", name)
    if len(safe) <= LONGEST:
        return safe
    return f"{safe[:LONGEST]}-{sha256(name.encode(errors='backslashreplace')).hexdigest()[:8]}"


def _figures(record: RunRecord) -> Iterator[Figure]:
    """Give the figures that the folder has enough for."""
    logbook, best = record.logbook, record.candidates[0] if record.candidates else None
    fresh = best.fitness if best is not None and best.reestimated else {}
    for name, sign in record.targets.items():
        if name in logbook.chapters:
            yield f"fitness_{name}", partial(plots.fitness_over_evaluations, logbook, name, sign, fresh.get(name)), 1
    if all(name in logbook.chapters for name in TRAITS):
        yield "architectures", partial(plots.architectures_over_evaluations, logbook), 3
    points = [one.fitness for one in record.candidates if one.fitness.keys() == record.targets.keys()]
    if record.kind == SEARCH and len(record.targets) > 1 and points:
        values = [[one[name] for name in record.targets] for one in points]
        yield "pareto_front", partial(plots.pareto_points, record.targets, values), 1
    if record.result is not None and record.result.criterion == "mae" and (record.folder / FORECAST).exists():
        yield "forecast", partial(plots.forecast, read_forecast(record.folder / FORECAST, record.result.test)), 2
    if record.result is not None and any(record.result.history.values()):
        yield "training", partial(plots.training_history, record.result.history), 1
    if record.result is not None and (spec := record.result.spec) is not None:
        yield "network", partial(plots.network, spec), 1
    if record.kind == SAMPLING and record.candidates:
        sampling, metric = _best_sampling(record)
        yield "sampled_errors", partial(plots.sampled_errors, sampling, metric), 1


def _best_sampling(record: RunRecord) -> tuple[Sampling, str]:
    """Find the samples of the best architecture of a sampling, and the name of their error."""
    import numpy as np

    best, path = record.candidates[0], record.folder / LINES
    try:
        with path.open(encoding="utf-8") as lines:
            found = next((line for line in lines if _is_of(line, best.layers, best.look_back)), None)
    except (OSError, UnicodeDecodeError) as error:
        raise RunFolderError(f"{path} cannot be read: {error}; put a copy back.") from None
    if found is None:
        raise RunFolderError(f"{path} lacks the best architecture, {shown(best.layers)}; put a whole copy back.")
    entries = parse_entries(found, str(path)).inner("metrics")
    infinite = {"log_p": -np.inf, "log_p_low": -np.inf, "log_p_high": -np.inf}
    names = ("mean", "std", "p", "log_p", "log_p_low", "log_p_high", "threshold", "lower", "upper", "confidence")
    numbers = {name: entries.number(name, infinite.get(name)) for name in names}
    samples = np.array([value for value in entries.values.get("samples") or [] if type(value) in (int, float)])
    if not len(samples):
        raise RunFolderError(f"{path} holds no samples of {shown(best.layers)}; put a whole copy back.")
    weights = np.empty(0, np.float32)
    sampling = Sampling(**numbers, samples=samples, best_weights=weights, num_failed=entries.count("num_failed", 0))
    settings = record.settings.get("sampling")
    return sampling, str(settings.get("metric") or "error") if isinstance(settings, dict) else "error"


def _is_of(line: str, layers: list[int], look_back: int) -> bool:
    """Whether a line of a sampling is of an architecture."""
    head = f'{{"look_back": {look_back}, "architecture": {json.dumps(layers)},'
    return line.startswith(head)
