"""Selection that DEAP has no function for."""

import random
from collections.abc import Sequence
from typing import Any

from deap import base, tools


def sel_dominance_tournament(individuals: Sequence[Any], k: int, rng: Any = random) -> list[Any]:
    """Choose ``k`` individuals, each the one of two drawn that Pareto-dominates the other, or else either.

    Unlike DEAP's ``selTournament`` it does not favour the first target of several, and unlike its ``selTournamentDCD``
    it needs neither crowding distances nor a ``k`` that is a multiple of four.
    """
    chosen = []
    for _ in range(k):
        first, second = rng.choice(individuals), rng.choice(individuals)
        chosen.append(second if second.fitness.dominates(first.fitness) else first)
    return chosen


def register_selection(toolbox: base.Toolbox, targets: int, tournsize: int = 2) -> None:
    """Register ``select``, ``select_parents`` and ``select_survivors`` for so many targets.

    Of one target parents win a tournament, and the best survive; of several, NSGA-II selects.

    Args:
        toolbox: The toolbox.
        targets: The number of targets.
        tournsize: The individuals of a tournament.
    """
    if targets == 1:
        toolbox.register("select", tools.selTournament, tournsize=tournsize)
        toolbox.register("select_parents", tools.selTournament, tournsize=tournsize)
        toolbox.register("select_survivors", tools.selBest)
    else:
        toolbox.register("select", tools.selNSGA2)
        toolbox.register("select_parents", sel_dominance_tournament)
        toolbox.register("select_survivors", tools.selNSGA2)
