"""Errors that training does not follow: evolved for them, and trained by the mean squared error.

    python benchmarks/objectives.py

With each seed a network is trained by gradients for the mean squared error. Its weights are then evolved for the error
that counts. For the same seconds other networks are trained from other initial weights, and the one that is best by
that error on the validation split is taken: what somebody without evolution would do. All are judged on the test split.
"""

import argparse
import json
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dlopt_deap import NetworkSpec, TimeSeries, data
from dlopt_deap.joint import evolve_from_trained
from dlopt_deap.networks import TrainingSettings, train
from dlopt_deap.sampling import AsymmetricError, OutsideTolerance
from dlopt_deap.seeding import derive
from dlopt_deap.weight import Objective

SETTINGS = TrainingSettings(batch_size=16, learning_rate=0.005, patience=25)
EPOCHS = 500


@dataclass(frozen=True)
class Case:
    """A series, a network, and the error that counts."""

    series: TimeSeries
    spec: NetworkSpec
    metric: Any
    horizon: int = 1


def faulty_sensor(seed: int = 0) -> TimeSeries:
    """Make a sine wave that is measured with noise, and in one of ten rows wrong altogether."""
    random = np.random.default_rng(seed)
    clean = data.sine().values[:, 0]
    noisy = clean + random.normal(0, 0.05, len(clean))
    wrong = random.random(len(clean)) < 0.1
    return TimeSeries(np.where(wrong, random.uniform(1, 4, len(clean)), noisy), name="faulty sensor", scale=(-1, 1))


SUNSPOTS = data.sunspots()
SENSOR = faulty_sensor()
SMALL = NetworkSpec(1, (8,), 1, look_back=11, activation="linear")
CASES = {
    "sunspots: median absolute error": Case(SUNSPOTS, SMALL, "median_ae"),
    "sunspots: share of forecasts further off than 0.1": Case(SUNSPOTS, SMALL, OutsideTolerance(0.1)),
    "sunspots: too much costs 4 times too little": Case(SUNSPOTS, SMALL, AsymmetricError(under=1, over=4)),
    "sunspots: closed loop over 11 years, mean absolute error": Case(SUNSPOTS, SMALL, "mae", horizon=11),
    "faulty sensor: median absolute error": Case(SENSOR, SMALL, "median_ae"),
    "faulty sensor: share of forecasts further off than 0.05": Case(SENSOR, SMALL, OutsideTolerance(0.05)),
    "faulty sensor: too much costs 4 times too little": Case(SENSOR, SMALL, AsymmetricError(under=1, over=4)),
}


def error(objective: Objective, weights: Any, split: str) -> float:
    """Measure weights by what counts."""
    return float(objective.errors(weights[np.newaxis], split)[0, 0])


def compare(case: Case, evaluations: int, seed: int) -> dict[str, Any]:
    """Train, evolve, and train again for as long."""
    objective = Objective(case.series, case.spec, case.metric, horizon=case.horizon)

    def trained(number: int) -> Any:
        return train(case.spec, case.series, EPOCHS, SETTINGS, seed=derive(seed, "training", number)).weights

    first = trained(0)
    began = time.perf_counter()
    # A closed loop costs as many times more as it has steps.
    evaluations = max(evaluations // case.horizon, 2_000)
    finish = evolve_from_trained(objective, first, evaluations, seed=derive(seed, "evolution"))
    seconds = time.perf_counter() - began
    began, others = time.perf_counter(), [first]
    while time.perf_counter() - began < seconds:
        others.append(trained(len(others)))
    chosen = min(others, key=lambda weights: error(objective, weights, "validation"))
    tests = {"trained": first, "chosen": chosen, "evolved": finish.weights}
    return {
        "seed": seed,
        "seconds": seconds,
        "trainings": len(others),
        **{name: error(objective, weights, "testing") for name, weights in tests.items()},
    }


def main() -> None:
    """Compare on every case with every seed, and print and write what came of it."""
    parser = argparse.ArgumentParser(description="Evolve for errors that training does not follow.")
    parser.add_argument("--seeds", type=int, default=10, metavar="N", help="seeds 0 to N-1 (%(default)s)")
    parser.add_argument("--evaluations", type=int, default=10_000, metavar="N", help="of the evolution (%(default)s)")
    parser.add_argument("--only", default="", metavar="TEXT", help="only cases whose name contains this text")
    parser.add_argument("--json", type=Path, default=Path("benchmarks/results/objectives.json"), metavar="FILE")
    options = parser.parse_args()
    outcome: dict[str, Any] = {}
    for name, case in CASES.items():
        if options.only not in name:
            continue
        print(f"\n{name}: the error on the test split\nseed  trained  best of so many trainings   evolved  seconds")
        rows = []
        for seed in range(options.seeds):
            row = compare(case, options.evaluations, seed)
            rows.append(row)
            print(
                f"{seed:4}  {row['trained']:7.4f}  {row['chosen']:9.4f} of {row['trainings']:3}  {row['evolved']:20.4f}"
                f"  {row['seconds']:7.1f}",
                flush=True,
            )
        median = {key: statistics.median(row[key] for row in rows) for key in ("trained", "chosen", "evolved")}
        wins = sum(row["evolved"] < row["chosen"] for row in rows)
        ratio = statistics.median(row["evolved"] / row["chosen"] for row in rows)
        print(
            f"median: trained {median['trained']:.4f}, the best of several {median['chosen']:.4f}, evolved "
            f"{median['evolved']:.4f}; evolved over the best of several {ratio:.3f}, less in {wins} of {len(rows)}"
        )
        outcome[name] = {"rows": rows, "median": median, "ratio": ratio, "wins": wins}
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(outcome, indent=2) + "\n")
    print(f"written to {options.json}", file=sys.stderr)


if __name__ == "__main__":
    main()
