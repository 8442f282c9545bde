"""The contestants of `weights.py`, each in a process of its own, where it times itself.

A contestant is made for a task, gives its predictions to be compared, and then evaluates whenever it is told to. What
other packages need is imported by the contestant that uses them, so none has to live beside another.
"""

import importlib.util
import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from math import prod
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
from deap import algorithms, base
from mrs import kernel_rates, limits

from dlopt_deap.core import Solution
from dlopt_deap.data import sine
from dlopt_deap.networks import NetworkSpec, keras_model, predict
from dlopt_deap.sampling import METRICS
from dlopt_deap.weight import OpenAIES, WeightProblem

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

    def series(self) -> Any:
        """Give a sine wave whose training split has that many windows."""
        rows = math.ceil((WINDOWS + self.spec.look_back) / 0.64)
        return sine(stop=0.1 * (rows - 0.5), step=0.1)

    def windows(self) -> tuple[Any, Any]:
        """Give the windows and their targets."""
        x, y = (np.ascontiguousarray(part) for part in self.series().training.windows(self.spec.look_back))
        if len(x) != WINDOWS:
            raise ValueError(f"There must be {WINDOWS} windows, got {len(x)}.")
        return x, y

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

    return Contestant(partial(_predict, task), work)


def our_problem(task: Task) -> WeightProblem:
    """Make the problem that a user would make, on all cores."""
    threads = os.cpu_count() or 1
    return WeightProblem(task.series(), task.spec, metric="mae", split="training", threads=threads)


def our_toolbox(task: Task) -> Contestant:
    """Make generations in DEAP with the toolbox of `WeightProblem`: select, mate and mutate all, evaluate."""
    problem = our_problem(task)
    toolbox = problem.toolbox()
    population = [problem.solution(vector) for vector in task.weights()]
    evaluate(toolbox, population)

    def work() -> int:
        chosen = toolbox.select(population, len(population))
        population[:] = algorithms.varAnd(chosen, toolbox, cxpb=0.5, mutpb=1.0)
        return evaluate(toolbox, population)

    return Contestant(partial(_predict, task), work, "genetic algorithm")


def our_strategy(task: Task) -> Contestant:
    """Make generations of OpenAI's evolution strategy, evaluated through the toolbox of `WeightProblem`."""
    problem = our_problem(task)
    toolbox = problem.toolbox()
    strategy = OpenAIES(task.weights()[0], population_size=task.population)

    def work() -> int:
        population = strategy.generate(problem.solution)
        evaluate(toolbox, population)
        strategy.update(population)
        return len(population)

    return Contestant(partial(_predict, task), work, "OpenAI-ES")


def _predict(task: Task, vectors: Any) -> Any:
    """Predict by this package's engine."""
    return predict(task.spec, vectors, task.windows()[0])


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
    toolbox = base.Toolbox()

    def predict_one(vector: Any) -> Any:
        model.set_weights(task.spec.unpack(vector))
        return run()

    toolbox.register("evaluate", lambda individual: (float(np.abs(predict_one(individual) - y).mean()),))
    population = [Solution(vector, weights=(-1,)) for vector in task.weights()[:INDIVIDUALS_OF_KERAS]]
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
