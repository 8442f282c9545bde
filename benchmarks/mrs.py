"""The MAE random sampling: this package against Keras, and against what the machine can do at all.

Everything is measured side by side in one run, on the same windows of the sine wave and with the same weights, and
the errors of all ways must agree: to 1e-5 with small weights, and with the N(0, 1) weights of MRS as far as Keras
in float32 agrees with itself in float64. Times of Keras are measured on a few samples and scaled to all of them.

    python benchmarks/mrs.py                      # all three networks; a few minutes
    python benchmarks/mrs.py --networks small     # some seconds
"""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np

from dlopt_deap.data import sine
from dlopt_deap.networks import NetworkSpec, keras_model, predict

NETWORKS = {
    "small": NetworkSpec(1, (2, 2), 1, 2),
    "deep": NetworkSpec(1, (12, 13, 9, 10, 12, 6), 1, 17),
    "wide": NetworkSpec(1, (100, 100, 100), 1, 30),
}
BATCH_SIZE = 5
TOLERANCE = 1e-5


def best_time(function: Callable[[], Any], repeats: int) -> float:
    """Return the least seconds of several calls: what disturbs a measurement only ever adds to it."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def errors_of(spec: NetworkSpec, weights: Any, x: Any, y: Any, threads: int) -> Any:
    """Return the mean absolute error of each weight vector, by this package."""
    return np.abs(predict(spec, weights, x, threads=threads) - y).mean(axis=(1, 2))


def keras_ways(spec: NetworkSpec, x: Any, y: Any) -> dict[str, Callable[[Any], float]]:
    """Return functions that give the error of a weight vector in Keras: DLOPT's way, and the windows as one batch."""
    model = keras_model(spec)
    model.compile(loss="mae")

    def evaluate(vector: Any) -> float:
        model.set_weights(spec.unpack(vector))
        return float(model.evaluate(x, y, batch_size=BATCH_SIZE, verbose=0))

    def predict_on_batch(vector: Any) -> float:
        model.set_weights(spec.unpack(vector))
        return float(np.abs(model.predict_on_batch(x) - y).mean())

    return {"evaluate": evaluate, "predict_on_batch": predict_on_batch}


def blas_seconds(inputs: int, units: int, windows: int) -> float:
    """Return the least seconds of the matrix product of one layer and time step in numpy's BLAS, on one thread."""
    from threadpoolctl import threadpool_limits

    weights = np.random.default_rng(0).standard_normal((4 * units, inputs + units), dtype=np.float32)
    states = np.ones((inputs + units, windows), np.float32)
    out = np.empty((4 * units, windows), np.float32)
    calls = max(3, int(1e8 / (weights.size * windows)))

    def multiply() -> None:
        for _ in range(calls):
            np.matmul(weights, states, out=out)

    with threadpool_limits(1, user_api="blas"):
        return best_time(multiply, 3) / calls


