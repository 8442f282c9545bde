"""The best of a search, as it ends: estimated anew where its fitness is noisy, and ranked by that."""

from functools import partial
from typing import Any

from deap import tools

from dlopt_deap.core.individuals.plain_values import have_same_genes
from dlopt_deap.core.individuals.solution import has_failed
from dlopt_deap.core.results.candidate import Candidate, rank
from dlopt_deap.core.results.pareto import first_front
from dlopt_deap.core.running.guard import Guarded, succeeded
from dlopt_deap.core.running.search import Search
from dlopt_deap.errors import EvaluationError

MOST_NEWCOMERS = 100
"""So many of the last population are estimated anew beside the hall of fame, where that is cheap."""


def candidates_of(search: Search, reason: str) -> tuple[list[Candidate], str]:
    """Rank the best of a search, by fresh estimates if its fitness is noisy and nobody is in a hurry.

    Returns:
        The candidates, and what ended the run: a signal, if one came meanwhile.

    Raises:
        EvaluationError: If there is none, because every evaluation failed or none was made.
    """
    found = [individual for individual in search.hall_of_fame if not has_failed(individual)]
    if not found:
        why = f"; the last one failed with: {search.last_failure}" if search.last_failure else ""
        raise EvaluationError(f"None of {search.evaluations} evaluations succeeded{why}.")
    as_found = [Candidate(individual) for individual in found]
    if not search.problem.noisy:
        return as_found, reason
    if search.interrupts.reason is not None or reason == "interrupted":  # a criterion may have been met just before
        return as_found, search.interrupts.reason or reason
    found += _newcomers(search, found)
    estimate = partial(search.problem.reestimate, seed=search.seed)
    guarded = Guarded(estimate, search.problem.weights)
    fresh = search.journal.evaluate_all(search.map, guarded, found, "final", search.interrupts)
    if fresh is None:
        return as_found, search.interrupts.reason or "interrupted"
    again = [Candidate(one, values) for one, values in zip(found, fresh, strict=True) if succeeded(values)]
    return _still_best(again, search) or as_found, reason


def _newcomers(search: Search, found: list[Any]) -> list[Any]:
    """Give who else may be estimated anew, if that is cheap: the best of the last population.

    Where each generation was judged on something else, as on a mini-batch, the hall of fame holds the lucky ones.
    """
    if not search.problem.cheap:
        return []
    fresh: list[Any] = []
    valid = [one for one in search.population if one.fitness.valid and not has_failed(one)]
    for one in tools.selBest(valid, MOST_NEWCOMERS):
        if not any(have_same_genes(one, other) for other in (*found, *fresh)):
            fresh.append(one)
    return fresh


def _still_best(candidates: list[Candidate], search: Search) -> list[Candidate]:
    """Rank candidates by their fresh values; of several targets keep those that no other one dominates now."""
    if not candidates:
        return []
    if len(search.problem.targets) == 1:
        return rank(candidates)[: search.hall_of_fame.maxsize]
    front = first_front([candidate.values for candidate in candidates], search.problem.weights)
    return rank([candidates[position] for position in front])
