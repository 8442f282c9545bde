"""What the one call keeps of its budget, and how good its forecasts are beside naive ones.

    python benchmarks/one_call.py --budget "20 s" --seeds 5

The series are the yearly sunspot numbers; errors are mean absolute ones on the test split, in sunspots.
"""

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import Any

from dlopt_deap import data, evolve


def call(seed: int, budget: str | None) -> dict[str, Any]:
    """Make one call, and look at the clock on the wall."""
    began = time.perf_counter()
    result = evolve(data.sunspots(), seed=seed, budget=budget)
    seconds = time.perf_counter() - began
    errors = result.forecast(season=11).errors
    return {
        "seed": seed,
        "seconds": seconds,
        "search_seconds": result.seconds,
        "repeat": result.settings["repeat"],
        "genes": list(result.best),
        "test": {name: error["mae"] for name, error in errors.items()},
    }


def main() -> None:
    """Call with every seed, and print and write what came of it."""
    parser = argparse.ArgumentParser(description="The one call on the sunspot series.")
    parser.add_argument("--budget", metavar="TIME", help="such as '20 s' (that of a call without one)")
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="seeds 0 to N-1 (%(default)s)")
    parser.add_argument("--json", type=Path, default=Path("benchmarks/results/one_call.json"), metavar="FILE")
    options = parser.parse_args()
    print("seed  whole/s  search/s  evaluations  finalists  test  last value  autoregression  genes")
    rows = []
    for seed in range(options.seeds):
        row = call(seed, options.budget)
        rows.append(row)
        test, repeat = row["test"], row["repeat"]
        print(
            f"{seed:4}  {row['seconds']:7.2f}  {row['search_seconds']:8.2f}  {repeat['evaluations']:11}  "
            f"{repeat['finalists']:9}  {test['network']:.2f}  {test['last value']:10.2f}  "
            f"{test['linear autoregression']:14.2f}  {row['genes']}",
            flush=True,
        )
    median = {name: statistics.median(row[name] for row in rows) for name in ("seconds", "search_seconds")}
    median["test"] = statistics.median(row["test"]["network"] for row in rows)
    print("median: " + ", ".join(f"{name} {value:.4g}" for name, value in median.items()))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps({"budget": options.budget, "rows": rows, "median": median}, indent=2) + "\n")


if __name__ == "__main__":
    main()
