"""What became of an evaluation in another process."""

import os
from typing import Any

import pytest
from deap import base
from toy import Toy

from dlopt_deap import RandomSearch
from dlopt_deap.core import WORST, Guarded, Provenance, Values
from dlopt_deap.errors import WorkerError
from dlopt_deap.parallel import PoolMap
from dlopt_deap.parallel.outcomes import Lost

LOST = Lost("died", "its process died of SIGSEGV", Provenance())


def die_of_an_even_gene(individual: Any, seed: int = 0) -> Values:
    if individual[0] % 2 == 0:
        os._exit(3)
    return Toy().evaluate(individual)


def test_what_was_lost_fails_also_if_the_guarded_function_stands_in_a_toolbox() -> None:
    toolbox = base.Toolbox()
    toolbox.register("evaluate", Guarded(sum, (-1,)))
    assert LOST.settle(toolbox.evaluate).metrics == {"status": "died", "reason": LOST.reason}


def test_what_was_lost_of_a_function_without_a_value_for_it_is_an_error() -> None:
    with pytest.raises(WorkerError, match="SIGSEGV"):
        LOST.settle(len)


@pytest.mark.slow
def test_candidates_that_end_their_process_fail_alone_in_a_search() -> None:
    with PoolMap(2) as map_:
        toolbox = Toy().toolbox(map=map_, evaluate=die_of_an_even_gene)
        result = RandomSearch(batch_size=8).optimize(Toy(), 8, seed=1, toolbox=toolbox)
    found = [(one[0] % 2 == 0, one.fitness.values == (WORST,)) for one in result.population]
    assert result.failures == sum(is_even for is_even, _ in found) > 0
    assert all(is_even == has_failed for is_even, has_failed in found)
