"""Individuals and fitness."""

import copy
import math
import pickle
import random

import numpy as np
import pytest
from deap import base, creator, tools
from hypothesis import given
from hypothesis import strategies as st

from dlopt_deap.core import WORST, Fitness, Solution, Values, has_failed
from dlopt_deap.errors import SettingError

GENES = st.lists(st.integers(-5, 5), min_size=1, max_size=6)


def evaluated(genes: list[int], *values: float, weights: tuple[int, ...] = (1,)) -> Solution:
    solution = Solution(genes, weights)
    solution.fitness.values = Values(values, {"note": "x"})
    return solution


@given(GENES, st.floats(-1e9, 1e9))
def test_a_solution_survives_pickling_and_copying_whole(genes: list[int], value: float) -> None:
    solution = evaluated(genes, value)
    for copied in (pickle.loads(pickle.dumps(solution)), copy.deepcopy(solution)):
        assert copied == solution
        assert copied.fitness.values == (value,)
        assert copied.fitness.weights == (1,)
        assert copied.metrics == {"note": "x"}
        copied[0] += 1
        del copied.fitness.values
        assert solution[0] == genes[0]
        assert solution.fitness.valid


@given(GENES, GENES)
def test_solutions_are_equal_when_their_genes_are(one: list[int], other: list[int]) -> None:
    assert (Solution(one, (1,)) == Solution(other, (-1,))) == (one == other)
    assert (Solution(one, (1,)) == other) == (one == other)


def test_a_slice_is_a_copy() -> None:
    solution = Solution([1, 2, 3], (1,))
    part = solution[1:]
    part[0] = 9
    assert solution == [1, 2, 3]


@given(GENES, GENES)
def test_a_solution_behaves_as_a_list_does(genes: list[int], more: list[int]) -> None:
    solution, plain = Solution(genes, (1,)), list(genes)
    for sequence in (solution, plain):
        sequence[1:3] = more
        sequence.insert(1, 7)
        sequence.append(8)
        del sequence[0]
        sequence.reverse()
    assert list(solution) == plain
    assert len(solution) == len(plain)


def test_the_sign_of_a_weight_says_which_fitness_is_better() -> None:
    assert evaluated([0], 2.0).fitness > evaluated([0], 1.0).fitness
    assert evaluated([0], 2.0, weights=(-1,)).fitness < evaluated([0], 1.0, weights=(-1,)).fitness


def test_deleting_the_values_deletes_the_metrics_with_them() -> None:
    solution = evaluated([1], 2.0)
    del solution.fitness.values
    assert not solution.fitness.valid
    assert solution.metrics == {}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_fitness_value_that_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(SettingError, match="must be finite"):
        Fitness((1,)).values = (value,)


def test_values_must_be_as_many_as_targets() -> None:
    with pytest.raises(SettingError, match=r"must give 2 value\(s\)"):
        Fitness((1, -1)).values = (1.0,)


def test_values_carry_their_metrics_through_a_pickle() -> None:
    values = pickle.loads(pickle.dumps(Values([1, 2], {"a": 3})))
    assert values == (1.0, 2.0)
    assert values.metrics == {"a": 3}


def test_a_fitness_of_deap_s_creator_with_the_worst_value_has_failed() -> None:
    kind = type("Minimum", (base.Fitness,), {"weights": (-1.0,)})
    individual = type("Individual", (list,), {})([1])
    individual.fitness = kind((WORST,))
    assert has_failed(individual)
    individual.fitness.values = (1.0,)
    assert not has_failed(individual)


def test_deap_s_tools_work_on_solutions() -> None:
    population = [evaluated([i, i + 1, i + 2], float(i)) for i in range(8)]
    best = tools.HallOfFame(3)
    best.update(population)
    assert [solution[0] for solution in best] == [7, 6, 5]
    assert tools.selBest(population, 1) == [population[7]]
    assert len(tools.selTournament(population, 4, tournsize=2)) == 4
    one, other = copy.deepcopy(population[:2])
    tools.cxTwoPoint(one, other)
    assert sorted([*one, *other]) == [0, 1, 1, 2, 2, 3]
    (one,) = tools.mutShuffleIndexes(one, indpb=1.0)
    assert len(one) == 3


