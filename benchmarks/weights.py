"""The evaluation of weights: this package against Keras in DEAP, evosax (JAX), EvoTorch, and the machine's limit.

A population of weight vectors of one network is evaluated on 640 windows of the sine wave, by the mean absolute error.
Every contestant has a process of its own, with all cores where it can use them, and times itself; they take turns,
round after round, with nothing else at work. All of them must predict the same, to 1e-5, before any is timed, and
compiling is not counted. Whole generations are timed beside bare evaluations: selecting or asking, evaluating, telling.

The peers are optional: `pip install 'dlopt_deap[benchmark]'`. Those that are not installed are left out.

    python benchmarks/weights.py                     # both networks, all contestants; some minutes
    python benchmarks/weights.py --networks small --only ours jax
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import weight_contestants as contestants
import weight_jax
import weight_torch
from weight_contestants import NETWORKS, WINDOWS, Contestant, Task

TOLERANCE = 1e-5
CORES = os.cpu_count() or 1
REFERENCE, GENERATION = "ours, all cores", "ours, strategy"
INSTALL = "pip install 'dlopt_deap[benchmark]'"


@dataclass(frozen=True)
class Entry:
    """How a contestant is made.

    Attributes:
        make: Makes it, in its own process.
        arguments: Of ``make``, beside the task.
        packages: What it needs beside this package and what that needs.
        against: Ours that it is compared with.
        wanted: The ratio that ours is to reach, by network.
    """

    make: Callable[..., Contestant]
    arguments: tuple[Any, ...] = ()
    packages: tuple[str, ...] = ()
    against: str = REFERENCE
    wanted: tuple[tuple[str, float], ...] = ()


KERAS_WANTED, PEER_WANTED = (("small", 200.0), ("middle", 15.0)), (("small", 2.0), ("middle", 2.0))

ENTRIES = {
    "ours, 1 thread": Entry(contestants.ours, (1,)),
    REFERENCE: Entry(contestants.ours, (CORES,)),
    "keras, predict": Entry(contestants.keras_predict, wanted=KERAS_WANTED),
    "keras, tf.function": Entry(contestants.keras_function),
    "jax": Entry(weight_jax.jax_evaluation, (), ("jax",), wanted=PEER_WANTED),
    "torch": Entry(weight_torch.torch_evaluation, (), ("torch",), wanted=PEER_WANTED),
    "ours, DEAP toolbox": Entry(contestants.our_toolbox, against=GENERATION),
    GENERATION: Entry(contestants.our_strategy, against=GENERATION),
    "evosax generation": Entry(
        weight_jax.evosax_generation, ("Open_ES",), ("jax", "evosax"), against=GENERATION, wanted=PEER_WANTED
    ),
    "evotorch generation": Entry(
        weight_torch.evotorch_generation, (), ("torch", "evotorch"), against=GENERATION, wanted=PEER_WANTED
    ),
}


class Process:
    """A process of its own, started anew, in which functions are called one at a time."""

    def __init__(self) -> None:
        self.executor = ProcessPoolExecutor(1, mp_context=get_context("spawn"))

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function there, and wait for what it gives."""
        return self.executor.submit(function, *arguments).result()

    def close(self) -> None:
        """End the process."""
        self.executor.shutdown()


def chosen_entries(only: list[str] | None) -> dict[str, Entry]:
    """Give the contestants whose names begin with one of ``only``, without those that are not installed."""
    found = {}
    for name, entry in ENTRIES.items():
        if only and not name.startswith(tuple(only)):
            continue
        if contestants.is_installed(*entry.packages):
            found[name] = entry
        else:
            print(f"{name} is left out: {' and '.join(entry.packages)} must be installed ({INSTALL}).")
    return found


def measure(network: str, entries: dict[str, Entry], settings: argparse.Namespace) -> dict[str, Any]:
    """Measure one network."""
    task = Task(network, settings.population)
    processes = {name: Process() for name in [*entries, "limit"]}
    try:
        variants, differences = prepare(task, entries, processes)
        rates: dict[str, list[float]] = {name: [] for name in entries}
        limits = []
        for number in range(settings.rounds):
            print(f"{network}: round {number + 1} of {settings.rounds}", file=sys.stderr, flush=True)
            for name in entries:
                rates[name].append(processes[name].call(contestants.measure, settings.seconds))
            limits.append(processes["limit"].call(contestants.limit, task))
    finally:
        for process in processes.values():
            process.close()
    least = dict(zip(("blas", "kernel"), np.max(limits, axis=0).tolist(), strict=True))
    return {
        "layers": task.spec.layers,
        "look_back": task.spec.look_back,
        "num_weights": task.spec.num_weights,
        "population": task.population,
        "windows": WINDOWS,
        "limit_of_one_thread": least,
        "contestants": {
            name: summary(name, network, rates, entries) | {"variant": variants[name], "difference": differences[name]}
            for name in entries
        },
        "share_of_limit": {
            f"{name}, {kind}": max(rates[name]) / (rate * threads)
            for name, threads in (("ours, 1 thread", 1), (REFERENCE, CORES))
            if name in rates
            for kind, rate in least.items()
        },
    }


