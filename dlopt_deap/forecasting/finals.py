"""The end of a call: the best of a search are judged for good, as many as the time allows."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from deap import tools

from dlopt_deap.architecture import ArchitectureProblem, TrainingProblem
from dlopt_deap.core import Candidate, Guarded, Interrupts, Journal, Result, Values, first_front, rank, succeeded
from dlopt_deap.errors import EvaluationError
from dlopt_deap.forecasting.budget import Budget
from dlopt_deap.forecasting.reserve import MARGIN, FinalCost, final_cost
from dlopt_deap.forecasting.task import Task
from dlopt_deap.storage import RunFolder

STAGE: Final = "finals"
"""What a run folder calls these estimates."""

TRAININGS: Final = 2
"""The best one is trained twice at least: to be judged, and to make its weights."""


def judge_finalists(
    result: Result,
    task: Task,
    budget: Budget,
    map: Callable[..., Iterable[Any]] = map,  # noqa: A002 - the name of the alias in a toolbox
    run: RunFolder | None = None,
    measure: Callable[[ArchitectureProblem, Any], FinalCost] = final_cost,
) -> Result:
    """Estimate the best of a search anew, best first, for as long as the budget allows, and at least one of them.

    Of a Pareto front those come first that are furthest from their neighbours. Values follow from genes, seed and the
    final epochs alone; the clock only says how many are judged, and where it must, for how many epochs they are
    trained. Both are told in ``settings["repeat"]``, so that a call without a budget can do the same again.

    Args:
        result: What the search found, by its own values.
        task: What was searched for, and by what the best are judged.
        budget: The clock of the call.
        map: Where to estimate, such as one of :mod:`dlopt_deap.parallel`.
        run: The open folder of the search; the estimates are kept there too, and not made again when it is resumed.
        measure: Measures what one of the best takes.

    Returns:
        The result with its best ranked by the new values. If Ctrl-C or a signal comes before the last of them, the
        result as it was, stopped by that.

    Raises:
        EvaluationError: If no estimate succeeded.
    """
    chosen = _in_order(result.candidates)[: task.finalists]
    problem = _affordable(task.final, chosen[0].solution, budget, measure)
    stage = STAGE if problem is task.final else f"{STAGE}, {problem.final_epochs} epochs"
    journal = Journal(run, list(problem.targets))
    if run is not None and task.two_stage:
        run.settle({STAGE: task.final.settings()})
    evaluate = Guarded(partial(problem.reestimate, seed=result.seed), problem.weights)
    judged: list[Values] = []
    with Interrupts(result.settings.get("stop", {}).get("signals") or ()) as interrupts:
        estimate = partial(journal.evaluate_all, map, evaluate, stage=stage, interrupts=interrupts)
        for batch in _batches(chosen, getattr(map, "workers", 1), budget):
            values = estimate([one.solution for one in batch])
            if values is None:
                return replace(result, stopped_by=interrupts.reason or "interrupted")
            judged += values
    candidates = _ranked(chosen[: len(judged)], judged, result, problem)
    repeat = {"evaluations": result.evaluations, "finalists": len(judged), "seed": result.seed}
    if isinstance(problem, TrainingProblem):
        repeat["final_epochs"] = problem.final_epochs
    return replace(result, problem=problem, candidates=candidates, settings=result.settings | {"repeat": repeat})


def _in_order(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Put candidates in the order in which they are judged."""
    if len(candidates[0].values) == 1:
        return list(candidates)
    front = [one.solution for one in candidates]
    tools.emo.assignCrowdingDist(front)
    return sorted(candidates, key=lambda one: -one.solution.fitness.crowding_dist)


def _affordable(
    problem: ArchitectureProblem,
    best: Any,
    budget: Budget,
    measure: Callable[[ArchitectureProblem, Any], FinalCost],
) -> Any:
    """Give the problem; with fewer final epochs if the time that is left might not suffice for one of the best."""
    if budget.seconds is None or not isinstance(problem, TrainingProblem):
        return problem
    cost = measure(problem, best)
    left = budget.left() - MARGIN * budget.seconds
    if TRAININGS * cost.worst * cost.unit <= left:
        return problem
    shorter = copy.copy(problem)
    each = cost.unit * problem.final_repeats * TRAININGS
    shorter.final_epochs = min(max(1, int(left / each)), problem.final_epochs) if each > 0 else problem.final_epochs
    return shorter


def _batches(chosen: list[Candidate], workers: int, budget: Budget) -> Iterable[list[Candidate]]:
    """Hand out all at once if there is no hurry, otherwise as many as there are workers, until the time is over.

    Another batch begins if it may take as long as the longest before, and making the weights of the best once more.
    """
    if budget.seconds is None:
        yield chosen
        return
    longest, margin = 0.0, MARGIN * budget.seconds
    for first in range(0, len(chosen), workers):
        began = budget.left()
        if first and began - margin < TRAININGS * longest:
            return
        yield chosen[first : first + workers]
        longest = max(longest, began - budget.left())


def _ranked(
    chosen: Sequence[Candidate], judged: Sequence[Values], result: Result, final: ArchitectureProblem
) -> list[Candidate]:
    """Rank what was judged; of several targets keep those that no other one dominates now."""
    pairs = [(one, values) for one, values in zip(chosen, judged, strict=True) if succeeded(values)]
    if not pairs:
        reason = judged[-1].metrics.get("reason")
        raise EvaluationError(f"None of {len(judged)} final estimates succeeded; the last one failed with: {reason}.")
    if final.targets != result.problem.targets:
        candidates = [_of_second_stage(one, values, result, final) for one, values in pairs]
    else:
        candidates = [Candidate(one.solution, values) for one, values in pairs]
    if len(final.targets) > 1:
        front = first_front([one.values for one in candidates], final.weights)
        candidates = [candidates[position] for position in front]
    return rank(candidates)


def _of_second_stage(found: Candidate, values: Values, result: Result, final: ArchitectureProblem) -> Candidate:
    """Make a candidate of the second stage, which remembers what the first one saw of it."""
    values.metrics["first_stage"] = dict(zip(result.problem.targets, found.values, strict=True))
    solution = final.solution(found.solution)
    solution.fitness.values = values
    return Candidate(solution)
