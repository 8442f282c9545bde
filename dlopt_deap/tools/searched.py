"""What a search has evaluated so far, read from its file: the best, and what its genes stand for."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from dlopt_deap.core import first_front
from dlopt_deap.storage import Evaluation
from dlopt_deap.tools.saved_result import SavedCandidate

MOST = 10
"""So many of the best are told."""

HEAD = ("dropout", "learning_rate", "batch_size", "cell", "activation")
"""The genes that may stand between the look-back and the units, in their order."""


def gene_names(settings: Mapping[str, Any], length: int) -> list[str]:
    """Name the genes of an individual.

    Args:
        settings: The settings of the run.
        length: The number of genes.

    Examples:
        >>> space = {"look_back": [2, 9], "dropout": None, "learning_rate": [0.001, 0.1], "cell": "lstm"}
        >>> gene_names({"problem": {"space": space}}, 4)
        ['look_back', 'learning_rate', 'units_1', 'units_2']
        >>> gene_names({"problem": {"spec": {"inputs": 1}}}, 2), gene_names({}, 2)
        (['weight_1', 'weight_2'], ['gene_1', 'gene_2'])
    """
    problem = settings.get("problem")
    problem = problem if isinstance(problem, Mapping) else {}
    space = problem.get("space")
    if isinstance(space, Mapping) and "look_back" in space:
        head = ["look_back", *(name for name in HEAD if isinstance(space.get(name), list))]
        return [*head, *(f"units_{layer}" for layer in range(1, length - len(head) + 1))][:length]
    kind = "weight" if isinstance(problem.get("spec"), Mapping) else "gene"
    return [f"{kind}_{position}" for position in range(1, length + 1)]


def candidate_of(evaluation: Evaluation, settings: Mapping[str, Any]) -> SavedCandidate:
    """Tell of an evaluation as a result tells of its best."""
    genes = evaluation.genes
    named = named_genes(genes, settings)
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


def named_genes(genes: Any, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Give the genes of an evaluation by name; of a vector that is told by its digest, digest and length."""
    if isinstance(genes, Mapping):
        return {f"genes_{name}": value for name, value in genes.items()}
    if not isinstance(genes, Sequence | np.ndarray) or isinstance(genes, str):
        return {"genes": genes}
    values = genes.ravel().tolist() if isinstance(genes, np.ndarray) else genes
    return dict(zip(gene_names(settings, len(values)), values, strict=True))


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
