"""What a map has completed, whichever kind of map it is."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from dlopt_deap.core.individuals.solution import Values


def registered(map_: Callable[..., Iterable[Any]]) -> Callable[..., Iterable[Any]]:
    """Give the map itself: a DEAP toolbox wraps what is registered, and hides its methods."""
    while isinstance(map_, partial) and not map_.args and not map_.keywords:
        map_ = map_.func
    return map_


def batches_of(
    map_: Callable[..., Iterable[Any]], function: Callable[[Any], Values], individuals: list[Any], is_joint: bool
) -> Iterator[list[tuple[int, Values]]]:
    """Give what has been completed, as positions and values, whenever there is news; an empty list if there is none."""
    if is_joint:
        yield list(enumerate(map_(function, individuals)))
    elif hasattr(map_, "completions"):
        for completed in map_.completions(function, individuals):
            yield [] if completed is None else [completed]
    else:
        for completed in enumerate(map_(function, individuals)):
            yield [completed]
