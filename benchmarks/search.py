"""Search by MAE random sampling: what it finds, and how long it takes, over several seeds.

    python benchmarks/search.py

Two searches on the sine wave, each with every seed: DLOPT's own example, and the space of its published network. Each
winner is estimated anew with 10,000 samples that no search has seen, and so is the published network, in the same run.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from dlopt_deap import Evolution, data
from dlopt_deap.architecture import RandomSamplingProblem, Space
from dlopt_deap.core import ea_mu_plus_lambda
from dlopt_deap.parallel import open_map

PUBLISHED = [17, 12, 13, 9, 10, 12, 6]
"""DLOPT's published network for the sine wave, look-back first; reported there with a log_p of -12.2."""

FRESH_SEED = 2**31
"""A seed that no search uses."""

SEARCHES: dict[str, dict[str, Any]] = {
    "DLOPT's example (30 evaluations, 30 samples)": {
        "space": Space((2, 20), (1, 3), (1, 10)),
        "num_samples": 30,
        "evaluations": 30,
        "evolution": {"population_size": 3, "offspring_size": 5, "restarts": 2, "migration_size": 2, "cxpb": 0.0},
    },
    "the published network's space (300 evaluations, 100 samples)": {
        "space": Space((2, 20), (1, 8), (1, 20)),
        "num_samples": 100,
        "evaluations": 300,
        "evolution": {"population_size": 10, "offspring_size": 10, "cxpb": 0.5},
    },
}


def search(settings: dict[str, Any], seed: int, map_: Any) -> dict[str, Any]:
    """Search with one seed; tell what the search saw, what it estimated anew at its end, and what is so afresh."""
    problem = RandomSamplingProblem(data.sine(), settings["space"], num_samples=settings["num_samples"])
    evolution = Evolution(ea_mu_plus_lambda, mutpb=1.0, **settings["evolution"])
    began = time.perf_counter()
    result = evolution.optimize(problem, settings["evaluations"], seed=seed, toolbox=problem.toolbox(map=map_))
    whole = time.perf_counter() - began
    fresh = problem.sample(result.best, num_samples=10_000, seed=FRESH_SEED)
    return {
        "seed": seed,
        "architecture": list(result.best),
        "search_log_p": result.best.fitness.values[0],
        "reestimated_log_p": result.fitness["log_p"],
        "fresh_log_p": fresh.log_p,
        "search_seconds": result.seconds,
        "seconds_with_reestimates": whole,
    }


def main() -> None:
    """Run both searches with every seed, and print and write what they found."""
    parser = argparse.ArgumentParser(description="Search by MAE random sampling over several seeds.")
    parser.add_argument("--seeds", type=int, default=10, metavar="N", help="seeds 0 to N-1 (%(default)s)")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="local processes (%(default)s)")
    parser.add_argument("--json", type=Path, default=Path("benchmarks/results/search.json"), metavar="FILE")
    options = parser.parse_args()

    problem = RandomSamplingProblem(data.sine(), Space((2, 20), (1, 8), (1, 20)))
    published = problem.sample(PUBLISHED, num_samples=10_000, seed=FRESH_SEED)
    print(f"the published network {PUBLISHED}: log_p {published.log_p:.2f} from 10,000 samples")
    outcome: dict[str, Any] = {"published_fresh_log_p": published.log_p}
    with open_map(options.workers) as map_:
        list(map_(abs, range(8)))  # so that the start of the workers is not counted to the first search
        for name, settings in SEARCHES.items():
            print(f"\n{name}\nseed  search saw  anew  10,000 fresh  search/s  with re-estimates/s  architecture")
            rows = []
            for seed in range(options.seeds):
                row = search(settings, seed, map_)
                rows.append(row)
                print(
                    f"{seed:4}  {row['search_log_p']:10.2f}  {row['reestimated_log_p']:.2f}  "
                    f"{row['fresh_log_p']:12.2f}  {row['search_seconds']:8.2f}  "
                    f"{row['seconds_with_reestimates']:19.2f}  {row['architecture']}",
                    flush=True,
                )
            median = {
                key: statistics.median(row[key] for row in rows)
                for key in ("search_log_p", "reestimated_log_p", "fresh_log_p", "search_seconds")
            }
            print(
                f"median: the search saw {median['search_log_p']:.2f}, 10,000 fresh samples "
                f"{median['fresh_log_p']:.2f}, {median['search_seconds']:.2f} s"
            )
            outcome[name] = {"rows": rows, "median": median}
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(outcome, indent=2) + "\n")
    print(f"written to {options.json}", file=sys.stderr)


if __name__ == "__main__":
    main()
