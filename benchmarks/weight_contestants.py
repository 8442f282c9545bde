"""The contestants of `weights.py`, each in a process of its own, where it times itself.

A contestant is made for a task, gives its predictions to be compared, and then evaluates whenever it is told to. What
other packages need is imported by the contestant that uses them, so none has to live beside another.
"""

import importlib.util
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import prod
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
from mrs import kernel_rates, limits

from dlopt_deap.core import Solution
from dlopt_deap.data import sine
from dlopt_deap.networks import NetworkSpec, keras_model, predict
from dlopt_deap.parallel.maps import SerialMap
from dlopt_deap.sampling.metrics import METRICS

NETWORKS = {"small": NetworkSpec(1, (8,), 1, 10), "middle": NetworkSpec(1, (32, 32), 1, 20)}
WINDOWS = 640
CHECKED = 4
"""Individuals whose predictions are compared."""

SECONDS_OF_TRIAL = 1.0
"""What each way of a contestant may take to show how fast it is, once it is compiled."""

INDIVIDUALS_OF_KERAS = 3
"""Individuals that Keras evaluates in one go: it is slow, and only its rate is asked for."""


@dataclass(frozen=True)
class Task:
    """What is evaluated: the name of a network, and how many weight vectors of it are a population."""

    network: str
    population: int

    @property
    def spec(self) -> NetworkSpec:
        """The network."""
        return NETWORKS[self.network]

    def windows(self) -> tuple[Any, Any]:
        """Give the first windows of a sine wave that is long enough to train on so many, and their targets."""
        x, y = sine(stop=200.0).training.windows(self.spec.look_back)
        return np.ascontiguousarray(x[:WINDOWS]), np.ascontiguousarray(y[:WINDOWS])

    def weights(self) -> Any:
        """Give the population, shape (population, num_weights): small weights, which do not amplify rounding."""
        shape = (self.population, self.spec.num_weights)
        return 0.3 * np.random.default_rng(0).standard_normal(shape, dtype=np.float32)


@dataclass(frozen=True)
class Contestant:
    """Who is timed.

    Attributes:
        predict: Gives the predictions for a few weight vectors, shape (vectors, windows, outputs).
        work: Evaluates, once or for a generation, and gives the number of evaluations.
        variant: Which of its ways it took, if it has several.
    """

    predict: Callable[[Any], Any]
    work: Callable[[], int]
    variant: str = ""


def ours(task: Task, threads: int) -> Contestant:
    """Evaluate the population by this package's engine."""
    x, y = task.windows()
    weights = task.weights()

    def work() -> int:
        return len(METRICS["mae"](predict(task.spec, weights, x, threads=threads), y))

    return Contestant(lambda vectors: predict(task.spec, vectors, x), work)


def our_generation(task: Task) -> Contestant:
    """Make generations of a genetic algorithm in DEAP: select, clone, mutate, and evaluate by `toolbox.map`."""
    x, y = task.windows()
    threads = os.cpu_count() or 1
    toolbox = deap_toolbox()

    def evaluate_batch(individuals: Any) -> list[tuple[float]]:
        errors = METRICS["mae"](predict(task.spec, np.stack(individuals), x, threads=threads), y)
        return [(float(error),) for error in errors]

    toolbox.register("evaluate", lambda individual: evaluate_batch([individual])[0])
    toolbox.evaluate.batch = evaluate_batch
    toolbox.register("map", SerialMap())
    population = [toolbox.individual(vector) for vector in task.weights()]
    evaluate(toolbox, population)

    def work() -> int:
        population[:] = map(toolbox.clone, toolbox.select(population, len(population)))
        for individual in population:
            toolbox.mutate(individual)
        return evaluate(toolbox, population)

    return Contestant(lambda vectors: predict(task.spec, vectors, x), work, "genetic algorithm")


