"""The Pareto front."""

from hypothesis import given
from hypothesis import strategies as st

from dlopt_deap.core import Fitness, first_front, knee

POINTS = st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=1, max_size=12)
SIGNS = st.tuples(st.sampled_from([1, -1]), st.sampled_from([1, -1]))


@given(POINTS, SIGNS)
def test_the_first_front_is_what_deap_s_dominance_leaves(points: list[tuple[int, int]], signs: tuple[int, int]) -> None:
    fits = [Fitness(signs, point) for point in points]
    left = [i for i, one in enumerate(fits) if not any(other.dominates(one) for other in fits)]
    assert first_front(points, signs) == left


@given(POINTS, SIGNS, st.tuples(st.floats(0.1, 10), st.floats(0.1, 10)))
def test_the_knee_does_not_depend_on_the_units(
    points: list[tuple[int, int]], signs: tuple[int, int], units: tuple[float, float]
) -> None:
    shares = [sum(part) for part in _shares(points, signs)]
    scaled = [(x * units[0], y * units[1]) for x, y in points]
    assert abs(shares[knee(scaled, signs)] - max(shares)) < 1e-9


def _shares(points: list[tuple[int, int]], signs: tuple[int, int]) -> list[list[float]]:
    columns = []
    for values, sign in zip(zip(*points, strict=True), signs, strict=True):
        low, high = min(sign * value for value in values), max(sign * value for value in values)
        columns.append([(sign * value - low) / ((high - low) or 1) for value in values])
    return [list(row) for row in zip(*columns, strict=True)]
