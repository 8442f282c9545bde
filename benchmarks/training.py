"""Gradient training: this package on one thread against Keras on all of its threads, and against the machine.

All ways train the same network from the same weights in the same order of batches (Adam, mean squared error, the 640
training rows of the sine wave), in turn, round after round; a ratio is the median over the rounds. The losses of all
ways must be the same, or the benchmark stops. The ways of Keras are

    generator     DLOPT's own setting: `fit` with batches made in Python
    arrays        `fit` with arrays
    best          `fit` with arrays, and all steps of an epoch in one call of TensorFlow (`steps_per_execution`)

An epoch of Keras is timed inside a longer `fit`, so neither tracing nor the start of `fit` is charged to it.

    python benchmarks/training.py                      # all five networks; some minutes
    python benchmarks/training.py --networks small     # less than a minute
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
from dlopt_deap.networks import NetworkSpec, TrainingSettings, initial_weights, keras_model, train_windows
from dlopt_deap.networks.training.native import NativeTrainer
from dlopt_deap.networks.training.record import Windows

NETWORKS = {
    "small": (NetworkSpec(1, (2, 2), 1, 2), 5),
    "deep": (NetworkSpec(1, (12, 13, 9, 10, 12, 6), 1, 17), 5),
    "middle": (NetworkSpec(1, (50, 50), 1, 15), 5),
    "middle, large batch": (NetworkSpec(1, (50, 50), 1, 15), 64),
    "wide": (NetworkSpec(1, (100, 100, 100), 1, 30), 64),
}
WANTED = {"small": 100, "deep": 80, "middle": 8, "middle, large batch": 5, "wide": 3}
TOLERANCE = 1e-3
# Slow enough that no way reaches losses that are but rounding, where they could not be compared.
LEARNING_RATE = 5e-5
EPOCHS_PER_ROUND = 2


def best_time(function: Callable[[], Any], repeats: int = 3) -> float:
    """Return the least seconds of several calls: what disturbs a measurement only ever adds to it."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