def prepare(
    task: Task, entries: dict[str, Entry], processes: dict[str, Process]
) -> tuple[dict[str, str], dict[str, float]]:
    """Make all contestants, one after the other; give their variants and how far their predictions are from ours."""
    ours = contestants.ours(task, 1).predict(task.weights()[: contestants.CHECKED])
    variants, differences = {}, {}
    for name, entry in entries.items():
        print(f"{task.network}: {name} gets ready", file=sys.stderr, flush=True)
        variants[name], found = processes[name].call(contestants.prepare, entry.make, task, entry.arguments)
        differences[name] = float(np.abs(found - ours).max()) if found.shape == ours.shape else float("nan")
        if not differences[name] <= TOLERANCE:
            sys.exit(f"{name} predicts something else for {task.spec}: it differs by {differences[name]:.1e}.")
    return variants, differences


def summary(name: str, network: str, rates: dict[str, list[float]], entries: dict[str, Entry]) -> dict[str, Any]:
    """Summarise the rounds of a contestant: its rates, and how many times faster ours is."""
    own, entry = rates[name], entries[name]
    told: dict[str, Any] = {"evaluations_per_second": own, "median": float(np.median(own)), "best": max(own)}
    if entry.against in rates:
        ratios = np.divide(rates[entry.against], own)
        told |= {
            "against": entry.against,
            "times_faster": float(np.median(rates[entry.against]) / np.median(own)),
            "times_faster_in_a_round": {"least": float(ratios.min()), "most": float(ratios.max())},
            "wanted": dict(entry.wanted).get(network),
        }
    return told


def print_table(result: dict[str, Any]) -> None:
    """Print what was measured of one network, a contestant a line."""
    layers = ",".join(map(str, result["layers"]))
    print(
        f"\n{layers}, look-back {result['look_back']}: {result['num_weights']} weights, {result['population']} "
        f"individuals, {result['windows']} windows"
    )
    form = "{:22} {:>14} {:>10} {:>12} {:>18} {:>8}  {}"
    print(form.format("", "evaluations/s", "best", "ours is", "in each round", "wanted", "variant"))
    for name, one in result["contestants"].items():
        compared = "times_faster" in one and name != one["against"]
        spread = one["times_faster_in_a_round"] if compared else {}
        print(
            form.format(
                name,
                f"{one['median']:,.0f}",
                f"{one['best']:,.0f}",
                f"{one['times_faster']:.2f}x" if compared else "",
                f"{spread['least']:.2f} to {spread['most']:.2f}x" if compared else "",
                f"{one['wanted']:g}x" if compared and one["wanted"] else "",
                one["variant"],
            ).rstrip()
        )
    shares = ", ".join(f"{name} {share:.0%}" for name, share in result["share_of_limit"].items())
    print(f"Share of the limit (products in numpy's BLAS or in our kernel, plus the gates): {shares}")
    difference = max(one["difference"] for one in result["contestants"].values())
    print(f"Predictions differ from ours by at most {difference:.1e}")


def versions() -> dict[str, str]:
    """Give the versions of the packages that were measured."""
    names = ("numpy", "numba", "deap", "tensorflow", "keras", "jax", "evosax", "torch", "evotorch")
    return {name: version(name) for name in names if contestants.is_installed(name)}


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--only", nargs="+", metavar="NAME", help="contestants whose names begin so")
    parser.add_argument("--population", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=1.0, help="seconds of a contestant in a round, at least")
    parser.add_argument("--json", type=Path, default=Path(__file__).parent / "results" / "weights.json")
    settings = parser.parse_args(arguments)
    if settings.rounds < 1 or settings.population < contestants.CHECKED:
        parser.error(f"there must be a round at least, and {contestants.CHECKED} individuals")
    return settings


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write the JSON file."""
    settings = parse(arguments)
    entries = chosen_entries(settings.only)
    if not entries:
        sys.exit(f"No contestant is left; there are: {'; '.join(ENTRIES)}.")
    results = {}
    for network in settings.networks:
        results[network] = measure(network, entries, settings)
        print_table(results[network])
    about = {"processor": platform.machine(), "cores": CORES, "rounds": settings.rounds, "versions": versions()}
    settings.json.parent.mkdir(parents=True, exist_ok=True)
    settings.json.write_text(json.dumps({"about": about, "networks": results}, indent=2) + "\n", encoding="utf-8")
    print(f"Written: {settings.json}")


if __name__ == "__main__":
    main()
