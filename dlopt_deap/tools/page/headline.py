"""What was found and how good it is, in a sentence or two."""

from __future__ import annotations

from collections.abc import Mapping

from dlopt_deap.tools.page.accuracy import METHODS, Accuracy, method_name, relative, units_of
from dlopt_deap.tools.page.network import network_words
from dlopt_deap.tools.page.wording import counted, enumerated, named, number
from dlopt_deap.tools.saved.run_record import ENDED, RUNNING, RunRecord
from dlopt_deap.tools.saved.saved_result import SAMPLING, TRAINING


def title_of(record: RunRecord) -> str:
    """Give the heading of the page: what the run was about."""
    what = {SAMPLING: "Architectures sampled", TRAINING: "A network trained"}.get(record.kind, "A search")
    name = series_name(record)
    return f"{what} for {named(name, 40)}" if name else what


def series_name(record: RunRecord) -> str:
    """Give the name of the series; ``""`` if it is not known."""
    if record.series_name:
        return record.series_name
    described = record.result.series if record.result is not None else None
    name = (described or {}).get("name")
    if isinstance(name, str) and name:
        return name
    data = record.options.get("data")
    path = data.get("path") or data.get("kind") if isinstance(data, Mapping) else None
    return path if isinstance(path, str) else ""


def standing(record: RunRecord) -> str:
    """Say of a run that has not come to its end how it stands; ``""`` if it has."""
    if record.state == ENDED:
        if record.kind in (SAMPLING, TRAINING) or not record.stopped_by or record.stopped_by in CRITERIA_OF_STOP:
            return ""
        return f"This run was ended early, by {named(record.stopped_by)}: it can be resumed, as told below."
    made = counted(record.evaluations, "evaluation")
    so_far = "" if record.kind == SAMPLING else f", after {made}"
    if record.state == RUNNING:
        holder = record.holder or {}
        who = f"process {named(holder.get('process', '?'))} on {named(holder.get('host', '?'))}"
        return f"This run goes on ({who}). The page tells how far it had come when it was written{so_far}."
    why = f"ended by {named(record.stopped_by)}" if record.stopped_by else "killed"
    return f"This run has not come to its end: it was {why}{so_far}. It can be resumed, as told below."


CRITERIA_OF_STOP = ("max_evaluations", "max_generations", "max_seconds", "stagnation", "target_fitness")
"""What ends a search as it was asked."""


def headline(record: RunRecord, accuracy: Accuracy | None) -> str:
    """Say what was found and how good it is."""
    return f"{_found(record, accuracy)}{_front(record)}"


def _front(record: RunRecord) -> str:
    """Say of several targets which of the front it is."""
    targets = list(record.candidates[0].fitness) if record.candidates else []
    if len(targets) < 2 or len(record.candidates) < 2:
        return ""
    return f" It is the best by {named(targets[0])} of a Pareto front of {len(record.candidates)}."


def _found(record: RunRecord, accuracy: Accuracy | None) -> str:
    """Say what is best, and how good."""
    if not record.candidates:
        return "Nothing has been evaluated yet." if record.state != ENDED else "Nothing was found."
    what = network_words(record)
    if record.kind == SAMPLING:
        return (
            f"Of {counted(record.evaluations, 'architecture')}, {what} promises most, by MAE random sampling. "
            "Nothing was trained, and no network was kept."
        )
    if accuracy is None:
        values = enumerated(f"{named(name)} {number(value)}" for name, value in record.candidates[0].fitness.items())
        reached = f" reached {values}" if record.candidates[0].fitness else " was kept"
        return f"{'The best so far' if record.state != ENDED else 'The best'}, {what},{reached}."
    on = f" on the {counted(accuracy.rows, 'row')} of the test split" if accuracy.rows else " on the test split"
    if accuracy.criterion == "cross_entropy":
        return (
            f"{_capital(what)}, predicts the next token of {named(series_name(record))} with a cross-entropy of "
            f"{number(accuracy.own)} nats{on}."
        )
    targets = enumerated([named(one) for one in accuracy.targets[:3]]) if accuracy.targets else "the series"
    if len(accuracy.targets) > 3:
        targets += f" and {len(accuracy.targets) - 3} more"
    return (
        f"{_capital(what)}, forecasts {targets} one row ahead with a mean absolute error of {number(accuracy.own)} "
        f"(in the units of {units_of(accuracy.targets)}){on}."
    )


def verdict(accuracy: Accuracy) -> str:
    """Say whether the network beats what costs nothing."""
    best, naive = accuracy.best, accuracy.best_naive
    error = f"{method_name(best)} ({number(accuracy.others[best])})"
    beside = ""
    if naive is not None and naive != best:
        against = relative(accuracy.own, accuracy.others[naive])
        beside = f"{against} than the best naive forecast, {method_name(naive)} ({number(accuracy.others[naive])})"
        beside = beside.replace("times than", "times as much as")
    if accuracy.own >= accuracy.others[best]:
        also = f" It has {beside}." if beside else ""
        return f"It does not beat {error}, which costs nothing: as it stands, prefer that.{also}"
    kind = "best naive forecast" if best == naive else "best other method"
    told = f"That is {relative(accuracy.own, accuracy.others[best])} than the {kind}, {error}"
    told += f", and {beside}." if beside else "."
    lead = accuracy.lead(best)
    if lead is not None and lead.may_be_chance:
        told += f" On so few rows, the lead over {METHODS.get(best, named(best))} may be chance (see below)."
    return told


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
