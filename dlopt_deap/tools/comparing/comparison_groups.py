"""Groups of runs: those with the same settings but for the seed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlopt_deap.checks import shown
from dlopt_deap.storage.difference import differences
from dlopt_deap.tools.saved.run_record import RunRecord

NETWORK = "network"
NAIVE = ("last value", "season ago", "training mean", "most frequent token", "last token", "bigram")
"""The methods of a result's comparison on the test split."""

QUARTILES = (0.25, 0.5, 0.75)


@dataclass(frozen=True, eq=False)
class Group:
    """Runs with the same settings but for the seed.

    Attributes:
        name: What the comparison calls it.
        told: What it has other than the other groups, a setting each.
        runs: The runs.
    """

    name: str
    told: list[str]
    runs: list[RunRecord]

    def fitness(self, target: str) -> list[float]:
        """Give the value of a target that each run ended with."""
        return [run.candidates[0].fitness[target] for run in self.runs]

    def test_errors(self) -> list[tuple[float, float]]:
        """Give the error of each run on the test split, and the least of the naive methods'."""
        results = [run.result for run in self.runs if run.result is not None]
        errors = [
            {method: one[result.criterion] for method, one in result.test.items() if result.criterion in one}
            for result in results
        ]
        return [
            (one[NETWORK], min(one[method] for method in NAIVE if method in one))
            for one in errors
            if NETWORK in one and one.keys() & set(NAIVE)
        ]

    def to_dict(self, targets: Mapping[str, int]) -> dict[str, Any]:
        """Give a row of the table: quartiles over the runs, and sums."""
        tests = self.test_errors()
        row: dict[str, Any] = {"group": self.name, "settings": "; ".join(self.told), "runs": len(self.runs)}
        for target in targets:
            row |= _quartiles(target, self.fitness(target))
        row |= _quartiles("evaluations", [run.evaluations for run in self.runs])
        row |= _quartiles("seconds", [run.seconds for run in self.runs])
        row["failures"] = sum(run.failures for run in self.runs)
        row |= _quartiles("test_error", [own for own, _ in tests])
        row["naive_error"] = float(np.median([naive for _, naive in tests])) if tests else None
        row["beat_naive"] = sum(own < naive for own, naive in tests) if tests else None
        return row


def make_groups(runs: Sequence[RunRecord], notes: list[str]) -> list[Group]:
    """Put runs with the same settings together, and say by what the groups differ.

    Args:
        runs: The runs.
        notes: Takes a sentence about each that is left out, since its group has its seed already.
    """
    alike: dict[str, list[RunRecord]] = {}
    for run in runs:
        group = alike.setdefault(json.dumps(_compared(run), sort_keys=True, default=str), [])
        if run.seed in [other.seed for other in group]:
            notes.append(f"left out, since another run of its group has its seed {run.seed}: {run.folder}")
        else:
            group.append(run)
    firsts = [_compared(group[0]) for group in alike.values()]
    told = _differing(firsts)
    return [Group(_name(place), told[place], group) for place, group in enumerate(alike.values())]


def _compared(run: RunRecord) -> dict[str, Any]:
    """Give the settings that make a group: all but the seed, and what concerns one session alone."""
    kept = {name: value for name, value in run.settings.items() if name not in ("seed", "versions")}
    toolbox = kept.get("toolbox")
    if isinstance(toolbox, Mapping):
        kept["toolbox"] = {
            name: {key: one for key, one in value.items() if key != "seed"} if isinstance(value, Mapping) else value
            for name, value in toolbox.items()
        }
    return kept


def _differing(settings: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Tell of each group what at least one other has otherwise."""
    first, *others = settings
    fields = list(dict.fromkeys(line.partition(":")[0] for other in others for line in differences(first, other)))
    return [[f"{field} = {_inner(one, field)}" for field in fields] for one in settings]


def _inner(settings: Any, field: str) -> str:
    """Give a setting by its dotted name."""
    for name in field.split("."):
        settings = settings.get(name, "-") if isinstance(settings, Mapping) else "-"
    return shown(settings) if isinstance(settings, Mapping) else str(settings)


def _name(place: int) -> str:
    """Name a group: A to Z, then A1 and so on."""
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[place % 26] + (str(place // 26) if place >= 26 else "")


def _quartiles(name: str, values: Sequence[float]) -> dict[str, float | None]:
    """Give the median and the quartiles of some values, if there are any."""
    found = np.quantile(values, QUARTILES).tolist() if len(values) else [None] * 3
    return dict(zip((f"{name}_q1", f"{name}_median", f"{name}_q3"), found, strict=True))
