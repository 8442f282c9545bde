"""The journal of a search: each evaluation is written down as it is made, and given back after a crash."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from dlopt_deap.core.individuals.lineage import UNKNOWN, descent
from dlopt_deap.core.individuals.plain_values import plain_genes, told_genes
from dlopt_deap.core.individuals.solution import Values
from dlopt_deap.core.running.completions import batches_of, registered
from dlopt_deap.core.running.known import KnownValues
from dlopt_deap.core.running.rows import Made, check_same_genes, row_of, told, values_of
from dlopt_deap.core.running.signals import Interrupts
from dlopt_deap.storage import Found, RunFolder
from dlopt_deap.storage.codec import dumps

SEARCH = "search"
"""The stage whose evaluations are numbered in the order in which the search asks for them."""

WORTH_WRITING = 0.001
"""Seconds of an evaluation of a cheap problem from which it is written down as it is made.

Quicker ones are quicker made again. They are held until a snapshot makes them dispensable, and written down if the
search ends before: what has ended must not depend on what would have to be made again.
"""

MOST_HELD = 64 * 2**20
"""Bytes of the vectors that are held as they are. Beyond that they are held by their digests, which take longer to make
than most are held for."""

NUMBER = 32
"""Bytes that a number takes in a list."""


class Journal:
    """Evaluates through a map, and keeps in a run folder what comes back; without a folder it only evaluates.

    Args:
        run: The open run folder, if there is one.
        targets: The names of the fitness values, in their order.
        cheap: Whether evaluations may cost less than writing them down; see ``Problem.cheap``.

    Attributes:
        is_new: Whether anything was evaluated in this session.
        known: What need not be evaluated again, if equal genes are worth the same.
        taken_over: The evaluations of the search that were taken from an earlier session one by one.
    """

    def __init__(self, run: RunFolder | None, targets: Sequence[str], cheap: bool = False) -> None:
        self.run = run
        self.targets = tuple(targets)
        self.cheap = cheap
        self.is_new = False
        self.known: KnownValues | None = None
        self.taken_over = 0
        self._held: list[Made] = []
        self._held_bytes = 0

    @property
    def found(self) -> Found | None:
        """What an earlier session left in the run folder, if there is a folder."""
        return None if self.run is None else self.run.found

    def settle(self, settings: dict[str, Any], stop: dict[str, Any]) -> None:
        """See that the run's settings are these; write them down, and the criteria, when something is evaluated.

        Raises:
            RunFolderError: If the run was made with others.
        """
        if self.run is not None:
            self.run.settle(settings)
            self.run.stop = stop

    def has(self, number: int) -> bool:
        """Whether an earlier session left this evaluation of the search."""
        return self.run is not None and (SEARCH, number) in self.run.found.evaluations

    def drop_held(self) -> None:
        """Forget what was held: a snapshot tells what came of it."""
        self._held, self._held_bytes = [], 0

    def write_held(self) -> None:
        """Write down what was held: no snapshot will follow."""
        self._write(self._held)
        self.drop_held()

    def end(self, stopped_by: str, seconds: float) -> None:
        """Write down what ended the search, and see that everything is on the disk."""
        if self.run is not None:
            self.run.end_session(stopped_by, seconds)

    def evaluate(
        self,
        map_: Callable[..., Iterable[Any]],
        function: Callable[[Any], Values],
        individuals: Sequence[Any],
        stage: str = SEARCH,
        first: int = 1,
        generation: int = 0,
    ) -> Iterator[Values | None]:
        """Evaluate individuals, except those that an earlier session has evaluated.

        Args:
            map_: Where to evaluate. If it has ``completions``, as those of :mod:`dlopt_deap.parallel` have, a result is
                written down as soon as it is made, not when those before it are; if it is ``joint``, because values
                of a search depend on all that are evaluated together, all or none are taken from an earlier session.
            function: The guarded evaluate function.
            individuals: The individuals.
            stage: What they are evaluated for.
            first: The number of the first of them in the search.
            generation: The generation that asks.

        Yields:
            The values of each individual, in order; and ``None`` before the first new evaluation, between new ones, and
            now and then while none is completed, so that the caller can look at the clock and at signals.

        Raises:
            RunFolderError: If an earlier session evaluated something else in that place, or writing fails.
        """
        map_ = registered(map_)
        is_joint = stage == SEARCH and getattr(map_, "joint", False)
        done = self._recorded(stage, first, individuals)
        if is_joint and len(done) < len(individuals):
            done = {}
        if stage == SEARCH:
            self._take_over(individuals, done)
        missing = [position for position in range(len(individuals)) if position not in done]
        place = 0
        while place in done:
            yield done.pop(place)
            place += 1
        if not missing:
            return
        yield None
        numbers = self._numbers(stage, [first + position for position in missing])
        asked = [individuals[position] for position in missing]
        is_known = self.known is not None and function is self.known.function and not is_joint
        evaluate = self.known.batches if self.known is not None and is_known else partial(batches_of, is_joint=is_joint)
        for batch in evaluate(map_, function, asked):
            made = []
            for index, values in batch:
                position = missing[index]
                done[position] = values
                if self.run is not None:  # a copy of the genes: who made the individual may change it
                    one = individuals[position]
                    whence = descent(one) if stage == SEARCH else UNKNOWN
                    made.append((stage, numbers[index], generation, plain_genes(one), values, whence))
            self._keep(made)
            while place in done:
                yield done.pop(place)
                place += 1
            if place < len(individuals):
                yield None

    def evaluate_all(
        self,
        map_: Callable[..., Iterable[Any]],
        function: Callable[[Any], Values],
        individuals: Sequence[Any],
        stage: str,
        interrupts: Interrupts,
    ) -> list[Values] | None:
        """Evaluate all of a stage as :meth:`evaluate` does; give nothing if a signal comes before the last is done."""
        done: list[Values] = []
        try:
            for values in self.evaluate(map_, function, individuals, stage):
                if values is not None:
                    done.append(values)
                elif interrupts.reason is not None:
                    return None
        except KeyboardInterrupt:
            interrupts.reason = interrupts.reason or "interrupted"
            return None
        return done

    def _take_over(self, individuals: Sequence[Any], done: dict[int, Values]) -> None:
        """Count what an earlier session has evaluated, and learn from it."""
        self.taken_over += len(done)
        if self.known is not None:
            for position, values in done.items():
                self.known.learn(individuals[position], values)

    def _recorded(self, stage: str, first: int, individuals: Sequence[Any]) -> dict[int, Values]:
        """Give what an earlier session made of these individuals, by their positions."""
        if self.run is None or not self.run.found.evaluations:
            return {}
        if stage != SEARCH:
            known = {
                dumps(one.genes, {}): one for (name, _), one in self.run.found.evaluations.items() if name == stage
            }
            wanted = enumerate(dumps(told_genes(individual), {}) for individual in individuals)
            return {position: values_of(self.targets, known[genes]) for position, genes in wanted if genes in known}
        recorded = {}
        for position, individual in enumerate(individuals):
            row = self.run.found.evaluations.get((stage, first + position))
            if row is not None:
                check_same_genes(row, individual)
                recorded[position] = values_of(self.targets, row)
        return recorded

    def _numbers(self, stage: str, places: Sequence[int]) -> list[int]:
        """Number evaluations by their places, or behind all others where an earlier end of the run has the place."""
        if stage == SEARCH or self.run is None:
            return list(places)
        taken = {number for name, number in self.run.found.evaluations if name == stage}
        behind = itertools.count(1 + max([*taken, *places]))
        return [next(behind) if place in taken else place for place in places]

    def _keep(self, made: list[Made]) -> None:
        """Write down what is dear to make again, and hold the rest."""
        self.is_new = self.is_new or bool(made)
        dear: list[Made] = []
        for one in made:
            (dear if self._is_dear(one[0], one[4]) else self._held).append(one)
        self._held_bytes += sum(getattr(one[3], "nbytes", NUMBER * len(one[3])) for one in made)
        if self._held_bytes > MOST_HELD:
            self._held = [(*one[:3], told(one[3]), *one[4:]) for one in self._held]
            self._held_bytes = 0
        self._write(dear)

    def _is_dear(self, stage: str, values: Values) -> bool:
        """Whether making an evaluation again would cost more than writing it."""
        return not self.cheap or stage != SEARCH or values.provenance.seconds >= WORTH_WRITING

    def _write(self, made: list[Made]) -> None:
        """Write evaluations down, if there are any."""
        if self.run is not None and made:
            self.run.write_evaluations([row_of(self.targets, one) for one in made])
