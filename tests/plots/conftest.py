"""One small search, in all the forms in which figures read it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from matplotlib import pyplot

from dlopt_deap.architecture import RandomSamplingProblem, Space
from dlopt_deap.callbacks import PopulationLog
from dlopt_deap.core import Evolution, Result
from dlopt_deap.core.results.logbook_file import logbook_csv
from dlopt_deap.data import sine


@dataclass(frozen=True)
class Searched:
    """A search of 66 evaluations with two targets and a restart."""

    result: Result
    search: Any
    log: PopulationLog
    folder: Path

    def source(self, kind: str) -> Any:
        """Give the search in one of its forms."""
        return {
            "result": self.result,
            "search": self.search,
            "logbook": self.result.logbook,
            "populations": self.log,
            "list": self.log.populations,
            "folder": self.folder,
            "database": str(self.folder / "run.sqlite"),
            "csv": self.folder / "logbook.csv",
        }[kind]


@pytest.fixture(autouse=True)
def _nothing_is_left_open() -> Iterator[None]:
    pyplot.switch_backend("agg")
    yield
    pyplot.close("all")


@pytest.fixture(scope="session")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Searched:
    folder = tmp_path_factory.mktemp("plots") / "run"
    space = Space((2, 6), (1, 3), (1, 4))
    problem = RandomSamplingProblem(sine(stop=20.0), space, {"log_p": 1, "num_weights": -1}, num_samples=10)
    log, seen = PopulationLog(), []
    evolution = Evolution(population_size=6, restarts=1, cxpb=0.5, mutpb=0.5)
    result = evolution.optimize(problem, 66, seed=3, run=folder, callbacks=[log, seen.append])
    (folder / "logbook.csv").write_text(logbook_csv(result.logbook, result.timings))
    told = {"layers": result.spec.layers, "settings": result.settings}
    (folder / "result.json").write_text(json.dumps(told))
    return Searched(result, seen[-1], log, folder)
