"""Individuals as plain values and back, whatever class they are of: this package's, or made by ``deap.creator``."""

import copy
import hashlib
from array import array
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from dlopt_deap.checks import check_number
from dlopt_deap.core.individuals.lineage import ATTRIBUTE, Descent, read_descent
from dlopt_deap.core.individuals.solution import Solution
from dlopt_deap.errors import RunFolderError

MAX_TOLD = 64
"""Numbers of a vector up to which an evaluation is told by the vector itself."""


def plain_genes(individual: Any) -> Any:
    """Give the genes of an individual as a list, sorted if it is a set, or as an array if it is one of numpy's.

    Examples:
        >>> plain_genes(Solution([3, 5], weights=(1,))), plain_genes({"b", "a"})
        ([3, 5], ['a', 'b'])
    """
    if isinstance(individual, set):  # the order of a set of texts differs from process to process
        return sorted(individual, key=repr)
    is_array = isinstance(getattr(individual, "genes", individual), np.ndarray)
    return np.array(individual) if is_array else list(individual)


def told_genes(individual: Any) -> Any:
    """Give the genes of an individual as an evaluation is told by: those of a long vector by their digest alone.

    A vector is an array, or a list of floating-point numbers. A search evaluates them by the million; whoever wants one
    finds those that live in the snapshot.
    """
    genes = plain_genes(individual)
    if _is_long_vector(genes):
        genes = np.array(genes)
    if not isinstance(genes, np.ndarray) or genes.size <= MAX_TOLD:
        return genes
    return {"sha256": hashlib.sha256(np.ascontiguousarray(genes).tobytes()).hexdigest(), "length": genes.size}


def json_genes(individual: Any) -> Any:
    """Give the genes of an individual as :func:`told_genes` does, in JSON values alone."""
    genes = told_genes(individual)
    return genes.tolist() if isinstance(genes, np.ndarray) else genes


def have_same_genes(one: Any, other: Any) -> bool:
    """Whether two individuals are alike, of whatever class; ``==`` on numpy's arrays would answer for each gene."""
    return bool(np.array_equal(one, other)) if isinstance(one, np.ndarray) else bool(one == other)


def individual_state(individual: Any) -> dict[str, Any]:
    """Give an individual as plain values: its genes, its fitness, and the attributes that somebody gave it."""
    fitness = {name: value for name, value in vars(individual.fitness).items() if name != "weights"}
    fitness["wvalues"] = individual.fitness.wvalues  # the class has them of one that was never evaluated
    attributes = {name: value for name, value in vars(individual).items() if name not in ("genes", "fitness")}
    if isinstance(attributes.get(ATTRIBUTE), Descent):
        attributes[ATTRIBUTE] = tuple(attributes[ATTRIBUTE])
    return {"genes": plain_genes(individual), "fitness": fitness, "attributes": attributes}


def restore_individual(state: Mapping[str, Any], template: Any) -> Any:
    """Make an individual of the class of ``template`` from what :func:`individual_state` gave.

    Raises:
        RunFolderError: If the values do not make such an individual.
    """
    try:
        individual = _with_genes(template, state["genes"])
        del individual.fitness.values
        wvalues = tuple(check_number("a fitness value", value) for value in state["fitness"]["wvalues"])
        if wvalues and len(wvalues) != len(individual.fitness.weights):
            raise ValueError(f"it has {len(wvalues)} fitness values")
        _set_attributes(individual.fitness, {**state["fitness"], "wvalues": wvalues})
        attributes = dict(state["attributes"])
        if ATTRIBUTE in attributes:
            attributes[ATTRIBUTE] = read_descent(attributes[ATTRIBUTE])
        _set_attributes(individual, attributes)
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError) as error:
        raise RunFolderError(f"A run holds an individual that cannot be restored: {error}.") from error
    return individual


def population_state(individuals: Iterable[Any]) -> dict[str, Any]:
    """Give individuals as plain values; one that stands in several places is told once, and stays one."""
    known = list(individuals)
    distinct = {id(individual): individual for individual in known}
    place = {name: position for position, name in enumerate(distinct)}
    states = [individual_state(one) for one in distinct.values()]
    return {"individuals": _stacked(states), "places": [place[id(individual)] for individual in known]}


def restore_population(state: Mapping[str, Any], template: Any) -> list[Any]:
    """Make the individuals that :func:`population_state` told of.

    Raises:
        RunFolderError: If the values do not make such individuals.
    """
    try:
        individuals = restore_individuals(state["individuals"], template)
        return [individuals[place] for place in state["places"]]
    except (TypeError, KeyError, IndexError) as error:
        raise RunFolderError(f"A run holds a population that cannot be restored: {error}.") from error


def restore_individuals(states: Any, template: Any) -> list[Any]:
    """Make distinct individuals from their states, whose vectors may lie in one array."""
    if isinstance(states, Mapping):
        vectors = states["vectors"].tolist() if states.get("listed") else states["vectors"]
        states = [{**one, "genes": genes} for one, genes in zip(states["rest"], vectors, strict=True)]
    return [restore_individual(one, template) for one in states]


def _stacked(states: list[dict[str, Any]]) -> Any:
    """Put the genes of all individuals into one array, if they are vectors of one kind: it is written much faster."""
    genes = [one["genes"] for one in states]
    listed = bool(genes) and all(_is_long_vector(one) for one in genes)
    if listed:
        genes = [np.array(one) for one in genes]
    kinds = {(one.shape, one.dtype) if isinstance(one, np.ndarray) else None for one in genes}
    if len(kinds) != 1 or None in kinds:
        return states
    rest = [{name: value for name, value in one.items() if name != "genes"} for one in states]
    return {"vectors": np.stack(genes), "rest": rest, "listed": listed}


def _is_long_vector(genes: Any) -> bool:
    """Whether genes are a long list of floating-point numbers, which an array holds without loss and in less space."""
    return isinstance(genes, list) and len(genes) > MAX_TOLD and all(type(gene) is float for gene in genes)


def _with_genes(template: Any, genes: Any) -> Any:
    """Copy an individual, with other genes."""
    if isinstance(template, Solution):
        return Solution(genes, template.fitness.weights)
    if isinstance(template, np.ndarray):
        individual = np.asarray(genes, dtype=template.dtype).view(type(template))
        vars(individual).update(copy.deepcopy(vars(template)))
        return individual
    individual = copy.deepcopy(template)
    if isinstance(individual, set):
        individual.clear()
        individual.update(genes)
        return individual
    individual[:] = array(template.typecode, genes) if isinstance(template, array) else genes
    return individual


def _set_attributes(owner: Any, attributes: Mapping[str, Any]) -> None:
    """Set attributes, but none that the class itself has: a file must not replace a method."""
    for name, value in attributes.items():
        declared = name in ("wvalues", "metrics", "trained")
        if not name.isidentifier() or name.startswith("_") or (hasattr(type(owner), name) and not declared):
            raise ValueError(f"{name!r} is no attribute that an individual may be given")
        setattr(owner, name, value)
