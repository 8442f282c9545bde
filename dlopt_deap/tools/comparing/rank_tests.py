"""Whether groups of runs differ by more than their seeds do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

LEAST_RUNS = 5
"""With fewer runs in a group no claim is made."""

SURE = 0.05
"""A p value below it is called a difference."""


@dataclass(frozen=True)
class RankTest:
    """A two-sided Mann-Whitney U test of two groups.

    Attributes:
        target: The target whose values are compared.
        first: The name of a group.
        second: The name of the other.
        p: The p value.
        adjusted_p: The same, adjusted by Holm's method for all tests of the comparison.
        better: The probability that a run of the first group is better than one of the second, ties counted half
            (Vargha and Delaney's A).
    """

    target: str
    first: str
    second: str
    p: float
    adjusted_p: float
    better: float

    def to_dict(self) -> dict[str, Any]:
        """Give the test as JSON values."""
        return asdict(self)

    def to_text(self) -> str:
        """Say what the test says."""
        best, share = (self.first, self.better) if self.better >= 0.5 else (self.second, 1 - self.better)
        verdict = f"{best} is better" if self.adjusted_p < SURE else "no difference is shown"
        adjusted = f", {self.adjusted_p:.3g} for all tests together" if self.adjusted_p != self.p else ""
        return (
            f"{self.target}, {self.first} against {self.second}: {verdict} (rank test, p = {self.p:.3g}{adjusted}; a "
            f"run of {best} is the better one in {share:.0%} of all pairs)"
        )


def rank_tests(
    values: Mapping[str, Mapping[str, Sequence[float]]], signs: Mapping[str, int]
) -> tuple[list[RankTest], list[str]]:
    """Test each two groups, for each target.

    Args:
        values: The values of the runs, by target and group.
        signs: +1 for a target that is maximised, -1 for one that is minimised.

    Returns:
        The tests of groups with at least :data:`LEAST_RUNS` runs, and a sentence about those that have fewer.

    Source:
        Arcuri and Briand, 2011, A practical guide for using statistical tests to assess randomized algorithms in
        software engineering, for the test and for the measure of its size; Holm, 1979, A simple sequentially rejective
        multiple test procedure.

    Examples:
        >>> tests, notes = rank_tests({"mae": {"A": [1, 2, 3, 4, 5], "B": [6, 7, 8, 9, 10], "C": [1, 2]}}, {"mae": -1})
        >>> print(tests[0].to_text())
        mae, A against B: A is better (rank test, p = 0.00794; a run of A is the better one in 100% of all pairs)
        >>> notes
        ['too few seeds for a claim about C: 2 runs; a rank test needs at least 5 of each group']
    """
    from scipy.stats import mannwhitneyu

    tests = []
    small: dict[str, int] = {}
    for target, groups in values.items():
        small |= {name: len(runs) for name, runs in groups.items() if len(runs) < LEAST_RUNS}
        for first, second in combinations([name for name in groups if name not in small], 2):
            one, other = (np.asarray(groups[name], dtype=float) for name in (first, second))
            found = mannwhitneyu(one, other, alternative="two-sided")
            share = float(found.statistic) / (len(one) * len(other))
            better = share if signs[target] > 0 else 1 - share
            tests.append(RankTest(target, first, second, float(found.pvalue), float(found.pvalue), better))
    return _adjusted(tests), _too_few(small)


def _adjusted(tests: Sequence[RankTest]) -> list[RankTest]:
    """Adjust p values by Holm's method: the k-th smallest of n times n - k + 1, and none below one before it."""
    order = sorted(range(len(tests)), key=lambda place: tests[place].p)
    adjusted, least = list(tests), 0.0
    for rank, place in enumerate(order):
        least = max(least, min(1.0, tests[place].p * (len(tests) - rank)))
        adjusted[place] = replace(tests[place], adjusted_p=least)
    return adjusted


def _too_few(small: Mapping[str, int]) -> list[str]:
    """Say which groups are too small for a claim."""
    if not small:
        return []
    told = ", ".join(f"{name}: {count} run{'s' if count > 1 else ''}" for name, count in small.items())
    return [f"too few seeds for a claim about {told}; a rank test needs at least {LEAST_RUNS} of each group"]
