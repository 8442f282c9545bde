"""What became of an evaluation in another process."""

import os
from typing import Any

import pytest
from deap import base
from toy import Sphere

from dlopt_deap import RandomSearch
from dlopt_deap.core import Guarded, Provenance, Values
from dlopt_deap.errors import WorkerError
from dlopt_deap.parallel import PoolMap
from dlopt_deap.parallel.outcomes import Lost

LOST = Lost("died", "its process died of SIGSEGV", Provenance())


def end_the_process(individual: Any, seed: int = 0) -> Values:
    if individual[0] % 3 == 0:
        os._exit(3)
    return Values([float(sum(individual))])


def test_what_was_lost_fails_also_if_the_guarded_function_stands_in_a_toolbox() -> None:
    toolbox = base.Toolbox()
    toolbox.register("evaluate", Guarded(sum, (-1,)))
    assert LOST.settle(toolbox.evaluate).metrics == {"status": "died", "reason": LOST.reason}


def test_what_was_lost_of_a_function_without_a_value_for_it_is_an_error() -> None:
    with pytest.raises(WorkerError, match="SIGSEGV"):
        LOST.settle(len)
