"""Evolving weights without toolbox, logbook or global streams."""

import random
from functools import partial
from typing import Any

import numpy as np
import pytest

from dlopt_deap.data import TimeSeries, sine
from dlopt_deap.errors import SettingError
from dlopt_deap.networks import NetworkSpec, initial_weights
from dlopt_deap.seeding import random_state, seed_run
from dlopt_deap.weight import (
    DifferentialEvolution,
    Encoding,
    Objective,
    OpenAIES,
    SeparableCMAES,
    Strategy,
    evolve_weights,
)

SERIES = sine(stop=20.0)
SPEC = NetworkSpec(1, (3,), 1, look_back=4)
START = initial_weights(SPEC)
STRATEGIES = [
    partial(OpenAIES, START, population_size=6),
    partial(SeparableCMAES, START, sigma=0.1),
    partial(DifferentialEvolution, START, population_size=8),
]


class Counting(Objective):
    """Counts the vectors that it is asked for once it stands."""

    def errors(self, vectors: Any, split: str | None = None, batch: Any = None, seed: int = 0, threads: int = 1) -> Any:
        self.__dict__["asked"] = self.__dict__.get("asked", 0) + len(vectors)
        return super().errors(vectors, split, batch, seed, threads)


@pytest.mark.parametrize("make", STRATEGIES)
@pytest.mark.parametrize("budget", [0, 1, 2, 7, 8, 15, 50, 51])
def test_exactly_as_many_vectors_are_evaluated_as_allowed(make: Any, budget: int) -> None:
    objective = Counting(SERIES, SPEC)
    before = objective.__dict__["asked"]
    evolved = evolve_weights(objective, make(), budget)
    assert objective.__dict__["asked"] - before == evolved.evaluations == budget


@pytest.mark.parametrize("make", STRATEGIES)
def test_the_best_vector_that_was_evaluated_comes_back_with_its_error(make: Any) -> None:
    objective = Objective(SERIES, SPEC, "mae")
    evolved = evolve_weights(objective, make(), 300, seed=3)
    assert evolved.loss == objective.errors(evolved.weights[np.newaxis])[0, 0] == min(evolved.history)
    assert evolved.history == sorted(evolved.history, reverse=True)
    assert evolved.loss < evolved.history[0] == objective.errors(START[np.newaxis])[0, 0]
    assert evolved.weights.dtype == np.float32


def test_the_first_vector_is_the_centroid_and_without_evaluations_it_is_the_answer() -> None:
    nothing = evolve_weights(Objective(SERIES, SPEC), OpenAIES(START), 0)
    assert np.array_equal(nothing.weights, START)
    assert (nothing.loss, nothing.history) == (np.inf, [])
    assert np.array_equal(evolve_weights(Objective(SERIES, SPEC), OpenAIES(START), 1).weights, START)


def test_of_a_last_generation_that_does_not_fit_the_strategy_is_told_nothing_but_the_best_counts() -> None:
    told: list[int] = []

    class Listening(OpenAIES):
        def tell(self, vectors: Any, losses: Any) -> None:
            told.append(len(losses))
            super().tell(vectors, losses)

    evolved = evolve_weights(Objective(SERIES, SPEC), Listening(START, population_size=6), 1 + 7 + 7 + 4)
    assert told == [7, 7]
    assert len(evolved.history) == 4


@pytest.mark.parametrize("make", STRATEGIES)
def test_the_same_arguments_give_the_same_bits_and_no_stream_outside_moves(make: Any) -> None:
    streams = str(random_state())
    strategy = make()
    one = evolve_weights(Objective(SERIES, SPEC), strategy, 60, seed=1)
    assert str(random_state()) == streams
    seed_run(5)
    again = evolve_weights(Objective(SERIES, SPEC), strategy, 60, seed=1, threads=2)
    assert np.array_equal(one.weights, again.weights)
    assert one.history == again.history
    assert not np.array_equal(one.weights, evolve_weights(Objective(SERIES, SPEC), strategy, 60, seed=2).weights)


