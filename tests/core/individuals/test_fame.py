"""The hall of fame of a search."""

import random

from deap import tools
from hypothesis import given
from hypothesis import strategies as st

from dlopt_deap.core import Solution, Values
from dlopt_deap.core.individuals.fame import HallOfFame


def one(genes: list[int], error: float, learnt: str = "") -> Solution:
    solution, values = Solution(genes, (-1,)), Values([error])
    values.trained = learnt
    solution.fitness.values = values
    return solution


def test_a_better_twin_takes_the_place_of_a_worse_one_with_what_it_learnt() -> None:
    hall = HallOfFame(3)
    hall.update([one([1, 2], 2.0, "little"), one([5], 1.5)])
    hall.update([one([1, 2], 1.0, "more")])
    hall.update([one([1, 2], 3.0, "nothing"), one([1, 2], 1.0, "the same")])
    assert [(individual.genes, individual.fitness.trained) for individual in hall] == [([1, 2], "more"), ([5], "")]


def test_the_only_one_of_a_hall_can_be_replaced_by_its_better_twin() -> None:
    hall = HallOfFame(1)
    for error in (3.0, 2.0, 4.0):
        hall.update([one([1], error)])
    assert [individual.fitness.values for individual in hall] == [(2.0,)]


@given(st.lists(st.lists(st.integers(0, 8), max_size=12), max_size=6), st.integers(1, 5))
def test_where_genes_are_always_worth_the_same_it_is_that_of_deap(generations: list[list[int]], size: int) -> None:
    hall, deap = HallOfFame(size), tools.HallOfFame(size)
    worth = random.Random(1).choices(range(5), k=9)
    for genes in generations:
        population = [one([gene], worth[gene]) for gene in genes]
        hall.update(population)
        deap.update(population)
    assert [individual.genes for individual in hall] == [individual.genes for individual in deap]
    assert list(hall.keys) == list(deap.keys)
