"""The parts that the figure of a network is made of."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Any, Final

from dlopt_deap.plots.style import BLUE, GREY, YELLOW

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_UNITS: Final = 16
"""A layer of more units is drawn as a block with their number."""

_RADIUS: Final = 0.37
"""Of a unit, in heights of the room that it takes."""

_EDGE: Final[dict[str, Any]] = {"edgecolor": "black", "linewidth": 0.8}

Placed = tuple[float, "Column"]
"""A column, and where it is on the x-axis."""


@dataclass(frozen=True)
class Column:
    """What stands side by side in the figure of a network: a layer, or an ellipsis in the place of several.

    Attributes:
        units: How many units the layer has; 0 of an ellipsis.
        text: What stands below.
        colour: The colour of its units.
        recurrent: Whether they read what they said a time step before.
    """

    units: int
    text: str
    colour: str = BLUE
    recurrent: bool = False

    @property
    def is_block(self) -> bool:
        """Whether it is drawn as one block, and not unit by unit."""
        return self.units > MOST_UNITS

    @property
    def height(self) -> float:
        """How high it is: a room a unit, and a block by the logarithm of its units."""
        return MOST_UNITS * (1 + 0.12 * log(self.units / MOST_UNITS)) if self.is_block else float(self.units)

    @property
    def places(self) -> list[float]:
        """The heights of its units; of none in a block."""
        return [] if self.is_block else [(self.units - 1) / 2 - unit for unit in range(self.units)]


@dataclass(frozen=True)
class Sheet:
    """Where the parts of a network are drawn.

    Attributes:
        ax: The axes.
        gap: From one column to the next.
        size: The size of letters, in points.
        bottom: Where the texts below the columns begin.
    """

    ax: Axes
    gap: float
    size: float
    bottom: float

    def write(self, x: float, y: float, text: str, scale: float = 1.0, **settings: Any) -> None:
        """Write a text around a point."""
        centred: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 4} | settings
        self.ax.text(x, y, text, fontsize=scale * self.size, **centred)

    def connect(self, left: Placed, right: Placed) -> None:
        """Draw what a layer gives the next: a line a pair of units, or a band where there is a block."""
        from matplotlib.collections import LineCollection
        from matplotlib.patches import Polygon

        (x, one), (right_x, other) = left, right
        if one.places and other.places:
            lines = [[(x, start), (right_x, end)] for start in one.places for end in other.places]
            alpha = min(max(6 / len(lines) ** 0.5, 0.3), 0.9)
            bundle = LineCollection(lines, colors=GREY, linewidths=0.6, alpha=alpha, zorder=1)
            self.ax.add_collection(bundle, autolim=False)
            return
        ends = [(x, one.height / 2), (right_x, other.height / 2), (right_x, -other.height / 2), (x, -one.height / 2)]
        self.ax.add_patch(Polygon(ends, closed=True, facecolor=GREY, alpha=0.2, linewidth=0, zorder=1))

    def draw_layer(self, x: float, layer: Column) -> None:
        """Draw the units of a layer, and an arrow from it to itself where it is recurrent."""
        from matplotlib.patches import Circle

        if not layer.units:
            self.write(x, 0.0, "…", 2.0)
        elif layer.is_block:
            self._draw_block(x, layer)
        for place in layer.places:
            self.ax.add_patch(Circle((x, place), _RADIUS, facecolor=layer.colour, zorder=3, **_EDGE))
        if layer.recurrent:
            self._draw_loop(x, layer.height / 2)

    def draw_window(self, look_back: int, column: Column) -> None:
        """Draw the rows that are read, a square a number, the latest on the right, which is at 0."""
        from matplotlib.patches import Rectangle

        shown = list(range(1, look_back + 1)) if look_back <= 3 else [1, 2, look_back]
        step = min(1.0, self.gap / 5)
        side = 0.74 * step
        height = column.height - 0.26 if column.is_block else 0.74
        for place, row in enumerate(shown):
            x = -step * (place if place == row - 1 else place + 1)
            for y in column.places or [0.0]:
                corner = (x - side / 2, y - height / 2)
                self.ax.add_patch(Rectangle(corner, side, height, facecolor=column.colour, zorder=3, **_EDGE))
        above = column.height / 2 + 0.2
        names = f"t-{look_back} … t-1" if look_back > 1 else "t-1"
        self.write(-step * (0, 0, 0.5, 1)[min(look_back, 3)], above, names, 0.85, va="bottom")
        if look_back > 3:
            self.write(-2 * step, 0.0, "…", 1.3)
        if column.is_block:
            self.write(0.0, 0.0, f"{column.units:,}", rotation=90)

    def _draw_block(self, x: float, layer: Column) -> None:
        """Draw a layer of many units."""
        from matplotlib.patches import FancyBboxPatch

        wide, round_by = min(0.45 * self.gap, 2.4), 0.3
        corner = (x - wide / 2 + round_by, -layer.height / 2 + round_by)
        size = (wide - 2 * round_by, layer.height - 2 * round_by)
        style = f"round,pad={round_by},rounding_size={round_by}"
        self.ax.add_patch(FancyBboxPatch(corner, *size, boxstyle=style, facecolor=layer.colour, zorder=3, **_EDGE))
        number = f"{layer.units:,}"
        letters = "black" if layer.colour == YELLOW else "white"
        self.write(x, 0.0, number, 1.1, color=letters, rotation=90 if len(number) > 3 else 0)

    def _draw_loop(self, x: float, top: float) -> None:
        """Draw an arrow that leaves a layer at its top and comes back."""
        from matplotlib.patches import FancyArrowPatch
        from matplotlib.path import Path

        turns = [(x + 0.3, top), (x + 1.1, top + 1.7), (x - 1.1, top + 1.7), (x - 0.3, top)]
        path = Path(turns, [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])
        head = f"-|>,head_length={0.35 * self.size},head_width={0.18 * self.size}"
        self.ax.add_patch(FancyArrowPatch(path=path, arrowstyle=head, color="black", linewidth=1, zorder=2))
