"""How callbacks are called, and what becomes of one that raises."""

from collections.abc import Callable, Sequence
from typing import Any

from dlopt_deap.core.running.description import plain
from dlopt_deap.core.running.state import Callback, SearchState
from dlopt_deap.errors import CallbackError, DloptError


class Calls:
    """Calls the callbacks of a search after each generation, and once more when it has ended.

    Args:
        search: The search.
        callbacks: Its callbacks, in the order in which they are called.
    """

    def __init__(self, search: SearchState, callbacks: Sequence[Callback]) -> None:
        self._search = search
        self._callbacks = callbacks
        self._told = len(search.logbook)

    def begin(self) -> None:
        """Tell the callbacks that have a method ``begin`` that the search begins, or goes on: nothing is in its way."""
        for callback in self._callbacks:
            begin = getattr(callback, "begin", None)
            if callable(begin):
                self._call(callback, begin)

    def after_generation(self) -> bool:
        """Call each callback; say whether one of them wants the search to end.

        Raises:
            CallbackError: If one raises; what this package raises on purpose is raised as it is.
        """
        self._told = len(self._search.logbook)
        answers = [bool(self._call(callback, callback)) for callback in self._callbacks]
        return any(answers)

    def after_search(self) -> None:
        """Call each callback for the generation that was cut short, if the search ended in one."""
        if len(self._search.logbook) > self._told:
            self.after_generation()

    def end(self) -> None:
        """Tell the callbacks that have a method ``end`` that the search has ended; each, whatever others raise."""
        first: BaseException | None = None
        for callback in self._callbacks:
            end = getattr(callback, "end", None)
            try:
                if callable(end):
                    self._call(callback, end)
            except Exception as error:
                first = first or error
        if first is not None:
            raise first

    def _call(self, callback: Callback, function: Callable[[SearchState], Any]) -> Any:
        """Call a callback, and say which one it was if it raises."""
        try:
            return function(self._search)
        except DloptError:
            raise
        except Exception as error:
            folder = self._search.folder
            way = "run with a folder to lose nothing" if folder is None else f"nothing is lost: resume the run {folder}"
            raise CallbackError(
                f"The callback {_name(callback)} raised {type(error).__name__} after generation "
                f"{self._search.generation}: {error}; mend it or leave it out ({way}), or wrap it in "
                "`callbacks.Forgiving`.",
                self._search,
            ) from error


def _name(callback: Any) -> str:
    """Name a callback, a function or an object."""
    described = plain(callback)
    return described if isinstance(described, str) else type(callback).__name__
