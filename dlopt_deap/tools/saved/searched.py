"""What a search has evaluated so far, read from its file: the best, and what its genes stand for."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from dlopt_deap.architecture import Space
from dlopt_deap.core import first_front
from dlopt_deap.storage import Evaluation
from dlopt_deap.tools.saved.saved_result import SavedCandidate
from dlopt_deap.tools.saved.trials import named_genes

MOST = 10
"""So many of the best are told."""


def candidate_of(evaluation: Evaluation, space: Space | None) -> SavedCandidate:
    """Tell of an evaluation as a result tells of its best."""
    genes = evaluation.genes
    named = told_genes(genes, space)
    units = [value for name, value in named.items() if name.startswith("units_") and isinstance(value, int)]
    look_back = named.get("look_back", 0)
    return SavedCandidate(
        genes=genes.tolist() if isinstance(genes, np.ndarray) else genes,
        units=units,
        look_back=look_back if isinstance(look_back, int) else 0,
        fitness=dict(evaluation.fitness),
        search_fitness=dict(evaluation.fitness),
        metrics={name: value for name, value in evaluation.metrics.items() if type(value) in (int, float)},
    )


def told_genes(genes: Any, space: Space | None) -> dict[str, Any]:
    """Give the genes of an evaluation by name; of a vector that is told by its digest, digest and length.

    Examples:
        >>> told_genes([5, 8], Space()), told_genes({"sha256": "ab", "length": 100}, None)
        ({'look_back': 5, 'units_1': 8}, {'genes_sha256': 'ab', 'genes_length': 100})
    """
    if isinstance(genes, Mapping):
        return {f"genes_{name}": value for name, value in genes.items()}
    if not isinstance(genes, Sequence | np.ndarray) or isinstance(genes, str):
        return {"genes": genes}
    return named_genes(np.ravel(genes).tolist() if isinstance(genes, np.ndarray) else genes, space)


def best_evaluated(evaluations: Iterable[Evaluation], targets: Mapping[str, int]) -> list[Evaluation]:
    """Find the best of the evaluations of a search, each with other genes: with several targets the whole front.

    Args:
        evaluations: The evaluations, also of other stages, which are passed over.
        targets: The targets with their signs.
    """
    if not targets:
        return []
    kept: dict[str, Evaluation] = {}
    for one in evaluations:
        usable = one.stage == "search" and one.metrics.get("status", "ok") == "ok" and set(one.fitness) == set(targets)
        if usable and all(isinstance(value, int | float) for value in one.fitness.values()):
            kept.setdefault(repr(one.genes), one)
        if len(kept) >= 50 * MOST:
            kept = _best(kept, targets)
    return list(_best(kept, targets).values())


def _best(kept: Mapping[str, Evaluation], targets: Mapping[str, int]) -> dict[str, Evaluation]:
    """Keep the best few of one target, or the front of several, by the first target."""
    first, *others = targets
    ordered = sorted(kept.items(), key=lambda item: -targets[first] * item[1].fitness[first])
    if not others:
        return dict(ordered[:MOST])
    points = [[one.fitness[name] for name in targets] for _, one in ordered]
    front = first_front(points, list(targets.values())) if points else []
    return dict(ordered[place] for place in front)
