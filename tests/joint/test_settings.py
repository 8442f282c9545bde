"""How weights are evolved inside a joint search, and at its end."""

import json
import pickle
from functools import partial
from typing import Any

import numpy as np
import pytest

from dlopt_deap.data import sine
from dlopt_deap.errors import SettingError
from dlopt_deap.joint import FinalEvolution, InnerEvolution
from dlopt_deap.networks import NetworkSpec, TrainingSettings, initial_weights
from dlopt_deap.weight import DifferentialEvolution, OpenAIES, SeparableCMAES

SPEC = NetworkSpec(1, (3,), 1, look_back=4)


@pytest.mark.parametrize("strategy", [OpenAIES, partial(SeparableCMAES, sigma=0.1), DifferentialEvolution])
def test_any_strategy_of_weights_can_be_the_inner_one(strategy: Any) -> None:
    inner = InnerEvolution(strategy)
    objective = inner.objective(sine(stop=20.0), SPEC)
    evolved = inner.evolve(objective, initial_weights(SPEC), 300, seed=1)
    assert evolved.evaluations == 300
    assert evolved.loss < evolved.history[0]


def test_metric_bounds_and_weight_decay_reach_the_evolution() -> None:
    inner = InnerEvolution(metric="mae", bounds=(-0.5, 0.5), weight_decay=0.25)
    objective = inner.objective(sine(stop=20.0), SPEC)
    evolved = inner.evolve(objective, np.full(SPEC.num_weights, 0.5, np.float32), 100, seed=1)
    assert (list(objective.metrics), objective.weight_decay, objective.split) == (["mae"], 0.25, "training")
    assert np.abs(evolved.weights).max() <= 0.5


def test_the_settings_are_json_values_and_tell_one_from_another() -> None:
    different = [
        InnerEvolution(),
        InnerEvolution(partial(OpenAIES, sigma=0.2)),
        InnerEvolution(partial(SeparableCMAES, sigma=0.2)),
        InnerEvolution(metric="mae"),
        InnerEvolution(bounds=(-1, 1)),
        InnerEvolution(weight_decay=1),
        InnerEvolution(initializer="uniform"),
        FinalEvolution(),
        FinalEvolution(evaluations=5),
        FinalEvolution(epochs=5),
        FinalEvolution(training=TrainingSettings(patience=3)),
    ]
    dicts = [one.to_dict() for one in different]
    assert json.loads(json.dumps(dicts)) == dicts
    assert len({json.dumps(one) for one in dicts}) == len(dicts)
    assert [one.to_dict() for one in pickle.loads(pickle.dumps(different))] == dicts


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"strategy": "openai_es"}, "must make a strategy .*, got 'openai_es'"),
        ({"strategy": dict}, "must make a strategy"),
        ({"strategy": partial(OpenAIES, sigm=0.1)}, "but it raises: .*sigm"),
        ({"strategy": partial(OpenAIES, population_size=7)}, "must be even"),
        ({"strategy": np.sum}, "got a function that makes"),
        ({"metric": "maee"}, "did you mean 'mae'"),
        ({"bounds": (1, 1)}, "lower and a higher"),
        ({"bounds": 3}, "lower and a higher"),
        ({"bounds": [(-1, 1), (-1, 1)]}, "`bounds`"),
        ({"weight_decay": -1}, "`weight_decay`"),
        ({"initializer": "kera"}, "did you mean 'keras'"),
    ],
)
def test_a_wrong_setting_of_the_inner_evolution_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        InnerEvolution(**settings)


@pytest.mark.parametrize("settings", [{"evaluations": 0}, {"repeats": 0}, {"epochs": -1}, {"training": 3}])
def test_a_wrong_setting_of_the_final_evolution_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match=f"`{next(iter(settings))}`"):
        FinalEvolution(**settings)
