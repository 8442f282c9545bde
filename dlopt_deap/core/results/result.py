"""What a run gives back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from deap import tools
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.core.forecasts.ahead import forecast_ahead, forecast_following, input_rows
from dlopt_deap.core.forecasts.forecast import compare_forecasts
from dlopt_deap.core.forecasts.forecast_base import Forecast
from dlopt_deap.core.individuals.plain_values import json_genes
from dlopt_deap.core.problem import Problem
from dlopt_deap.core.results.candidate import Candidate
from dlopt_deap.core.results.logbook_file import LOGBOOK_FILE, logbook_csv
from dlopt_deap.core.results.pareto import knee
from dlopt_deap.data import Series, TimeSeries, TokenSequence
from dlopt_deap.errors import RunFolderError, SettingError
from dlopt_deap.files import write_text
from dlopt_deap.networks import NetworkSpec, keras_model, save_keras
from dlopt_deap.storage import versions

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, repr=False)
class Result:
    """What a run found, and how.

    Attributes:
        problem: What was solved.
        candidates: The best individuals, best first: ranked by a fresh estimate where the fitness is noisy.
        population: The last population.
        logbook: A row a generation; a chapter for each target and each statistic of the problem.
        seed: The run's seed: with the same settings it gives the same result.
        evaluations: The number of evaluations, failed ones included; fresh estimates are not counted.
        failures: The number of evaluations that failed.
        seconds: The seconds of the search, fresh estimates not counted.
        stopped_by: The name of the criterion that ended the run, or ``"interrupted"``, ``"terminated"``, ``"callback"``
            or ``"failures"``.
        timings: The seconds of the search at each row of the logbook; ``None`` where an older run did not keep them.
        last_failure: The reason of the latest failed evaluation.
        settings: The settings of technique, criteria and problem, as JSON values.
        folder: The run folder, if there is one.
    """

    problem: Problem
    candidates: list[Candidate]
    population: list[Any]
    logbook: tools.Logbook
    seed: int
    evaluations: int
    failures: int
    seconds: float
    stopped_by: str
    timings: list[float | None] = field(default_factory=list)
    last_failure: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    folder: Path | None = None

    def __repr__(self) -> str:
        values = ", ".join(f"{name} {value:.4g}" for name, value in self.fitness.items())
        network = f"layers {self.spec.layers}, look-back {self.spec.look_back}"
        how = f"{self.evaluations} evaluations, {self.failures} failed, stopped by {self.stopped_by}, seed {self.seed}"
        return f"Result({values}; {network}; {how})"

    @property
    def best(self) -> Any:
        """The best individual; with several targets the first of the front, by the first target."""
        return self.candidates[0].solution

    @property
    def hall_of_fame(self) -> list[Any]:
        """The best individuals, best first; with several targets the whole Pareto front."""
        return [candidate.solution for candidate in self.candidates]

    @property
    def fitness(self) -> dict[str, float]:
        """The best individual's value of each target, freshly estimated where the fitness is noisy."""
        return dict(zip(self.problem.targets, self.candidates[0].values, strict=True))

    @property
    def spec(self) -> NetworkSpec:
        """The best individual's network."""
        return self.problem.decode(self.best)

    @cached_property
    def weights(self) -> NDArray[np.float32]:
        """The best weights known for that network: shape (num_weights,)."""
        return self.problem.network_weights(self.best, self.seed)

    def model(self) -> keras.Model:
        """Build that network with these weights in Keras."""
        return keras_model(self.spec, self.weights)

    @property
    def knee(self) -> Candidate:
        """Where the Pareto front of several targets bends most; with one target the best."""
        return self.candidates[knee([one.values for one in self.candidates], self.problem.weights)]

    def forecast(self, season: int | None = None, split: str = "testing") -> Forecast:
        """Compare the network with naive forecasts; see :func:`~dlopt_deap.core.compare_forecasts`.

        Raises:
            SettingError: If the problem has no series.
        """
        return compare_forecasts(self._data(), self.spec, self.weights, season, split)

    def predict(self, data: TimeSeries | ArrayLike | None = None) -> NDArray[np.float64]:
        """Forecast each row from the rows before it, one step ahead, in own units.

        Args:
            data: Rows of the inputs, oldest first: a series that has them, or an array of shape (rows, inputs) in own
                units; the series of the problem unless given.

        Returns:
            Shape (rows, targets); NaN in the first ``look_back`` rows, which have no whole window before them.

        Raises:
            SettingError: If the problem has no series.
            DataError: If the rows are too few, or have other columns.
        """
        series = self._series()
        rows = input_rows(series, series if data is None else data)
        following = forecast_following(series, self.spec, self.weights, rows)
        return np.vstack([np.full((self.spec.look_back, len(series.targets)), np.nan), following[:-1]])

    def forecast_ahead(
        self, steps: int, future: Any = None, history: TimeSeries | ArrayLike | None = None
    ) -> NDArray[np.float64]:
        """Forecast the rows after the last one, each from the forecasts before it, in own units.

        Args:
            steps: How many rows, from 1.
            future: The inputs that are no targets in the ``steps`` - 1 rows to come; see
                :func:`~dlopt_deap.core.forecast_ahead`.
            history: The rows to go on from, as :meth:`predict` takes them; the series of the problem unless given.

        Returns:
            Shape (steps, targets).

        Raises:
            SettingError: If the problem has no series, or ``steps`` is below 1.
            DataError: If the future of an input is missing, or the history is too short.
        """
        series = self._series()
        rows = input_rows(series, series if history is None else history)
        return forecast_ahead(series, self.spec, self.weights, steps, rows, future)

    def save(
        self,
        folder: str | Path,
        season: int | None = None,
        at_last: Callable[[dict[str, Any]], object] | None = None,
    ) -> Path:
        """Write ``best.keras``, ``logbook.csv`` and ``result.json`` into a folder, which is made if it is missing.

        Of a time series also ``forecast.csv``, the test split as it was and as it was forecast; of several targets
        also ``pareto.csv``.

        ``result.json`` is written last: where it is, the rest is whole.

        Args:
            folder: The folder.
            season: The rows of a season, for the forecast by the value one season ago.
            at_last: Called with what ``result.json`` will hold, when everything else is written: for a file that tells
                of the whole.

        Raises:
            RunFolderError: If a file cannot be written.
        """
        path = Path(folder)
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunFolderError(f"Cannot write into the folder {path}: {error.strerror or error}.") from error
        save_keras(self.spec, self.weights, path / "best.keras")
        write_text(path / LOGBOOK_FILE, logbook_csv(self.logbook, self.timings))
        if len(self.problem.targets) > 1:
            write_text(path / "pareto.csv", pareto_csv(self))
        entries = self.to_dict()
        if self.problem.series is not None:
            forecast = self.forecast(season)
            entries["test"] = forecast.to_dict()
            write_text(path / "forecast.csv", forecast.to_csv())
        if at_last is not None:
            at_last(entries)
        write_text(path / "result.json", json.dumps(entries, indent=2, allow_nan=False) + "\n")
        return path

    def to_dict(self) -> dict[str, Any]:
        """Give the result as JSON values, with DLOPT's keys ``fitness``, ``layers``, ``look_back`` and ``config``.

        ``series`` describes the series, so that the network can forecast from new rows; see
        :class:`~dlopt_deap.data.SeriesDescription`. ``config`` is the architecture as
        ``keras.models.model_from_json`` takes it.
        """
        best, *others = (candidate.to_dict(self.problem) for candidate in self.candidates)
        return {
            **best,
            "config": json.loads(self.model().to_json()),
            "others": others,
            **({} if self.problem.series is None else {"series": self.problem.series.description()}),
            "seed": self.seed,
            "evaluations": self.evaluations,
            "failures": self.failures,
            "stopped_by": self.stopped_by,
            "settings": self.settings,
            "run": {"seconds": round(self.seconds, 3), "versions": versions()},
        }

    def _data(self) -> Series:
        """Give the problem's series or tokens."""
        if self.problem.series is None:
            raise SettingError(f"A forecast needs a problem with a series, got {type(self.problem).__name__}.")
        return self.problem.series

    def _series(self) -> TimeSeries:
        """Give the problem's series of numbers."""
        series = self._data()
        if isinstance(series, TokenSequence):
            raise SettingError(
                f"Forecasts of rows need a series of numbers, got {series!r}; draw tokens with `networks.generate`."
            )
        return series


def pareto_csv(result: Result) -> str:
    """Write the candidates of a search with several targets as CSV: values, genes, and which is the knee."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*result.problem.targets, "layers", "genes", "knee"])
    for candidate in result.candidates:
        layers, genes = result.problem.decode(candidate.solution).layers, json.dumps(json_genes(candidate.solution))
        writer.writerow([*candidate.values, json.dumps(layers), genes, candidate is result.knee])
    return text.getvalue()
