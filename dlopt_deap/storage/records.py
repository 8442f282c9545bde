"""What a run writes down, and what it finds when it is resumed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Evaluation:
    """One evaluation as it is written down.

    Attributes:
        stage: ``"search"``; ``"final"`` for the fresh estimates at its end, or the name of a later stage.
        number: Its place in the order of the stage, from 1; not the order in which evaluations were completed.
        generation: The generation of the search that asked for it.
        genes: The genes.
        fitness: The value of each target.
        metrics: What was measured beside them, the status among it.
        seconds: How long it took.
        worker: Which process made it, as ``host:process``.
        traceback: Where it failed, if it raised.
        extra: What it learnt, such as trained weights.
        parents: The numbers of the evaluations of those that the individual came from; none if it was made anew.
        operators: The aliases of the operators that made it of them, such as ``"mate"``.
        finished: When it was written down (UTC, ISO 8601), as far as it was read from a run.
    """

    stage: str
    number: int
    generation: int
    genes: Sequence[Any]
    fitness: Mapping[str, float]
    metrics: Mapping[str, Any]
    seconds: float = 0.0
    worker: str = ""
    traceback: str = ""
    extra: Any = None
    finished: str = ""
    parents: tuple[int, ...] = ()
    operators: tuple[str, ...] = ()


@dataclass(frozen=True)
class Individual:
    """An individual of a population.

    Attributes:
        number: The number of its evaluation.
        genes: The genes.
        fitness: The value of each target.
        parents: The numbers of the evaluations of those that it came from; none if it was made anew.
        operators: The aliases of the operators that made it of them, such as ``"mate"``.
    """

    number: int
    genes: Sequence[Any]
    fitness: Mapping[str, float]
    parents: tuple[int, ...] = ()
    operators: tuple[str, ...] = ()


@dataclass(frozen=True)
class Generation:
    """A generation as it is written down.

    Attributes:
        row: Its row of the logbook.
        population: The number of the evaluation of each individual, as far as it is known.
        seconds: The seconds of the search until then.
    """

    row: Mapping[str, Any]
    population: Sequence[int | None]
    seconds: float | None


@dataclass(frozen=True)
class Snapshot:
    """Where a search stood after a generation.

    Attributes:
        rows: The rows of the logbook so far, oldest first.
        timings: The seconds of the search at each of them; ``None`` where they were not kept.
        state: Everything else, as ``core`` made it.
    """

    rows: list[dict[str, Any]]
    timings: list[float | None]
    state: dict[str, Any]


@dataclass
class Found:
    """What an earlier session left in a run folder.

    Attributes:
        settings: The settings of the run by field; empty if there was no earlier session.
        options: The options of the latest session's program, by name.
        stop: The criteria of the latest session.
        stopped_by: What ended the latest session: ``""`` if it was killed.
        seconds: The seconds of the search, as far as they were written down.
        snapshot: The latest whole snapshot, if there is one.
        evaluations: The evaluations that the snapshot does not know of, by stage and number.
        damaged: The snapshots that were passed over because they are damaged.
    """

    settings: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    stop: dict[str, Any] = field(default_factory=dict)
    stopped_by: str = ""
    seconds: float = 0.0
    snapshot: Snapshot | None = None
    evaluations: dict[tuple[str, int], Evaluation] = field(default_factory=dict)
    damaged: int = 0
