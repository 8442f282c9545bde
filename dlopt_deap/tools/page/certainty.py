"""How sure what was found is, and what was not measured."""

from __future__ import annotations

from collections.abc import Iterator

from dlopt_deap.data.scaling import LineScaling
from dlopt_deap.tools.page.accuracy import Accuracy, method_name, units_of
from dlopt_deap.tools.page.blocks import Block, Code, Facts, Fold, Paragraph, Table
from dlopt_deap.tools.page.commands import comparison, repetition, shell
from dlopt_deap.tools.page.described import described_series, second_stage
from dlopt_deap.tools.page.wording import counted, named, number, share
from dlopt_deap.tools.saved.run_record import ENDED, RunRecord
from dlopt_deap.tools.saved.saved_result import SAMPLING, SEARCH, TRAINING, SavedCandidate

MOST_REASONS = 10
"""So many reasons of failures are told."""

OTHER_SEEDS = 2
"""So many further seeds are proposed."""

SCALED = ("mae", "mse", "rmse", "median_ae")
"""Errors that a search measures in scaled units."""


def certainty(record: RunRecord, accuracy: Accuracy | None) -> list[Block]:
    """Say how sure it is."""
    if not record.candidates:
        return []
    items = [*_values(record), *_chance(accuracy), *_failures(record), *_untrained(record), *_limits(record, accuracy)]
    return [Facts(items), *_reasons(record), *_seeds(record)]


def is_untrained(record: RunRecord) -> bool:
    """Whether the network of a result has random weights: it was found by random sampling, without a second stage."""
    return record.problem.get("name") == "RandomSamplingProblem" and not second_stage(record)


def _values(record: RunRecord) -> Iterator[tuple[str, str]]:
    """Say of each value how it was estimated."""
    best = record.candidates[0]
    for name, value in best.fitness.items():
        yield named(name), f"{number(value)}{_own_units(record, name, value)}. {_estimate(record, best, name)}".strip()
    if record.kind == SAMPLING and "log_p" in best.metrics:
        threshold = number(best.metrics.get("threshold"))
        yield (
            "log_p",
            (
                f"{number(best.metrics['log_p'])}, the logarithm of the probability of an error "
                f"below {threshold} with random weights{_interval(best, 'log_p')}. It is the best of "
                f"{counted(record.evaluations, 'such value')}"
                ", so luck is in it: sample the best again, with another seed and more samples, before you choose."
            ),
        )


def _estimate(record: RunRecord, best: SavedCandidate, name: str) -> str:
    """Say how a value was estimated, and what the search saw."""
    spread, searched = best.metrics.get(f"{name}_std"), best.search_fitness.get(name)
    repeats = _final_repeats(record)
    over = f" over {counted(repeats, 'training')}" if repeats else ""
    told = f" Its standard deviation{over} is {number(spread, 3)}." if spread is not None and repeats != 1 else ""
    interval = _interval(best, name)
    if best.reestimated and searched is not None and not _equal(searched, best.fitness[name]):
        sampled = best.metrics.get("num_samples")
        by = f" from {counted(int(sampled), 'sample')}" if sampled else ""
        return (
            f"Estimated anew at the end{by}{interval}; the search itself saw {number(searched)}, "
            f"as one of {counted(record.evaluations, 'evaluation')}.{told}"
        )
    if best.reestimated:
        return f"Estimated anew at the end{interval}: as the search saw it.{told}"
    if record.state != ENDED:
        return "As the search saw it: the best of many noisy values promises too much."
    trained = " Trained for long at the end, to rank the best of the search." if second_stage(record) else ""
    return f"{interval.strip(', ').capitalize()}.{trained}{told}".removeprefix(".").strip()


def _interval(best: SavedCandidate, name: str) -> str:
    """Give the interval of a value, if one was measured."""
    low, high = (best.metrics.get(f"{name}_{end}") for end in ("low", "high"))
    if low is None or high is None:
        return ""
    return f", {share(best.metrics.get('confidence', 0.95))} interval {number(low)} to {number(high)}"


def _own_units(record: RunRecord, name: str, value: float) -> str:
    """Say what an error in scaled units is in own units, where one target was scaled by a straight line."""
    if name not in SCALED:
        return ""
    told = " in scaled units, on the rows by which candidates were judged"
    described = described_series(record)
    if described is None or len(described.targets) != 1 or not isinstance(described.scaling, LineScaling):
        return told
    slope = abs(float(described.scaling.slope[described.columns.index(described.targets[0])]))
    if name == "mse" or slope == 1:
        return told
    return f"{told} ({number(value / slope)} in the units of {named(described.targets[0])})"


