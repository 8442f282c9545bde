"""Which criterion ends a search after a generation."""

from typing import Protocol

from dlopt_deap.core.individuals.solution import has_failed
from dlopt_deap.core.running.journal import Journal
from dlopt_deap.core.running.state import SearchState
from dlopt_deap.core.running.stop import IDLE_GENERATIONS


class Journaled(SearchState, Protocol):
    """A search that is written down."""

    journal: Journal


def met_criterion(search: Journaled, stagnant: int, idle: int) -> str | None:
    """Name the criterion of ``Stop`` that is met after a generation, if one is.

    Args:
        search: The search.
        stagnant: The generations in a row without a better best.
        idle: The generations in a row without an evaluation.
    """
    stop = search.stop
    met = {
        "max_evaluations": stop.max_evaluations is not None and search.evaluations >= stop.max_evaluations,
        "max_generations": stop.max_generations is not None and search.generation >= stop.max_generations,
        "max_seconds": _time_is_over(search),
        "stagnation": stop.stagnation is not None and stagnant >= stop.stagnation,
        "target_fitness": _target_is_reached(search),
        "nothing new": idle >= IDLE_GENERATIONS,
    }
    return next((name for name, is_met in met.items() if is_met), None)


def _time_is_over(search: Journaled) -> bool:
    """Whether the time is over, and nothing is left of an earlier session, which had it."""
    limit = search.stop.max_seconds
    return limit is not None and search.seconds >= limit and not search.journal.has(search.evaluations + 1)


def _target_is_reached(search: SearchState) -> bool:
    """Whether one individual of the hall of fame is as good as asked in every target named."""
    wanted = search.stop.target_fitness
    if not wanted:
        return False
    return any(
        not has_failed(one)
        and all(
            sign * value >= sign * wanted[name]
            for (name, sign), value in zip(search.targets.items(), one.fitness.values, strict=True)
            if name in wanted
        )
        for one in search.hall_of_fame
    )
