"""Evaluations as rows of a run folder, and back."""

from collections.abc import Sequence
from typing import Any

from dlopt_deap.core.individuals.lineage import Descent
from dlopt_deap.core.individuals.plain_values import told_genes
from dlopt_deap.core.individuals.solution import Values
from dlopt_deap.errors import RunFolderError
from dlopt_deap.storage import Evaluation
from dlopt_deap.storage.codec import dumps

Made = tuple[str, int, int, Any, Values, Descent]
"""An evaluation: its stage, its number, the generation that asked, the genes, what they are worth, their descent."""


def row_of(targets: Sequence[str], made: Made) -> Evaluation:
    """Make the row of one evaluation."""
    stage, number, generation, genes, values, (_, parents, operators, _) = made
    origin = values.provenance
    fitness = dict(zip(targets, values, strict=True))
    known = (stage, number, generation, told(genes), fitness, values.metrics)
    how = (origin.seconds, origin.worker, origin.traceback, values.trained)
    return Evaluation(*known, *how, parents=parents, operators=operators)


def values_of(targets: Sequence[str], row: Evaluation) -> Values:
    """Make the values that an evaluation gave.

    Raises:
        RunFolderError: If they are of other targets.
    """
    if set(row.fitness) != set(targets):
        raise RunFolderError(
            f"Evaluation {row.number} of the run has values of {sorted(row.fitness)}, and the problem's targets "
            f"are {sorted(targets)}; put a whole copy of the run back."
        )
    values = Values([row.fitness[name] for name in targets], row.metrics)
    if row.extra is not None:
        values.trained = row.extra
    return values


def told(genes: Any) -> Any:
    """Give what genes are told by; as it is, if it is that already."""
    return genes if isinstance(genes, dict) else told_genes(genes)


def check_same_genes(row: Evaluation, individual: Any) -> None:
    """See that the search asks again for what it had asked for.

    Raises:
        RunFolderError: If it asks for something else.
    """
    genes = told_genes(individual)
    if dumps(row.genes, {}) != dumps(genes, {}):
        raise RunFolderError(
            f"Evaluation {row.number} of the run was of {row.genes!r:.200}, and now the search asks for {genes!r:.200} "
            "in its place. Something in the toolbox, the algorithm or a callback has changed, keeps a state that is "
            "not saved (see `state_dict`), or draws from elsewhere than Python's `random` and numpy's generator."
        )
