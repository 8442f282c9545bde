"""A program that evolves weights in a run folder, for tests that kill it.

    python tests/weight/victim.py CASE FOLDER

It says so when the first generation has ended, and writes the outcome to FOLDER/outcome.json.
"""

import json
import random
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from deap import algorithms

from dlopt_deap import Evolution, data
from dlopt_deap.core.results.logbook_file import logbook_csv
from dlopt_deap.files import write_text
from dlopt_deap.networks import NetworkSpec
from dlopt_deap.weight import WeightProblem, inherit_fitness, technique

make = partial(WeightProblem, data.sine(stop=12.0), NetworkSpec(1, (3,), 1, look_back=4), "mae")


def main(case: str, folder: Path) -> None:
    """Search, and write down the outcome."""
    problem = make(batch_size=None if case == "separable_cma_es" else 20)
    if case == "inheriting":
        search: Any = Evolution(algorithms.eaSimple, 30, cxpb=0.5, mutpb=0.9)
        toolbox = inherit_fitness(problem.toolbox())
    else:
        search, toolbox = technique(case, problem, 30)
    result = search.optimize(problem, 12_000, seed=5, toolbox=toolbox, run=folder, callbacks=[begun])
    outcome = {
        "candidates": [[one.solution.genes.tolist(), one.values, one.metrics] for one in result.candidates],
        "population": [[one.genes.tolist(), list(one.fitness.wvalues)] for one in result.population],
        "logbook": logbook_csv(result.logbook),
        "counts": [result.evaluations, result.failures, result.stopped_by],
        "random": [str(random.getstate()), float(np.random.random())],  # noqa: NPY002 - the stream that DEAP draws from
        "weights": result.weights.tolist(),
    }
    write_text(folder / "outcome.json", json.dumps(outcome))


def begun(search: Any) -> None:
    """Say that this session has made a generation."""
    if search.seconds and not getattr(begun, "said", False):
        begun.said = True  # type: ignore[attr-defined]
        print("begun", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
