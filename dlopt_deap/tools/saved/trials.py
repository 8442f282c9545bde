"""Evaluations of a run as trials of Optuna."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dlopt_deap.architecture import Space
from dlopt_deap.architecture.genes import ChoiceGene, FloatGene, Gene
from dlopt_deap.core.running.description import plain
from dlopt_deap.errors import DloptError
from dlopt_deap.storage import Evaluation

Genes = Sequence[Any]


@dataclass(frozen=True)
class Parameters:
    """How the genes of a run are told as parameters.

    Attributes:
        space: The space of an architecture search; other genes are numbered.
        distributions: The Optuna distribution of each parameter, the same in every trial.
    """

    space: Space | None
    distributions: Mapping[str, Any]

    def of(self, genes: Any) -> dict[str, Any]:
        """Give genes by the names of their parameters; none of a vector that is told by its digest alone."""
        return {name: value for name, value in named_genes(genes, self.space).items() if name in self.distributions}


def parameters_of(problem: Mapping[str, Any], genes: Sequence[Any]) -> Parameters:
    """Find the parameters of a run.

    Args:
        problem: The settings of its problem.
        genes: The genes of all its evaluations.
    """
    space = space_of(problem)
    seen: dict[str, list[Any]] = {}
    for one in genes:
        for name, value in named_genes(one, space).items():
            seen.setdefault(name, []).append(value)
    if space is None or not seen.keys() <= {*space.head, *(f"units_{i + 1}" for i in range(space.layers[1]))}:
        return Parameters(None, {name: _observed(values) for name, values in seen.items()})
    head = list(space.head)
    places = {name: head.index(name) if name in head else len(head) for name in seen}
    return Parameters(space, {name: _distribution(space.gene(place)) for name, place in places.items()})


def named_genes(genes: Any, space: Space | None) -> dict[str, Any]:
    """Give genes by their names: ``look_back``, ``units_1``, ...; or ``gene_1``, ... of problems without a space.

    Examples:
        >>> named_genes([5, 8, 3], Space())
        {'look_back': 5, 'units_1': 8, 'units_2': 3}
    """
    if isinstance(genes, Mapping):
        return {}
    values = [_choice(plain(gene)) for gene in genes]
    if space is None or not space.contains(values):
        return {f"gene_{place}": gene for place, gene in enumerate(values, start=1)}
    named = space.describe(values)
    units = named.pop("units")
    return named | {f"units_{layer}": width for layer, width in enumerate(units, start=1)}


def trial_of(evaluation: Evaluation, targets: Sequence[str], parameters: Parameters, final: Any = None) -> Any:
    """Make the trial of an evaluation.

    Args:
        evaluation: The evaluation.
        targets: The names of the values, in their order.
        parameters: The parameters of the run.
        final: The fresh estimate of the same genes, if one was made.
    """
    from optuna.trial import TrialState, create_trial

    metrics = {name: value for name, value in evaluation.metrics.items() if name not in ("status", "reason")}
    told = {"generation": evaluation.generation, "metrics": plain(metrics), "final": final}
    status = evaluation.metrics.get("status", "ok")
    succeeded = status == "ok"
    told |= {} if succeeded else {"status": status, "reason": evaluation.metrics.get("reason")}
    named = parameters.of(evaluation.genes)
    trial = create_trial(
        state=TrialState.COMPLETE if succeeded else TrialState.FAIL,
        values=[evaluation.fitness[name] for name in targets] if succeeded else None,
        params=named,
        distributions={name: parameters.distributions[name] for name in named},
        user_attrs={name: value for name, value in told.items() if value not in (None, {})},
    )
    if evaluation.finished:
        finished = datetime.fromisoformat(evaluation.finished).astimezone().replace(tzinfo=None)  # as Optuna has them
        trial.datetime_complete = finished
        trial.datetime_start = finished - timedelta(seconds=evaluation.seconds)
    return trial


def space_of(problem: Mapping[str, Any]) -> Space | None:
    """Make the space that the settings of a problem tell of, if they do."""
    limits = problem.get("space")
    if not isinstance(limits, Mapping):
        return None
    try:
        return Space(**{name: tuple(value) if isinstance(value, list) else value for name, value in limits.items()})
    except (DloptError, TypeError):  # a user's problem may call something else its space
        return None


def _distribution(gene: Gene) -> Any:
    """Give the distribution of a gene."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(gene, ChoiceGene):
        return CategoricalDistribution(gene.names)
    if isinstance(gene, FloatGene):
        return FloatDistribution(gene.low, gene.high, log=gene.log)
    return IntDistribution(gene.low, gene.high)  # type: ignore[attr-defined]


def _observed(values: Sequence[Any]) -> Any:
    """Give a distribution that holds all values of a gene of which nothing else is known."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if all(type(value) is int for value in values):
        return IntDistribution(min(values), max(values))
    if all(type(value) in (int, float) for value in values):
        return FloatDistribution(min(values), max(values))
    return CategoricalDistribution(list(dict.fromkeys(values)))


def _choice(value: Any) -> Any:
    """Give a value as a choice of Optuna may be."""
    return value if value is None or isinstance(value, bool | int | float | str) else repr(value)
