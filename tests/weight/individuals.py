"""Individuals of every kind that the operators work on, and small networks for them."""

from array import array
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from deap import base, creator
from hypothesis import strategies as st
from numpy.typing import NDArray

from dlopt_deap.core import Solution
from dlopt_deap.networks import NetworkSpec


def made(name: str, *arguments: Any, **attributes: Any) -> Any:
    """Make a class by DEAP's creator, once: this module may be imported under two names."""
    if not hasattr(creator, name):
        creator.create(name, *arguments, **attributes)
    return getattr(creator, name)


MINIMUM = made("DloptTestMinimum", base.Fitness, weights=(-1.0,))
VECTOR = made("DloptTestVector", np.ndarray)
FIT_VECTOR = made("DloptTestFitVector", np.ndarray, fitness=MINIMUM)
FIT_LIST = made("DloptTestFitList", list, fitness=MINIMUM)
FIT_ARRAY = made("DloptTestFitArray", array, typecode="f", fitness=MINIMUM)

KINDS: dict[str, Callable[[NDArray[np.float32]], Any]] = {
    "list": lambda weights: weights.tolist(),
    "float32": np.copy,
    "float64": lambda weights: weights.astype(np.float64),
    "creator-vector": VECTOR,
    "creator-fit-vector": FIT_VECTOR,
    "creator-fit-list": lambda weights: FIT_LIST(weights.tolist()),
    "creator-fit-array": FIT_ARRAY,
    "solution-list": lambda weights: Solution(weights.tolist(), weights=(-1,)),
    "solution-array": partial(Solution, weights=(-1,)),
}
"""How an individual of each kind is made from float32 weights."""

CARRIERS = {name: make for name, make in KINDS.items() if name.startswith(("creator", "solution"))}
"""The kinds that take attributes."""

SMALL = st.builds(
    NetworkSpec,
    inputs=st.integers(1, 3),
    units=st.lists(st.integers(1, 5), min_size=1, max_size=3),
    outputs=st.integers(1, 3),
    look_back=st.just(2),
    cell=st.sampled_from(["lstm", "gru", "simple_rnn"]),
)


def weights_of(individual: Any) -> NDArray[np.float64]:
    """Read an individual number by number."""
    return np.array([float(individual[i]) for i in range(len(individual))])
