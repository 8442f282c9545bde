"""Ways to find the weights of one network: how good they are after the same evaluations, and after the same seconds.

    python benchmarks/weight_strategies.py

Every technique of `dlopt_deap.weight`, and gradient training in the same seconds, again from other initial weights as
long as there is time. All minimise the mean absolute error of the training split and choose by that of the validation
split; the error on the test split is that of what they chose. Each runs on one thread.
"""

import argparse
import json
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from dlopt_deap import NetworkSpec, Stop, data
from dlopt_deap.networks import TrainingSettings, train
from dlopt_deap.seeding import derive
from dlopt_deap.weight import TECHNIQUES, Objective, WeightProblem, technique

CASES = {
    "sine": (data.sine, NetworkSpec(1, (8,), 1, look_back=10)),
    "sunspots": (data.sunspots, NetworkSpec(1, (8,), 1, look_back=11, activation="linear")),
}
GRADIENT = "gradient training"
SETTINGS = TrainingSettings(loss="mae", batch_size=16, learning_rate=0.005, patience=50)
EPOCHS = 1_000


def evolved(case: str, name: str, stop: Stop, seed: int) -> dict[str, Any]:
    """Evolve, and tell what came of it."""
    make_series, spec = CASES[case]
    problem = WeightProblem(make_series(), spec, metric="mae")
    search, toolbox = technique(name, problem)
    problem.prepare()
    result = search.optimize(problem, stop=stop, seed=seed, toolbox=toolbox)
    return measured(problem.objective, result.weights) | {"evaluations": result.evaluations, "seconds": result.seconds}


def trained(case: str, seconds: float, seed: int) -> dict[str, Any]:
    """Train by gradients, several times if there is time, and choose by the validation split."""
    make_series, spec = CASES[case]
    series = make_series()
    objective = Objective(series, spec, "mae")
    train(spec, series, 1, SETTINGS)  # so that no seconds are spent on compiling
    began, found, epochs = time.perf_counter(), [], 0
    while not found or time.perf_counter() - began < seconds:
        training = train(spec, series, EPOCHS, SETTINGS, seed=derive(seed, len(found)))
        epochs += training.epochs
        found.append(measured(objective, training.weights))
    took = time.perf_counter() - began
    return min(found, key=lambda one: one["validation"]) | {"epochs": epochs, "seconds": took, "trainings": len(found)}


def measured(objective: Objective, weights: Any) -> dict[str, float]:
    """Measure weights on all splits."""
    splits = ("training", "validation", "testing")
    return {split: float(objective.errors(weights[np.newaxis], split)[0, 0]) for split in splits}


def run(job: tuple[str, str, str, float, int]) -> dict[str, Any]:
    """Run one job: a case, a technique, what is limited, its limit and a seed."""
    case, name, limited, limit, seed = job
    if name == GRADIENT:
        row = trained(case, limit, seed)
    else:
        stops = {
            "evaluations": lambda: Stop(max_evaluations=int(limit)),
            "seconds": lambda: Stop(max_seconds=limit),
            "goal": lambda: Stop(max_seconds=60, target_fitness={"mae": limit}),
        }
        row = evolved(case, name, stops[limited](), seed)
    return {"case": case, "technique": name, "limited": limited, "seed": seed, **row}


def quartiles(values: list[float]) -> str:
    """Show the median, and the quartiles about it."""
    low, middle, high = statistics.quantiles(values, n=4) if len(values) > 1 else values * 3
    return f"{middle:.4f} ({low:.4f} to {high:.4f})"


def report(rows: list[dict[str, Any]], case: str, limited: str, limit: float) -> None:
    """Print a table of one case and one limit."""
    print(f"\n{case}, after {limit:g} {limited}: mean absolute error, median (quartiles)")
    print(f"{'technique':24}  {'validation':26}  {'test':26}  evaluations/s")
    for name in (*TECHNIQUES, GRADIENT):
        chosen = [row for row in rows if (row["case"], row["limited"], row["technique"]) == (case, limited, name)]
        if chosen:
            rates = [row["evaluations"] / row["seconds"] for row in chosen if "evaluations" in row]
            rate = f"{statistics.median(rates):.0f}" if rates else "-"
            errors = "  ".join(f"{quartiles([row[split] for row in chosen]):26}" for split in ("validation", "testing"))
            print(f"{name:24}  {errors}  {rate}")


def report_goal(rows: list[dict[str, Any]], goal: float) -> None:
    """Print how long the default technique takes to an error on the sine wave."""
    chosen = [row for row in rows if row["limited"] == "goal"]
    if chosen:
        seconds, errors = ([row[key] for row in chosen] for key in ("seconds", "validation"))
        print(f"\nsine, openai_es until the training error is {goal:g}, on one thread, {len(chosen)} seeds:")
        print(f"seconds {quartiles(seconds)}, at most {max(seconds):.2f}; validation {quartiles(errors)}")


def main() -> None:
    """Run all of them with every seed, and print and write what they found."""
    parser = argparse.ArgumentParser(description="Compare ways to find the weights of one network.")
    parser.add_argument("--seeds", type=int, default=10, metavar="N", help="seeds 0 to N-1 (%(default)s)")
    parser.add_argument("--evaluations", type=int, default=20_000, metavar="N", help="(%(default)s)")
    parser.add_argument("--seconds", type=float, default=3.0, metavar="X", help="(%(default)s)")
    parser.add_argument("--goal", type=float, default=0.019, metavar="X", help="of the sine wave (%(default)s)")
    parser.add_argument("--only", default="", metavar="TEXT", help="only techniques whose name contains this text")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="runs at a time (%(default)s)")
    parser.add_argument("--json", type=Path, default=Path("benchmarks/results/weight_strategies.json"), metavar="FILE")
    options = parser.parse_args()
    limits = {"evaluations": options.evaluations, "seconds": options.seconds}
    jobs = [
        (case, name, limited, limit, seed)
        for case in CASES
        for limited, limit in limits.items()
        for name in (*TECHNIQUES, GRADIENT)
        for seed in range(options.seeds)
        if options.only in name and (name != GRADIENT or limited == "seconds")
    ]
    if options.only in "openai_es":
        jobs += [("sine", "openai_es", "goal", options.goal, seed) for seed in range(options.seeds)]
    with ProcessPoolExecutor(options.workers, mp_context=get_context("spawn")) as pool:
        rows = []
        for row in pool.map(run, jobs):
            rows.append(row)
            print(f"\r{len(rows)} of {len(jobs)} runs", end="", file=sys.stderr, flush=True)
    for case in CASES:
        for limited, limit in limits.items():
            report(rows, case, limited, limit)
    report_goal(rows, options.goal)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(rows, indent=2) + "\n")
    print(f"\nwritten to {options.json}", file=sys.stderr)


if __name__ == "__main__":
    main()
