"""A program that searches in a run folder and can be ended in the middle, for `faults.py` and for the tests.

    python benchmarks/victim.py CASE FOLDER [--workers N] [--kill PLACE] [--at N] [--evaluations N] [--calls FILE]

PLACE says where the driver kills itself by SIGKILL: at the start of the N-th evaluation ("evaluation"), within the N-th
transaction ("write") or right after it ("written"). The outcome is written to FOLDER/outcome.json, whole or not at all.
"""

import argparse
import json
import os
import random
import signal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from dlopt_deap import Evolution, data
from dlopt_deap.architecture import RandomSamplingProblem, Space, TrainingProblem, inherit_weights
from dlopt_deap.core import SelfAdjustingMuPlusLambda
from dlopt_deap.core.result import logbook_csv
from dlopt_deap.files import write_text
from dlopt_deap.parallel import open_map
from dlopt_deap.storage.writer import Writer
from dlopt_deap.tools import run_script

SPACE = Space(look_back=(2, 6), layers=(1, 2), units=(1, 4))
CASES = ("sampling", "training", "inherited", "adjusting", "pareto", "restarts")


def make(case: str) -> tuple[Any, Evolution]:
    """Make the problem and the technique of a case."""
    series = data.sine(stop=12.0)
    sampling = partial(RandomSamplingProblem, series, SPACE, num_samples=5, final_samples=20)
    training = partial(TrainingProblem, series, SPACE, epochs=1, final_epochs=2, final_repeats=1)
    sizes = {"population_size": 4, "offspring_size": 4, "hall_of_fame": 3}
    if case == "training":
        return training(), Evolution(**sizes)
    if case == "inherited":
        return training(inherit=True), Evolution(**sizes)
    if case == "pareto":
        return sampling(targets={"log_p": 1, "num_weights": -1}), Evolution(**sizes)
    if case == "adjusting":
        return sampling(), Evolution(SelfAdjustingMuPlusLambda(), **sizes)
    if case == "restarts":
        return sampling(), Evolution(**sizes, restarts=2, migration_size=1)
    return sampling(), Evolution(**sizes)


class Watched:
    """An evaluate function that notes each call in a file, and kills the driver at one of them."""

    def __init__(self, evaluate: Any, calls: str | None, driver: int, fatal: int) -> None:
        self.evaluate, self.calls, self.driver, self.fatal = evaluate, calls, driver, fatal

    def __call__(self, individual: Any) -> Any:
        """Evaluate an individual."""
        if self.calls is not None:
            handle = os.open(self.calls, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            os.write(handle, b".")
            number = os.fstat(handle).st_size
            os.close(handle)
            if number == self.fatal:
                os.kill(self.driver, signal.SIGKILL)
        return self.evaluate(individual)


def kill_at_write(place: str, at: int) -> None:
    """Have the driver kill itself within or after a transaction."""
    commit = Writer._commit
    count = 0

    def counted(self: Writer, statements: Any) -> None:
        nonlocal count
        count += 1
        if count == at and place == "write":
            self._connection.execute("BEGIN IMMEDIATE")
            for text, values in statements[: len(statements) // 2 + 1]:
                self._connection.execute(text, values)
            os.kill(os.getpid(), signal.SIGKILL)
        commit(self, statements)
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)

    Writer._commit = counted  # type: ignore[method-assign]


def main() -> int:
    """Search, and write down the outcome."""
    parser = argparse.ArgumentParser()
    parser.add_argument("case", choices=CASES)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--kill", choices=["evaluation", "write", "written"])
    parser.add_argument("--at", type=int, default=0)
    parser.add_argument("--evaluations", type=int, default=30)
    parser.add_argument("--calls")
    options = parser.parse_args()
    if options.kill in ("write", "written"):
        kill_at_write(options.kill, options.at)
    problem, evolution = make(options.case)
    with open_map(options.workers) as map_:
        toolbox = problem.toolbox(map=map_)
        if options.case == "inherited":
            inherit_weights(toolbox)
        evaluate = partial(problem.evaluate, seed=5)
        fatal = options.at if options.kill == "evaluation" else 0
        toolbox.register("evaluate", Watched(evaluate, options.calls, os.getpid(), fatal))
        result = evolution.optimize(problem, options.evaluations, seed=5, toolbox=toolbox, run=options.folder)
    outcome = {
        "candidates": [one.to_dict(problem) for one in result.candidates],
        "population": [[list(one), list(one.fitness.wvalues)] for one in result.population],
        "logbook": logbook_csv(result.logbook),
        "counts": [result.evaluations, result.failures, result.stopped_by],
        "random": [str(random.getstate()), float(np.random.random())],  # noqa: NPY002 - the stream that DEAP draws from
        "weights": result.weights.tolist(),
    }
    write_text(options.folder / "outcome.json", json.dumps(outcome))
    return 0


if __name__ == "__main__":
    run_script("victim.py", main)
