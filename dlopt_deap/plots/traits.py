"""What architectures look like: look-back, layers, units and weights of genes, from whatever tells how to read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from dlopt_deap.core import Problem
from dlopt_deap.errors import DataError, DloptError
from dlopt_deap.networks import NetworkSpec

Traits = Callable[[Sequence[Any]], dict[str, float]]
"""Gives ``look_back``, ``layers``, ``units`` (their mean a layer), and ``num_weights`` where it is known, of genes."""

LABELS: Final = {
    "look_back": "look-back / rows",
    "layers": "recurrent layers",
    "units": "mean units a layer",
    "num_weights": "weights",
}
"""The traits as axes name them."""

ARCHITECTURE: Final = ("look_back", "layers", "units")
"""What every architecture has, a chapter of the logbook each."""

_HEAD = ("dropout", "learning_rate", "batch_size")
"""The genes that a space has between look-back and units when it limits them, in their order."""

_CHOICES = ("cell", "activation", "embedding")
"""Those that it has after them when it leaves a choice."""


def traits_of_problem(problem: Problem, genes: Sequence[Any]) -> dict[str, float]:
    """Read genes as their problem does."""
    return _of_spec(problem.decode(genes))


def traits_of_genes(genes: Sequence[Any]) -> dict[str, float]:
    """Read genes of which nothing is known: as ``[look_back, units, ...]``, DLOPT's encoding.

    Raises:
        DataError: If they cannot be that.

    Examples:
        >>> traits_of_genes([17, 12, 13])
        {'look_back': 17.0, 'layers': 2.0, 'units': 12.5}
    """
    whole = isinstance(genes, Sequence) and len(genes) > 1 and all(type(gene) is int and gene > 0 for gene in genes)
    if not whole:
        raise DataError(
            f"Genes must be [look_back, units, ...] to be drawn as an architecture, got {genes!r:.80}; "
            "give the result, the search or the run folder, which tell how to read them."
        )
    return _of_units(genes[0], genes[1:])


def traits_of_settings(problem: Mapping[str, Any], ends: tuple[int, int] | None) -> Traits:
    """Read genes as the settings of a run tell.

    Args:
        problem: The settings of the problem.
        ends: The inputs and outputs of its networks, if they are known.
    """
    space = problem.get("space")
    if not isinstance(space, Mapping) or "look_back" not in space:
        return traits_of_genes
    head = ["look_back", *(name for name in _HEAD if space.get(name) is not None)]
    head += [name for name in _CHOICES if isinstance(space.get(name), list)]
    return partial(_read, space, tuple(head), ends)


def _read(
    space: Mapping[str, Any], head: tuple[str, ...], ends: tuple[int, int] | None, genes: Sequence[Any]
) -> dict[str, float]:
    """Read genes that begin with those of a space's head."""
    units = list(genes[len(head) :]) if isinstance(genes, Sequence) else []
    if not units:
        raise DataError(f"Genes must begin with {', '.join(head)}, and the units follow, got {genes!r:.80}.")
    traits = _of_units(genes[0], units)
    if ends is None:
        return traits
    named: dict[str, Any] = dict(zip(head, genes, strict=False))
    fixed: dict[str, Any] = {name: named.get(name, space.get(name)) for name in _CHOICES}
    embedding = None if fixed["embedding"] is None else (ends[1], fixed["embedding"])
    try:
        return _of_spec(
            NetworkSpec(*(ends[0], tuple(units), ends[1], genes[0]), fixed["cell"], fixed["activation"], embedding)
        )
    except DloptError:  # genes of somebody's own, of which the settings tell nothing
        return traits


def _of_spec(spec: NetworkSpec) -> dict[str, float]:
    return {**_of_units(spec.look_back, spec.units), "num_weights": float(spec.num_weights)}


def _of_units(look_back: Any, units: Sequence[Any]) -> dict[str, float]:
    """Name the traits of an architecture, the units as their mean."""
    try:
        return {"look_back": float(look_back), "layers": float(len(units)), "units": float(sum(units)) / len(units)}
    except (TypeError, ValueError):
        raise DataError(f"Look-back and units must be numbers, got {look_back!r:.40} and {units!r:.80}.") from None
