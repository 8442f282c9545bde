"""The figure of a network."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, Final

from dlopt_deap.networks import NetworkSpec
from dlopt_deap.plots.network_parts import Column, Sheet
from dlopt_deap.plots.style import BLUE, PALE, YELLOW, counted, inches_of, new_axes, set_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_LAYERS: Final = 10
"""Of more recurrent layers, those in the middle are left out."""

_NAMES: Final = {"lstm": "LSTM", "gru": "GRU", "simple_rnn": "simple RNN"}


def network(spec: NetworkSpec, ax: Axes | None = None) -> Axes:
    """Draw a network: the rows it reads, its recurrent layers, and its dense output.

    A layer is a column of its units, and a wide one a block with their number. Below each are its kind and its
    weights, biases included; an arrow above tells that it is recurrent. Of very deep networks the middle is left out.

    Args:
        spec: The network.
        ax: Where to draw; a new figure if ``None``, as wide as the network is deep.

    Returns:
        The axes, without ticks.

    Examples:
        >>> from matplotlib.figure import Figure
        >>> ax = network(NetworkSpec(1, (12, 100), 1, look_back=17), ax=Figure().subplots())
        >>> ax.get_title()
        'LSTM 1, 12, 100, 1: 45,973 weights, look-back 17 rows'
    """
    columns = list(_columns(spec))
    ax = ax if ax is not None else new_axes(width=min(max(1.1 * len(columns) + 0.5, 5.0), 15.0), height=3.8)
    ax.set_axis_off()
    set_title(ax, _title(spec))
    sheet = _sheet(ax, columns)
    places = [sheet.gap * number for number in range(len(columns))]
    for (x, left), (right_x, right) in pairwise(zip(places, columns, strict=True)):
        sheet.connect((x, left), (right_x, right))
    sheet.draw_window(spec.look_back, columns[0])
    for x, column in zip(places[1:], columns[1:], strict=True):
        sheet.draw_layer(x, column)
    for x, column in zip(places, columns, strict=True):
        sheet.write(x, sheet.bottom, column.text, va="top", linespacing=1.3)
    return ax


def _sheet(ax: Axes, columns: list[Column]) -> Sheet:
    """Choose the limits of the axes so that units are round and the texts of neighbours stand side by side."""
    width, height = inches_of(ax)
    longest = max(len(line) for column in columns for line in column.text.split("\n"))
    rooms = len(columns) + 0.5
    size = min(max(width / rooms * 72 / (0.58 * longest), 4.0), 9.0)
    top = max(3.0, *(column.height / 2 for column in columns))
    above, below = top + 1.7, top + 0.6
    share = 1 - min(size * 4.3 / 72 / height, 0.6)
    unit = (above + below) / share / height
    ax.set_aspect("equal", adjustable="datalim")
    gap = width * unit / rooms
    ax.set(xlim=(-0.75 * gap, (len(columns) - 0.25) * gap), ylim=(above - height * unit, above))
    return Sheet(ax, gap, size, bottom=-below)


def _columns(spec: NetworkSpec) -> Iterator[Column]:
    """Give the columns from left to right."""
    yield Column(spec.inputs, f"{counted(spec.look_back, 'row')} of\n{counted(spec.inputs, 'input')}", "white")
    sizes = [prod(shape) for shape in spec.weight_shapes]
    if spec.embedding is not None:
        vocabulary, dimension = spec.embedding
        told = f"embedding\n{vocabulary:,} → {dimension:,}\n{counted(sizes.pop(0), 'weight')}"
        yield Column(dimension, told, PALE)
    hidden = [
        Column(units, _told(_NAMES[spec.cell], units, "unit", sum(sizes[3 * layer : 3 * layer + 3])), BLUE, True)
        for layer, units in enumerate(spec.units)
    ]
    if len(hidden) > MOST_LAYERS:
        half = MOST_LAYERS // 2
        hidden[half:-half] = [Column(0, f"{len(hidden) - 2 * half}\nmore\nlayers")]
    yield from hidden
    yield Column(spec.outputs, _told(f"dense, {spec.activation}", spec.outputs, "output", sum(sizes[-2:])), YELLOW)


def _told(kind: str, units: int, noun: str, weights: int) -> str:
    """Say what a layer is."""
    return f"{kind}\n{counted(units, noun)}\n{counted(weights, 'weight')}"


def _title(spec: NetworkSpec) -> str:
    """Name the network as DLOPT lists it."""
    layers = [str(width) for width in spec.layers]
    if len(layers) > MOST_LAYERS + 2:
        layers = [*layers[:4], "…", *layers[-4:]]
    told = f"{counted(spec.num_weights, 'weight')}, look-back {counted(spec.look_back, 'row')}"
    return f"{_NAMES[spec.cell]} {', '.join(layers)}: {told}"
