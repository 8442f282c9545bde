"""Fitness by the error of trained networks on the validation split, however they came by their weights."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.architecture.problem import COSTS, ArchitectureProblem
from dlopt_deap.checks import check_choice
from dlopt_deap.core import Values, forecast_errors
from dlopt_deap.data import Series, TokenSequence
from dlopt_deap.errors import SettingError
from dlopt_deap.sampling import METRICS
from dlopt_deap.sampling.token_metrics import GREATEST


def check_error_targets(targets: Mapping[str, int], series: Series) -> None:
    """Refuse targets that are neither errors of a forecast nor costs of an architecture.

    Args:
        targets: Their names and signs.
        series: The series that is forecast.

    Raises:
        SettingError: If a target is unknown, an error that is to grow, a percentage of a true value that is zero, or an
            error of probabilities of what is no sequence of tokens.
    """
    for name, sign in targets.items():
        check_choice("targets", name, (*METRICS, *COSTS))
        if name in METRICS and sign > 0:
            raise SettingError(f"The error {name!r} must have the sign -1, to be minimised, got {sign}.")
        if name in GREATEST and not isinstance(series, TokenSequence):
            raise SettingError(f"The error {name!r} is one of tokens, got {series!r}; choose another target.")
    if "mape" in targets:  # refused now where a true value is zero, of which there is no percentage
        truth = series.validation.to_own_units(series.validation.windows(1)[1]).astype(np.float32)
        METRICS["mape"](truth[np.newaxis], truth)


def validation_values(
    problem: ArchitectureProblem,
    solution: Sequence[Any],
    weights: Sequence[NDArray[np.float32]],
    metrics: dict[str, Any],
) -> Values:
    """Give the mean errors of a solution's network on the validation split, and its costs.

    Args:
        problem: Says which of them are targets.
        solution: The solution.
        weights: One or more weight vectors of its network, each of shape (num_weights,).
        metrics: What else is worth keeping of how they came about.

    Returns:
        The targets' values. Their metrics hold every error, with its standard deviation if there are several vectors.
    """
    spec = problem.decode(solution)
    wanted = [name for name in problem.targets if name in METRICS]
    errors = [forecast_errors(problem.series.validation, spec, vector, wanted) for vector in weights]
    found = {name: float(np.mean([one[name] for one in errors])) for name in errors[0]}
    known = found | problem.costs(solution)
    if len(errors) > 1:
        found |= {f"{name}_std": float(np.std([one[name] for one in errors])) for name in errors[0]}
    kept = {name: value for name, value in found.items() if np.isfinite(value)}
    return Values([known[name] for name in problem.targets], kept | metrics)
