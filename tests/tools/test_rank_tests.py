"""Rank tests of groups of runs."""

import random

import pytest
from scipy.stats import mannwhitneyu

from dlopt_deap.tools.comparing.rank_tests import LEAST_RUNS, rank_tests

LOW, HIGH = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [4.5, 7.0, 8.0, 9.0, 10.0, 11.0]


def test_the_p_value_is_scipy_s_two_sided_one() -> None:
    tests, notes = rank_tests({"mae": {"A": LOW, "B": HIGH}}, {"mae": -1})
    assert tests[0].p == mannwhitneyu(LOW, HIGH, alternative="two-sided").pvalue
    assert notes == []


@pytest.mark.parametrize(("sign", "better"), [(-1, "A"), (1, "B")])
def test_which_group_is_better_follows_from_the_sign_of_the_target(sign: int, better: str) -> None:
    (test,), _ = rank_tests({"mae": {"A": LOW, "B": HIGH}}, {"mae": sign})
    assert f"A against B: {better} is better" in test.to_text()
    pairs = [(one, other) for one in LOW for other in HIGH]
    wins = sum((one < other) if sign < 0 else (one > other) for one, other in pairs)
    assert test.better == pytest.approx(wins / len(pairs))


def test_ties_are_counted_half_and_equal_groups_show_no_difference() -> None:
    (test,), _ = rank_tests({"mae": {"A": [1.0] * 5, "B": [1.0] * 5}}, {"mae": -1})
    assert test.better == 0.5
    assert "no difference is shown" in test.to_text()


def test_p_values_of_several_tests_are_adjusted_together_by_holm_s_method() -> None:
    rng = random.Random(1)
    groups = {name: [rng.gauss(shift, 1) for _ in range(6)] for name, shift in (("A", 0), ("B", 1), ("C", 3))}
    tests, _ = rank_tests({"mae": groups}, {"mae": -1})
    ordered = sorted(tests, key=lambda test: test.p)
    factors = [ordered[0].p * 3, ordered[1].p * 2, ordered[2].p]
    assert [test.adjusted_p for test in ordered] == pytest.approx(
        [min(1.0, max(factors[: rank + 1])) for rank in range(3)]
    )


def test_fewer_than_five_runs_make_no_claim() -> None:
    tests, notes = rank_tests({"mae": {"A": LOW, "B": HIGH[: LEAST_RUNS - 1], "C": HIGH[:1]}}, {"mae": -1})
    assert tests == []
    assert notes == ["too few seeds for a claim about B: 4 runs, C: 1 run; a rank test needs at least 5 of each group"]
