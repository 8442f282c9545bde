"""Inheritance of trained weights."""

import copy
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlopt_deap.architecture import Space, TrainingProblem, inherit_weights, overlay
from dlopt_deap.core import Evolution
from dlopt_deap.data import sine
from dlopt_deap.networks import NetworkSpec

SPACE = Space(look_back=(2, 6), layers=(1, 2), units=(1, 4))
CELLS = st.sampled_from(["lstm", "gru", "simple_rnn"])
UNITS = st.lists(st.integers(1, 5), min_size=1, max_size=3).map(tuple)


def problem(**settings: Any) -> TrainingProblem:
    return TrainingProblem(
        sine(stop=20.0), SPACE, **{"epochs": 2, "final_epochs": 3, "final_repeats": 1, "inherit": True} | settings
    )


def test_a_child_begins_with_what_its_parent_learnt() -> None:
    searched = problem()
    toolbox = inherit_weights(searched.toolbox(seed=5, mutate=lambda individual: (individual,)))
    parent = searched.solution([3, 4])
    parent.fitness.values = toolbox.evaluate(parent)
    child = toolbox.clone(parent)
    (child,) = toolbox.mutate(child)
    del child.fitness.values
    spec, weights = child.inherited
    assert spec == searched.decode([3, 4])
    assert np.array_equal(weights, parent.fitness.trained[1])
    assert toolbox.evaluate(pickle.loads(pickle.dumps(child)))[0] < parent.fitness.values[0]
    assert toolbox.evaluate(searched.solution([3, 4])) == parent.fitness.values, "an orphan begins anew"
    assert "trained" not in parent.metrics


def test_without_the_option_nothing_is_inherited_or_carried() -> None:
    searched = problem(inherit=False)
    solution = searched.solution([3, 4])
    plain = searched.evaluate(solution, seed=5)
    assert plain.trained is None
    solution.inherited = (searched.decode([3, 4]), np.zeros(searched.decode([3, 4]).num_weights, np.float32))
    assert searched.evaluate(solution, seed=5) == plain


def test_a_search_with_inheritance_repeats_with_its_seed() -> None:
    def run() -> Any:
        searched = problem()
        toolbox = inherit_weights(searched.toolbox())
        result = Evolution(population_size=4).optimize(searched, 16, seed=1, toolbox=toolbox)
        return [(list(one.solution), one.values, tuple(one.solution.fitness.values)) for one in result.candidates]

    assert run() == run()


@settings(deadline=None)
@given(CELLS, UNITS, UNITS)
def test_what_fits_is_taken_over_and_the_rest_is_left(cell: str, units: tuple[int, ...], old: tuple[int, ...]) -> None:
    spec, old_spec = NetworkSpec(2, units, 1, 3, cell), NetworkSpec(2, old, 1, 5, cell)
    weights = overlay(spec, np.zeros(spec.num_weights, np.float32), old_spec, np.ones(old_spec.num_weights, np.float32))
    arrays = spec.unpack(weights)
    common = min(len(units), len(old))
    for layer in range(len(units)):
        gates = spec.weight_shapes[3 * layer][-1] // units[layer]
        parts = np.split(arrays[3 * layer + 1], gates, axis=1)
        shared = min(units[layer], old[layer]) if layer < common else 0
        for part in parts:
            assert part[:shared, :shared].all()
            assert part.sum() == shared * shared
    assert arrays[-1].all()
    assert arrays[-2].sum() == min(units[-1], old[-1])


@pytest.mark.parametrize("units", [(3,), (2, 4)])
def test_an_equal_network_takes_over_everything(units: tuple[int, ...]) -> None:
    spec = NetworkSpec(1, units, 1, 3)
    trained = np.arange(spec.num_weights, dtype=np.float32)
    assert np.array_equal(overlay(spec, np.zeros_like(trained), spec, trained), trained)


def test_another_cell_takes_over_nothing() -> None:
    spec, old = NetworkSpec(1, (3,), 1, 3, "gru"), NetworkSpec(1, (3,), 1, 3, "lstm")
    weights = np.zeros(spec.num_weights, np.float32)
    assert overlay(spec, weights, old, np.ones(old.num_weights, np.float32)) is weights


def test_a_copy_of_a_fitness_keeps_what_was_learnt() -> None:
    searched = problem()
    solution = searched.solution([3, 4])
    solution.fitness.values = searched.evaluate(solution)
    assert copy.deepcopy(solution).fitness.trained is solution.fitness.trained
    del solution.fitness.values
    assert solution.fitness.trained is None
