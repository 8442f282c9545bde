"""How figures look: told apart without colours, and readable where values differ much in size."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from dlopt_deap import plots
from dlopt_deap.plots.genealogy import STYLES
from dlopt_deap.plots.operators import OPERATORS
from dlopt_deap.plots.population import ORIGINS
from dlopt_deap.plots.scales import fit_scale
from dlopt_deap.plots.style import BLUE, COLOUR_MAP, COLOURS, DASHES, PALE, YELLOW, target_label


def lightness(colour: Any) -> float:
    """CIE L* of a colour, from 0 to 100: what is left of it in greyscale print."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    luminance = float(np.dot(linear, [0.2126, 0.7152, 0.0722]))
    return 116 * np.cbrt(luminance) - 16 if luminance > 0.008856 else 903.3 * luminance


def test_lines_that_are_drawn_together_differ_in_dashes_or_much_in_lightness() -> None:
    operators = [(colour, (dashes, marker)) for colour, dashes, marker in OPERATORS.values()]
    parents = [(style["color"], style["linestyle"]) for style in STYLES.values()]
    groups = [(COLOURS[place], str(DASHES[place])) for place in range(len(DASHES))]
    for drawn in (operators, parents, groups):
        for (colour, dashes), (other, others) in combinations(drawn, 2):
            assert dashes != others or abs(lightness(colour) - lightness(other)) > 20


def test_dots_that_are_drawn_together_differ_in_their_markers() -> None:
    assert len({style["marker"] for style in ORIGINS.values()}) == len(ORIGINS)


def test_parts_of_a_network_differ_in_lightness() -> None:
    for one, other in combinations(["white", PALE, YELLOW, BLUE], 2):
        assert abs(lightness(one) - lightness(other)) > 8


def test_the_colours_of_numbers_grow_darker_all_the_way() -> None:
    light = [lightness(colour) for colour in colormaps[COLOUR_MAP](np.linspace(0, 1, 50))[:, :3]]
    assert (np.diff(light) < 0).all()
    assert light[0] - light[-1] > 60


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([1.0, 5.0, 99.0], "linear"),
        ([1.0, 5.0, 1e3], "log"),
        ([-1.0, -5.0, -1e3], "symlog"),
        ([-1.0, 0.0, 1e3], "linear"),
        ([np.nan, np.inf], "linear"),
        ([], "linear"),
    ],
)
def test_values_of_one_sign_that_span_decades_are_drawn_on_a_logarithmic_scale(values: Any, scale: str) -> None:
    ax = Figure().subplots()
    fit_scale(ax, values)
    assert ax.get_yscale() == scale


def test_a_few_wild_values_lie_beyond_the_axis_and_a_note_counts_them() -> None:
    ax = Figure().subplots()
    ax.plot([*np.linspace(-1, 1, 99), 500.0])
    fit_scale(ax, [*np.linspace(-1, 1, 99), 500.0])
    assert ax.get_ylim()[1] < 1.5
    assert [text.get_text() for text in ax.texts] == ["1 of 100 values lie beyond the axis"]


def test_values_that_are_alike_are_all_on_the_axis() -> None:
    for values in (np.linspace(-1, 1, 50), np.ones(50), [*np.ones(49), 2.0]):
        ax = Figure().subplots()
        ax.plot(values)
        fit_scale(ax, values)
        assert ax.get_ylim()[0] <= min(values)
        assert max(values) <= ax.get_ylim()[1]
        assert not ax.texts


def test_a_title_is_broken_where_its_axes_end() -> None:
    figure = Figure(figsize=(3.0, 2.0), layout="constrained")
    groups = {"a": [([1, 2], [1.0, 2.0])] * 2}
    ax = plots.best_so_far(groups, "mae", ax=figure.subplots())
    figure.canvas.draw()
    box = ax.title.get_window_extent()
    assert "\n" in ax.get_title()
    assert box.x0 >= 0
    assert box.x1 <= figure.bbox.width


def test_a_name_with_dollars_is_written_as_it_stands() -> None:
    figure = Figure()
    name = r"$\nonsense{ in $"
    ax = plots.best_so_far({name: [([1], [1.0])]}, name, ax=figure.subplots())
    figure.canvas.draw()  # a formula of nonsense would raise
    assert ax.get_ylabel() == target_label(f"best {name} so far", -1)
