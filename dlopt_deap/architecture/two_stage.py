"""The two-stage search: choose by a cheap promise, then train the few that are left."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from dlopt_deap.architecture.training_problem import TrainingProblem
from dlopt_deap.checks import check_integer
from dlopt_deap.core import Candidate, Guarded, Interrupts, Journal, Result, rank, succeeded
from dlopt_deap.errors import EvaluationError
from dlopt_deap.storage import RunFolder

STAGE = "second stage"
"""What a run folder calls the trainings, and their settings."""


def train_best(
    result: Result,
    problem: TrainingProblem,
    k: int = 5,
    map: Callable[..., Iterable[Any]] = map,  # noqa: A002 - the name of the alias in a toolbox
    run: RunFolder | None = None,
) -> Result:
    """Train the best of a search for long, and rank them by what they forecast on the validation split.

    Args:
        result: What a search found, such as one of a
            :class:`~dlopt_deap.architecture.RandomSamplingProblem` with the same series and space.
        problem: How to train: its final trainings are made.
        k: How many of the best to train.
        map: Where to train, such as one of :mod:`dlopt_deap.parallel`.
        run: The open folder of the search; the trainings are kept there too, and not made again when it is resumed.

    Returns:
        The result of both stages: its problem is the second one; what the first stage saw of a candidate is in the
        metrics of its solution, as ``"first_stage"``. If Ctrl-C or another signal that ended the search comes before
        the last training is done, the result of the first stage, stopped by that.

    Raises:
        EvaluationError: If no training succeeded.
        SettingError: If ``k`` is no whole number of at least 1.

    Source:
        DLOPT's ``TimeSeriesHybridMRSProblem`` (its public code), which trains the one best for the test split's error.
    """
    chosen = result.candidates[: check_integer("k", k, low=1)]
    evaluate = Guarded(partial(problem.reestimate, seed=result.seed), problem.weights)
    if run is not None:
        run.settle({STAGE: problem.settings()})
    journal = Journal(run, list(problem.targets))
    with Interrupts(result.settings.get("stop", {}).get("signals") or ()) as interrupts:
        trainings = journal.evaluate_all(map, evaluate, [one.solution for one in chosen], STAGE, interrupts)
    if trainings is None:
        return replace(result, stopped_by=interrupts.reason or "interrupted")
    trained = []
    reason = ""
    for candidate, values in zip(chosen, trainings, strict=True):
        if not succeeded(values):
            reason = values.metrics["reason"]
            continue
        solution = problem.solution(candidate.solution)
        values.metrics["first_stage"] = dict(zip(result.problem.targets, candidate.values, strict=True))
        solution.fitness.values = values
        trained.append(Candidate(solution))
    if not trained:
        raise EvaluationError(f"None of {len(chosen)} trainings succeeded; the last one failed with: {reason}.")
    settings = result.settings | {"second_stage": {"k": k, "problem": problem.settings()}}
    return replace(result, problem=problem, candidates=rank(trained), settings=settings)
