"""How to load and use what a run left: code to copy, filled with the run's own names and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlopt_deap.data import SeriesDescription
from dlopt_deap.data.scaling import TransformerRecord
from dlopt_deap.networks import NetworkSpec
from dlopt_deap.tools.page.blocks import Block, Code, Paragraph
from dlopt_deap.tools.page.certainty import is_untrained
from dlopt_deap.tools.page.commands import OWN_DATA, PROGRAM, place, plain_path, shell
from dlopt_deap.tools.page.described import described_series, is_of_tokens
from dlopt_deap.tools.page.network import spec_of_run
from dlopt_deap.tools.saved.forecast_file import NAME as FORECAST
from dlopt_deap.tools.saved.run_record import ENDED, RunRecord
from dlopt_deap.tools.saved.saved_network import MODEL

HORIZON = 12
"""So many rows ahead the examples forecast."""

READING = {"time": None, "frequency": None, "gaps": "report", "missing": "refuse", "delimiter": None, "decimal": "."}
"""How a file is read, unless it is told."""

SINE = {"freq": 1.0, "start": 0.0, "stop": 100.0, "step": 0.1}
"""The sine wave, unless it is told."""

TEXT = {"level": "character"}
"""How a text is read, unless it is told."""

BY_KIND: dict[str, Mapping[str, Any]] = {"sine": SINE, "text": TEXT, "file": READING}
"""The options that say how data are read, with what they are unless they are told."""


@dataclass(frozen=True)
class Data:
    """The data that a run was made from, as examples name them.

    Attributes:
        kind: ``"sine"``, ``"sunspots"``, ``"file"``, ``"text"``, or something else.
        path: The file; of a text ``""`` for that of the package.
        reading: How it is read, what is not as it is by default.
    """

    kind: str
    path: str = ""
    reading: tuple[tuple[str, Any], ...] = ()


def usage(record: RunRecord) -> list[Block]:
    """Show how to load the network and how to forecast with it."""
    spec = spec_of_run(record)
    if record.state != ENDED or spec is None or not (record.folder / MODEL).is_file():
        return []
    data, described = data_of(record), described_series(record)
    blocks: list[Block] = [Paragraph("Paths are as they were when this page was written.")]
    if data.kind in ("file", "text", *OWN_DATA):
        blocks += [Paragraph("On the command line:"), Code(_command(record, described, data), "sh", "predict")]
    blocks += [Paragraph("In Python, with this package:"), Code(_own(record, described, data), "python", "own way")]
    blocks += [Paragraph("With Keras alone:"), Code(_keras(record, spec, described), "python", "keras")]
    if is_untrained(record) and data.kind in ("file", *OWN_DATA):
        told = "The weights are random ones. To train this architecture:"
        blocks += [Paragraph(told), Code(_train(record, spec, data), "sh", "train")]
    return blocks


def data_of(record: RunRecord) -> Data:
    """Find the data of a run among its options."""
    options = record.options
    source = options.get("data")
    if isinstance(source, Mapping):
        kind, path = str(source.get("kind", "")), source.get("path")
        return Data(kind, path if isinstance(path, str) else "", _changed(source, BY_KIND.get(kind, {})))
    if is_of_tokens(record):
        path = options.get("file")
        return Data("text", path if isinstance(path, str) else "", _changed(options, TEXT))
    if isinstance(options.get("file"), str):
        return Data("file", options["file"], _changed(options, READING))
    if options.get("series") == "sunspots":
        return Data("sunspots")
    name = (record.result.series or {}).get("name") if record.result is not None else ""
    return Data("sine") if name == "sine" and "program" in options else Data("")


def _changed(options: Mapping[str, Any], usual: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Give the options of some names that are not as usual."""
    return tuple((name, options[name]) for name in usual if options.get(name) not in (None, usual[name]))


def _command(record: RunRecord, described: SeriesDescription | None, data: Data) -> str:
    """Write the command that forecasts."""
    words = [PROGRAM, "predict", place(record)]
    words += [plain_path(data.path)] if data.kind == "file" else ["--set", f"data.kind={data.kind}"]
    words += ["--set", f"data.path={data.path}"] if data.kind == "text" and data.path else []
    words += _set(data)
    horizon = HORIZON if described is None or set(described.inputs) <= set(described.targets) else 1
    return shell([*words, "--set", f"horizon={horizon}", "--out", "predictions.csv"])


def _set(data: Data) -> list[str]:
    """Write as options how data are read."""
    return [word for name, value in data.reading for word in ("--set", f"data.{name}={value}")]


def _own(record: RunRecord, described: SeriesDescription | None, data: Data) -> str:
    """Write the code that forecasts with this package."""
    folder = place(record)
    if described is None or isinstance(described.scaling, TransformerRecord):
        return _own_network(folder, is_of_tokens(record))
    told = ", ".join(f"{name}={literal(one)}" for name, one in data.reading)
    source = {"sine": f"sine({told})", "sunspots": "sunspots()"}.get(data.kind)
    names = {"sine": "read_new_rows, sine", "sunspots": "read_new_rows, sunspots"}.get(data.kind, "read_new_rows")
    given = ", ".join([literal(data.path or "new.csv"), *([told] if told else [])])
    horizon = HORIZON if set(described.inputs) <= set(described.targets) else 1
    return "\n".join(
        [
            f"from dlopt_deap.data import {names}",
            "from dlopt_deap.tools import KnownRows, load_saved, predict_rows",
            "",
            f"network = load_saved({literal(folder)})",
            "described = network.described()",
            f"rows = read_new_rows(described, {source or given})",
            f"found = predict_rows(network, described, KnownRows(rows, None), horizon={horizon}, after_only=True)",
            "print(found.to_csv())  # in own units",
        ]
    )


