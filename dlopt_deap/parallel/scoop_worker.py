"""What a SCOOP worker does: it lets a process of its own evaluate, which may die without it."""

import pickle
from dataclasses import dataclass, field

from dlopt_deap.parallel.child import remember
from dlopt_deap.parallel.limits import Limits
from dlopt_deap.parallel.outcomes import Outcome
from dlopt_deap.parallel.pool import PoolMap
from dlopt_deap.parallel.signals import die_quietly_unless_origin
from dlopt_deap.parallel.work import Pace, Work

_PATIENCE = 3600.0
_POOLS: dict[Limits, PoolMap] = {}
_FUNCTIONS: dict[bytes, bytes] = {}


@dataclass(frozen=True)
class Answer:
    """What a worker sends back: the outcomes of a piece, in its order, or that it does not know the function."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    pace: Pace = field(default_factory=Pace)
    lacks_function: bool = False


def evaluate_piece(function: tuple[bytes, bytes | None], items: bytes, limits: Limits) -> Answer:
    """Do one piece of work: the digest and, perhaps, the pickle of a function, and the pickled items."""
    die_quietly_unless_origin()
    digest, pickled = function
    if pickled is not None:
        remember(_FUNCTIONS, digest, pickled)
    if digest not in _FUNCTIONS:
        return Answer(lacks_function=True)
    pool = _POOLS.setdefault(limits, PoolMap(1, limits))
    answer = Answer()
    work = Work((digest, _FUNCTIONS[digest]), pickle.loads(items), limits, answer.pace)
    team = pool.team(work)
    try:
        while not work.finished:
            answer.outcomes.update(team.step(_PATIENCE))
    finally:
        pool.disband(team)
    return answer
