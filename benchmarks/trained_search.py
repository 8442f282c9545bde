"""Search by trained error on the sunspot series: what it finds, what it costs, and what racing saves.

    python benchmarks/trained_search.py

Each way is run with every seed. The errors on the test split are in sunspots, beside those of naive forecasts and of a
linear autoregression on the same rows.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from dlopt_deap import Evolution, data
from dlopt_deap.architecture import (
    Racing,
    RandomSamplingProblem,
    Space,
    TrainingProblem,
    inherit_weights,
    train_best,
)
from dlopt_deap.networks import TrainingSettings
from dlopt_deap.parallel import open_map

SERIES = data.sunspots()
SPACE = Space((2, 30), (1, 2), (1, 32), activation="linear")
SETTINGS = TrainingSettings(batch_size=16, learning_rate=0.005)

WAYS: dict[str, dict[str, Any]] = {
    "trained, 200 x 10 epochs": {"evaluations": 200, "epochs": 10},
    "trained, 1,000 x 20 epochs": {"evaluations": 1000, "epochs": 20},
    "raced, 200 x (3, 10) epochs": {"evaluations": 200, "epochs": 10, "rungs": (3, 10)},
    "inherited, 200 x 10 epochs": {"evaluations": 200, "epochs": 10, "inherit": True},
    "sampled, 200 x 100, then 5 trained": {"evaluations": 200, "epochs": 10, "sampled": True},
}


def search(way: dict[str, Any], seed: int, map_: Any) -> dict[str, Any]:
    """Search in one way with one seed."""
    inherit = "inherit" in way
    training = TrainingProblem(SERIES, SPACE, epochs=way["epochs"], training=SETTINGS, inherit=inherit)
    sampling = RandomSamplingProblem(SERIES, SPACE, threshold=0.1)
    problem = sampling if "sampled" in way else training
    racing = Racing(training, way["rungs"], map=map_) if "rungs" in way else None
    began = time.perf_counter()
    toolbox = problem.toolbox(map=racing or map_)
    if inherit:
        inherit_weights(toolbox)
    result = Evolution(population_size=20).optimize(problem, way["evaluations"], seed=seed, toolbox=toolbox)
    if "sampled" in way:
        result = train_best(result, training, k=5, map=map_)
    whole = time.perf_counter() - began
    forecast = result.forecast(season=11)
    return {
        "seed": seed,
        "genes": list(result.best),
        "search_seconds": result.seconds,
        "seconds": whole,
        "epochs": 0 if "sampled" in way else racing.epochs if racing else way["evaluations"] * way["epochs"],
        "validation_mae": result.fitness["mae"],
        "test": {name: errors["mae"] for name, errors in forecast.errors.items()},
    }


def main() -> None:
    """Run every way with every seed, and print and write what they found."""
    parser = argparse.ArgumentParser(description="Search by trained error on the sunspot series.")
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="seeds 0 to N-1 (%(default)s)")
    parser.add_argument("--only", default="", metavar="TEXT", help="only ways whose name contains this text")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="local processes (%(default)s)")
    parser.add_argument("--json", type=Path, default=Path("benchmarks/results/trained_search.json"), metavar="FILE")
    options = parser.parse_args()
    outcome: dict[str, Any] = {}
    with open_map(options.workers) as map_:
        list(map_(abs, range(8)))  # so that the start of the workers is not counted to the first search
        for name, way in WAYS.items():
            if options.only not in name:
                continue
            print(f"\n{name}\nseed  search/s  whole/s  epochs  validation  test  last value  autoregression  genes")
            rows = []
            for seed in range(options.seeds):
                row = search(way, seed, map_)
                rows.append(row)
                test = row["test"]
                print(
                    f"{seed:4}  {row['search_seconds']:8.2f}  {row['seconds']:7.2f}  {row['epochs']:6}  "
                    f"{row['validation_mae']:10.4f}  {test['network']:.2f}  {test['last value']:10.2f}  "
                    f"{test['linear autoregression']:14.2f}  {row['genes']}",
                    flush=True,
                )
            keys = ("search_seconds", "seconds", "epochs", "validation_mae")
            median = {key: statistics.median(row[key] for row in rows) for key in keys}
            median["test_mae"] = statistics.median(row["test"]["network"] for row in rows)
            print("median: " + ", ".join(f"{key} {value:.4g}" for key, value in median.items()))
            outcome[name] = {"rows": rows, "median": median}
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(outcome, indent=2) + "\n")
    print(f"written to {options.json}", file=sys.stderr)


if __name__ == "__main__":
    main()
