"""Limited evaluation: a generation is judged on few windows, and fitness is inherited to make up for it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from deap import base

from dlopt_deap.checks import check_number
from dlopt_deap.core import has_failed
from dlopt_deap.core.individuals.inheriting import InheritingOperator, let_inherit
from dlopt_deap.errors import SettingError


class InheritingFitness(InheritingOperator):
    """A mutation or crossover that lets individuals keep a share of the fitness that they are about to lose.

    Args:
        operator: The mutation or crossover.
        decay: The share of a child's own error in its fitness; the rest is its parents'.
    """

    def __init__(self, operator: Callable[..., Any], decay: float) -> None:
        super().__init__(operator)
        self.decay = decay

    def note(self, individuals: tuple[Any, ...]) -> None:
        """Let individuals inherit the mean fitness of those among them that have one, as copies of their parents do.

        Nobody inherits the value of a failure: a share of it is no failure, and would outlast the whole line.
        """
        parents = [individual for individual in individuals if individual.fitness.valid]
        if parents:
            known = [parent.fitness.values for parent in parents if not has_failed(parent)]
            means = [sum(values) / len(known) for values in zip(*known, strict=True)]
            for individual in individuals:
                individual.inherited_fitness = (self.decay, means) if known else None

    def to_dict(self) -> dict[str, Any]:
        """Name the operator and the decay, so that a run folder can tell it from another."""
        return super().to_dict() | {"decay": self.decay}


def inherit_fitness(toolbox: base.Toolbox, decay: float = 0.2) -> base.Toolbox:
    """Let the children of a toolbox inherit fitness; for a ``WeightProblem`` with a ``batch_size``.

    A child's value is ``(1 - decay) * mean of its parents' values + decay * its own error``: an average of the errors
    of its ancestors, each on another mini-batch, that forgets. Use it with an algorithm in which no parent survives,
    such as DEAP's ``eaSimple``: a parent keeps the value of an old mini-batch.

    Args:
        toolbox: The toolbox, whose ``mate`` and ``mutate`` are changed; register your own before.
        decay: The share of the child's own error, in (0, 1].

    Returns:
        The toolbox.

    Raises:
        SettingError: If ``decay`` lies outside.

    Source:
        Morse and Stanley, Simple evolutionary optimization can rival stochastic gradient descent in neural networks
        (2016), section 3 (limited evaluation evolutionary algorithm, LEEA). There a fitness is a sum that grows to
        1 / decay times an error; here both terms are scaled so that it stays in the unit of the error, which leaves
        every comparison as it is.
    """
    if check_number("decay", decay, above=0.0) > 1:
        raise SettingError(f"`decay` must lie above 0 and not above 1, got {decay}.")
    return let_inherit(toolbox, partial(InheritingFitness, decay=float(decay)))
