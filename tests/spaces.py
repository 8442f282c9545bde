"""Spaces of architectures, for property tests."""

from typing import Any

from hypothesis import strategies as st

from dlopt_deap.architecture import Space


@st.composite
def spaces(draw: Any, most: int = 12) -> Space:
    """Draw a space, often with limits that leave no choice."""
    pairs = {name: sorted(draw(st.tuples(*[st.integers(1, most)] * 2))) for name in ("look_back", "layers", "units")}
    return Space(**{name: tuple(pair) for name, pair in pairs.items()})
