"""What lets children inherit something of their parents, by way of the operators that make them."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from deap import base


class InheritingOperator(ABC):
    """A mutation or crossover that notes what its individuals are about to lose with their fitness (abstract).

    What it notes, it keeps with the individuals: it has no state of its own, and a run folder need not save any.

    Args:
        operator: The mutation or crossover.
    """

    def __init__(self, operator: Callable[..., Any]) -> None:
        self.operator = operator
        self.keywords = getattr(operator, "keywords", {})

    @abstractmethod
    def note(self, individuals: tuple[Any, ...]) -> None:
        """Let individuals, copies of their parents, inherit what their parents have."""

    def __call__(self, *individuals: Any, **settings: Any) -> Any:
        """Vary the individuals."""
        self.note(individuals)
        return self.operator(*individuals, **settings)

    def state_dict(self) -> dict[str, Any]:
        """Give nothing."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:  # noqa: B027 - it has no state
        """Take nothing back."""

    def to_dict(self) -> dict[str, Any]:
        """Name the operator, so that a run folder can tell it from another."""
        return {"inheriting": self.operator}


def let_inherit(toolbox: base.Toolbox, wrap: Callable[[Callable[..., Any]], InheritingOperator]) -> base.Toolbox:
    """Wrap ``mate`` and ``mutate`` of a toolbox, in place, and return it."""
    for alias in ("mate", "mutate"):
        toolbox.register(alias, wrap(getattr(toolbox, alias)))
    return toolbox
