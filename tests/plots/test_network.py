"""The figure of a network."""

from itertools import pairwise
from typing import Any

import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Rectangle

from dlopt_deap.networks import NetworkSpec
from dlopt_deap.plots import network


def drawn(ax: Any, kind: type) -> list[Any]:
    return [patch for patch in ax.patches if type(patch) is kind]


def texts(ax: Any) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_each_unit_each_pair_of_them_and_each_recurrence_is_drawn() -> None:
    ax = network(NetworkSpec(1, (3, 2), 1, look_back=4), ax=Figure().subplots())
    assert len(drawn(ax, Circle)) == 3 + 2 + 1
    assert [len(bundle.get_segments()) for bundle in ax.collections] == [3, 6, 2]
    assert len(drawn(ax, FancyArrowPatch)) == 2
    assert len(drawn(ax, Rectangle)) == 3  # the latest two rows, and the oldest


def test_a_wide_layer_is_one_block_with_its_number() -> None:
    ax = network(NetworkSpec(1, (100, 2000), 1, look_back=4), ax=Figure().subplots())
    assert len(drawn(ax, Circle)) == 1
    low, high = (block.get_height() for block in drawn(ax, FancyBboxPatch))
    assert low < high
    assert {"100", "2,000"} <= set(texts(ax))


def test_each_column_tells_its_kind_and_its_weights_which_sum_up_to_those_of_the_network() -> None:
    spec = NetworkSpec(1, (5, 3), 9, 4, cell="gru", activation="softmax", embedding=(9, 2))
    ax = network(spec, ax=Figure().subplots())
    told = [text for text in texts(ax) if text.endswith(("weights", "input"))]
    assert [text.split("\n")[0] for text in told] == ["4 rows of", "embedding", "GRU", "GRU", "dense, softmax"]
    assert sum(int(text.split("\n")[2].split()[0]) for text in told[1:]) == spec.num_weights
    assert ax.get_title() == f"GRU 1, 5, 3, 9: {spec.num_weights} weights, look-back 4 rows"


@pytest.mark.parametrize(("look_back", "squares"), [(1, 1), (2, 2), (3, 3), (4, 3), (5000, 3)])
def test_the_rows_that_are_read_are_named(look_back: int, squares: int) -> None:
    ax = network(NetworkSpec(1, (2,), 1, look_back), ax=Figure().subplots())
    assert len(drawn(ax, Rectangle)) == squares
    assert ("t-1" if look_back == 1 else f"t-{look_back} … t-1") in texts(ax)


def test_of_a_very_deep_network_the_middle_is_told_and_not_drawn() -> None:
    ax = network(NetworkSpec(1, (2,) * 1000, 1, look_back=4), ax=Figure().subplots())
    assert "990\nmore\nlayers" in texts(ax)
    assert len(drawn(ax, FancyArrowPatch)) == 10
    assert len(ax.get_title()) < 80


@pytest.mark.parametrize("units", [(1,), (12, 13), (2000, 3), (9,) * 9, (50,) * 30])
@pytest.mark.parametrize("inches", [(3.4, 2.4), (7.0, 4.2), (5.0, 7.0)])
def test_texts_of_neighbours_do_not_run_into_each_other_and_stay_within(units: Any, inches: Any) -> None:
    figure = Figure(figsize=inches, layout="constrained")
    ax = network(NetworkSpec(3, units, 1, look_back=17), ax=figure.subplots())
    figure.canvas.draw()
    below = [text for text in ax.texts if "\n" in text.get_text()]
    boxes = [text.get_window_extent() for text in below]
    assert all(left.x1 <= right.x0 for left, right in pairwise(boxes)) or below[0].get_fontsize() == 4.0
    assert all(box.y0 >= -1 and box.y1 <= figure.bbox.height for box in boxes)
    assert len(below) == min(len(units), 11) + 2


def test_without_axes_a_deeper_network_gets_a_wider_figure() -> None:
    from matplotlib import pyplot

    pyplot.switch_backend("agg")
    narrow, wide = (network(NetworkSpec(1, (4,) * depth, 1, 2)).figure.get_figwidth() for depth in (1, 9))
    pyplot.close("all")
    assert narrow < wide
