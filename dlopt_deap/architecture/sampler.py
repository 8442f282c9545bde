"""Sampling architectures one after the other, without a search."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any

from dlopt_deap.architecture.sampling_problem import RandomSamplingProblem

BLOCK = 1000
"""Architectures handed to a map at a time, so that a space of millions is never in memory."""


def sample_architectures(
    problem: RandomSamplingProblem,
    architectures: Iterable[Sequence[int]],
    seed: int = 0,
    map: Callable[..., Iterable[Any]] = map,  # noqa: A002 - the name of the alias in a toolbox
) -> Iterator[dict[str, Any]]:
    """Sample the errors of each architecture ``[look_back, units_1, ..., units_n]``.

    Args:
        problem: Gives the series, the number of samples and the settings of the sampling.
        architectures: The architectures, which may be made while they are read.
        seed: The seed; each architecture draws from one of its own, as it does in a search.
        map: Where to evaluate, such as one of :mod:`dlopt_deap.parallel`.

    Yields:
        For each architecture, in order, a dict of JSON values with DLOPT's keys: ``look_back``, ``architecture`` (all
        layers, from inputs to outputs) and ``metrics`` (``log_p``, ``p``, ``mean``, ``std``, ``samples``, and more).
    """
    remaining = iter(architectures)
    while block := [list(genes) for genes in islice(remaining, BLOCK)]:
        yield from map(partial(_sample_one, problem, seed), block)


def _sample_one(problem: RandomSamplingProblem, seed: int, genes: list[int]) -> dict[str, Any]:
    """Sample one architecture."""
    spec = problem.decode(genes)
    sampling = problem.sample(genes, problem.num_samples, seed)
    return {"look_back": spec.look_back, "architecture": spec.layers, "metrics": sampling.to_dict()}
