"""Joint search of architectures and weights on the sunspot series, beside a search by gradient training.

    python benchmarks/joint_search.py

Each way sees as many architectures, and is run with every seed. The error is that on the validation split, in scaled
units: the best that the search saw, and after the final evolutions or trainings. `--inner` compares strategies for the
evolution inside instead.
"""

import argparse
import json
import statistics
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from dlopt_deap import Evolution, data
from dlopt_deap.architecture import Space, TrainingProblem
from dlopt_deap.core import forecast_errors
from dlopt_deap.joint import FinalEvolution, JointProblem
from dlopt_deap.networks import NetworkSpec, TrainingSettings, initial_weights
from dlopt_deap.weight import DifferentialEvolution, Objective, OpenAIES, SeparableCMAES, evolve_weights

SERIES = data.sunspots()
SPACE = Space((2, 20), (1, 2), (1, 16), activation="linear")
TRAINING = TrainingSettings(batch_size=16, learning_rate=0.005)
FINAL = FinalEvolution(evaluations=2_000, repeats=1)
TRAINED = replace(FINAL, epochs=300, training=replace(TRAINING, patience=25))

WAYS: dict[str, Any] = {
    "trained, 10 epochs": partial(TrainingProblem, epochs=10, training=TRAINING, final_repeats=1),
    "lamarckian, 500 evaluations": partial(JointProblem, inheritance="lamarckian", final=FINAL),
    "baldwinian, 500 evaluations": partial(JointProblem, inheritance="baldwinian", final=FINAL),
    "lamarckian, trained at the end": partial(JointProblem, inheritance="lamarckian", final=TRAINED),
}

STRATEGIES: dict[str, Any] = {
    **{
        f"OpenAI's ES, sigma {sigma}, rate {rate}, population {size}": partial(
            OpenAIES, sigma=sigma, learning_rate=rate, population_size=size
        )
        for sigma in (0.03, 0.05, 0.1)
        for rate in (0.05, 0.1)
        for size in (8, 16, 32, 64)
    },
    **{
        f"separable CMA-ES, sigma {sigma}, population {size or 'default'}": partial(
            SeparableCMAES, sigma=sigma, population_size=size
        )
        for sigma in (0.1, 0.2)
        for size in (None, 32)
    },
    "differential evolution": DifferentialEvolution,
}
NETWORKS = [NetworkSpec(1, *sizes, activation="linear") for sizes in (((4,), 1, 5), ((12,), 1, 12), ((8, 8), 1, 15))]


def search(make: Any, architectures: int, seed: int) -> dict[str, Any]:
    """Search in one way with one seed."""
    began = time.perf_counter()
    problem = make(SERIES, SPACE)
    result = Evolution(population_size=12, hall_of_fame=3).optimize(problem, architectures, seed=seed)
    weights = result.weights
    whole = time.perf_counter() - began
    return {
        "seed": seed,
        "search_seconds": result.seconds,
        "seconds": whole,
        "searched_mae": min(one.fitness.values[0] for one in result.hall_of_fame),
        "validation_mae": forecast_errors(SERIES.validation, result.spec, weights)["mae"],
        "test_mae": forecast_errors(SERIES.testing, result.spec, weights)["mae"],
        "genes": list(result.best),
    }


def compare_searches(architectures: int, seeds: int, only: str) -> dict[str, Any]:
    """Run every way with every seed, and print what they found."""
    outcome: dict[str, Any] = {}
    for name, make in _named(WAYS, only):
        make(SERIES, SPACE).prepare()
        rows = [search(make, architectures, seed) for seed in range(seeds)]
        numbers = [key for key in rows[0] if key not in ("seed", "genes")]
        median = {key: statistics.median(row[key] for row in rows) for key in numbers}
        print(f"{name}: " + ", ".join(f"{key} {value:.4g}" for key, value in median.items()), flush=True)
        for row in rows:
            print("  " + ", ".join(f"{row[key]:.4g}" for key in numbers), row["genes"], flush=True)
        outcome[name] = {"rows": rows, "median": median}
    return outcome


def compare_strategies(evaluations: int, seeds: int, only: str) -> dict[str, Any]:
    """Evolve networks on two series by every strategy, and print the geometric means of their errors."""
    outcome: dict[str, Any] = {}
    for name, make in _named(STRATEGIES, only):
        losses, errors = [], []
        for series in (SERIES, data.sine()):
            for spec in NETWORKS:
                for seed in range(seeds):
                    strategy = make(initial_weights(spec, seed=seed))
                    evolved = evolve_weights(Objective(series, spec), strategy, evaluations, seed)
                    losses.append(evolved.loss)
                    errors.append(forecast_errors(series.validation, spec, evolved.weights)["mae"])
        found = {"training_mse": float(np.exp(np.log(losses).mean())), "mae": float(np.exp(np.log(errors).mean()))}
        print(f"{found['training_mse']:8.5f}  {found['mae']:.4f}  {name}", flush=True)
        outcome[name] = found
    return outcome


def _named(makers: dict[str, Any], only: str) -> list[tuple[str, Any]]:
    """Give those whose name has a text."""
    return [(name, make) for name, make in makers.items() if only in name]


def main() -> None:
    """Compare searches, or strategies, and write what was found."""
    parser = argparse.ArgumentParser(description="Joint search of architectures and weights on the sunspot series.")
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="seeds 0 to N-1 (%(default)s)")
    parser.add_argument("--architectures", type=int, default=60, metavar="N", help="of each search (%(default)s)")
    parser.add_argument("--only", default="", metavar="TEXT", help="only ways or strategies whose name has this text")
    parser.add_argument("--inner", type=int, metavar="N", help="compare strategies by so many evaluations instead")
    parser.add_argument("--json", type=Path, default=Path("benchmarks/results/joint_search.json"), metavar="FILE")
    options = parser.parse_args()
    if options.inner:
        outcome = compare_strategies(options.inner, options.seeds, options.only)
    else:
        outcome = compare_searches(options.architectures, options.seeds, options.only)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(outcome, indent=2) + "\n")
    print(f"written to {options.json}", file=sys.stderr)


if __name__ == "__main__":
    main()