def deap_toolbox() -> Any:
    """Make a DEAP toolbox of vectors, with a selection and a mutation."""
    from deap import base, tools

    toolbox = base.Toolbox()
    rng = np.random.default_rng(1)

    def mutate(individual: Any) -> tuple[Any]:
        individual[:] += 0.01 * rng.standard_normal(len(individual), dtype=np.float32)
        return (individual,)

    toolbox.register("individual", Solution, weights=(-1,))
    toolbox.register("select", tools.selTournament, tournsize=3)
    toolbox.register("mutate", mutate)
    return toolbox


def evaluate(toolbox: Any, population: list[Any]) -> int:
    """Evaluate a population as DEAP's algorithms do."""
    for individual, values in zip(population, toolbox.map(toolbox.evaluate, population), strict=True):
        individual.fitness.values = values
    return len(population)


def keras_predict(task: Task) -> Contestant:
    """Evaluate by DEAP, with one `model.predict` for each individual."""
    x, _ = task.windows()
    return _in_keras(task, lambda model: lambda: model.predict(x, batch_size=len(x), verbose=0))


def keras_function(task: Task) -> Contestant:
    """Evaluate by DEAP, with one call of the model, compiled by TensorFlow, for each individual."""
    import tensorflow as tf

    x = tf.constant(task.windows()[0])

    def forward(model: Any) -> Callable[[], Any]:
        compiled = tf.function(model)
        return lambda: compiled(x).numpy()

    return _in_keras(task, forward)


def _in_keras(task: Task, forward: Callable[[Any], Callable[[], Any]]) -> Contestant:
    """Evaluate one individual after the other in Keras, in DEAP's serial map."""
    _, y = task.windows()
    model = keras_model(task.spec)
    run = forward(model)
    toolbox = deap_toolbox()

    def predict_one(vector: Any) -> Any:
        model.set_weights(task.spec.unpack(vector))
        return run()

    toolbox.register("evaluate", lambda individual: (float(np.abs(predict_one(individual) - y).mean()),))
    population = [toolbox.individual(vector) for vector in task.weights()[:INDIVIDUALS_OF_KERAS]]
    return Contestant(
        lambda vectors: np.stack([predict_one(vector) for vector in vectors]), lambda: evaluate(toolbox, population)
    )


def is_installed(*packages: str) -> bool:
    """Whether packages can be imported."""
    return all(importlib.util.find_spec(package) for package in packages)


def split(spec: NetworkSpec, vectors: Any) -> list[Any]:
    """Split weight vectors, shape (..., num_weights), into Keras' arrays, each with the same axes before its own."""
    arrays, first = [], 0
    for shape in spec.weight_shapes:
        arrays.append(vectors[..., first : first + prod(shape)].reshape(*vectors.shape[:-1], *shape))
        first += prod(shape)
    return arrays


def fastest(ways: dict[str, Callable[[], Any]]) -> str:
    """Name the way whose best time is the least; each is tried for about as long."""
    best = {}
    for name, way in ways.items():
        way()
        times: list[float] = []
        while sum(times) < SECONDS_OF_TRIAL:
            start = time.perf_counter()
            way()
            times.append(time.perf_counter() - start)
        best[name] = min(times)
    return min(best, key=best.__getitem__)


_rates = cache(kernel_rates)

_made: dict[str, Contestant] = {}
"""The contestant of this process."""


def prepare(make: Callable[..., Contestant], task: Task, arguments: tuple[Any, ...]) -> tuple[str, Any]:
    """Make the contestant of this process and let it warm up; give its variant and some predictions."""
    _made["it"] = contestant = make(task, *arguments)
    contestant.work()
    return contestant.variant, np.asarray(contestant.predict(task.weights()[:CHECKED]))


def measure(seconds: float) -> float:
    """Let the contestant of this process work for some seconds, and give its evaluations a second."""
    evaluations, start = 0, time.perf_counter()
    while (taken := time.perf_counter() - start) < seconds or not evaluations:
        evaluations += _made["it"].work()
    return evaluations / taken


def limit(task: Task) -> tuple[float, float]:
    """Give the evaluations a second that one thread cannot exceed: products in BLAS or in our kernel, and the gates."""
    least = limits(task.spec, task.population, WINDOWS, _rates())
    return tuple(
        task.population / (least[products] + least["cells"]) for products in ("blas_products", "kernel_products")
    )
