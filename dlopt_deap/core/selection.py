"""Selection that DEAP has no function for."""

import random
from collections.abc import Sequence
from typing import Any


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
