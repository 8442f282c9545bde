"""What the names of a fitness stand for, and what suits a series."""

from typing import Any

import numpy as np
import pytest

from dlopt_deap.architecture import RandomSamplingProblem, Space, TrainingProblem
from dlopt_deap.data import TimeSeries, sunspots
from dlopt_deap.errors import SettingError
from dlopt_deap.forecasting import make_task
from dlopt_deap.forecasting.defaults import default_effort, default_sampling, default_space, default_training


def noise(rows: int, season: int | None = None) -> TimeSeries:
    return TimeSeries(np.random.default_rng(0).normal(size=rows), scale=(-1, 1), season=season)


@pytest.mark.parametrize(
    ("fitness", "search", "final"),
    [
        ("mae", {"mae": -1}, {"mae": -1}),
        ("rmse,num_weights", {"rmse": -1, "num_weights": -1}, {"rmse": -1, "num_weights": -1}),
        (["mae", "look_back"], {"mae": -1, "look_back": -1}, {"mae": -1, "look_back": -1}),
        ("log_p", {"log_p": 1}, {"log_p": 1}),
        ("log_p,num_weights", {"log_p": 1, "num_weights": -1}, {"log_p": 1, "num_weights": -1}),
        ("log_p,mae", {"log_p": 1}, {"mae": -1}),
        ("mean,mae,num_weights", {"mean": -1}, {"mae": -1, "num_weights": -1}),
    ],
)
def test_the_problems_of_search_and_end_follow_from_the_names_of_the_fitness(
    fitness: Any, search: dict[str, int], final: dict[str, int]
) -> None:
    task = make_task(sunspots(), fitness)
    assert (task.search.targets, task.final.targets) == (search, final)
    assert isinstance(task.search, RandomSamplingProblem if {"log_p", "mean"} & set(search) else TrainingProblem)
    assert task.two_stage == (search != final)


@pytest.mark.parametrize(
    ("fitness", "message"),
    [
        ("maee", "did you mean 'mae'"),
        ("", "`fitness` must be one of"),
        ([], "`fitness` must be names, such as 'mae'"),
        (3, "`fitness` must be names, such as 'mae'"),
        ("mae,mae", "each value once"),
        ("num_weights", "an error or a promise beside what networks cost"),
        ("log_p,", "`fitness` must be one of"),
    ],
)
def test_a_fitness_that_says_nothing_is_refused(fitness: Any, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        make_task(sunspots(), fitness)


def test_look_backs_reach_over_a_season_and_leave_enough_windows() -> None:
    assert default_space(noise(1000)).look_back == (2, 30)
    assert default_space(noise(1000, season=48)).look_back == (2, 60)
    assert default_space(noise(1000, season=365)).look_back == (2, 120)
    assert default_space(noise(50)).look_back == (2, 8)
    assert default_space(noise(8)).look_back == (1, 1)


def test_more_rows_get_wider_layers_larger_batches_and_fewer_epochs() -> None:
    few, many = noise(300), noise(40_000)
    assert (default_space(few).units, default_space(many).units) == ((1, 32), (1, 64))
    assert (default_training(few).batch_size, default_training(many).batch_size) == (16, 64)
    assert default_effort(few) == {"epochs": 10, "final_epochs": 300, "final_repeats": 3}
    assert default_effort(many) == {"epochs": 2, "final_epochs": 23, "final_repeats": 1}


def test_what_is_given_goes_before_what_suits_the_series() -> None:
    space = Space(3, 1, 4)
    task = make_task(sunspots(), "log_p,mae", space, epochs=3, final_epochs=7, num_samples=9, finalists=2)
    assert task.search.space == task.final.space == space
    assert isinstance(task.search, RandomSamplingProblem)
    assert isinstance(task.final, TrainingProblem)
    assert (task.final.epochs, task.final.final_epochs, task.search.num_samples, task.finalists) == (3, 7, 9, 2)


def test_the_threshold_of_random_sampling_is_a_share_of_the_range_that_networks_see() -> None:
    assert default_sampling(sunspots()) == {"threshold": 0.1, "lower": 0.0, "upper": 2.0}
    wide = default_sampling(TimeSeries(np.arange(-500.0, 1500.0), shares=(0.5, 0.2, 0.3)))
    assert wide["threshold"] == pytest.approx(0.05 * 999)
    assert default_sampling(TimeSeries(np.full(50, 3.0)))["threshold"] == 0.05
