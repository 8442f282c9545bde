"""Figures."""

import json
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure
from toy import Toy

from dlopt_deap.architecture import RandomSamplingProblem, Space, TrainingProblem
from dlopt_deap.core import Evolution, compare_forecasts
from dlopt_deap.data import TimeSeries, TokenSequence, sine
from dlopt_deap.errors import DataError, SettingError
from dlopt_deap.networks import NetworkSpec, initial_weights
from dlopt_deap.plots import (
    architectures_over_evaluations,
    fitness_over_evaluations,
    forecast,
    pareto_front,
    residuals,
    sampled_errors,
)
from dlopt_deap.tools.saved.forecast_file import ForecastTable


@pytest.fixture(scope="module")
def result() -> Any:
    problem = RandomSamplingProblem(sine(stop=20.0), Space((2, 6), (1, 2), (1, 4)), num_samples=10, final_samples=50)
    return Evolution(population_size=4, restarts=1).optimize(problem, 24, seed=1)


def legend(ax: Any) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_the_best_so_far_never_falls_and_ends_at_the_best(result: Any) -> None:
    ax = fitness_over_evaluations(result.logbook, "log_p", reestimated=-15.0)
    best = next(line for line in ax.lines if line.get_label() == "best so far").get_ydata()
    assert list(best) == sorted(best)
    assert best[-1] == max(result.logbook.chapters["log_p"].select("max"))
    assert ax.get_xlabel() == "evaluations"
    assert legend(ax) == ["its range", "mean of the population", "best so far", "the best, estimated anew", "restart"]


def test_the_best_so_far_of_a_minimised_target_never_rises() -> None:
    logbook = Evolution(population_size=4).optimize(Toy(), 40, seed=1).logbook
    ax = fitness_over_evaluations(logbook, "distance", sign=-1)
    best = next(line for line in ax.lines if line.get_label() == "best so far").get_ydata()
    assert list(best) == sorted(best, reverse=True)


def test_generations_in_which_all_failed_leave_a_gap() -> None:
    logbook = Evolution(population_size=4).optimize(Toy(), 40, seed=1).logbook
    for name in ("avg", "std", "min", "max"):
        logbook.chapters["distance"][1][name] = None
    ax = fitness_over_evaluations(logbook, "distance", sign=-1)
    ax.figure.canvas.draw()
    assert np.isnan(ax.lines[0].get_ydata()[1])


def test_an_unknown_target_is_told_with_those_there_are(result: Any) -> None:
    with pytest.raises(DataError, match="no rows of 'mae'; its chapters are: log_p, look_back, layers, units"):
        fitness_over_evaluations(result.logbook, "mae")


def test_architectures_have_a_panel_each_with_its_unit(result: Any) -> None:
    panels = architectures_over_evaluations(result.logbook)
    assert [panel.get_ylabel() for panel in panels] == ["look-back / rows", "recurrent layers", "mean units a layer"]
    assert list(panels[0].lines[0].get_ydata()) == result.logbook.chapters["look_back"].select("avg")


def test_sampled_errors_show_their_fit_and_reach_down_to_the_threshold(result: Any) -> None:
    sampling = result.problem.final_sampling(result.best, 1)
    ax = sampled_errors(sampling)
    assert legend(ax) == ["50 sampled networks", "fitted truncated normal", "threshold 0.01"]
    assert ax.get_xlim()[0] <= 0.01
    x, density = ax.lines[0].get_data()
    assert np.trapezoid(density, x) == pytest.approx(1.0, abs=0.05)
    assert f"{sampling.log_p:.2f}" in ax.get_title()


def test_a_forecast_shows_truth_network_and_their_difference_with_all_errors(result: Any) -> None:
    told = result.forecast(season=10)
    panels = forecast(told)
    assert [line.get_label() for line in panels[0].lines] == ["truth", "network"]
    assert list(panels[0].lines[0].get_ydata()) == list(told.truth[:, 0])
    title = panels[0].get_title().replace("\n", " ")
    assert all(f"{name} {errors['mae']:.4g}" in title for name, errors in told.errors.items())
    assert list(panels[1].lines[-1].get_ydata()) == list((told.predictions["network"] - told.truth)[:, 0])


