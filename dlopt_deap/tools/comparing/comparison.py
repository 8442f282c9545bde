"""Several runs side by side: those with the same settings but for the seed are one group."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlopt_deap.checks import listed, shown
from dlopt_deap.errors import RunFolderError, SettingError
from dlopt_deap.tools.comparing.comparison_groups import Group, make_groups
from dlopt_deap.tools.comparing.rank_tests import RankTest, rank_tests
from dlopt_deap.tools.reporting.text_table import text_table
from dlopt_deap.tools.saved.run_record import ENDED, RunRecord, read_run
from dlopt_deap.tools.saved.saved_result import SEARCH

MEANING = ("series", "threshold", "lower", "upper", "metric", "distribution", "objective")
"""The settings of a problem without which the value of a target has no meaning."""


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
        has_test = any(row["naive_error"] is not None for row in rows)
        header = ["group", "runs", *quantities, "failures", *(["test error", "naive error", "beat naive"] * has_test)]
        table = []
        for row in rows:
            cells = [row["group"], str(row["runs"]), *(_spread(row, name) for name in quantities), str(row["failures"])]
            if has_test:
                beaten = "-" if row["beat_naive"] is None else f"{row['beat_naive']} of {row['runs']}"
                cells += [_spread(row, "test_error"), _short(row["naive_error"]), beaten]
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
    return compare_records([read_run(folder) for folder in folders])


def compare_records(records: Sequence[RunRecord]) -> Comparison:
    """Compare searches that have been read; see :func:`compare_runs`.

    Raises:
        SettingError: If fewer than two have ended, or they cannot be compared.
    """
    notes: list[str] = []
    runs = _usable(records, notes)
    targets = _common_targets(runs)
    _check_same_meaning(runs, targets)
    groups = make_groups(runs, notes)
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
                why = f"`{name}` is {shown(another)}, and {shown(one)} there"
                if name == "series":  # which a message could only tell by digests
                    why = "`series` is another, by its rows, columns, scaling or splits"
                raise SettingError(
                    f"{listed(list(targets))} of {other.folder} cannot be compared with that of {first.folder}: "
                    f"{why}; compare those apart."
                )


def _meaning(value: Any) -> Any:
    """Give what counts of a setting: of a series its rows and not its name."""
    return value.get("fingerprint", value) if isinstance(value, Mapping) else value


def _spread(row: Mapping[str, Any], name: str) -> str:
    """Write the median and the quartiles of a row."""
    low, middle, high = (row[f"{name}_{part}"] for part in ("q1", "median", "q3"))
    return _short(middle) if row["runs"] == 1 or low == high else f"{_short(middle)} [{_short(low)}, {_short(high)}]"


def _short(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"
