"""A program that searches in a run folder and can be ended in the middle, for `faults.py` and for the tests.

    python benchmarks/victim.py CASE FOLDER [--workers N] [--kill PLACE] [--at N ...] [--evaluations N] [--calls FILE]

PLACE says who is killed by SIGKILL, and where: the driver at the start of the N-th evaluation ("evaluation"), within
the N-th transaction ("write") or right after it ("written"); the process that makes the N-th evaluation ("worker"); or
the SCOOP worker whose process makes it, the root excepted ("scoop"). `--harm DEED` lets about every tenth candidate
hurt itself instead, and `--limits` bounds what one may take. The outcome is written to FOLDER/outcome.json, whole or
not at all.

With `--calls` each call of the evaluate function adds a byte to FILE, each evaluation of the search that is handed over
to be written one to FILE.handed, and each fault one to FILE.faults; FILE.driver holds the driver's process id.
"""

import argparse
import ctypes
import json
import os
import random
import signal
import sys
import zlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from dlopt_deap import Evolution, data
from dlopt_deap.architecture import RandomSamplingProblem, Space, TrainingProblem, inherit_weights
from dlopt_deap.core import SelfAdjustingMuPlusLambda
from dlopt_deap.core.results.logbook_file import logbook_csv
from dlopt_deap.files import write_text
from dlopt_deap.parallel import Limits, open_map
from dlopt_deap.storage.run_folder import INSERT_EVALUATION
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


def loop() -> None:
    """Never end."""
    while True:
        pass


def hog() -> None:
    """Take all the memory that there is."""
    hoard = []
    while True:
        hoard.append(bytearray(10_000_000))


def refuse() -> None:
    """Raise."""
    raise ArithmeticError("no")


DEEDS: dict[str, Callable[[], Any]] = {
    "segmentation fault": lambda: ctypes.string_at(0),
    "endless loop": loop,
    "memory hog": hog,
    "os._exit": lambda: os._exit(3),
    "sys.exit": lambda: sys.exit(3),
    "exception": refuse,
}
"""What a candidate can do to the process that evaluates it."""

LIMITS = Limits(seconds=5, memory=400)
"""Far more than an honest candidate of these cases takes."""


def is_harmful(genes: Sequence[Any]) -> bool:
    """Whether a candidate is one of those that hurt themselves."""
    return zlib.crc32(repr(list(genes)).encode()) % 10 == 0


def note(file: str, bytes_: int = 1) -> int:
    """Add bytes to a file, which several processes may do at once, and give the number of them so far."""
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, b"." * bytes_)
    number = os.lseek(handle, 0, os.SEEK_CUR)
    os.close(handle)
    return number


class Watched:
    """An evaluate function that notes each call in a file, and does harm at some of them.

    Args:
        evaluate: The function.
        calls: The file, if calls are noted.
        kill: Who is killed: "evaluation" (the driver), "worker" or "scoop".
        at: The numbers of the calls at which that happens.
        harm: What the harmful candidates do.
    """

    def __init__(self, evaluate: Any, calls: str | None, kill: str | None, at: list[int], harm: str | None) -> None:
        self.evaluate, self.calls, self.kill, self.at, self.harm = evaluate, calls, kill, at, harm
        self.driver = os.getpid()

    def __call__(self, individual: Any) -> Any:
        """Evaluate an individual."""
        if self.calls is not None:
            self.hurt(note(self.calls))
        if self.harm is not None and is_harmful(individual):
            if self.calls is not None:
                note(f"{self.calls}.faults")
            DEEDS[self.harm]()
        return self.evaluate(individual)

    def hurt(self, number: int) -> None:
        """Kill somebody, if this call is one at which that is to happen."""
        if self.kill == "evaluation" and number in self.at:
            self.kill_and_note(self.driver)
        if self.kill == "worker" and number in self.at:
            self.kill_and_note(os.getpid())
        if self.kill == "scoop" and os.getppid() != self.driver:
            due = sum(number >= one for one in self.at)  # the call itself may be made by the root's own process
            if due > noted(f"{self.calls}.faults"):
                self.kill_and_note(os.getppid())

    def kill_and_note(self, process: int) -> None:
        """Kill a process."""
        note(f"{self.calls}.faults")
        os.kill(process, signal.SIGKILL)


def noted(file: str) -> int:
    """Give the number of bytes in a file of notes."""
    return os.stat(file).st_size if os.path.exists(file) else 0


def note_handed_over(file: str) -> None:
    """Note how many evaluations of the search are handed over to be written."""
    write = Writer.write

    def noting(self: Writer, statements: list[Any]) -> None:
        rows = sum(text == INSERT_EVALUATION and values[0] == "search" for text, values in statements)
        if rows:
            note(file, rows)
        write(self, statements)

    Writer.write = noting  # type: ignore[method-assign]


def kill_at_write(place: str, at: int, calls: str | None) -> None:
    """Have the driver kill itself within or after a transaction."""
    commit = Writer._commit
    count = 0

    def die() -> None:
        if calls is not None:
            note(f"{calls}.faults")
        os.kill(os.getpid(), signal.SIGKILL)

    def counted(self: Writer, statements: Any) -> None:
        nonlocal count
        count += 1
        if count == at and place == "write":
            self._connection.execute("BEGIN IMMEDIATE")
            for text, values in statements[: len(statements) // 2 + 1]:
                self._connection.execute(text, values)
            die()
        commit(self, statements)
        if count == at:
            die()

    Writer._commit = counted  # type: ignore[method-assign]


def parse() -> argparse.Namespace:
    """Read the command line, and prepare what it asks for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("case", choices=CASES)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--kill", choices=["evaluation", "write", "written", "worker", "scoop"])
    parser.add_argument("--at", type=int, nargs="+", default=[])
    parser.add_argument("--harm", choices=list(DEEDS))
    parser.add_argument("--limits", action="store_true")
    parser.add_argument("--evaluations", type=int, default=30)
    parser.add_argument("--calls")
    options = parser.parse_args()
    if options.kill in ("evaluation", "worker", "scoop") and options.calls is None:
        parser.error("to kill at an evaluation, name the file of --calls, by which they are numbered")
    if options.kill in ("write", "written"):
        kill_at_write(options.kill, options.at[0], options.calls)
    if options.calls is not None:
        note_handed_over(f"{options.calls}.handed")
        write_text(Path(f"{options.calls}.driver"), str(os.getpid()))
    return options


def main() -> int:
    """Search, and write down the outcome."""
    options = parse()
    problem, evolution = make(options.case)
    with open_map(options.workers, LIMITS if options.limits else None) as map_:
        toolbox = problem.toolbox(map=map_)
        if options.case == "inherited":
            inherit_weights(toolbox)
        evaluate = partial(problem.evaluate, seed=5)
        toolbox.register("evaluate", Watched(evaluate, options.calls, options.kill, options.at, options.harm))
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
