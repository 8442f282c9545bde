"""Measure what keeping a run costs, and whether a long one grows.

    python benchmarks/soak.py                    # 10,000 evaluations, in one process and in a pool
    python benchmarks/soak.py --only journal     # the cost of the run folder for evaluations of 10 ms

Memory is the resident size of the process that leads the search, and of each of its workers; files are its open ones.
The journal's cost is the ratio of the seconds with and without a run folder, taken in turn in one run.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from dlopt_deap import Evolution, data
from dlopt_deap.architecture import RandomSamplingProblem, Space
from dlopt_deap.core import Values
from dlopt_deap.parallel import open_map

SPACE = Space(look_back=(2, 10), layers=(1, 2), units=(1, 8))
MARKS = (1_000, 10_000)


def resident(process: int | str = "self") -> float:
    """Give the resident size of a process in MB."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def children() -> list[int]:
    """Name the processes that this one started."""
    return [
        int(child) for task in Path("/proc/self/task").iterdir() for child in (task / "children").read_text().split()
    ]


class Gauge:
    """A callback that looks at memory and open files when the marks are passed."""

    def __init__(self) -> None:
        self.marks = list(MARKS)
        self.rows: list[dict[str, Any]] = []

    def __call__(self, search: Any) -> None:
        """Look, if a mark was passed."""
        if self.marks and search.evaluations >= self.marks[0]:
            self.marks.pop(0)
            workers = sorted((resident(child) for child in children()), reverse=True)
            self.rows.append(
                {
                    "evaluations": search.evaluations,
                    "memory": resident(),
                    "workers": workers,
                    "files": len(os.listdir("/proc/self/fd")),
                }
            )


def soak(workers: int) -> dict[str, Any]:
    """Search for long, and give memory and files at the marks."""
    problem = RandomSamplingProblem(data.sine(stop=20.0), SPACE, num_samples=10, final_samples=100)
    gauge = Gauge()
    with tempfile.TemporaryDirectory() as folder, open_map(workers) as map_:
        toolbox = problem.toolbox(map=map_)
        began = time.perf_counter()
        Evolution(population_size=50).optimize(
            problem, MARKS[-1] + 100, seed=1, toolbox=toolbox, callbacks=[gauge], run=Path(folder) / "run"
        )
        seconds = time.perf_counter() - began
        size = (Path(folder) / "run" / "run.sqlite").stat().st_size / 2**20
    print(f"{workers} worker(s): {MARKS[-1] + 100} evaluations in {seconds:.1f} s, run.sqlite {size:.1f} MB")
    for row in gauge.rows:
        told = ", ".join(f"{one:.1f}" for one in row["workers"]) or "none"
        print(f"  at {row['evaluations']:6}: {row['memory']:.1f} MB, workers {told} MB, {row['files']} open files")
    first, last = gauge.rows
    print(f"  memory x {last['memory'] / first['memory']:.3f}, open files {last['files'] - first['files']:+d}")
    return {"workers": workers, "seconds": seconds, "file": size, "rows": gauge.rows}


def spend(individual: Any, seconds: float, seed: int = 0) -> Values:
    """Keep a processor busy for some time, as an evaluation does."""
    del seed
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass
    return Values([float(sum(individual))], {"mean": 0.5, "std": 0.25, "best": 0.1, "num_samples": 100})


def journal(seconds: float, evaluations: int, rounds: int) -> dict[str, Any]:
    """Compare runs with and without a folder, in turn."""
    problem = RandomSamplingProblem(data.sine(stop=20.0), SPACE, num_samples=10, final_samples=10)
    took: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(rounds):
        for kept in (False, True):
            toolbox = problem.toolbox()
            toolbox.register("evaluate", spend, seconds=seconds)
            with tempfile.TemporaryDirectory() as folder:
                result = Evolution(population_size=20).optimize(
                    problem, evaluations, seed=1, toolbox=toolbox, run=Path(folder) / "run" if kept else None
                )
            took[kept].append(result.seconds)
    ratios = [kept / bare for bare, kept in zip(took[False], took[True], strict=True)]
    print(
        f"{evaluations} evaluations of {1000 * seconds:g} ms, with a run folder over without, {rounds} rounds: "
        f"{statistics.median(ratios):.4f} (from {min(ratios):.4f} to {max(ratios):.4f})"
    )
    return {"seconds": seconds, "evaluations": evaluations, "ratios": ratios}


def main() -> None:
    """Measure, print, and write the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=["soak", "journal"], help="one of the two measurements")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="rounds of the journal's cost (%(default)s)")
    parser.add_argument("--json", type=Path, default=Path("soak.json"), metavar="FILE", help="(%(default)s)")
    options = parser.parse_args()
    figures: dict[str, Any] = {}
    if options.only != "soak":
        figures["journal"] = [journal(one, count, options.rounds) for one, count in ((0.01, 300), (0.001, 2000))]
    if options.only != "journal":
        figures["soak"] = [soak(workers) for workers in (1, 2)]
    options.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
