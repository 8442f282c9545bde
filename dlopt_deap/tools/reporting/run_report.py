"""What a run folder tells, in lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from dlopt_deap.checks import shortened
from dlopt_deap.tools.reporting.text_table import text_table
from dlopt_deap.tools.saved.run_record import ENDED, RUNNING, RunRecord
from dlopt_deap.tools.saved.saved_result import CRITERIA, SAMPLING, SEARCH, TRAINING, SavedCandidate

MOST_REASONS = 5
"""So many reasons of failures are told, the commonest first."""

TOLD = ("space", "spec", "num_samples", "threshold", "metric", "epochs", "repeats", "inner_evaluations", "objective")
"""The settings of a problem that tell most."""


def run_report(record: RunRecord) -> str:
    """Say what a run was asked, what it found, how sure that is, what failed and what it took.

    Args:
        record: What :func:`~dlopt_deap.tools.read_run` gave.

    Returns:
        Lines of text.
    """
    parts = [_head(record), *_asked(record), *_found(record), *_test(record), _took(record), *_failures(record)]
    table = candidates_table(record)
    return "\n".join([*parts, *([f"the best {len(record.candidates)}:", table] if table else [])])


def told_run(record: RunRecord) -> dict[str, Any]:
    """Give what a report tells as JSON values, for whoever writes it in another form."""
    names = ("kind", "state", "targets", "seed", "settings", "evaluations", "failures", "seconds", "stopped_by")
    return {
        "folder": str(record.folder),
        **{name: getattr(record, name) for name in names},
        "failed": [asdict(one) for one in record.failed],
        "test": record.result.test if record.result else {},
        "candidates": [asdict(one) for one in record.candidates],
    }


def candidates_table(record: RunRecord) -> str:
    """Lay out the best of a run as a table; empty if there is none, or one alone."""
    if len(record.candidates) < 2:
        return ""
    targets = list(record.candidates[0].fitness) or ["log_p"] * (record.kind == SAMPLING)
    fresh = any(one.reestimated for one in record.candidates)
    header = ["", *targets, *(f"{name} as searched" for name in targets if fresh), "look-back", "units", "weights"]
    rows = []
    for place, one in enumerate(record.candidates, start=1):
        values = [_value(one, name) for name in targets]
        searched = [_number(one.search_fitness.get(name)) for name in targets if fresh]
        units = ",".join(map(str, one.units)) or "-"
        rows.append([str(place), *values, *searched, str(one.look_back or "-"), units, str(one.num_weights or "-")])
    return text_table(header, rows)


def _value(candidate: SavedCandidate, name: str) -> str:
    """Give a value to believe; of a sampling it is among the metrics."""
    return _number(candidate.fitness.get(name, candidate.metrics.get(name)))


def _head(record: RunRecord) -> str:
    """Say which run it is, and how it stands."""
    holder = record.holder or {}
    who = f"process {holder.get('process', '?')} on host {holder.get('host', '?')}"
    if record.state == RUNNING:
        how = f"going on: {who} is at it"
    elif record.state == ENDED:
        how = f"ended by {record.stopped_by}" if record.stopped_by else "ended"
    else:
        how = f"unfinished, {record.stopped_by or 'killed'}; it goes on with --resume {record.folder}"
    return f"{record.folder}: a {record.kind}, {how}"


def _asked(record: RunRecord) -> Iterator[str]:
    """Say what was asked."""
    problem, technique = record.problem, record.settings.get("technique")
    if record.kind == SEARCH:
        goals = ", ".join(f"{name} {'more' if sign > 0 else 'less'}" for name, sign in record.targets.items())
        series = f" for {record.series_name}" if record.series_name else ""
        yield f"asked: {problem.get('name', 'a problem')}{series}; better is: {goals or 'not known'}"
        for name in TOLD:
            if name in problem:
                yield f"  {name}: {_inline(problem[name])}"
        if isinstance(technique, Mapping):
            yield f"  technique: {_inline(technique)}"
        if isinstance(stop := record.settings.get("stop"), Mapping):
            yield f"  stop: {_inline(stop)}"
    if record.kind == SAMPLING:
        for name in ("data", "architectures", "sampling"):
            if isinstance(record.settings.get(name), Mapping):
                yield f"asked: {name}: {_inline(record.settings[name])}"
    if record.seed is not None:
        yield f"  seed: {record.seed}"


def _inline(value: Any) -> str:
    """Write settings in a line, what is not set left out."""
    if isinstance(value, Mapping):
        told = {name: one for name, one in value.items() if one is not None and one != {}}
        return shortened(", ".join(f"{name} {_inline(one)}" for name, one in told.items()))
    if isinstance(value, list) and len(value) == 2 and all(type(one) in (int, float) for one in value):
        return f"{value[0]} to {value[1]}" if value[0] != value[1] else str(value[0])
    return shortened(str(value))


def _found(record: RunRecord) -> Iterator[str]:
    """Say what is best, and how sure that is."""
    if not record.candidates:
        yield "found: nothing yet"
        return
    best = record.candidates[0]
    network = f"layers {best.layers}" if best.layers else f"units {best.units}" if best.units else "genes as below"
    weights = f", {best.num_weights} weights" if best.num_weights else ""
    yield f"found: {network}, look-back {best.look_back or '?'}{weights}"
    for name, value in best.fitness.items():
        yield f"  {name}: {value:.6g}{_certainty(best, name, record)}"
    if record.kind == SAMPLING and "log_p" in best.metrics:
        yield f"  log_p: {best.metrics['log_p']:.6g}{_interval(best, 'log_p')}"
    if record.kind == TRAINING and record.result is not None:
        losses = record.result.history.get("val_loss") or record.result.history.get("loss") or []
        if losses:
            which = "validation" if record.result.history.get("val_loss") else "training"
            yield f"  least {which} loss: {min(losses):.6g}, in epoch {losses.index(min(losses)) + 1} of {len(losses)}"


def _certainty(best: SavedCandidate, name: str, record: RunRecord) -> str:
    """Say how sure a value is: a fresh estimate with its interval or spread, or what the search saw, which flatters."""
    if best.reestimated:
        spread = best.metrics.get(f"{name}_std")
        told = f", standard deviation {spread:.3g}" if spread is not None else ""
        return (
            f" (estimated anew{_interval(best, name)}{told}; the search saw {_number(best.search_fitness.get(name))})"
        )
    if record.state != ENDED:
        return " (as the search saw it: the best of many noisy values promises too much)"
    return _interval(best, name)


def _interval(best: SavedCandidate, name: str) -> str:
    """Give the interval of a value, if one was measured."""
    low, high = (best.metrics.get(f"{name}_{end}") for end in ("low", "high"))
    return f", interval [{low:.4g}, {high:.4g}]" if low is not None and high is not None else ""


def _test(record: RunRecord) -> Iterator[str]:
    """Compare the errors on the test split."""
    if record.result is None or not (criterion := record.result.criterion):
        return
    errors = {method: one[criterion] for method, one in record.result.test.items() if criterion in one}
    own, *others = errors
    yield f"{CRITERIA[criterion]}: {errors[own]:.4g}"
    for name in others:
        verdict = f"{1 - errors[own] / errors[name]:.0%} less" if errors[own] < errors[name] else "not beaten"
        yield f"  {name}: {errors[name]:.4g} ({verdict})"


def _took(record: RunRecord) -> str:
    """Say what it took."""
    if record.kind == TRAINING and record.result is not None:
        took = f" in {record.seconds:.2f} s" if record.seconds else ""
        return f"took: {len(record.result.history.get('loss', []))} epochs{took} ({record.result.engine} engine)"
    what = "architectures" if record.kind == SAMPLING else "evaluations"
    if not record.seconds:
        return f"took: {record.evaluations} {what}"
    rate = f"{record.evaluations / record.seconds:.3g}/s"
    return f"took: {record.evaluations} {what} in {record.seconds:.2f} s ({rate}), {record.failures} failed"


def _failures(record: RunRecord) -> Iterator[str]:
    """Count what failed, by its reason."""
    if not record.failed:
        return
    yield "failed:"
    for one in record.failed[:MOST_REASONS]:
        yield f"  {one.count} x {one.status}: {shortened(one.reason or 'no reason was told')}"
    if rest := record.failed[MOST_REASONS:]:
        yield f"  {sum(one.count for one in rest)} more, of {len(rest)} other reasons"


def _number(value: float | None) -> str:
    """Write a number of a table."""
    return "-" if value is None else f"{value:.5g}"
