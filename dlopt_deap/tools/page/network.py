"""The network that was found: in words, and layer by layer."""

from __future__ import annotations

from math import prod

from dlopt_deap.networks import NetworkSpec
from dlopt_deap.tools.page.blocks import Block, Paragraph, Table
from dlopt_deap.tools.page.described import is_of_tokens
from dlopt_deap.tools.page.wording import counted, enumerated, number
from dlopt_deap.tools.saved.run_record import RunRecord

CELLS = {"lstm": "LSTM", "gru": "GRU", "simple_rnn": "simple recurrent"}

MOST_LAYERS = 12
"""So many layers are told one by one."""


def spec_of_run(record: RunRecord) -> NetworkSpec | None:
    """Give the network of a result; ``None`` if there is none, or it is not described."""
    return record.result.spec if record.result is not None else None


def network_words(record: RunRecord) -> str:
    """Say in a few words what the best candidate is."""
    best, spec = record.candidates[0], spec_of_run(record)
    units = list(spec.units) if spec is not None else best.units
    if not units:
        return "a solution whose genes are told below"
    cell = f"{CELLS[spec.cell]} " if spec is not None else "recurrent "
    article = "an" if cell.startswith("LSTM") else "a"
    shown = [str(one) for one in units[:MOST_LAYERS]]
    wide = enumerated(shown) if len(units) <= MOST_LAYERS else f"{', '.join(shown)}, …"
    layers = f"{counted(len(units), 'layer')} of {wide} units" if len(units) > 1 else f"one layer of {wide} units"
    if units == [1]:
        layers = "one layer of 1 unit"
    step = "token" if is_of_tokens(record) else "row"
    read = f", reading {counted(best.look_back, step)}" if best.look_back else ""
    weights = spec.num_weights if spec is not None else best.num_weights
    size = f" ({counted(weights, 'weight')})" if weights else ""
    return f"{article} {cell}network with {layers}{read}{size}"


def network_blocks(record: RunRecord, pictures: list[Block]) -> list[Block]:
    """Show the network: drawn, and its sizes."""
    spec = spec_of_run(record)
    if spec is None:
        return pictures
    return [*pictures, _sizes(spec), Paragraph(_reads(spec))]


def _sizes(spec: NetworkSpec) -> Table:
    """Lay out the layers with their weights."""
    shapes = [prod(shape) for shape in spec.weight_shapes]
    rows = []
    if spec.embedding is not None:
        rows.append(["embedding", number(spec.embedding[0]), number(spec.embedding[1]), number(shapes.pop(0))])
    read = (spec.features, *spec.units)
    for place, units in enumerate(spec.units):
        weights = sum(shapes[3 * place : 3 * place + 3])
        rows.append([f"{CELLS[spec.cell]} {place + 1}", number(read[place]), number(units), number(weights)])
    if len(rows) > MOST_LAYERS:
        rows = [*rows[:MOST_LAYERS], [f"… {len(rows) - MOST_LAYERS} more", "", "", ""]]
    rows.append([f"dense, {spec.activation}", number(spec.units[-1]), number(spec.outputs), number(sum(shapes[-2:]))])
    rows.append(["in all", "", "", number(spec.num_weights)])
    return Table("Layers, from the input on.", ["layer", "reads", "gives", "weights"], rows, strong=len(rows) - 1)


def _reads(spec: NetworkSpec) -> str:
    """Say what it reads and what a forecast costs."""
    what = "tokens" if spec.embedding is not None or spec.activation == "softmax" else "rows"
    return (
        f"It reads {number(spec.look_back)} {what} of {counted(spec.inputs, 'number')} each, and one forecast takes "
        f"{number(spec.multiply_adds)} multiplications. Its weights are {number(4 * spec.num_weights / 1000, 3)} kB."
    )
