"""Random networks for property tests."""

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from dlopt_deap.networks import NetworkSpec

CELLS = ["lstm", "gru", "simple_rnn"]

PLAIN_SPECS = st.builds(
    NetworkSpec,
    inputs=st.integers(1, 3),
    units=st.lists(st.integers(1, 20), min_size=1, max_size=3),
    outputs=st.integers(1, 3),
    look_back=st.integers(1, 12),
    cell=st.sampled_from(CELLS),
    activation=st.sampled_from(["linear", "tanh", "sigmoid", "relu"]),
)


def token_spec(
    vocabulary: int, dimension: int, units: list[int], look_back: int, cell: str, activation: str
) -> NetworkSpec:
    """Make a network that reads tokens: by an embedding, or one-hot if its dimension is 0."""
    embedding = (vocabulary, dimension) if dimension else None
    return NetworkSpec(1 if dimension else vocabulary, units, vocabulary, look_back, cell, activation, embedding)  # type: ignore[arg-type]


TOKEN_SPECS = st.builds(
    token_spec,
    st.integers(2, 20),
    st.integers(0, 20),
    st.lists(st.integers(1, 20), min_size=1, max_size=3),
    st.integers(1, 12),
    st.sampled_from(CELLS),
    st.sampled_from(["softmax", "softmax", "linear"]),
)
SPECS = st.one_of(PLAIN_SPECS, TOKEN_SPECS)
SEEDS = st.integers(0, 2**32 - 1)


def normal_weights(spec: NetworkSpec, seed: int, samples: int = 1) -> NDArray[np.float32]:
    """Draw what a random sampling draws: N(0, 1), shape (samples, num_weights)."""
    return np.random.default_rng(seed).standard_normal((samples, spec.num_weights), dtype=np.float32)


def trained_like_weights(spec: NetworkSpec, seed: int) -> NDArray[np.float32]:
    """Draw weights of the size that training begins with, shape (num_weights,): they do not amplify rounding."""
    rng = np.random.default_rng(seed)
    return spec.pack([rng.uniform(-1, 1, shape) / np.sqrt(shape[0]) for shape in spec.weight_shapes])


def windows(spec: NetworkSpec, seed: int, number: int = 40) -> NDArray[np.float32]:
    """Draw windows in [-1, 1], or of tokens if the network embeds them, shape (number, look_back, inputs)."""
    rng = np.random.default_rng(seed)
    if spec.embedding is not None:
        return rng.integers(spec.embedding[0], size=(number, spec.look_back, 1)).astype(np.float32)
    return rng.uniform(-1, 1, (number, spec.look_back, spec.inputs)).astype(np.float32)