def test_a_sampling_is_drawn_from_what_is_written_down_of_it_too(result: Any) -> None:
    sampling = result.problem.final_sampling(result.best, 1)
    ax, told = (
        sampled_errors(one, ax=Figure().subplots()) for one in (sampling, json.loads(json.dumps(sampling.to_dict())))
    )
    assert told.get_title() == ax.get_title()
    for one, other in zip(ax.lines, told.lines, strict=True):
        np.testing.assert_array_equal(one.get_xydata(), other.get_xydata())
    hopeless = sampled_errors(
        {**sampling.to_dict(), "log_p": None, "log_p_low": None}, ax=Figure().subplots()
    )  # JSON's infinity
    assert "= -inf, 95% interval [-inf, " in hopeless.get_title().replace("\n", " ")
    with pytest.raises(DataError, match=r"A sampling needs mean, .* got none for std"):
        sampled_errors({name: value for name, value in sampling.to_dict().items() if name != "std"})
    with pytest.raises(DataError, match="at least one finite error to be drawn, got none of 2"):
        sampled_errors(sampling.to_dict() | {"samples": [None, None]})


def test_residuals_show_their_bias_and_the_middle_of_them(result: Any) -> None:
    told = result.forecast()
    off = (told.predictions["network"] - told.truth)[:, 0]
    ax = residuals(told, ax=Figure().subplots())
    places = [line.get_xdata()[0] for line in ax.lines if len(line.get_xdata()) == 2]
    np.testing.assert_allclose(places, [0.0, off.mean(), *np.quantile(off, (0.05, 0.95))])
    area = sum(bar.get_width() * bar.get_height() for bar in ax.patches)
    assert area == pytest.approx(1.0)
    assert ax.get_xlabel().startswith("network - truth, ")


def test_residuals_of_tokens_or_of_rows_that_nobody_knows_are_refused() -> None:
    sequence, spec = TokenSequence("abcabdabcabb" * 40), NetworkSpec(4, (4,), 4, 3, activation="softmax")
    with pytest.raises(DataError, match="Tokens have no residuals"):
        residuals(compare_forecasts(sequence, spec, initial_weights(spec)))
    unknown = np.full((2, 1), np.nan)
    table = ForecastTable(("load",), np.arange(2), "load", unknown, {"network": unknown}, {"network": {}})
    with pytest.raises(DataError, match="whose truth is known, got none of 2"):
        residuals(table)


def test_dates_below_a_forecast_do_not_run_into_each_other() -> None:
    hours = np.arange("2026-03-01", "2026-05-20", dtype="datetime64[h]")
    series = TimeSeries(np.sin(np.arange(len(hours)) / 4)[:, np.newaxis], index=hours)
    spec = NetworkSpec(1, (2,), 1, look_back=3)
    panels = forecast(compare_forecasts(series, spec, initial_weights(spec)))
    panels[1].figure.canvas.draw()
    labels = [label for label in panels[1].get_xticklabels() if label.get_text()]
    boxes = sorted((label.get_window_extent() for label in labels), key=lambda box: box.x0)
    assert len(boxes) > 2
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))


def test_a_forecast_of_tokens_shows_the_network_and_the_best_naive_method_as_moving_means() -> None:
    sequence = TokenSequence("abcabdabcabb" * 40)
    spec = NetworkSpec(4, (4,), 4, 3, activation="softmax")
    told = compare_forecasts(sequence, spec, initial_weights(spec))
    panels = forecast(told)
    assert legend(panels[0]) == ["bigram", "network"]
    assert "cross-entropies in nats: network 1.395, " in panels[0].get_title().replace("\n", " ")
    came = told.truth.argmax(axis=1)
    length = len(came) // 40
    for line, method in zip(panels[0].lines, ("bigram", "network"), strict=True):
        nats = -np.log(told.predictions[method][np.arange(len(came)), came])
        assert line.get_ydata()[0] == pytest.approx(nats[:length].mean())
        assert line.get_ydata()[-1] == pytest.approx(nats[-length:].mean())
    assert all(0 <= right <= 1 for line in panels[1].lines for right in line.get_ydata())


def test_a_pareto_front_shows_each_architecture_and_the_knee() -> None:
    problem = TrainingProblem(
        *(sine(stop=20.0), Space((2, 6), (1, 2), (1, 8)), {"mae": -1, "num_weights": -1}), final_epochs=3
    )
    found = Evolution(population_size=8).optimize(problem, 24, seed=1)
    ax = pareto_front(found)
    assert len(ax.lines[0].get_xdata()) == len(found.candidates)
    assert (ax.lines[1].get_xdata()[0], ax.lines[1].get_ydata()[0]) == found.knee.values


def test_a_pareto_front_of_one_target_is_refused(result: Any) -> None:
    with pytest.raises(SettingError, match="at least two targets"):
        pareto_front(result)


def test_a_figure_is_drawn_where_it_is_asked_to_be_and_pyplot_knows_nothing(result: Any) -> None:
    ax = Figure().subplots()
    assert fitness_over_evaluations(result.logbook, "log_p", ax=ax) is ax
    assert pyplot.get_fignums() == []
