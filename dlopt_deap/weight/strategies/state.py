"""Reading the state of a strategy back, which may have come from a damaged file or from another strategy."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.checks import check_array, check_integer, check_number, shown
from dlopt_deap.errors import SettingError

MOST_GENERATIONS = 2**53
"""As many as a floating-point number can count."""


class SavedState:
    """What a ``state_dict`` gave, whose values are checked as they are taken out.

    Args:
        owner: Whose state it is, for messages.
        state: The state.
        names: What must be in it, and nothing else.

    Raises:
        SettingError: If it is no such dict.
    """

    def __init__(self, owner: str, state: Any, names: Collection[str]) -> None:
        self._owner = owner
        if not isinstance(state, Mapping):
            raise self._error(f"be a dict, got {shown(state)}")
        if set(state) != set(names):
            raise self._error(f"hold {', '.join(names)}, got {shown([*state])}")
        self._state = state

    def is_none(self, name: str) -> bool:
        """Whether a value is ``None``."""
        return self._state[name] is None

    def integer(self, name: str) -> int:
        """Give a number of generations.

        Raises:
            SettingError: If it is none.
        """
        try:
            return check_integer(name, self._state[name], low=0, high=MOST_GENERATIONS)
        except SettingError as error:
            raise self._error(f"hold what it was: {error}") from None

    def number(self, name: str, low: float, high: float) -> float:
        """Give a finite number in [``low``, ``high``].

        Raises:
            SettingError: If it is none.
        """
        try:
            return check_number(name, self._state[name], low=low, high=high)
        except SettingError as error:
            raise self._error(f"hold what it was: {error}") from None

    def array(self, name: str, shape: tuple[int, ...], low: float, high: float) -> NDArray[np.float64]:
        """Give a copy of an array of numbers in [``low``, ``high``], which nobody else can change.

        Raises:
            SettingError: If it has another shape, or holds another number.
        """
        try:
            array = check_array(name, self._state[name], np.float64).copy()
        except SettingError as error:
            raise self._error(f"hold what it was: {error}") from None
        if array.shape != shape:
            raise self._error(f"have `{name}` of the shape {shape}, got {array.shape}")
        wrong = ~((array >= low) & (array <= high))
        if wrong.any():
            raise self._error(f"have finite numbers in [{low:g}, {high:g}] in `{name}`, got {array[wrong][0]}")
        return array

    def _error(self, invariant: str) -> SettingError:
        """Make the error of a state that must be otherwise."""
        return SettingError(
            f"The state of {self._owner} must {invariant.removesuffix('.')}; it is damaged, or of another strategy "
            "or other settings: load what `state_dict` of the same strategy gave."
        )
