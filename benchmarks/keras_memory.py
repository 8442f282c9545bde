"""The memory of a process that trains one candidate after another in Keras: it must not grow.

The resident memory is noted after 20 candidates and at the end, where it may be 20 % more at most; otherwise the exit
code is 1. Candidates of the same shape share what TensorFlow traced; of each further shape it keeps some megabytes.

    python benchmarks/keras_memory.py                    # 200 candidates of 200 shapes; some minutes
    python benchmarks/keras_memory.py --shapes 10        # 200 candidates of 10 shapes
"""

import argparse
import json
import os
import random
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from dlopt_deap.data import sine
from dlopt_deap.networks import NetworkSpec, TrainingSettings, train

ALLOWED = 1.2
FIRST = 20


def resident_megabytes() -> float:
    """Return the resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def random_spec() -> NetworkSpec:
    """Draw a small network."""
    units = tuple(random.randint(1, 16) for _ in range(random.randint(1, 3)))
    return NetworkSpec(1, units, 1, random.randint(2, 10))


def main(arguments: list[str] | None = None) -> None:
    """Train, print, and write the JSON file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candidates", type=int, default=200)
    parser.add_argument("--shapes", type=int, default=200)
    parser.add_argument("--json", type=Path, default=Path(__file__).parent / "results" / "keras_memory.json")
    chosen = parser.parse_args(arguments)
    if chosen.candidates <= FIRST:
        parser.error(f"there must be more than {FIRST} candidates, got {chosen.candidates}")
    random.seed(0)
    series, settings = sine(), TrainingSettings(batch_size=64)
    megabytes = []
    specs = [random_spec() for _ in range(chosen.shapes)]
    for number in range(1, chosen.candidates + 1):
        train(specs[number % len(specs)], series, 2, settings, engine="keras")
        megabytes.append(resident_megabytes())
        if number % FIRST == 0:
            print(f"{number} candidates: {megabytes[-1]:.0f} MB", flush=True)
    growth = megabytes[-1] / megabytes[FIRST - 1]
    print(f"After {chosen.candidates} candidates the memory is {growth:.2f} times that after {FIRST}.")
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    result = {"megabytes": megabytes, "growth": growth}
    chosen.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(f"Written: {chosen.json}")
    sys.exit(growth > ALLOWED)


if __name__ == "__main__":
    main()