def _own_network(folder: str, has_tokens: bool) -> str:
    """Write the code that loads a network: of tokens it draws some, of others it shows what there is."""
    load = [
        "from dlopt_deap.tools import load_saved",
        "",
        f"network = load_saved({literal(folder)})",
        "print(network.spec)",
    ]
    if not has_tokens:
        return "\n".join([*load, "print(network.weights.shape)"])
    return "\n".join(
        [
            "from dlopt_deap.networks import generate",
            *load,
            "tokens = network.tokens.tokens",
            "start = [0] * network.spec.look_back  # numbers of tokens, oldest first: put your own here",
            "drawn = generate(network.spec, network.weights, start, count=40, temperature=0.7, seed=1)",
            "print([tokens[one] for one in drawn])",
        ]
    )


def _keras(record: RunRecord, spec: NetworkSpec, described: SeriesDescription | None) -> str:
    """Write the code that forecasts with Keras alone."""
    model = str(Path(place(record)) / MODEL)
    head = ["import keras", "import numpy as np", ""]
    load = [f"model = keras.models.load_model({literal(model)})"]
    window = f"(1, {spec.look_back}, {spec.inputs})"
    if described is None or isinstance(described.scaling, TransformerRecord):
        what = "scaled rows" if not is_of_tokens(record) else "tokens: their numbers, or one-hot"
        rest = [f"x = np.zeros({window}, 'float32')  # windows x look-back x inputs: {what}, oldest first"]
        return "\n".join([*head, *load, *rest, "print(model.predict(x, verbose=0).shape)"])
    x, y = (_line(described, names) for names in (described.inputs, described.targets))
    back = [] if x == y else [f"slope, middle, centre = {y}  # of the targets"]
    return "\n".join(
        [
            *(["import csv", *head] if (known := _known_rows(record, described, spec)) else head),
            *load,
            *(known or [_no_rows(spec, described)]),
            f"slope, middle, centre = {x}  # of the inputs",
            "x = (rows - middle) * slope + centre",
            "y = model.predict(x[np.newaxis], verbose=0)[0]",
            *back,
            "print((y - centre) / slope + middle)  # the next row, in own units",
        ]
    )


def _no_rows(spec: NetworkSpec, described: SeriesDescription) -> str:
    """Write rows of zeros, where nothing is known of the last ones."""
    what = comment(described.inputs)
    return f"rows = np.zeros(({spec.look_back}, {spec.inputs}))  # put the last rows of {what} here"


def _line(described: SeriesDescription, names: Sequence[str]) -> str:
    """Write slope, middle and centre of the scaling of some columns: ``scaled = (own - middle) * slope + centre``."""
    entries = described.scaling.to_dict()
    places = [described.columns.index(name) for name in names]
    return ", ".join(str([float(entries[part][place]) for place in places]) for part in ("slope", "middle", "centre"))


def _known_rows(record: RunRecord, described: SeriesDescription, spec: NetworkSpec) -> list[str]:
    """Write how the last rows are read from ``forecast.csv``, if it holds all inputs of enough rows."""
    start, stop = described.splits.get("testing", [0, 0])
    path = record.folder / FORECAST
    if not path.is_file() or not set(described.inputs) <= set(described.targets) or stop - start < spec.look_back:
        return []
    return [
        f"names = {literal(list(described.inputs))}",
        f"with open({literal(str(Path(place(record)) / FORECAST))}, newline='', encoding='utf-8') as file:",
        f"    table = list(csv.DictReader(file))[-{spec.look_back}:]  # the last known rows, oldest first",
        "rows = np.array([[float(row[f'{name} truth']) for name in names] for row in table])",
    ]


def _train(record: RunRecord, spec: NetworkSpec, data: Data) -> str:
    """Write the command that trains an architecture which random sampling found."""
    words = [PROGRAM, "train"]
    if data.kind == "file":
        words += [plain_path(data.path), *_set(data)]
        described = described_series(record)
        if described is not None:
            from dlopt_deap.tools.settings.template import toml

            words += ["--set", f"data.targets={toml(list(described.targets))}"]
            words += ["--set", f"data.inputs={toml(list(described.inputs))}"]
    else:
        words += ["--set", f"data.kind={data.kind}", *_set(data)]
    words += ["--set", f"architectures=[{list(spec.units)}]", "--set", f"look_back=[{spec.look_back}]"]
    words += ["--set", f"cell={spec.cell}"] if spec.cell != "lstm" else []
    return shell([*words, "--seed", str(record.seed or 0), "--out", f"{place(record).rstrip('/')}-trained"])


def literal(value: Any) -> str:
    r"""Write a value in Python, what cannot be seen of a text as an escape.

    Examples:
        >>> literal("a\u202e"), literal('"')
        ("'a\\u202e'", '\'"\'')
    """
    return repr(value)


def comment(names: Sequence[str]) -> str:
    r"""Write names into a comment of Python, on one line.

    Examples:
        >>> comment(["a", "b\nprint(1)"])
        "a, 'b\\nprint(1)'"
    """
    shown = [name if name.isprintable() else repr(name) for name in names[:5]]
    cut = [name if len(name) <= 40 else f"{name[:40]}..." for name in shown]
    return ", ".join(cut) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
