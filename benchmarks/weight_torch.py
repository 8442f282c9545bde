"""A peer of `weights.py` that evolves vectors: EvoTorch, in PyTorch."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from weight_contestants import Contestant, Task, fastest, split

from dlopt_deap.networks import NetworkSpec


def torch_evaluation(task: Task) -> Contestant:
    """Evaluate the population in PyTorch, by batched matrix products, in the fastest way."""
    import torch

    weights = torch.from_numpy(task.weights())
    ways = torch_ways(task)
    name = fastest({name: partial(way, weights) for name, way in ways.items()})
    return Contestant(
        lambda vectors: ways[name](torch.from_numpy(vectors))[0], lambda: len(ways[name](weights)[1]), name
    )


def evotorch_generation(task: Task) -> Contestant:
    """Make generations of SNES in EvoTorch."""
    import logging

    import torch
    from evotorch import Problem
    from evotorch.algorithms import SNES
    from evotorch.decorators import vectorized

    logging.getLogger("evotorch").setLevel(logging.WARNING)
    weights = torch.from_numpy(task.weights())
    ways = torch_ways(task)
    name = fastest({name: partial(way, weights) for name, way in ways.items()})
    errors = vectorized(lambda population: ways[name](population.as_subclass(torch.Tensor))[1])
    problem = Problem("min", errors, solution_length=weights.shape[1], initial_bounds=(-0.3, 0.3), dtype=torch.float32)
    searcher = SNES(problem, popsize=task.population, stdev_init=0.3)

    def work() -> int:
        searcher.step()
        return task.population

    return Contestant(lambda vectors: ways[name](torch.from_numpy(vectors))[0], work, f"SNES; {name}")


def torch_ways(task: Task) -> dict[str, Callable[[Any], tuple[Any, Any]]]:
    """Return functions of a population that give predictions and mean absolute errors, by the name of the way."""
    import torch

    x, y = task.windows()
    windows, targets = (torch.from_numpy(np.array(part, order="C")) for part in (x.transpose(1, 2, 0), y))

    def way(size: int, population: Any) -> tuple[Any, Any]:
        with torch.inference_mode():
            parts = [torch_forward(task.spec, part, windows) for part in population.split(size)]
            predictions = torch.cat(parts)
            return predictions, (predictions - targets).abs_().mean(dim=(1, 2))

    return {f"{size} at a time": partial(way, size) for size in (256, 32)}


def torch_forward(spec: NetworkSpec, vectors: Any, x: Any) -> Any:
    """Predict with many networks; states have the shape (networks, units, windows).

    Args:
        spec: The networks.
        vectors: Their weights, shape (networks, num_weights).
        x: Shape (look_back, inputs, windows).
    """
    import torch

    *recurrent, dense, dense_bias = split(spec, vectors)
    count, windows = len(vectors), x.shape[-1]
    layers = [
        (torch.cat([kernel, own], 1).mT.contiguous(), bias[..., None])
        for kernel, own, bias in zip(recurrent[::3], recurrent[1::3], recurrent[2::3], strict=True)
    ]
    states = [torch.zeros(count, units, windows) for units in spec.units]
    memories = [torch.zeros(count, units, windows) for units in spec.units]
    for inputs in x.expand(count, *x.shape).unbind(1):
        below = inputs
        for number, (weights, bias) in enumerate(layers):
            products = torch.baddbmm(bias, weights, torch.cat([below, states[number]], 1))
            i, f, new, o = products.chunk(4, 1)
            memory = f.sigmoid_().mul_(memories[number]).addcmul_(i.sigmoid_(), new.tanh_())
            memories[number] = memory
            states[number] = below = o.sigmoid_() * memory.tanh()
    return torch.baddbmm(dense_bias[..., None], dense.mT, below).tanh_().mT
