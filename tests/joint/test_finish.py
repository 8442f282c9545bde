"""Gradient training after evolution, and evolution after gradient training."""

from functools import partial
from typing import Any

import numpy as np
import pytest

from dlopt_deap.core import AskTell
from dlopt_deap.data import sine, sunspots
from dlopt_deap.errors import SettingError
from dlopt_deap.joint import evolve_from_trained, train_from_evolved
from dlopt_deap.networks import NetworkSpec, TrainingSettings, initial_weights, train
from dlopt_deap.weight import Encoding, Objective, OpenAIES, WeightProblem, evolve_weights

SERIES = sine(stop=20.0)
SPEC = NetworkSpec(1, (4,), 1, look_back=5, activation="linear")
STEPS = partial(OpenAIES, sigma=0.02, population_size=16, learning_rate=0.01)


def error(objective: Objective, weights: Any, split: str) -> float:
    return float(objective.errors(np.asarray(weights)[np.newaxis], split)[0, 0])


def test_training_goes_on_from_evolved_weights_and_tells_what_it_brought() -> None:
    problem = WeightProblem(SERIES, SPEC, metric="mae")
    result = AskTell(partial(OpenAIES, sigma=0.1, learning_rate=0.1)).optimize(problem, 500, seed=1)
    finish = train_from_evolved(problem.objective, result.weights, epochs=30)
    assert finish.improved
    assert finish.after["validation"] < finish.before["validation"]
    assert finish.before == {split: error(problem.objective, result.weights, split) for split in finish.before}
    assert finish.after == {split: error(problem.objective, finish.weights, split) for split in finish.after}
    training = train(SPEC, SERIES, 30, TrainingSettings(patience=25), result.weights)
    assert np.array_equal(finish.weights, training.weights)


def test_evolution_goes_on_from_trained_weights_for_an_error_of_its_own() -> None:
    trained = train(SPEC, SERIES, epochs=5).weights
    objective = Objective(SERIES, SPEC, "mae")
    finish = evolve_from_trained(objective, trained, 2_000, STEPS, seed=3)
    assert finish.improved
    assert finish.after["validation"] < 0.9 * finish.before["validation"]
    evolved = evolve_weights(objective, STEPS(trained), 2_000, seed=3)
    assert np.array_equal(finish.weights, evolved.weights)
    assert finish.before["validation"] == error(objective, trained, "validation")


def test_the_default_steps_are_small_enough_for_trained_weights() -> None:
    series = sunspots()
    trained = train(SPEC, series, epochs=50).weights
    finish = evolve_from_trained(Objective(series, SPEC, "mae"), trained, 2_000)
    assert finish.after["training"] < finish.before["training"]
    assert np.abs(finish.weights - trained).max() < 0.5


def test_a_closed_loop_over_a_horizon_is_evolved_for() -> None:
    trained = train(SPEC, SERIES, epochs=20).weights
    objective = Objective(SERIES, SPEC, "mae", horizon=6)
    finish = evolve_from_trained(objective, trained, 1_000, STEPS)
    assert finish.after["training"] < finish.before["training"] == error(objective, trained, "training")


@pytest.mark.parametrize("seed", range(5))
def test_what_comes_back_is_never_worse_on_the_validation_split(seed: int) -> None:
    start = train(SPEC, SERIES, 40, seed=seed).weights
    objective = Objective(SERIES, SPEC, "mae")
    wide = partial(OpenAIES, sigma=3.0, learning_rate=1.0)
    wild = TrainingSettings(learning_rate=0.5, batch_size=8)
    for finish in (
        evolve_from_trained(objective, start, 100, wide, seed=seed),
        train_from_evolved(objective, start, 2, wild, seed=seed),
    ):
        kept = error(objective, finish.weights, "validation")
        assert kept == min(finish.before["validation"], finish.after["validation"])
        assert finish.improved == (finish.after["validation"] < finish.before["validation"])
        assert finish.improved or np.array_equal(finish.weights, start)


def test_weights_that_only_look_better_on_the_training_split_are_not_kept() -> None:
    class Misleading(Objective):
        def errors(self, vectors: Any, split: str | None = None, *arguments: Any, **settings: Any) -> Any:
            size = np.square(np.asarray(vectors, dtype=float)).sum(axis=1)[np.newaxis]
            return size if split == "validation" else -size

    start = initial_weights(SPEC)
    finish = evolve_from_trained(Misleading(SERIES, SPEC), start, 200)
    assert not finish.improved
    assert np.array_equal(finish.weights, start)
    assert finish.after["training"] < finish.before["training"]
    assert finish.after["validation"] > finish.before["validation"]


def test_a_training_that_diverges_leaves_the_evolved_weights_and_says_why() -> None:
    start = initial_weights(SPEC)
    wild = TrainingSettings(optimizer="sgd", learning_rate=1e6)
    finish = train_from_evolved(Objective(SERIES, SPEC), start, 5, wild)
    assert not finish.improved
    assert np.array_equal(finish.weights, start)
    assert finish.after == {"training": np.inf, "validation": np.inf}
    assert "diverged" in finish.reason


def test_the_weights_that_were_given_stay_as_they_are_and_are_not_shared() -> None:
    start = initial_weights(SPEC)
    copy = start.copy()
    for finish in (
        train_from_evolved(Objective(SERIES, SPEC), start, 0),
        evolve_from_trained(Objective(SERIES, SPEC), start, 0),
    ):
        assert not finish.improved
        finish.weights[:] = 7
        assert np.array_equal(start, copy)


def test_evolution_keeps_to_the_bounds() -> None:
    start = initial_weights(SPEC)
    finish = evolve_from_trained(Objective(SERIES, SPEC), start, 500, STEPS, encoding=Encoding(SPEC, (-1.0, 1.0)))
    assert finish.improved
    assert np.abs(finish.weights).max() <= 1


@pytest.mark.parametrize("finish", [train_from_evolved, evolve_from_trained])
@pytest.mark.parametrize(
    ("objective", "weights", "message"),
    [
        (Objective(SERIES, SPEC, ["mae", "mse"]), initial_weights(SPEC), "one error, got mae, mse"),
        (Objective(SERIES, SPEC, batch_size=5), initial_weights(SPEC), "`batch_size`"),
        (Objective(SERIES, SPEC), np.zeros(3), r"got \(3,\)"),
        (Objective(SERIES, SPEC), np.full(SPEC.num_weights, np.nan), "finite"),
    ],
)
def test_what_does_not_fit_is_refused(finish: Any, objective: Objective, weights: Any, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        finish(objective, weights, 10)


def test_a_strategy_that_is_none_is_refused() -> None:
    with pytest.raises(SettingError, match=r"must make a strategy .*, got 'openai_es'"):
        evolve_from_trained(Objective(SERIES, SPEC), initial_weights(SPEC), 10, "openai_es")  # type: ignore[arg-type]


def test_weights_whose_error_is_not_finite_are_given_up_for_any_whose_error_is() -> None:
    start = initial_weights(SPEC)

    class Hollow(Objective):
        def errors(self, vectors: Any, *arguments: Any, **settings: Any) -> Any:
            errors = super().errors(vectors, *arguments, **settings)
            errors[0, (np.asarray(vectors) == start).all(axis=1)] = np.nan
            return errors

    finish = evolve_from_trained(Hollow(SERIES, SPEC), start, 100)
    assert finish.improved
    assert finish.before == {"training": np.inf, "validation": np.inf}
    assert np.isfinite(finish.after["validation"])