class KerasWay:
    """One way to train a network in Keras, compiled and traced."""

    def __init__(self, spec: NetworkSpec, data: Windows, batch_size: int, way: str) -> None:
        import keras

        self.data, self.batch_size = data, batch_size
        self.steps = -(-len(data.x) // batch_size)
        self.model = keras_model(spec, initial_weights(spec))
        steps_per_execution = self.steps if way == "best" else 1
        self.model.compile(
            keras.optimizers.Adam(LEARNING_RATE), "mean_squared_error", steps_per_execution=steps_per_execution
        )
        self.generator = _generator(data, batch_size) if way == "generator" else None

    def fit(self, epochs: int) -> tuple[list[float], list[float]]:
        """Train, and return the loss and the seconds of each epoch."""
        import keras

        marks: list[float] = []

        class Clock(keras.callbacks.Callback):
            def on_epoch_begin(self, _epoch: int, _logs: Any = None) -> None:
                marks.append(-time.perf_counter())

            def on_epoch_end(self, _epoch: int, _logs: Any = None) -> None:
                marks[-1] += time.perf_counter()

        how: dict[str, Any] = {"epochs": epochs, "shuffle": False, "verbose": 0, "callbacks": [Clock()]}
        if self.generator is None:
            history = self.model.fit(self.data.x, self.data.y, batch_size=self.batch_size, **how)
        else:
            history = self.model.fit(self.generator, **how)
        return [float(loss) for loss in history.history["loss"]], marks


def _generator(data: Windows, batch_size: int) -> Any:
    """Make batches in Python, as Keras' time series generator does."""
    import keras

    class Batches(keras.utils.PyDataset):
        def __len__(self) -> int:
            return -(-len(data.x) // batch_size)

        def __getitem__(self, number: int) -> tuple[Any, Any]:
            part = slice(number * batch_size, (number + 1) * batch_size)
            return data.x[part], data.y[part]

    return Batches()


def product_shapes(spec: NetworkSpec, windows: int) -> list[tuple[int, int, int, int]]:
    """Return rows, columns, summands and number of the matrix products of one batch: the arithmetic of training."""
    steps, shapes = spec.look_back, []
    for layer, (inputs, units) in enumerate(zip(spec.layers, spec.units, strict=False)):
        gates = 4 * units
        shapes += [(steps * windows, gates, inputs, 1), (windows, gates, units, steps - 1)]
        shapes += [(windows, units, gates, steps - 1)]
        shapes += [(inputs, gates, steps * windows, 1), (units, gates, (steps - 1) * windows, 1)]
        if layer:
            shapes.append((steps * windows, inputs, gates, 1))
    return [shape for shape in shapes if min(shape)]


def limits(spec: NetworkSpec, windows: int, batch_size: int) -> dict[str, float]:
    """Return the seconds of an epoch below which this machine cannot go: products (numpy's BLAS), gates, Adam."""
    from numba import njit
    from threadpoolctl import threadpool_limits

    from dlopt_deap.networks.kernels import _cells, _updates

    batches = windows / batch_size
    products = 0.0
    with threadpool_limits(1, user_api="blas"):
        for rows, columns, summands, count in product_shapes(spec, batch_size):
            left, right = np.ones((rows, summands), np.float32), np.ones((summands, columns), np.float32)
            out = np.empty((rows, columns), np.float32)
            calls = max(3, int(2e7 / (rows * columns * summands)))

            def multiply(calls: int = calls, arrays: Any = (left, right, out)) -> None:
                for _ in range(calls):
                    np.matmul(arrays[0], arrays[1], out=arrays[2])

            products += best_time(multiply) / calls * count * batches

    @njit(nogil=True)
    def gates(calls: int, work: Any) -> None:
        for _ in range(calls):
            _cells.lstm_forward(work, 0, 4096, 4352, 4608, 4864, 256)
            _cells.lstm_backward(work, 0, 4096, 4608, 4864, 5120, 256)

    @njit(nogil=True)
    def adam(calls: int, arrays: Any) -> None:
        for _ in range(calls):
            _updates._adam(np.float32(1e-6), arrays[0], arrays[1], arrays[2], arrays[3])

    work, arrays = np.zeros(8192, np.float32), tuple(np.ones(1024, np.float32) for _ in range(4))
    gates(1, work)
    adam(1, arrays)
    cells = windows * spec.look_back * sum(spec.units) * best_time(lambda: gates(2000, work)) / 2000 / 256
    updates = batches * spec.num_weights * best_time(lambda: adam(5000, arrays)) / 5000 / 1024
    return {"products": products, "gates": cells, "updates": updates}


def check_same(losses: dict[str, list[float]], network: str) -> float:
    """Return the greatest relative difference of the losses, or end the benchmark if they are not the same."""
    ours = np.array(losses["ours"])
    difference = max(float(np.abs(np.array(found) / ours - 1).max()) for found in losses.values())
    if not difference <= TOLERANCE:
        sys.exit(f"Keras has other losses for {network}: they differ by {difference:.1e}, {losses}.")
    return difference


def measure_epochs(spec: NetworkSpec, data: Windows, batch_size: int, rounds: int) -> dict[str, Any]:
    """Measure an epoch, all ways in turn."""
    settings = TrainingSettings(batch_size=batch_size, learning_rate=LEARNING_RATE, shuffle=False)
    trainer = NativeTrainer(spec, initial_weights(spec), settings, 0)
    trainer.compile(data)
    ways = {way: KerasWay(spec, data, batch_size, way) for way in ("generator", "arrays", "best")}
    # The first epoch traces; it is compared, and not timed.
    losses = {"ours": [trainer.train_epoch(data)]} | {way: keras.fit(1)[0] for way, keras in ways.items()}
    seconds: dict[str, list[float]] = {"ours": [], **{way: [] for way in ways}}
    for _ in range(rounds):
        for way, keras in ways.items():
            # Ours beside each way, so that both see the machine in the same state.
            found, times = keras.fit(1 + EPOCHS_PER_ROUND)
            losses[way] += found
            seconds[way].append(float(np.median(times[1:])))
        ours = []
        for _ in range(1 + EPOCHS_PER_ROUND):
            start = time.perf_counter()
            losses["ours"].append(trainer.train_epoch(data))
            ours.append(time.perf_counter() - start)
        seconds["ours"].append(float(np.median(ours)))
    return {"losses": losses, "seconds": seconds}


def measure_candidate(spec: NetworkSpec, data: Windows, batch_size: int, epochs: int) -> dict[str, float]:
    """Measure a whole candidate: build, compile, train, evaluate; ours, and DLOPT's setting of Keras."""
    x, y = sine().validation.windows(spec.look_back)
    settings = TrainingSettings(batch_size=batch_size, learning_rate=LEARNING_RATE, shuffle=False)

    def keras() -> None:
        way = KerasWay(spec, data, batch_size, "generator")
        way.fit(epochs)
        way.model.evaluate(x, y, batch_size=batch_size, verbose=0)

    ours = best_time(lambda: train_windows(spec, data.x, data.y, epochs, settings, validation=(x, y)))
    return {"ours": ours, "generator": best_time(keras, 1)}


def measure(name: str, chosen: argparse.Namespace) -> dict[str, Any]:
    """Measure one network."""
    spec, batch_size = NETWORKS[name]
    data = Windows(*(np.require(part, np.float32, ["C", "W"]) for part in sine().training.windows(spec.look_back)))
    found = measure_epochs(spec, data, batch_size, chosen.rounds)
    seconds = found["seconds"]
    least = limits(spec, len(data.x), batch_size)
    candidate = measure_candidate(spec, data, batch_size, chosen.candidate_epochs)
    return {
        "layers": spec.layers,
        "look_back": spec.look_back,
        "batch_size": batch_size,
        "windows": len(data.x),
        "seconds": {way: float(np.median(times)) for way, times in seconds.items()},
        "times_faster": {
            way: float(np.median(np.divide(times, seconds["ours"]))) for way, times in seconds.items() if way != "ours"
        },
        "wanted": WANTED[name],
        "loss_difference": check_same(found["losses"], name),
        "limit": least,
        "share_of_limit": sum(least.values()) / min(seconds["ours"]),
        "candidate": candidate,
        "candidate_times_faster": candidate["generator"] / candidate["ours"],
    }


def print_table(results: dict[str, dict[str, Any]], chosen: argparse.Namespace) -> None:
    """Print what was measured, a network a line."""
    print(f"\nOne epoch, 640 rows of the sine wave, Adam; medians of {chosen.rounds} rounds, in seconds (times ours)")
    print(f"A candidate is built, compiled, trained for {chosen.candidate_epochs} epochs and evaluated.\n")
    head = ("network", "ours, 1 thread", "generator", "arrays", "best", "wanted", "limit", "candidate", "generator")
    widths = (34, 15, 17, 17, 17, 8, 7, 11, 17)
    print("".join(text.rjust(width) for text, width in zip(head, widths, strict=True)))
    for result in results.values():
        seconds, faster, candidate = result["seconds"], result["times_faster"], result["candidate"]
        layers = ",".join(map(str, result["layers"]))
        cells = (
            f"{layers} / {result['look_back']} / {result['batch_size']}",
            f"{seconds['ours']:.5f}",
            *(f"{seconds[way]:.3f} ({faster[way]:,.0f}x)" for way in faster),
            f"{result['wanted']}x",
            f"{result['share_of_limit']:.0%}",
            f"{candidate['ours']:.4f}",
            f"{candidate['generator']:.1f} ({result['candidate_times_faster']:,.0f}x)",
        )
        print("".join(text.rjust(width) for text, width in zip(cells, widths, strict=True)))
    print(
        "limit: the products in numpy's BLAS on one thread, the gates and Adam in the first cache, over our least time."
    )
    for name, result in results.items():
        print(f"Greatest relative difference of the losses, {name}: {result['loss_difference']:.1e}")


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write the JSON file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--candidate-epochs", type=int, default=3)
    parser.add_argument("--json", type=Path, default=Path(__file__).parent / "results" / "training.json")
    chosen = parser.parse_args(arguments)
    if min(chosen.rounds, chosen.candidate_epochs) < 1:
        parser.error("numbers of rounds and epochs must be at least 1")
    results = {name: measure(name, chosen) for name in chosen.networks}
    print_table(results, chosen)
    about = {
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "versions": {package: version(package) for package in ("numpy", "numba", "tensorflow", "keras")},
    }
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    chosen.json.write_text(json.dumps({"about": about, "networks": results}, indent=2) + "\n", encoding="utf-8")
    print(f"Written: {chosen.json}")


if __name__ == "__main__":
    main()
