"""How to make a run again, and how to go on with it."""

from __future__ import annotations

import json
from typing import Any

from dlopt_deap.tools.page.blocks import Block, Code, Fold, Paragraph
from dlopt_deap.tools.page.commands import CONFIGURATION, configuration, repetition, resumption, shell
from dlopt_deap.tools.page.usage import literal
from dlopt_deap.tools.saved.run_record import ENDED, RUNNING, RunRecord
from dlopt_deap.tools.saved.saved_result import SEARCH

SAME = (
    "The same versions on a processor of the same kind give the same result, to the last bit, on any number of workers."
)


def again(record: RunRecord) -> list[Block]:
    """Show the commands."""
    return [*_repeat(record), *_go_on(record), *_configuration(record)]


def _repeat(record: RunRecord) -> list[Block]:
    """Show how to make the run again."""
    words = repetition(record)
    if words is None:
        return _repeat_call(record)
    told = [f"This makes the run again, beside the old one. {SAME}"]
    if record.stopped_by == "max_seconds":
        told.append("The run was ended by its time; the command ends by the evaluations that it had come to.")
    if record.state != ENDED or record.stopped_by in ("interrupted", "terminated", "failures"):
        told.append("The run did not come to the end that it was asked for; the command goes as far as that.")
    if words[0] == "python":
        told.append("The script is in the checkout of the project.")
    return [Paragraph(" ".join(told)), Code(shell(words), "sh", "repeat")]


def _repeat_call(record: RunRecord) -> list[Block]:
    """Say how to make a run again that was begun in Python."""
    told = "This run was begun by a program of its own, not by the command line: the program makes it again, with its"
    blocks: list[Block] = [
        Paragraph(f"{told} seed, {record.seed}." if record.seed is not None else f"{told} settings.")
    ]
    repeat = (record.result.settings if record.result is not None else {}).get("repeat")
    if isinstance(repeat, dict) and repeat and all(_is_argument(*pair) for pair in repeat.items()):
        arguments = ", ".join(f"{name}={literal(value)}" for name, value in repeat.items())
        code = f"from dlopt_deap import evolve\n\nresult = evolve(data, {arguments})  # data: as they were then"
        blocks.append(Code(code, "python", "repeat the call"))
    return blocks


def _is_argument(name: Any, value: Any) -> bool:
    return isinstance(name, str) and name.isidentifier() and (value is None or type(value) in (int, float, str, bool))


def _go_on(record: RunRecord) -> list[Block]:
    """Show how to go on with the run."""
    if record.state == RUNNING:
        return [Paragraph("The run goes on; it can be resumed if it is interrupted.")]
    if record.state != ENDED or record.stopped_by in ("interrupted", "terminated", "failures"):
        words = resumption(record)
        told = "This goes on with it. Nothing is evaluated again that was written down."
        if words is None:
            return [Paragraph("To go on with it, call the program again with the same folder (run=...).")]
        return [Paragraph(told), Code(shell(words), "sh", "resume")]
    more = resumption(record, 2 * record.evaluations) if record.kind == SEARCH else None
    if more is None:
        return []
    return [Paragraph("This extends it to twice as many evaluations."), Code(shell(more), "sh", "extend")]


def _configuration(record: RunRecord) -> list[Block]:
    """Show the settings as a configuration file."""
    settings = configuration(record)
    if not settings:
        return []
    nested: dict[str, Any] = {}
    for dotted, value in settings.items():
        *path, name = dotted.split(".")
        group = nested
        for step in path:
            group = group.setdefault(step, {})
        group[name] = value
    nested |= {} if record.seed is None else {"seed": record.seed}
    told = f"As a configuration, to be saved as {CONFIGURATION}: what is not in it is as it is by default."
    text = json.dumps(nested, indent=2, ensure_ascii=True)
    return [Fold("The same as a configuration file", [Paragraph(told), Code(text, "json", "configuration")])]