def kernel_rates() -> tuple[Callable[[int], float], Callable[[], float]]:
    """Return functions that measure the kernels alone on data in the first cache, in seconds a unit and window.

    Returns:
        The first takes a number of features and measures the product, the second measures the gates of the LSTM.
    """
    from numba import njit

    from dlopt_deap.networks.kernels._forward import aligned_rows
    from dlopt_deap.networks.kernels._units import AT_ONCE, LANES, load, lstm_unit, store, tile_sums

    @njit(nogil=True)
    def gates(calls: int, rows: Any, memory: Any, new: Any) -> None:
        for k in range(calls):
            sums = (load(rows, 0), load(rows, LANES), load(rows, 2 * LANES), load(rows, 3 * LANES))
            lstm_unit(sums, memory, k % 4, new, k % 4)

    @njit(nogil=True)
    def products(calls: int, weights: Any, states: Any, features: int, rows: Any) -> None:
        for _ in range(calls):
            sums = tile_sums(weights, 0, states, (0, 0)[:AT_ONCE], features)
            for r in range(4 * AT_ONCE):
                store(rows, r * LANES, sums[r // 4][r % 4])

    rows, memory, new = aligned_rows(4 * AT_ONCE), aligned_rows(4), aligned_rows(4)
    gates(1, rows, memory, new)
    products(1, np.ones(8, np.float32), aligned_rows(1), 1, rows)

    def product_seconds(features: int) -> float:
        weights, states = np.ones(4 * (1 + features), np.float32), aligned_rows(features)
        calls = max(100, 5_000_000 // features)
        return best_time(lambda: products(calls, weights, states, features, rows), 2) / calls / (AT_ONCE * LANES)

    def gate_seconds() -> float:
        calls = 200_000
        return best_time(lambda: gates(calls, rows, memory, new), 3) / calls / LANES

    return product_seconds, gate_seconds


def limits(
    spec: NetworkSpec, samples: int, windows: int, rates: tuple[Callable[[int], float], Callable[[], float]]
) -> dict[str, float]:
    """Return the seconds below which a machine cannot go: all products (in BLAS; in our kernel), and all cells."""
    product_seconds, gate_seconds = rates
    steps = samples * spec.look_back
    layers = list(zip(spec.layers, spec.units, strict=False))
    blas = steps * sum(blas_seconds(inputs, units, windows) for inputs, units in layers)
    kernel = steps * windows * sum(units * product_seconds(inputs + units) for inputs, units in layers)
    cells = steps * windows * sum(spec.units) * gate_seconds()
    return {"blas_products": blas, "kernel_products": kernel, "cells": cells}


def exact_errors(spec: NetworkSpec, weights: Any, x: Any, y: Any) -> Any:
    """Return the errors by Keras in float64."""
    import keras

    config = keras_model(spec).get_config()
    for layer in config["layers"]:
        layer["config"]["dtype"] = "float64"
    model = keras.Sequential.from_config(config)

    def error(vector: Any) -> float:
        model.set_weights(spec.unpack(vector))
        return float(np.abs(model.predict_on_batch(x.astype(np.float64)) - y).mean())

    return np.array([error(vector) for vector in weights])


def check_same(spec: NetworkSpec, ours: Any, theirs: Any, way: str, allowed: float) -> float:
    """Return the greatest difference of errors, or end the benchmark if they are not the same."""
    difference = float(np.abs(ours - theirs).max())
    if not difference <= allowed:
        sys.exit(
            f"Keras' {way} gives other errors for {spec}: they differ by {difference:.1e}, more than {allowed:.1e}."
        )
    return difference


def check_tame(spec: NetworkSpec, x: Any, y: Any) -> float:
    """Compare the errors of three networks whose weights are small enough not to amplify rounding."""
    rng = np.random.default_rng(1)
    arrays = [[rng.standard_normal(shape) / np.sqrt(shape[0]) for shape in spec.weight_shapes] for _ in range(3)]
    weights = np.stack([spec.pack(parts) for parts in arrays])
    ours = errors_of(spec, weights, x, y, 1)
    theirs = {way: np.array([error(v) for v in weights]) for way, error in keras_ways(spec, x, y).items()}
    return max(check_same(spec, ours, errors, way, TOLERANCE) for way, errors in theirs.items())


def check_normal(spec: NetworkSpec, weights: Any, x: Any, y: Any, errors: dict[str, Any]) -> dict[str, float]:
    """Compare the errors of networks with N(0, 1) weights, ours with Keras' and both with the exact ones.

    A wide network with such weights is chaotic: it amplifies rounding, in Keras too, and by that ours is measured.
    """
    ours, exact = errors_of(spec, weights, x, y, 1), exact_errors(spec, weights, x, y)
    rounding = max(float(np.abs(theirs - exact).max()) for theirs in errors.values())
    allowed = TOLERANCE + 10 * rounding
    differences = {way: check_same(spec, ours, theirs, way, allowed) for way, theirs in errors.items()}
    return differences | {"keras_rounding": rounding, "our_rounding": float(np.abs(ours - exact).max())}


def measure(name: str, settings: argparse.Namespace) -> dict[str, Any]:
    """Measure one network, all ways in turn, round after round: a shared machine has faster and slower times."""
    spec = NETWORKS[name]
    x, y = (np.ascontiguousarray(part) for part in getattr(sine(), settings.split).windows(spec.look_back))
    weights = np.random.default_rng(0).standard_normal((settings.samples, spec.num_weights), dtype=np.float32)
    few, cores = weights[: settings.keras_samples], os.cpu_count() or 1
    ways, rates = keras_ways(spec, x, y), kernel_rates()
    differences = {"small_weights": check_tame(spec, x, y)}
    for error in ways.values():
        error(weights[0])  # tracing is not counted, nor compiling, which the check above did
    times: dict[str, list[float]] = {}
    errors: dict[str, list[float]] = {way: [] for way in ways}
    for vector in few:
        timed(times, "one_thread", lambda: errors_of(spec, weights, x, y, 1))
        timed(times, "all_cores", lambda: errors_of(spec, weights, x, y, cores))
        for way, error in ways.items():
            errors[way].append(timed(times, way, lambda error=error, vector=vector: error(vector)))
        for part, seconds in limits(spec, settings.samples, len(x), rates).items():
            times.setdefault(part, []).append(seconds)
    differences |= check_normal(spec, few, x, y, {way: np.array(found) for way, found in errors.items()})
    for way in ways:
        times[way] = [seconds * settings.samples for seconds in times[way]]
    least = {part: min(seconds) for part, seconds in times.items()}
    return {
        "layers": spec.layers,
        "look_back": spec.look_back,
        "samples": settings.samples,
        "windows": len(x),
        "seconds": {part: float(np.median(seconds)) for part, seconds in times.items()},
        "least_seconds": least,
        "error_difference": differences,
        "times_faster": {
            way: {ours: float(np.median(np.divide(times[way], times[ours]))) for ours in ("one_thread", "all_cores")}
            for way in ways
        },
        "share_of_limit": (least["blas_products"] + least["cells"]) / least["one_thread"],
        "share_of_kernel_limit": (least["kernel_products"] + least["cells"]) / least["one_thread"],
    }


def timed(times: dict[str, list[float]], name: str, function: Callable[[], Any]) -> Any:
    """Call a function, and note under its name the seconds that it took."""
    start = time.perf_counter()
    result = function()
    times.setdefault(name, []).append(time.perf_counter() - start)
    return result


def print_table(results: dict[str, dict[str, Any]], settings: argparse.Namespace) -> None:
    """Print what was measured, a network a line."""
    print(
        f"\nMRS, {settings.samples} samples, sine wave, {settings.split} split; "
        "seconds (and times ours on one thread, on all cores)"
    )
    print(
        f"Medians of {settings.keras_samples} rounds; a round of Keras is one sample, scaled to {settings.samples}.\n"
    )
    head = ("network", "windows", "ours, 1", "ours, all", "evaluate", "predict_on_batch", "limit, BLAS", "limit, own")
    widths = (29, 8, 9, 10, 24, 19, 12, 11)
    print("".join(text.rjust(width) for text, width in zip(head, widths, strict=True)))
    for result in results.values():
        seconds = result["seconds"]
        cells = (
            f"{','.join(map(str, result['layers']))} / {result['look_back']}",
            str(result["windows"]),
            f"{seconds['one_thread']:.4f}",
            f"{seconds['all_cores']:.4f}",
            *(
                f"{seconds[way]:.1f} ({', '.join(f'{ratio:,.0f}x' for ratio in result['times_faster'][way].values())})"
                for way in ("evaluate", "predict_on_batch")
            ),
            f"{result['share_of_limit']:.0%}",
            f"{result['share_of_kernel_limit']:.0%}",
        )
        print("".join(text.rjust(width) for text, width in zip(cells, widths, strict=True)))
    for name, result in results.items():
        found = ", ".join(f"{way} {value:.1e}" for way, value in result["error_difference"].items())
        print(f"Differences of the errors, {name}: {found}")
    print(
        "limit: the matrix products alone, in BLAS or in our own kernel, plus the gates alone, "
        "over our time on one thread (each the least)."
    )


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument("--keras-samples", type=int, default=5, help="rounds, each with one sample in Keras")
    parser.add_argument("--split", choices=("validation", "testing"), default="validation")
    parser.add_argument("--json", type=Path, default=Path(__file__).parent / "results" / "mrs.json")
    settings = parser.parse_args(arguments)
    if min(settings.samples, settings.keras_samples) < 1:
        parser.error("numbers of samples must be at least 1")
    settings.keras_samples = min(settings.keras_samples, settings.samples)
    return settings


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write the JSON file."""
    settings = parse(arguments)
    results = {name: measure(name, settings) for name in settings.networks}
    print_table(results, settings)
    about = {
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "versions": {package: version(package) for package in ("numpy", "numba", "tensorflow", "keras")},
        "keras_samples": settings.keras_samples,
    }
    settings.json.parent.mkdir(parents=True, exist_ok=True)
    settings.json.write_text(json.dumps({"about": about, "networks": results}, indent=2) + "\n", encoding="utf-8")
    print(f"Written: {settings.json}")


if __name__ == "__main__":
    main()
