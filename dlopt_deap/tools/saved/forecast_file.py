"""The file ``forecast.csv`` of a run, read back."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.checks import shown
from dlopt_deap.errors import RunFolderError
from dlopt_deap.files import read_regular

NAME = "forecast.csv"
TRUTH = " truth"
"""How the column of what came ends, after the name of the target."""


@dataclass(frozen=True, eq=False)
class ForecastTable:
    """Forecasts of some rows, as :func:`dlopt_deap.plots.forecast` draws them.

    Attributes:
        targets: The names of the targets.
        index: The time of each row, shape (rows,).
        where: Which rows they are, as a title says it.
        truth: What came, shape (rows, targets); NaN where that is not known.
        predictions: What each method said, of the same shape.
        errors: The errors of each method.
        criterion: The error that methods are compared by.
    """

    targets: tuple[str, ...]
    index: NDArray[Any]
    where: str
    truth: NDArray[np.float64]
    predictions: Mapping[str, NDArray[np.float64]]
    errors: Mapping[str, Mapping[str, float]]
    criterion: str = "mae"


def read_forecast(path: Path, errors: Mapping[str, Mapping[str, float]], where: str = "testing split") -> ForecastTable:
    r"""Read a ``forecast.csv``.

    Args:
        path: The file.
        errors: The errors of each method, whose names are those of the columns.
        where: Which rows they are.

    Raises:
        RunFolderError: If it is missing, damaged or too large, or has other columns.

    Examples:
        >>> path = getfixture("tmp_path") / "forecast.csv"
        >>> _ = path.write_text("time,load truth,load network\n1.0,2,2.5\n2.0,3,3.5\n")
        >>> read_forecast(path, {"network": {"mae": 0.5}}).predictions["network"].tolist()
        [[2.5], [3.5]]
    """
    content = read_regular(path, "a table of forecasts", "MAX_CSV_BYTES", RunFolderError)
    try:
        header, *rows = csv.reader(io.StringIO(content.decode("utf-8")), strict=True)
        targets = [name.removesuffix(TRUTH) for name in header if name.endswith(TRUTH)]
        columns = {name: position for position, name in enumerate(header)}

        def table(method: str) -> NDArray[np.float64]:
            places = [columns[f"{target} {method}"] for target in targets]
            return np.array([[float(row[place]) for place in places] for row in rows]).reshape(-1, len(places))

        truth, predictions = table("truth"), {method: table(method) for method in errors}
    except (UnicodeDecodeError, csv.Error, ValueError, KeyError, IndexError) as error:
        raise RunFolderError(f"{path} is damaged, or not of this package: {error}; put a copy back.") from None
    if not targets or not rows or not predictions:
        raise RunFolderError(f"{path} must hold forecasts of at least one row, got {shown(header)}; put a copy back.")
    return ForecastTable(tuple(targets), index_of([row[0] for row in rows]), where, truth, predictions, errors)


def index_of(times: Sequence[str]) -> NDArray[Any]:
    """Give times as numbers or dates, if they are such; as texts otherwise.

    Examples:
        >>> index_of(["1", "2.5"]), index_of(["2026-01-31"]).dtype, index_of(["a"]).dtype.kind
        (array([1. , 2.5]), dtype('<M8[us]'), 'U')
    """
    for kind in ("float64", "datetime64[us]"):
        try:
            return np.array(times, dtype=kind)
        except ValueError:
            continue
    return np.array(times)