def test_every_vector_lies_within_the_bounds() -> None:
    class Watching(Counting):
        def errors(self, vectors: Any, *arguments: Any, **settings: Any) -> Any:
            self.__dict__["widest"] = max(self.__dict__.get("widest", 0.0), float(np.abs(vectors).max()))
            return super().errors(vectors, *arguments, **settings)

    objective = Watching(SERIES, SPEC)
    evolve_weights(objective, OpenAIES(START, sigma=1.0), 200, encoding=Encoding(SPEC, bounds=(-0.25, 0.25)))
    assert objective.__dict__["widest"] == 0.25


def test_an_error_that_is_not_finite_is_the_worst_there_is() -> None:
    class Failing(Objective):
        def errors(self, vectors: Any, *arguments: Any, **settings: Any) -> Any:
            errors = super().errors(vectors, *arguments, **settings)
            errors[0, np.asarray(vectors)[:, 0] > START[0]] = np.nan
            errors[0, np.asarray(vectors)[:, 1] > START[1]] = -np.inf
            return errors

    evolved = evolve_weights(Failing(SERIES, SPEC), OpenAIES(START), 500)
    assert 0 < evolved.loss < evolved.history[0]
    assert evolved.weights[0] <= START[0]
    assert evolved.weights[1] <= START[1]


def test_if_no_error_is_finite_the_centroid_comes_back() -> None:
    class Failing(Objective):
        def errors(self, vectors: Any, *arguments: Any, **settings: Any) -> Any:
            return np.full((1, len(vectors)), np.nan)

    evolved = evolve_weights(Failing(SERIES, SPEC), OpenAIES(START, population_size=4), 30)
    assert np.array_equal(evolved.weights, START)
    assert evolved.loss == 1e100


def test_a_strategy_that_has_learnt_goes_on_from_there_and_is_left_as_it_is() -> None:
    strategy: Strategy = SeparableCMAES(START, sigma=0.1)
    vectors = strategy.ask(random.Random(1))
    strategy.tell(vectors, np.square(vectors).sum(axis=1))
    state = strategy.state_dict()
    evolved = evolve_weights(Objective(SERIES, SPEC), strategy, 1)
    assert np.array_equal(evolved.weights, strategy.centroid.astype(np.float32))
    evolve_weights(Objective(SERIES, SPEC), strategy, 100)
    assert str(strategy.state_dict()) == str(state)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"objective": Objective(SERIES, SPEC, ["mae", "mse"])}, "one error, got mae, mse"),
        ({"objective": Objective(SERIES, SPEC, batch_size=5)}, "`batch_size` of 5"),
        ({"strategy": "openai_es"}, r"such as OpenAIES\(weights\), got str"),
        ({"strategy": OpenAIES(np.zeros(3))}, "with 64 weights, got 3"),
        ({"encoding": Encoding(NetworkSpec(1, (3,), 1, look_back=5))}, "must be of the problem's network"),
        ({"encoding": 3}, "`encoding` must be an Encoding.*, got 3"),
        ({"max_evaluations": -1}, "`max_evaluations`"),
        ({"seed": None}, "seed"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: dict[str, Any], message: str) -> None:
    fitting = {"objective": Objective(SERIES, SPEC), "strategy": OpenAIES(START), "max_evaluations": 10}
    with pytest.raises(SettingError, match=message):
        evolve_weights(**{**fitting, **arguments})


def test_a_series_of_several_columns_evolves_too() -> None:
    series = TimeSeries(np.random.default_rng(0).normal(size=(60, 2)))
    spec = NetworkSpec(2, (2,), 2, look_back=3)
    evolved = evolve_weights(Objective(series, spec), OpenAIES(initial_weights(spec)), 400)
    assert evolved.loss < evolved.history[0]
