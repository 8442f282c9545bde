"""Everything that going on with a search needs, as plain values and back."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from deap import tools

from dlopt_deap.core.individuals.plain_values import (
    have_same_genes,
    population_state,
    restore_individuals,
    restore_population,
)
from dlopt_deap.core.individuals.solution import Solution, Values
from dlopt_deap.core.running.search import Search
from dlopt_deap.core.running.state import Callback
from dlopt_deap.core.running.stateful import has_state, restore_toolbox_state, toolbox_state
from dlopt_deap.errors import DloptError, RunFolderError
from dlopt_deap.seeding import random_state, set_random_state
from dlopt_deap.storage import Found, Snapshot

SNAPSHOT_SHARE = 20
"""A search whose evaluations are cheap goes on for so many times longer than its latest snapshot took."""


class Technique(Protocol):
    """What a snapshot needs of a technique."""

    def state_dict(self, search: Search) -> dict[str, Any]:
        """Give what a resumed search needs to know of the technique."""

    def load_state_dict(self, search: Search, state: Mapping[str, Any]) -> None:
        """Take it back."""


def take_snapshot(search: Search, technique: Technique, callbacks: Sequence[Callback]) -> dict[str, Any]:
    """Give the state of a search after a generation.

    Returns:
        What ``RunFolder.write_generations`` can write: the counts, the population, the hall of fame, the state of
        technique, callbacks and toolbox as far as they have any, and the random streams.
    """
    return {
        **search.counts(),
        "seconds": search.seconds,
        "population": population_state(search.population),
        "hall_of_fame": population_state(search.hall_of_fame.items),
        "technique": technique.state_dict(search),
        "callbacks": [_state_of(callback) for callback in callbacks],
        "toolbox": toolbox_state(search.toolbox),
        "random": random_state(),
    }


def resume(found: Found, search: Search, technique: Technique, callbacks: Sequence[Callback]) -> str | None:
    """Bring a search to where an earlier session left it; say why it has ended already, if it has.

    Raises:
        RunFolderError: If the snapshot does not fit.
    """
    search.add_seconds(found.seconds)
    if found.snapshot is None:
        return None
    restore_snapshot(found.snapshot, search, technique, callbacks)
    if found.stopped_by == "callback" and found.stop == search.stop.to_dict():
        return "callback"
    return search.criterion()


def write_snapshot(search: Search, technique: Technique, callbacks: Sequence[Callback], is_last: bool) -> None:
    """Write down where a search stands after a generation, with the rows of the logbook that are new.

    If evaluations are cheap that is done now and then, so that it takes a small share of the time, and at the end:
    what came after the latest snapshot is computed again when a run that was killed is resumed.

    Args:
        search: The search.
        technique: Its technique.
        callbacks: Its callbacks.
        is_last: Whether the search ends with this generation.
    """
    run = search.journal.run
    began = time.monotonic()
    if run is None or (search.problem.cheap and not is_last and not _is_due(search, began)):
        return
    number = len(search.logbook)
    run.write_generations(number, search.unwritten, take_snapshot(search, technique, callbacks))
    search.unwritten = []
    search.journal.drop_held()
    ended = time.monotonic()
    search.next_snapshot = ended + SNAPSHOT_SHARE * (ended - began)


def restore_snapshot(snapshot: Snapshot, search: Search, technique: Technique, callbacks: Sequence[Callback]) -> None:
    """Bring a search, its technique and its callbacks to where a snapshot was taken; the random streams last.

    Raises:
        RunFolderError: If the snapshot does not fit, because it is damaged or the callbacks are others.
    """
    state = snapshot.state
    try:
        search.restore_counts(state)
        template = search.toolbox.population(n=1)[0]
        search.population = restore_population(state["population"], template)
        _restore_hall_of_fame(search.hall_of_fame, state["hall_of_fame"], template)
        for individual in [*search.population, *search.hall_of_fame]:
            _check_valid(search, individual)
            _learn(search, individual)
        for row in snapshot.rows:
            search.logbook.record(**row)
        search.timings = list(snapshot.timings)
        technique.load_state_dict(search, state["technique"])
        _restore_callbacks(callbacks, state["callbacks"])
        restore_toolbox_state(search.toolbox, state["toolbox"], template)
        set_random_state(state["random"])
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError) as error:
        if isinstance(error, DloptError):
            raise
        raise RunFolderError(f"The snapshot of the run does not fit: {error!r}; put a whole copy back.") from error


def _is_due(search: Search, now: float) -> bool:
    """Whether the snapshot of a cheap search is due: not while it only takes up what an earlier session left."""
    if not search.journal.is_new:
        return False
    limit = search.stop.max_evaluations
    latest = search.unwritten[-1].row["nevals"]
    ends_soon = limit is not None and limit - search.evaluations < latest  # in the next generation
    return ends_soon or now >= search.next_snapshot


def _state_of(callback: Any) -> Any:
    """Give the state of a callback that has one."""
    return callback.state_dict() if has_state(callback) else None


def _restore_hall_of_fame(hall: tools.HallOfFame, state: Any, template: Any) -> None:
    """Fill a hall of fame as it was, in the same order among equals."""
    hall.items[:] = restore_individuals(state["individuals"], template)
    hall.keys[:] = [item.fitness for item in reversed(hall.items)]


def _check_valid(search: Search, individual: Any) -> None:
    """Refuse a solution that the problem would have to repair: none that it made itself needs that.

    Individuals of another class are their user's, who may have another encoding.
    """
    if not isinstance(individual, Solution):
        return
    repaired = search.problem.repair(search.toolbox.clone(individual))
    if not have_same_genes(repaired, individual):
        raise RunFolderError(
            f"The run holds the individual {list(individual)!r:.200}, which is none of this problem's space."
        )


def _learn(search: Search, individual: Any) -> None:
    """Know what a restored individual is worth, if its fitness tells all that its evaluation gave."""
    fitness = individual.fitness
    if search.journal.known is not None and isinstance(individual, Solution) and fitness.valid:
        values = Values(fitness.values, fitness.metrics)
        values.trained = fitness.trained
        search.journal.known.learn(individual, values)


def _restore_callbacks(callbacks: Sequence[Callback], states: Sequence[Any]) -> None:
    """Give each callback its state back."""
    with_state = [position for position, state in enumerate(states) if state is not None]
    expected = [position for position, callback in enumerate(callbacks) if has_state(callback)]
    if with_state != expected:
        raise RunFolderError(
            f"The run was made with states of the callbacks {with_state}, and now those with a state are {expected}; "
            "give the same callbacks in the same order."
        )
    for position in expected:
        callback: Any = callbacks[position]
        callback.load_state_dict(states[position])
