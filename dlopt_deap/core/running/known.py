"""What genes are worth: individuals that a search comes back to need not be evaluated again."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from dlopt_deap.core.individuals import lineage
from dlopt_deap.core.individuals.plain_values import told_genes
from dlopt_deap.core.individuals.solution import Values
from dlopt_deap.core.running.completions import batches_of
from dlopt_deap.core.running.guard import succeeded
from dlopt_deap.errors import SettingError
from dlopt_deap.storage.codec import dumps

MOST_KNOWN = 10_000
"""So many genes are known at once; of more those are forgotten that nobody has asked for longest."""

Batch = list[tuple[int, Values]]


class KnownValues:
    """The values of the genes that a search has evaluated, for the same genes to come.

    An evaluation is a pure function of problem, genes and seed, so what is known is what evaluating again would give.
    It counts as an evaluation all the same, so that a run does not depend on what is known. Nothing is known of
    failures, which may have been the machine's fault; of individuals that carry more than genes and fitness, such as
    inherited weights, on which their values may depend; and of values that carry something learnt.

    Args:
        function: The evaluate function whose values are known.

    Attributes:
        hits: The evaluations that were not made, because their values were known.
    """

    def __init__(self, function: Callable[[Any], Values]) -> None:
        self.function = function
        self.hits = 0
        self._values: dict[str, Values] = {}

    def learn(self, individual: Any, values: Values) -> None:
        """Note what an individual is worth."""
        name = _name(individual)
        if name is None or not succeeded(values) or values.trained is not None:
            return
        self._values[name] = values
        if len(self._values) > MOST_KNOWN:
            del self._values[next(iter(self._values))]

    def batches(
        self, map_: Callable[..., Iterable[Any]], function: Callable[[Any], Values], individuals: Sequence[Any]
    ) -> Iterator[Batch]:
        """Evaluate individuals as ``batches_of`` does, but equal ones once, and those that are known not at all.

        What is known is given as soon as all before it are completed.
        """
        names = [_name(individual) for individual in individuals]
        first: dict[str, int] = {}
        asked = [place for place, name in enumerate(names) if self._is_new(name) and _is_first(first, name, place)]
        answered = deque(sorted(set(range(len(names))) - set(asked)))
        unfinished, finished, left = deque(asked), set(), []
        results = batches_of(map_, function, [individuals[place] for place in asked], is_joint=False)
        for batch in chain([[]], results):
            for index, values in batch:
                self.learn(individuals[asked[index]], values)
                finished.add(asked[index])
            while unfinished and unfinished[0] in finished:
                unfinished.popleft()
            due = []
            while answered and (not unfinished or answered[0] < unfinished[0]):
                due.append(answered.popleft())
            known = [(place, self._recall(names[place])) for place in due]
            left += [place for place, values in known if values is None]  # the twins of failures
            told = [(place, values) for place, values in known if values is not None]
            yield [(asked[index], values) for index, values in batch] + told
        for batch in batches_of(map_, function, [individuals[place] for place in left], is_joint=False):
            yield [(left[index], values) for index, values in batch]

    def _is_new(self, name: str | None) -> bool:
        """Whether nothing is known of genes."""
        return name is None or name not in self._values

    def _recall(self, name: str | None) -> Values | None:
        """Give what genes are worth, if that is known; what was asked for latest is forgotten last."""
        if name is None or name not in self._values:
            return None
        self.hits += 1
        values = self._values[name] = self._values.pop(name)
        return Values(values, values.metrics)


def _is_first(first: dict[str, int], name: str | None, place: int) -> bool:
    """Whether genes come here for the first time, or must be evaluated wherever they come."""
    return name is None or first.setdefault(name, place) == place


def _name(individual: Any) -> str | None:
    """Tell genes from others, if their value follows from nothing else."""
    if getattr(individual, "__dict__", {}).keys() - {"genes", "fitness", lineage.ATTRIBUTE}:
        return None
    try:
        return dumps(told_genes(individual), {})
    except SettingError:  # genes that JSON does not know
        return None