def test_deap_s_multi_objective_selections_work_on_solutions() -> None:
    population = [evaluated([i], float(i), float(i % 4), weights=(1, -1)) for i in range(12)]
    assert len(tools.selNSGA2(population, 5)) == 5
    assert len(tools.selSPEA2(population, 5)) == 5
    front = tools.ParetoFront()
    front.update(population)
    assert sorted(solution[0] for solution in front) == [8, 9, 10, 11]


def test_deap_s_history_can_mark_solutions() -> None:
    history, toolbox = tools.History(), base.Toolbox()
    toolbox.register("mutate", tools.mutShuffleIndexes, indpb=1.0)
    toolbox.decorate("mutate", history.decorator)
    solution = evaluated([1, 2], 0.0)
    history.update([solution])
    toolbox.mutate(copy.deepcopy(solution))
    assert len(history.genealogy_tree) == 2


def test_a_creator_individual_still_works_beside_solutions() -> None:
    creator.create("DloptTestFitness", base.Fitness, weights=(1.0,))
    creator.create("DloptTestIndividual", list, fitness=creator.DloptTestFitness)
    individual = creator.DloptTestIndividual([random.random()])
    individual.fitness.values = Values([3.0], {"a": 1})
    assert individual.fitness.values == (3.0,)


def vector(*numbers: float) -> Solution:
    return Solution(np.array(numbers, np.float32), weights=(-1,))


def test_a_solution_over_an_array_holds_a_copy_of_its_type() -> None:
    numbers = np.arange(4, dtype=np.float32)
    solution = Solution(numbers, weights=(-1,))
    numbers[0] = 9
    assert solution == [0, 1, 2, 3]
    assert solution.genes.dtype == np.float32
    solution[1] = 0.1
    assert solution[1] == np.float32(0.1)


def test_a_solution_of_another_has_genes_of_its_kind_and_none_in_common() -> None:
    array, listed = Solution(np.zeros(3, np.float32), (-1,)), Solution([1, 2], (-1,))
    copies = [Solution(array, (-1,)), Solution(listed, (1,))]
    assert copies[0].genes.dtype == np.float32
    assert type(copies[1].genes) is list
    copies[0][0], copies[1][0] = 5, 5
    assert (array, listed) == ([0, 0, 0], [1, 2])


def test_slices_of_an_array_are_copies_so_that_deaps_operators_exchange_them() -> None:
    one, other = vector(1, 1, 1, 1), vector(2, 2, 2, 2)
    random.seed(1)
    tools.cxTwoPoint(one, other)
    assert sorted([*one, *other]) == [1, 1, 1, 1, 2, 2, 2, 2]
    assert 1 in other
    part = one[:2]
    part[:] = 7
    assert 7 not in one


def test_arrays_are_compared_as_a_whole_with_solutions_arrays_and_lists() -> None:
    assert vector(1, 2) == vector(1, 2)
    assert vector(1, 2) == [1, 2]
    assert vector(1, 2) == np.array([1, 2])
    assert vector(1, 2) != vector(1, 3)
    assert vector(1, 2) != vector(1, 2, 3)
    assert vector(1, 2) != "12"
    assert Solution([1, 2], weights=(-1,)) == vector(1, 2)


def test_numpy_reads_the_genes_without_a_copy_unless_it_is_asked_for_one() -> None:
    solution = vector(1, 2)
    assert np.asarray(solution) is solution.genes
    assert np.array(solution) is not solution.genes
    assert np.asarray(solution, dtype=np.float64).dtype == np.float64
    assert np.asarray(Solution([1, 2], weights=(1,))).tolist() == [1, 2]


def test_an_array_keeps_its_length() -> None:
    for change in (lambda one: one.insert(0, 1), lambda one: one.pop(), lambda one: one.append(1)):
        with pytest.raises(SettingError, match="keeps its length"):
            change(vector(1, 2))
    with pytest.raises(SettingError, match=r"one dimension, got the shape \(2, 2\)"):
        Solution(np.zeros((2, 2)), weights=(-1,))


def test_a_solution_over_an_array_survives_pickling_copying_and_the_hall_of_fame() -> None:
    solution = vector(1, 2)
    solution.fitness.values = (3.0,)
    for copied in (pickle.loads(pickle.dumps(solution)), copy.deepcopy(solution)):
        assert copied == solution
        assert copied.fitness == solution.fitness
        assert copied.genes is not solution.genes
    hall = tools.HallOfFame(2)
    hall.update([solution, copy.deepcopy(solution)])
    assert len(hall) == 1
