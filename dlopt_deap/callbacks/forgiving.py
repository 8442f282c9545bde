"""A callback that a search can do without."""

import logging
from collections.abc import Mapping
from typing import Any

from dlopt_deap.core import Callback, SearchState
from dlopt_deap.core.running.stateful import has_state

_LOGGER = logging.getLogger(__name__)


class Forgiving:
    """Wraps a callback, such as one that draws a figure, whose failure must not end the search.

    When it raises, that is logged once, with its traceback, and it is not called again.

    Args:
        callback: The callback.

    Attributes:
        failed: Whether it has raised.
    """

    def __init__(self, callback: Callback) -> None:
        self.callback: Any = callback
        self.failed = False

    def __call__(self, search: SearchState) -> Any:
        """Call the callback, unless it has failed."""
        return self._try(self.callback, search)

    def end(self, search: SearchState) -> None:
        """End the callback, if there is a way."""
        if callable(end := getattr(self.callback, "end", None)):
            self._try(end, search)

    def state_dict(self) -> dict[str, Any]:
        """Give the callback's state, if it has one."""
        state = self.callback.state_dict() if has_state(self.callback) and not self.failed else None
        return {"failed": self.failed, "state": state}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take back what :meth:`state_dict` gave; what failed in an earlier session is tried again."""
        if state["state"] is not None:
            self.callback.load_state_dict(state["state"])

    def _try(self, function: Any, search: SearchState) -> Any:
        """Call a function, and log what it raises."""
        if self.failed:
            return None
        try:
            return function(search)
        except Exception:
            self.failed = True
            _LOGGER.exception(
                "The callback %r failed after generation %d and is left out from now on.",
                self.callback,
                search.generation,
            )
            return None
