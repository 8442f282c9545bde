"""How a search, a training or a sampling went."""

from __future__ import annotations

from collections.abc import Sequence

from dlopt_deap.tools.page.blocks import Block, Paragraph, Table
from dlopt_deap.tools.page.pictures import Pictures, search_pictures
from dlopt_deap.tools.page.wording import NONE, column, counted, named, number
from dlopt_deap.tools.saved.run_record import ENDED, RunRecord
from dlopt_deap.tools.saved.saved_result import SAMPLING, TRAINING, SavedCandidate

MOST_CANDIDATES = 20
"""So many of the best are told."""


def search_blocks(record: RunRecord, pictures: Pictures) -> list[Block]:
    """Show how it went."""
    return [Paragraph(_took(record)), *search_pictures(record, pictures), *_candidates(record)]


def _took(record: RunRecord) -> str:
    """Say what it took and what ended it."""
    if record.kind == TRAINING and record.result is not None:
        losses = record.result.history.get("val_loss") or record.result.history.get("loss") or []
        which = "validation" if record.result.history.get("val_loss") else "training"
        least = f" The least {which} loss, {number(min(losses))}, came in epoch {losses.index(min(losses)) + 1}."
        epochs = len(record.result.history.get("loss", []))
        ended = f", ended by {named(record.stopped_by)}" if record.stopped_by else ""
        return f"{counted(epochs, 'epoch')} in {_seconds(record.seconds)}{ended}.{least if losses else ''}"
    what = "architecture" if record.kind == SAMPLING else "evaluation"
    if record.kind == SAMPLING:
        return f"{counted(record.evaluations, what)} sampled." if record.evaluations else "It has not come to its end."
    generations = f" in {counted(len(record.logbook), 'generation')}" if len(record.logbook) else ""
    rate = ""
    if record.seconds:
        rate = f", {_seconds(record.seconds)} ({number(record.evaluations / record.seconds, 3)} a second)"
    ended = f"; ended by {named(record.stopped_by)}" if record.stopped_by and record.state == ENDED else ""
    return f"{counted(record.evaluations, what)}{generations}{rate}{ended}."


def _candidates(record: RunRecord) -> list[Block]:
    """Lay out the best, best first."""
    best = record.candidates[:MOST_CANDIDATES]
    if len(best) < 2:
        return []
    targets = list(best[0].fitness) or ["log_p"] * (record.kind == SAMPLING)
    header, columns = ["rank"], [[str(place) for place in range(1, len(best) + 1)]]
    for name in targets:
        header.append(named(name))
        columns.append(column([one.fitness.get(name, one.metrics.get(name)) for one in best]))
        if _is_anew(best, name):
            header.append(f"{named(name)}, as searched")
            columns.append(column([one.search_fitness.get(name) for one in best]))
        if all(f"{name}_{end}" in one.metrics for one in best for end in ("low", "high")):
            header.append("95 % interval")
            columns.append(
                [" to ".join(column([one.metrics[f"{name}_low"], one.metrics[f"{name}_high"]])) for one in best]
            )
    if any(one.look_back for one in best):
        header.append("look-back / rows")
        columns.append([number(one.look_back) if one.look_back else NONE for one in best])
    if any(one.units for one in best):
        header.append("units of the layers")
        columns.append([_units(one) for one in best])
    if any(one.num_weights for one in best):
        header.append("weights")
        columns.append([number(one.num_weights) if one.num_weights else NONE for one in best])
    if not any(one.units for one in best):
        header.append("genes")
        columns.append([named(one.genes, 60) for one in best])
    rest = len(record.candidates) - len(best)
    more = f"; {rest} more are in result.json" if rest else ""
    return [Table(f"The best candidates{_front(record)}{more}.", header, list(zip(*columns, strict=True)), 0, 0)]


def _front(record: RunRecord) -> str:
    """Say by what they are ordered."""
    names = list(record.candidates[0].fitness)
    return f": the Pareto front, by {named(names[0])}" if len(names) > 1 else ", best first"


def _is_anew(candidates: Sequence[SavedCandidate], name: str) -> bool:
    """Whether values were estimated anew, with other outcomes than those that the search saw."""
    pairs = [(one.fitness.get(name), one.search_fitness.get(name)) for one in candidates if one.reestimated]
    return any(value != searched for value, searched in pairs)


def _units(candidate: SavedCandidate) -> str:
    """Write the widths of the layers."""
    shown = ", ".join(str(one) for one in candidate.units[:12])
    return f"{shown}, …" if len(candidate.units) > 12 else shown or NONE


def _seconds(seconds: float) -> str:
    """Write how long something took."""
    if seconds < 120:
        return f"{number(seconds, 3)} s"
    hours, rest = divmod(round(seconds), 3600)
    return f"{hours} h {rest // 60} min" if hours else f"{rest // 60} min {rest % 60} s"