def _chance(accuracy: Accuracy | None) -> Iterator[tuple[str, str]]:
    """Say whether the lead over the best other methods may be chance."""
    if accuracy is None:
        return
    for method in dict.fromkeys([accuracy.best, accuracy.best_naive]):
        lead = None if method is None else accuracy.lead(method)
        if method is None or lead is None:
            continue
        ahead = "less" if lead.difference < 0 else "more"
        chance = (
            "which holds 0: the difference may be chance"
            if lead.may_be_chance
            else "which does not hold 0: chance alone hardly explains it"
        )
        yield (
            f"against {method_name(method)}",
            (
                f"The network is nearer to what came on {number(lead.nearer)} of {number(lead.rows)} rows. Its "
                f"absolute error is {number(abs(lead.difference))} {ahead} on average (in the units of "
                f"{units_of(accuracy.targets)}); the 95 % interval of the difference is {number(lead.low)} to "
                f"{number(lead.high)}, {chance}."
            ),
        )


def _failures(record: RunRecord) -> Iterator[tuple[str, str]]:
    """Count what failed."""
    if record.kind != SEARCH:
        return
    if not record.failures:
        yield "failures", f"None of {counted(record.evaluations, 'evaluation')} failed."
        return
    part = share(record.failures / max(record.evaluations, 1))
    yield "failures", f"{counted(record.failures, 'evaluation')} of {number(record.evaluations)} failed ({part})."


def _untrained(record: RunRecord) -> Iterator[tuple[str, str]]:
    """Say that a network has random weights."""
    if is_untrained(record) and record.state == ENDED:
        yield (
            "not trained",
            (
                "The weights are the best of the random ones that were sampled; nothing was trained. A promise of "
                "random weights says little of what training would give: train this architecture, and others, before "
                "you choose."
            ),
        )


def _limits(record: RunRecord, accuracy: Accuracy | None) -> Iterator[tuple[str, str]]:
    """Say what was not measured."""
    if record.kind == SAMPLING:
        return
    missing = ["How much of the result is luck of the seed (one seed was run)"]
    if accuracy is not None:
        missing.append("errors of more than one row ahead, which are larger")
        missing.append("intervals of single forecasts")
        missing.append("other stretches of time than this one test split")
    elif record.state == ENDED:
        missing.append("errors on rows that the search has not seen")
    yield "not measured", f"{'; '.join(missing)}."


def _reasons(record: RunRecord) -> list[Block]:
    """Lay out why evaluations failed."""
    if not record.failed:
        return []
    rows = [
        [named(one.status), named(one.reason or "no reason was told", 300), number(one.count)]
        for one in record.failed[:MOST_REASONS]
    ]
    if rest := record.failed[MOST_REASONS:]:
        rows.append(["", f"{len(rest)} other reasons", number(sum(one.count for one in rest))])
    return [Table("Why evaluations failed, the commonest first.", ["how", "why", "times"], rows, texts=2)]


def _seeds(record: RunRecord) -> list[Block]:
    """Say how to find out what the seed does."""
    if record.state != ENDED or record.seed is None or record.kind == SAMPLING:
        return []
    runs = [repetition(record, record.seed + one) for one in range(1, OTHER_SEEDS + 1)]
    if None in runs:
        return []
    lines = [shell(one) for one in runs if one is not None]
    if record.kind == TRAINING:
        told = (
            "The seed decides the initial weights and the order of the windows. Train with other seeds to see how much:"
        )
    else:
        lines.append(shell(comparison(record, OTHER_SEEDS)))
        told = (
            "The seed decides much of a search. Run it with others, and compare the runs: their medians and quartiles, "
            "and how many of them beat the best naive forecast."
        )
    return [Fold("Find out what the seed does", [Paragraph(told), Code("\n".join(lines), "sh", "other seeds")])]


def _final_repeats(record: RunRecord) -> int:
    """Give how many trainings a final value is the mean of; 0 if that is not known."""
    repeats = (second_stage(record) or record.problem).get("final_repeats")
    return repeats if type(repeats) is int else 0


def _equal(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-9 * max(abs(one), abs(other))
