"""The figures that need no result in memory."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from toy import Toy

from dlopt_deap.core import Evolution
from dlopt_deap.errors import DataError, SettingError
from dlopt_deap.plots import best_so_far, forecast, pareto_points, training_history
from dlopt_deap.tools.saved.forecast_file import ForecastTable


def test_a_group_is_drawn_by_its_median_where_most_of_its_runs_have_a_value() -> None:
    curves = [([4, 8, 12], [3.0, 2.0, 1.0]), ([4, 8, 12], [np.nan, 4.0, 3.0]), ([4, 8, 12], [np.nan, 6.0, 5.0])]
    ax = best_so_far({"a": curves}, "mae", ax=Figure().subplots())
    x, y = ax.lines[0].get_data()
    assert (list(x), list(y)) == ([8.0, 12.0], [4.0, 3.0])


def test_runs_of_other_generations_are_brought_together_by_what_each_had_last() -> None:
    ax = best_so_far({"a": [([2, 6], [4.0, 2.0]), ([4, 8], [8.0, 0.0])]}, "mae", ax=Figure().subplots())
    x, y = ax.lines[0].get_data()
    assert (list(x), list(y)) == ([4.0, 6.0], [6.0, 5.0])  # from where both have a value to the end of the shorter one


@pytest.mark.parametrize("sign", [1, -1])
def test_a_run_that_joins_late_never_makes_the_best_so_far_worse(sign: int) -> None:
    curves = [([1, 5], [sign * 3.0, sign * 4.0]), ([2, 5], [sign * 2.0, sign * 4.0]), ([3, 5], [0.0, 0.0])]
    ax = best_so_far({"a": curves}, "mae", sign, ax=Figure().subplots())
    x, y = ax.lines[0].get_data()
    assert list(x) == [2.0, 3.0, 5.0]
    assert list(sign * y) == sorted(sign * y)


def test_the_band_lies_between_the_quartiles_and_one_run_has_none() -> None:
    ax = best_so_far(
        {"five": [([1, 2], [float(value)] * 2) for value in range(5)], "one": [([1, 2], [7.0, 7.0])]},
        "mae",
        ax=Figure().subplots(),
    )
    assert len(ax.collections) == 1
    heights = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == (1.0, 3.0)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["five (5 runs)", "one (1 run)"]


def test_groups_differ_in_colour_and_in_dashes() -> None:
    ax = best_so_far({name: [([1], [1.0])] for name in "abcdefg"}, "mae", ax=Figure().subplots())
    assert len({line.get_color() for line in ax.lines}) == 7
    assert len({(line.get_color(), str(line.get_linestyle())) for line in ax.lines[:5]}) == 5


@pytest.mark.parametrize("curves", [[], [([], [])]])
def test_a_group_without_a_generation_is_told(curves: list[tuple[list[int], list[float]]]) -> None:
    with pytest.raises(DataError, match="The group 'a' must have at least one run with a generation"):
        best_so_far({"a": curves}, "mae", ax=Figure().subplots())


def test_a_training_is_drawn_with_its_best_epoch() -> None:
    ax = training_history({"loss": [3.0, 2.0, 1.0], "val_loss": [3.0, 1.5, 2.0]}, ax=Figure().subplots())
    assert [line.get_label() for line in ax.lines] == ["training", "validation", "least validation loss, epoch 2"]
    assert list(ax.lines[0].get_xdata()) == [1, 2, 3]
    with pytest.raises(DataError, match="at least one epoch"):
        training_history({"loss": [], "val_loss": []}, ax=Figure().subplots())


def test_a_front_is_drawn_of_its_values_alone() -> None:
    ax = pareto_points({"mae": -1, "num_weights": -1}, [[0.0, 10.0], [0.1, 2.0], [1.0, 1.0]], ax=Figure().subplots())
    assert (ax.lines[1].get_xdata()[0], ax.lines[1].get_ydata()[0]) == (0.1, 2.0)
    with pytest.raises(SettingError, match="at least two targets"):
        pareto_points({"mae": -1}, [[0.0]], ax=Figure().subplots())


def test_a_forecast_of_rows_that_nobody_knows_leaves_a_gap_and_texts_become_rows() -> None:
    index, truth = np.array(["+1", "+2"]), np.array([[1.0], [np.nan]])
    table = ForecastTable(("load",), index, "load", truth, {"network": np.array([[2.0], [3.0]])}, {"network": {}})
    panels = forecast(table, ax=Figure().subplots(2, 1))
    panels[0].figure.canvas.draw()
    assert list(panels[0].lines[0].get_xdata()) == [0, 1]
    assert panels[1].get_xlabel() == "row"
    assert panels[0].get_title() == "load"
    assert np.isnan(panels[1].lines[-1].get_ydata()[1])


def test_two_targets_are_parted_by_stairs_between_what_is_dominated_and_what_is_not() -> None:
    values = [[0.0, 10.0], [0.1, 2.0], [1.0, 1.0]]
    for sign, style in ((-1, "steps-post"), (1, "steps-pre")):
        ax = pareto_points({"a": sign, "b": -1}, values, ax=Figure().subplots())
        assert ax.lines[0].get_drawstyle() == style


def test_a_third_target_is_the_colour_with_a_bar_that_names_it() -> None:
    values = [[0.0, 10.0, 3.0], [0.1, 2.0, 2.0], [1.0, 1.0, 1000.0]]
    ax = pareto_points({"mae": -1, "num_weights": -1, "look_back": -1}, values, ax=Figure().subplots())
    dots = ax.collections[0]
    assert dots.get_array().tolist() == [3.0, 2.0, 1000.0]
    assert dots.get_offsets().tolist() == [one[:2] for one in values]
    assert ax.figure.axes[1].get_ylabel() == "look_back"


def test_of_four_targets_each_has_an_axis_and_each_point_is_a_line() -> None:
    values = np.array([[0.0, 10.0, 3.0, 1.0], [0.1, 2.0, 2.0, 0.0], [1.0, 1.0, 1.0, 2.0]])
    ax = pareto_points(dict.fromkeys("abcd", -1), values, "layers [1, 2, 1]", ax=Figure().subplots())
    assert len(ax.collections[0].get_segments()) == 3
    assert len(ax.get_xticklabels()) == 4
    assert ax.lines[0].get_label() == "knee: layers [1, 2, 1]"


def test_seeds_of_a_search_are_compared_from_their_folders(tmp_path: Path) -> None:
    results = [
        Evolution(population_size=4).optimize(Toy(), 20, seed=seed, run=tmp_path / str(seed)) for seed in (1, 2, 3)
    ]
    sources = [tmp_path / str(seed) for seed in (1, 2, 3)]
    ax = best_so_far({"toy": sources}, "distance", -1, ax=Figure().subplots())
    best = [np.minimum.accumulate(one.logbook.chapters["distance"].select("min"))[-1] for one in results]
    assert ax.lines[0].get_ydata()[-1] == np.median(best)
    assert ax.get_legend().get_texts()[0].get_text() == "toy (3 runs)"
    assert best_so_far({"toy": sources}, "distance", -1, against="seconds", ax=Figure().subplots()).get_xlabel()
