"""A program for SCOOP: a few generations of slow squares, among them what the command line asks for."""

import os
import sys
import time
from typing import Any

from parallel import hazards

from dlopt_deap.core import Guarded
from dlopt_deap.parallel import Limits, open_map


def evaluate(individual: Any) -> Any:
    """Square a number slowly, and tell who did; or do harm."""
    time.sleep(0.1)
    values = hazards.evaluate(individual)
    values.metrics["worker"] = os.getppid()
    return values


def main() -> None:
    deeds: list[Any] = sys.argv[1:]
    with open_map(limits=Limits(seconds=5, memory=500, retries=0)) as map_:
        print("root", os.getpid(), flush=True)
        for generation in range(4):
            workers, beats = set(), 0
            results: dict[int, Any] = {}
            for completion in map_.completions(Guarded(evaluate, (-1,)), [*range(20), *deeds]):
                if completion is None:
                    beats += 1
                    continue
                results[completion[0]] = completion[1]
                workers.add(completion[1].metrics.get("worker"))
            values = [results[position][0] for position in range(20)]
            reasons = [results[20 + position].metrics["reason"] for position in range(len(deeds))]
            print("generation", generation, values == [number**2 for number in range(20)], reasons, flush=True)
            print("workers", *sorted(workers - {None}), flush=True)
            print("beats", beats, flush=True)
    print("the end", flush=True)


if __name__ == "__main__":
    main()
