"""Spaces of architectures, for property tests."""

import dataclasses
from typing import Any

from hypothesis import strategies as st

from dlopt_deap.architecture import Space

HYPERPARAMETERS = {
    "dropout": st.sampled_from([None, (0.0, 0.5), (0.25, 0.25)]),
    "learning_rate": st.sampled_from([None, (1e-4, 0.1), (0.01, 0.01)]),
    "batch_size": st.sampled_from([None, (1, 64), (5, 5)]),
    "cell": st.sampled_from(["lstm", ("lstm", "gru"), ("gru", "simple_rnn", "lstm")]),
    "activation": st.sampled_from(["tanh", ("tanh", "linear")]),
}


@st.composite
def spaces(draw: Any, most: int = 12) -> Space:
    """Draw a space with or without genes of training, often with limits that leave no choice."""
    return dataclasses.replace(draw(sizes(most)), **{name: draw(values) for name, values in HYPERPARAMETERS.items()})


@st.composite
def sizes(draw: Any, most: int = 12) -> Space:
    """Draw a space of look-back, layers and units alone."""
    pairs = {name: sorted(draw(st.tuples(*[st.integers(1, most)] * 2))) for name in ("look_back", "layers", "units")}
    return Space(**{name: tuple(pair) for name, pair in pairs.items()})
