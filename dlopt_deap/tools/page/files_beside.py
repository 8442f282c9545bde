"""The files of a run, beside its page."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from dlopt_deap.tools.page.blocks import Block, Links
from dlopt_deap.tools.saved.run_record import ENDED, RunRecord

MEANINGS = {
    "result.json": "the best, with DLOPT's keys, the runners-up, settings and seed",
    "best.keras": "the network with its weights, for Keras",
    "forecast.csv": "the test split as it was and as each method forecast it",
    "pareto.csv": "the Pareto front",
    "logbook.csv": "a row a generation",
    "samples.jsonl": "a line an architecture, with its sampled errors",
    "settings.json": "the settings of the sampling",
    "run.sqlite": "the run itself: settings, evaluations, snapshots",
    "figures": "the figures, as PNG",
    "tensorboard": "what TensorBoard shows",
}
"""What is beside a page, and what it is."""


def files_beside(record: RunRecord, page: Path) -> list[Block]:
    """List the files; the result, which is written after the page, too."""
    there = [
        name
        for name in MEANINGS
        if (record.folder / name).exists() or (name == "result.json" and record.state == ENDED)
    ]
    base = os.path.relpath(record.folder.resolve(), page.parent.resolve())
    prefix = "" if base == "." else f"{quote(os.fsencode(Path(base).as_posix()))}/"
    items = [(f"{prefix}{name}", name, MEANINGS[name]) for name in there]
    return [Links(items)] if items else []
