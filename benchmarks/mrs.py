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


def keras_errors(spec: NetworkSpec, weights: Any, x: Any, y: Any) -> dict[str, tuple[Any, float]]:
    """Return errors and seconds a sample in Keras: DLOPT's way (``evaluate``), and one batch (``predict_on_batch``)."""
    model = keras_model(spec)
    model.compile(loss="mae")

    def evaluate(vector: Any) -> float:
        model.set_weights(spec.unpack(vector))
        return float(model.evaluate(x, y, batch_size=BATCH_SIZE, verbose=0))

    def predict_at_once(vector: Any) -> float:
        model.set_weights(spec.unpack(vector))
        return float(np.abs(model.predict_on_batch(x) - y).mean())

    results = {}
    for name, function in (("evaluate", evaluate), ("predict_on_batch", predict_at_once)):
        function(weights[0])  # tracing is not counted
        start = time.perf_counter()
        errors = np.array([function(vector) for vector in weights])
        results[name] = errors, (time.perf_counter() - start) / len(weights)
    return results


def blas_seconds(inputs: int, units: int, windows: int) -> float:
    """Return the least seconds of the matrix product of one layer and time step in numpy's BLAS, on one thread."""
    from threadpoolctl import threadpool_limits

    weights = np.random.default_rng(0).standard_normal((4 * units, inputs + units), dtype=np.float32)
    states = np.ones((inputs + units, windows), np.float32)
    out = np.empty((4 * units, windows), np.float32)
    calls = max(3, int(2e8 / (weights.size * windows)))

    def multiply() -> None:
        for _ in range(calls):
            np.matmul(weights, states, out=out)

    with threadpool_limits(1, user_api="blas"):
        return best_time(multiply, 7) / calls


