"""What was asked: data, problem, technique, what ends it, versions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from dlopt_deap.tools.page.blocks import Block, Facts, Fold, Table
from dlopt_deap.tools.page.described import second_stage
from dlopt_deap.tools.page.wording import enumerated, named, number
from dlopt_deap.tools.saved.run_record import RunRecord, targets_of
from dlopt_deap.tools.saved.saved_result import SAMPLING

LONGEST_VALUE = 300
"""Characters of a setting that are shown."""

MOST_SETTINGS = 200
"""So many settings are shown."""

LEFT_OUT = ("versions", "seed", "series")
"""Settings that are told elsewhere."""


def asked(record: RunRecord) -> list[Block]:
    """Say what was asked."""
    facts = [*_series(record), *_targets(record), *_seed(record), *_versions(record)]
    rows = [[named(name), named(value, LONGEST_VALUE)] for name, value in flat(_settings(record))]
    rest = rows[MOST_SETTINGS:]
    rows = rows[:MOST_SETTINGS] + ([["…", f"{len(rest)} more"]] if rest else [])
    table = Table("Settings, with their dotted names.", ["setting", "value"], rows, texts=2)
    return [*([Facts(facts)] if facts else []), *([Fold("All settings", [table])] if rows else [])]


def _settings(record: RunRecord) -> dict[str, Any]:
    """Give the settings of a run; of a training, which has no others, the options."""
    found = record.settings or record.options
    shown = {name: value for name, value in found.items() if name not in (*LEFT_OUT, "fingerprint", "quiet", "verbose")}
    operators = shown.get("toolbox")
    if isinstance(operators, Mapping):  # the space of the problem is told once
        shown["toolbox"] = {
            name: {key: one for key, one in value.items() if key != "space"} if isinstance(value, Mapping) else value
            for name, value in operators.items()
        }
    return shown


def flat(settings: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Give settings by their dotted names, what is not set left out.

    Examples:
        >>> list(flat({"space": {"units": [1, 8], "cell": "lstm"}, "patience": None}))
        [('space.units', '1 to 8'), ('space.cell', 'lstm')]
    """
    for name, value in settings.items():
        dotted = f"{path}.{name}" if path else str(name)
        if isinstance(value, Mapping) and value:
            yield from flat(value, dotted)
        elif value is not None and value != {}:
            yield dotted, _value(value)


def _value(value: Any) -> str:
    """Write a value; two numbers are the limits of something."""
    if isinstance(value, list) and len(value) == 2 and all(type(one) in (int, float) for one in value):
        return f"{value[0]} to {value[1]}" if value[0] < value[1] else ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _series(record: RunRecord) -> Iterator[tuple[str, str]]:
    """Say which data were used, and how they were split."""
    series = (record.result.series if record.result is not None else None) or record.problem.get("series")
    if not isinstance(series, Mapping):
        data = record.settings.get("data", record.options.get("data"))
        if isinstance(data, Mapping):
            known = data.get("path") or data.get("kind")
            yield "series", named(known)
        return
    rows = series.get("rows")
    yield "series", named(series.get("name", "")) + (f", {number(rows)} rows" if type(rows) is int else "")
    for what in ("inputs", "targets"):
        names = series.get(what)
        if isinstance(names, list) and names:
            more = [f"{len(names) - 10} more"] if len(names) > 10 else []
            yield what, enumerated([*(named(one) for one in names[:10]), *more])
    splits = series.get("splits")
    if isinstance(splits, Mapping):
        told = [
            f"{name} {number(ends[0] + 1)} to {number(ends[1])}"
            for name, ends in splits.items()
            if name in ("training", "validation", "testing") and _is_range(ends)
        ]
        yield "rows of the splits", f"{enumerated(told)}, oldest first" if told else "not known"
    for what in ("season", "frequency", "time"):
        if series.get(what) is not None:
            yield what, named(series[what])
    if isinstance(series.get("vocabulary"), list):
        yield "vocabulary", f"{number(len(series['vocabulary']))} tokens"
    if isinstance(series.get("fingerprint"), str):
        yield "fingerprint of the series", named(series["fingerprint"][:16])


def _targets(record: RunRecord) -> Iterator[tuple[str, str]]:
    """Say what was best."""
    if record.targets:
        goals = (f"{'more' if sign > 0 else 'less'} {named(name)}" for name, sign in record.targets.items())
        yield "better is", enumerated(goals)
    if in_the_end := targets_of({"problem": second_stage(record)}):
        goals = (f"{'more' if sign > 0 else 'less'} {named(name)}" for name, sign in in_the_end.items())
        yield "better in the end is", f"{enumerated(goals)}, of the best that were trained"
    for what in ("problem", "technique"):
        inner = record.settings.get(what)
        if isinstance(inner, Mapping) and isinstance(inner.get("name"), str):
            yield what, named(inner["name"])
    stop = record.settings.get("stop")
    if isinstance(stop, Mapping):
        told = [f"{name} {value}" for name, value in flat(stop)]
        yield "ends by", named(", ".join(told), LONGEST_VALUE) if told else "nothing but a signal"
    if record.kind == SAMPLING and isinstance(record.settings.get("architectures"), Mapping):
        told = [f"{name} {value}" for name, value in flat(record.settings["architectures"])]
        yield "architectures", named(", ".join(told), LONGEST_VALUE)


def _seed(record: RunRecord) -> Iterator[tuple[str, str]]:
    """Give the seed."""
    yield "seed", str(record.seed) if record.seed is not None else "not known"


def _versions(record: RunRecord) -> Iterator[tuple[str, str]]:
    """Say what it was made with."""
    versions = record.settings.get("versions") or (record.result.versions if record.result is not None else {})
    if isinstance(versions, Mapping) and versions:
        yield (
            "made with",
            ", ".join(f"{named(name, 30)} {named(value, 30)}" for name, value in list(versions.items())[:20]),
        )


def _is_range(ends: Any) -> bool:
    return isinstance(ends, list) and len(ends) == 2 and all(type(one) is int for one in ends)
