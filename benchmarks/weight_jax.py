"""A peer of `weights.py` that evolves vectors: evosax, in JAX.

The LSTM is written in several ways; each process tries all of them and keeps the fastest. In most, windows are the
last axis, as in our kernels, and the time steps are unrolled, so that the compiler sees that the first state is zero
and puts the gates of a step into one loop.
"""

import os
from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Any

os.environ.setdefault("JAX_PLATFORMS", "cpu")

import numpy as np
from weight_contestants import Contestant, Task, fastest, split

from dlopt_deap.networks import NetworkSpec


def jax_evaluation(task: Task) -> Contestant:
    """Evaluate the population in JAX, compiled, in the fastest way."""
    import jax

    weights = jax.device_put(task.weights())
    ways = {name: jax.jit(way) for name, way in jax_ways(task).items()}
    name = fastest({name: partial(_ready, way, weights) for name, way in ways.items()})

    def work() -> int:
        return len(ways[name](weights)[1].block_until_ready())

    return Contestant(lambda vectors: ways[name](np.resize(vectors, weights.shape))[0][: len(vectors)], work, name)


def evosax_generation(task: Task, algorithm: str) -> Contestant:
    """Make generations with an algorithm of evosax: ask, evaluate, tell, compiled as one function."""
    import jax
    from evosax import algorithms

    ways = jax_ways(task)
    kind = getattr(algorithms, algorithm)
    strategy = kind(population_size=task.population, solution=task.weights()[0])
    params = strategy.default_params

    def generation(way: Callable[[Any], Any], key: Any, state: Any) -> tuple[Any, Any]:
        key, asking, telling = jax.random.split(key, 3)
        population, state = strategy.ask(asking, state, params)
        state, _ = strategy.tell(telling, population, way(population)[1], state, params)
        return key, state

    begun = jax.random.key(0), strategy.init(jax.random.key(1), task.weights()[0], params)
    compiled = {name: jax.jit(partial(generation, way)) for name, way in ways.items()}
    name = fastest({name: partial(_ready, function, *begun) for name, function in compiled.items()})
    reached = [begun]

    def work() -> int:
        reached[0] = jax.block_until_ready(compiled[name](*reached[0]))
        return task.population

    def predictions(vectors: Any) -> Any:
        return ways[name](np.resize(vectors, task.weights().shape))[0][: len(vectors)]

    return Contestant(predictions, work, f"{algorithm}; {name}")


def jax_ways(task: Task) -> dict[str, Callable[[Any], tuple[Any, Any]]]:
    """Return functions of a population that give predictions and mean absolute errors, by the name of the way."""
    import jax
    from jax import lax
    from jax import numpy as jnp

    x, y = task.windows()
    rows, columns = jnp.asarray(x.transpose(1, 0, 2)), jnp.asarray(x.transpose(1, 2, 0))

    def way(forward: Callable[..., Any], windows: Any) -> Callable[[Any], tuple[Any, Any]]:
        def one(vector: Any) -> tuple[Any, Any]:
            predictions = forward(task.spec, vector, windows)
            return predictions, jnp.abs(predictions - y).mean()

        return jax.vmap(one)

    def halves(population: Any) -> tuple[Any, Any]:
        parts = population.reshape(2, -1, population.shape[1])
        predictions, errors = lax.map(way(jax_unrolled, columns), parts)
        return predictions.reshape(-1, *predictions.shape[2:]), errors.reshape(-1)

    ways = {
        "scan": way(jax_scan, rows),
        "unrolled": way(jax_unrolled, columns),
        "unrolled, one tanh": way(partial(jax_unrolled, one_tanh=True), columns),
    }
    return ways | ({"unrolled, in halves": halves} if task.population % 2 == 0 else {})


def jax_scan(spec: NetworkSpec, vector: Any, x: Any) -> Any:
    """Predict with one network as Keras does: layer by layer, a scan over time, the inputs' products before it.

    Args:
        spec: The network.
        vector: Its weights, shape (num_weights,).
        x: Shape (look_back, windows, inputs).
    """
    from jax import lax
    from jax import numpy as jnp
    from jax.nn import sigmoid

    arrays = iter(split(spec, vector))
    for units in spec.units:
        kernel, recurrent, bias = islice(arrays, 3)

        def step(carry: Any, products: Any, recurrent: Any = recurrent) -> Any:
            state, memory = carry
            i, f, new, o = jnp.split(products + state @ recurrent, 4, axis=-1)
            memory = sigmoid(f) * memory + sigmoid(i) * jnp.tanh(new)
            state = sigmoid(o) * jnp.tanh(memory)
            return (state, memory), state

        zeros = jnp.zeros((x.shape[1], units))
        (last, _), x = lax.scan(step, (zeros, zeros), x @ kernel + bias)
    kernel, bias = arrays
    return jnp.tanh(last @ kernel + bias)


def jax_unrolled(spec: NetworkSpec, vector: Any, x: Any, one_tanh: bool = False) -> Any:
    """Predict with one network whose states have the windows last; all layers make a step before time moves on.

    Args:
        spec: The network.
        vector: Its weights, shape (num_weights,).
        x: Shape (look_back, inputs, windows).
        one_tanh: Whether one call of tanh serves all gates; the weights of the logistic ones are halved for it.
    """
    from jax import numpy as jnp

    *recurrent, dense, dense_bias = split(spec, vector)
    layers = []
    for units, *arrays in zip(spec.units, recurrent[::3], recurrent[1::3], recurrent[2::3], strict=True):
        half = np.repeat(np.float32([0.5, 0.5, 1.0, 0.5]), units)
        kernel, own, bias = (array * half for array in arrays)
        layers.append((jnp.concatenate([kernel, own]).T, bias[:, None]))

    def gates(products: Any) -> list[Any]:
        i, f, new, o = map(jnp.tanh, jnp.split(products, 4)) if not one_tanh else jnp.split(jnp.tanh(products), 4)
        return [0.5 * i + 0.5, 0.5 * f + 0.5, new, 0.5 * o + 0.5]

    carry: list[Any] = [None] * len(layers)
    for below in x:
        for number, (weights, bias) in enumerate(layers):
            below, carry[number] = jax_step(weights, bias, below, carry[number], gates)
    return jnp.tanh(dense.T @ below + dense_bias[:, None]).T


def jax_step(weights: Any, bias: Any, below: Any, carry: Any, gates: Callable[[Any], list[Any]]) -> Any:
    """Make the step of one layer; the states before the first are zero, and their products are left out."""
    from jax import numpy as jnp

    features = len(below)
    if carry is None:
        i, _, new, o = gates(weights[:, :features] @ below + bias)
        memory = i * new
    else:
        if features == 1:
            products = weights[:, :1] * below + weights[:, 1:] @ carry[0]
        else:
            products = weights @ jnp.concatenate([below, carry[0]])
        i, f, new, o = gates(products + bias)
        memory = f * carry[1] + i * new
    state = o * jnp.tanh(memory)
    return state, (state, memory)


def _ready(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a compiled function of JAX, and wait for what it gives."""
    import jax

    return jax.block_until_ready(function(*arguments))