def kernel_rates() -> tuple[Callable[[int], float], float]:
    """Return the kernels' own rates on data in the first cache.

    Returns:
        A function that gives the seconds of one unit's product for a number of features and one window; and the
        seconds of one unit's gates for one window.
    """
    from numba import njit

    from dlopt_deap.networks.kernels import _forward

    @njit(nogil=True)
    def gates(calls: int, sums: Any, memory: Any, fresh: Any) -> None:
        for k in range(calls):
            _forward._lstm_unit(sums, memory, k % 4, fresh, k % 4)

    @njit(nogil=True)
    def products(calls: int, weights: Any, states: Any, features: int, sums: Any) -> None:
        for _ in range(calls):
            _forward._multiply_tile(weights, 0, states, 0, features, sums)

    aligned, lanes = _forward._aligned_rows, _forward.LANES
    sums, memory, fresh = aligned(4), aligned(4), aligned(4)
    gates(1, sums, memory, fresh)

    def product_seconds(features: int) -> float:
        weights, states = np.ones(4 * (1 + features), np.float32), aligned(features)
        calls = max(100, 5_000_000 // features)
        products(1, weights, states, features, sums)
        return best_time(lambda: products(calls, weights, states, features, sums), 7) / calls / lanes

    calls = 200_000
    return product_seconds, best_time(lambda: gates(calls, sums, memory, fresh), 9) / calls / lanes


def limits(spec: NetworkSpec, samples: int, windows: int, rates: tuple[Callable[[int], float], float]) -> Any:
    """Return the seconds below which a machine cannot go: all products (in BLAS; in our kernel), plus all cells."""
    product_seconds, cell_seconds = rates
    steps = samples * spec.look_back
    layers = list(zip(spec.layers, spec.units, strict=False))
    blas = steps * sum(blas_seconds(inputs, units, windows) for inputs, units in layers)
    kernel = steps * windows * sum(units * product_seconds(inputs + units) for inputs, units in layers)
    cells = steps * windows * sum(spec.units) * cell_seconds
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
    ours, theirs = errors_of(spec, weights, x, y, 1), keras_errors(spec, weights, x, y)
    return max(check_same(spec, ours, errors, way, TOLERANCE) for way, (errors, _) in theirs.items())


def measure(name: str, settings: argparse.Namespace, rates: tuple[Callable[[int], float], float]) -> dict[str, Any]:
    """Measure one network."""
    spec = NETWORKS[name]
    x, y = (np.ascontiguousarray(part) for part in getattr(sine(), settings.split).windows(spec.look_back))
    weights = np.random.default_rng(0).standard_normal((settings.samples, spec.num_weights), dtype=np.float32)
    few = weights[: settings.keras_samples]
    cores = os.cpu_count() or 1
    errors = errors_of(spec, weights, x, y, 1)  # compiling, or loading what was compiled, is not counted
    seconds = {
        "one_thread": best_time(lambda: errors_of(spec, weights, x, y, 1), settings.repeats),
        "all_cores": best_time(lambda: errors_of(spec, weights, x, y, cores), settings.repeats),
    }
    differences = {"small_weights": check_tame(spec, x, y)}
    theirs, exact = keras_errors(spec, few, x, y), exact_errors(spec, few, x, y)
    # A wide network with N(0, 1) weights is chaotic: it amplifies rounding, in Keras too, by which ours is measured.
    differences["keras_rounding"] = max(float(np.abs(way_errors - exact).max()) for way_errors, _ in theirs.values())
    differences["our_rounding"] = float(np.abs(errors[: len(few)] - exact).max())
    for way, (way_errors, per_sample) in theirs.items():
        allowed = TOLERANCE + 10 * differences["keras_rounding"]
        differences[way] = check_same(spec, errors[: len(few)], way_errors, way, allowed)
        seconds[f"keras_{way}"] = per_sample * settings.samples
    parts = limits(spec, settings.samples, len(x), rates)
    return {
        "layers": spec.layers,
        "look_back": spec.look_back,
        "samples": settings.samples,
        "windows": len(x),
        "seconds": seconds,
        "limit_seconds": parts,
        "error_difference": differences,
        "times_faster_than_evaluate": seconds["keras_evaluate"] / seconds["one_thread"],
        "times_faster_than_predict_on_batch": seconds["keras_predict_on_batch"] / seconds["one_thread"],
        "share_of_limit": (parts["blas_products"] + parts["cells"]) / seconds["one_thread"],
        "share_of_kernel_limit": (parts["kernel_products"] + parts["cells"]) / seconds["one_thread"],
    }


def print_table(results: dict[str, dict[str, Any]], settings: argparse.Namespace) -> None:
    """Print what was measured, a network a line."""
    print(f"\nMRS, {settings.samples} samples, sine wave, {settings.split} split; seconds (ratios to ours, 1 thread)")
    print(f"Keras is measured on {settings.keras_samples} samples and scaled to {settings.samples}.\n")
    head = ("network", "windows", "ours, 1", "ours, all", "evaluate", "predict_on_batch", "limit, BLAS", "limit, own")
    widths = (32, 8, 9, 10, 19, 18, 12, 11)
    print("".join(text.rjust(width) for text, width in zip(head, widths, strict=True)))
    for result in results.values():
        seconds = result["seconds"]
        cells = (
            f"{','.join(map(str, result['layers']))} / {result['look_back']}",
            str(result["windows"]),
            f"{seconds['one_thread']:.4f}",
            f"{seconds['all_cores']:.4f}",
            f"{seconds['keras_evaluate']:.1f} ({result['times_faster_than_evaluate']:,.0f}x)",
            f"{seconds['keras_predict_on_batch']:.1f} ({result['times_faster_than_predict_on_batch']:,.0f}x)",
            f"{result['share_of_limit']:.0%}",
            f"{result['share_of_kernel_limit']:.0%}",
        )
        print("".join(text.rjust(width) for text, width in zip(cells, widths, strict=True)))
    for name, result in results.items():
        found = ", ".join(f"{way} {value:.1e}" for way, value in result["error_difference"].items())
        print(f"Differences of the errors, {name}: {found}")
    print("limit: the matrix products alone, in BLAS or in our own kernel, plus the gates alone, over our time.")


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument("--keras-samples", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--split", choices=("validation", "testing"), default="validation")
    parser.add_argument("--json", type=Path, default=Path(__file__).parent / "results" / "mrs.json")
    settings = parser.parse_args(arguments)
    if min(settings.samples, settings.keras_samples, settings.repeats) < 1:
        parser.error("numbers of samples and repeats must be at least 1")
    settings.keras_samples = min(settings.keras_samples, settings.samples)
    return settings


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write the JSON file."""
    settings = parse(arguments)
    rates = kernel_rates()
    results = {name: measure(name, settings, rates) for name in settings.networks}
    print_table(results, settings)
    about = {
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "versions": {package: version(package) for package in ("numpy", "numba", "tensorflow", "keras")},
        "keras_samples": settings.keras_samples,
        "repeats": settings.repeats,
        "nanoseconds_per_cell": 1e9 * rates[1],
    }
    settings.json.parent.mkdir(parents=True, exist_ok=True)
    settings.json.write_text(json.dumps({"about": about, "networks": results}, indent=2) + "\n", encoding="utf-8")
    print(f"Written: {settings.json}")


if __name__ == "__main__":
    main()
