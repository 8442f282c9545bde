"""Several runs side by side: those with the same settings but for the seed are one group."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dlopt_deap.checks import listed, shown
from dlopt_deap.errors import RunFolderError, SettingError
from dlopt_deap.storage.difference import differences
from dlopt_deap.tools.rank_tests import RankTest, rank_tests
from dlopt_deap.tools.run_record import ENDED, RunRecord, read_run
from dlopt_deap.tools.saved_result import SEARCH
from dlopt_deap.tools.text_table import text_table

NETWORK, NAIVE = "network", ("last value", "season ago", "training mean")
"""The methods of a result's comparison on the test split."""

MEANING = ("series", "threshold", "lower", "upper", "metric", "distribution", "objective")
"""The settings of a problem without which the value of a target has no meaning."""

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
        """Give the mean absolute error of each run on the test split, and the least of the naive methods'."""
        tests = [run.result.test for run in self.runs if run.result is not None]
        errors = [{method: one.get("mae", np.nan) for method, one in test.items()} for test in tests]
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
        row |= _quartiles("test_mae", [own for own, _ in tests])
        row["naive_mae"] = float(np.median([naive for _, naive in tests])) if tests else None
        row["beat_naive"] = sum(own < naive for own, naive in tests) if tests else None
        return row


@dataclass(frozen=True, eq=False)
class Comparison:
    """Groups of runs, and what can be said of them.

    Attributes:
        targets: The targets, by name: +1 maximised, -1 minimised.
        groups: The groups.
        tests: A rank test of each two groups and each target, where both have runs enough.
        notes: What a reader must know: runs that were left out, and groups that are too small for a claim.
    """

    targets: dict[str, int]
    groups: list[Group]
    tests: list[RankTest]
    notes: list[str]

    def to_dict(self) -> dict[str, Any]:
        """Give the comparison as JSON values."""
        return {
            "targets": self.targets,
            "groups": [
                {**group.to_dict(self.targets), "folders": [str(run.folder) for run in group.runs]}
                for group in self.groups
            ],
            "tests": [test.to_dict() for test in self.tests],
            "notes": self.notes,
        }

    def to_csv(self) -> str:
        """Write a row a group as CSV."""
        text = io.StringIO()
        rows = [group.to_dict(self.targets) for group in self.groups]
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue()

    def to_text(self) -> str:
        """Write the comparison for people at a terminal."""
        rows = [group.to_dict(self.targets) for group in self.groups]
        quantities = [*self.targets, "evaluations", "seconds"]
        has_test = any(row["naive_mae"] is not None for row in rows)
        header = ["group", "runs", *quantities, "failures", *(["test mae", "naive mae", "beat naive"] * has_test)]
        table = []
        for row in rows:
            cells = [row["group"], str(row["runs"]), *(_spread(row, name) for name in quantities), str(row["failures"])]
            if has_test:
                beaten = "-" if row["beat_naive"] is None else f"{row['beat_naive']} of {row['runs']}"
                cells += [_spread(row, "test_mae"), _short(row["naive_mae"]), beaten]
            table.append(cells)
        settings = [f"{group.name}: {'; '.join(group.told) or 'the same settings'}" for group in self.groups]
        parts = [text_table(header, table), "median [quartiles] over the runs of a group", *settings]
        return "\n".join([*parts, *(test.to_text() for test in self.tests), *self.notes])


def compare_runs(folders: Sequence[str | Path]) -> Comparison:
    """Compare searches: those with the same settings but for the seed are one group.

    Args:
        folders: The run folders, at least two, whose targets and series are the same. Those without a result are left
            out, and so is one that has the seed of another of its group.

    Raises:
        SettingError: If they are fewer than two, or cannot be compared.
        RunFolderError: If one is no run folder, or is damaged.
    """
    if isinstance(folders, str | Path) or len(folders) < 2:
        raise SettingError(f"A comparison needs at least two run folders, got {shown(folders)}.")
    notes: list[str] = []
    runs = _usable([read_run(folder) for folder in folders], notes)
    targets = _common_targets(runs)
    _check_same_meaning(runs, targets)
    groups = _groups(runs, notes)
    values = {target: {group.name: group.fitness(target) for group in groups} for target in targets}
    tests, too_few = rank_tests(values, targets)
    return Comparison(targets, groups, tests, [*notes, *too_few])


def _usable(records: Sequence[RunRecord], notes: list[str]) -> list[RunRecord]:
    """Leave out what is no search or has not ended."""
    for one in records:
        if one.kind != SEARCH:
            raise SettingError(f"Searches can be compared, but {one.folder} holds a {one.kind}; leave it out.")
    usable = [one for one in records if one.state == ENDED and one.candidates]
    notes += [
        f"left out, since it has no result yet: {one.folder} ({one.state})" for one in records if one not in usable
    ]
    if len(usable) < 2:
        raise SettingError(
            f"A comparison needs at least two runs that have ended, got {len(usable)} of {len(records)}."
        )
    return usable


def _common_targets(runs: Sequence[RunRecord]) -> dict[str, int]:
    """Give the targets of all runs: those of the second stage, if there was one.

    Raises:
        SettingError: If they differ.
    """
    first, *others = [(one.folder, believed_targets(one)) for one in runs]
    for folder, targets in others:
        if targets != first[1]:
            raise SettingError(
                f"Runs with other targets cannot be compared: {first[0]} has {_told(first[1])}, and {folder} has "
                f"{_told(targets)}; compare those apart."
            )
    return first[1]


def believed_targets(record: RunRecord) -> dict[str, int]:
    """Give the targets of a result, with their signs.

    Raises:
        RunFolderError: If the best has no value of one.
    """
    second = record.result.settings.get("second_stage") if record.result else None
    inner = second.get("problem") if isinstance(second, Mapping) else None
    named = inner.get("targets") if isinstance(inner, Mapping) else None
    targets = {name: 1 if sign > 0 else -1 for name, sign in named.items()} if named else record.targets
    if not targets or set(targets) != set(record.candidates[0].fitness):
        raise RunFolderError(
            f"The result in {record.folder} must have a value of each target ({listed(list(targets))}), got "
            f"{listed(list(record.candidates[0].fitness))}; put a whole copy back."
        )
    return targets


def _told(targets: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {'maximised' if sign > 0 else 'minimised'}" for name, sign in targets.items())


def _check_same_meaning(runs: Sequence[RunRecord], targets: Mapping[str, int]) -> None:
    """Refuse runs whose values are of other data, or of another error, under the same name."""
    first, *others = runs
    for other in others:
        for name in MEANING:
            one, another = (_meaning(run.problem.get(name)) for run in (first, other))
            if one != another:
                raise SettingError(
                    f"{listed(list(targets))} of {other.folder} cannot be compared with that of {first.folder}: "
                    f"`{name}` is {shown(another)}, and {shown(one)} there; compare those apart."
                )


def _meaning(value: Any) -> Any:
    """Give what counts of a setting: of a series its rows and not its name."""
    return value.get("fingerprint", value) if isinstance(value, Mapping) else value


def _groups(runs: Sequence[RunRecord], notes: list[str]) -> list[Group]:
    """Put runs with the same settings together, and say by what the groups differ."""
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


def _spread(row: Mapping[str, Any], name: str) -> str:
    """Write the median and the quartiles of a row."""
    low, middle, high = (row[f"{name}_{part}"] for part in ("q1", "median", "q3"))
    return _short(middle) if row["runs"] == 1 or low == high else f"{_short(middle)} [{_short(low)}, {_short(high)}]"


def _short(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"
