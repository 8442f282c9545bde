"""The logbook, printed as DEAP's users know it."""

import sys
from typing import TextIO

from dlopt_deap.core.running.state import SearchState


class LogbookPrinter:
    """A callback that prints each new row of the logbook, below one header, as DEAP does with ``verbose=True``.

    Of a resumed run only what is new is printed. ``optimize(verbose=True)`` is short for it.

    Args:
        stream: Where to print; standard output if ``None``.

    Examples:
        >>> from deap import tools
        >>> from types import SimpleNamespace
        >>> logbook, printer = tools.Logbook(), LogbookPrinter()
        >>> for generation in range(2):
        ...     logbook.record(gen=generation, nevals=5)
        ...     printer(SimpleNamespace(logbook=logbook))  # doctest: +NORMALIZE_WHITESPACE
        gen nevals
        0   5
        1   5
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream
        self._printed: int | None = None

    def __call__(self, search: SearchState) -> None:
        """Print the rows that are new."""
        logbook = search.logbook
        if self._printed is None:
            lines = str(logbook).splitlines()
            text = "\n".join([*lines[: len(lines) - len(logbook)], lines[-1]])
        else:
            text = logbook.__str__(self._printed)
        self._printed = len(logbook)
        stream = sys.stdout if self.stream is None else self.stream
        stream.write(text + "\n")
        stream.flush()

    def end(self, search: SearchState) -> None:  # noqa: ARG002 - the callbacks' contract
        """Begin with a header again, if another search follows."""
        self._printed = None
