"""How a search tells people where it stands."""

import math
import sys
import warnings
from types import TracebackType
from typing import Any, Self, TextIO

from dlopt_deap.callbacks.outlook import bound, duration, outlook
from dlopt_deap.core import LogbookPrinter, SearchState

BAR = "{desc} {percentage:3.0f}%|{bar}| {unit}"
NO_BAR = "{desc}: {unit}"
"""What the bar looks like, and what stands in its place where nothing bounds a search. The facts take the place of
tqdm's unit, since its rate and its remaining time know nothing of bounds, resumed runs and restarts."""

BY_A_CRITERION = ("max_evaluations", "max_generations", "max_seconds", "stagnation", "target_fitness", "callback")
"""Ends of a search that is complete then, whatever share of its bounds it has used."""


class Progress:
    """A callback that shows where a search stands: a bar in terminals and notebooks, a plain line now and then in logs.

    It tells the generation, the evaluations, the best values, the evaluations of this session per second, how many of
    them were known already (``cache_hits``), how many failed, and the time left until the first bound of ``Stop`` is
    met: of evaluations, generations or seconds.

    A ``with`` block around the search is not needed, but closes the bar whatever happens.

    Args:
        total: The evaluations of the whole run; those of its ``Stop`` unless given.
        quiet: Whether to show nothing.
        stream: Where to write; standard error if ``None``, so that standard output holds results only, or the cell of
            a notebook.
        interval: The least seconds between two plain lines; the last generation always has one.
        verbose: Whether to print each row of the logbook instead, as DEAP's algorithms do.
    """

    def __init__(
        self,
        total: int | None = None,
        quiet: bool = False,
        stream: TextIO | None = None,
        interval: float = 1.0,
        verbose: bool = False,
    ) -> None:
        self.total = total
        self.quiet = quiet
        self.stream = stream
        self.interval = interval
        self._rows = LogbookPrinter(stream) if verbose else None
        self._bar: Any = None
        self._unwritten: str | None = None
        self._latest: str | None = None
        self._written = -math.inf

    def __call__(self, search: SearchState) -> None:
        """Show where the search stands."""
        if self.quiet:
            return
        if self._rows is not None:
            self._rows(search)
        elif _has_bar(self.stream):
            self._show(search)
        else:
            self._unwritten = self._latest = self._line(search)
            if search.session_seconds - self._written >= self.interval:
                self._written = search.session_seconds
                self._write()

    def end(self, search: SearchState) -> None:
        """Show how the search ended, and close the bar."""
        if self._bar is not None:
            self._show(search)
            if search.stopped_by in BY_A_CRITERION and self._bar.total:
                self._bar.n = self._bar.total  # the bar of a notebook turns red if it is not full
        if self._rows is not None:
            self._rows.end(search)
        if self._latest is not None and self._latest != (line := self._line(search)):
            self._unwritten = line
        self.close()
        self._written, self._latest = -math.inf, None

    def close(self) -> None:
        """Write the last line, or leave the bar as it stands and the cursor on a line of its own."""
        self._write()
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _show(self, search: SearchState) -> None:
        """Bring the bar up to date."""
        share, where = outlook(search, self.total).share, f"generation {search.generation}"
        facts = ", ".join(self._facts(search, short=True))
        if self._bar is None:
            self._bar = _new_bar(self.stream, share, where, facts)
            return
        self._bar.set_description_str(where, refresh=False)
        self._bar.unit = facts
        self._bar.update((share or 0.0) - self._bar.n)

    def _line(self, search: SearchState) -> str:
        """Say in one line what the bar shows."""
        return f"generation {search.generation}: {', '.join(self._facts(search))}"

    def _facts(self, search: SearchState, short: bool = False) -> list[str]:
        """Say what there is to know; shortly, and the most important first, where the end may have no room."""
        total = bound(search.total if self.total is None else self.total)
        done = f"{search.evaluations} evaluations" if total is None else f"{search.evaluations}/{total} evaluations"
        best = ", ".join(f"{name} {value:.5g}" for name, value in search.best.items())
        left = outlook(search, self.total).left
        rate = f"{search.evaluations_per_second:.1f} evaluations/s"
        known = f"{search.cache_hits} known already" if search.cache_hits else ""
        failed = f"{search.failures} failed" if search.failures else ""
        best = f"best {best}" if best else "nothing found yet"
        rest = f"{duration(left)} left" if left is not None else ""
        rest = f"stopped by {search.stopped_by}" if search.stopped_by else rest
        if short:
            if total is not None:
                done, rate = done.removesuffix(" evaluations"), rate.replace(" evaluations", "")
            facts = [done, best, rate, rest, failed, known]
        else:
            facts = [done, rate, best, known, failed, rest]
        return [fact for fact in facts if fact]

    def _write(self) -> None:
        """Write the line that is not written yet."""
        if self._unwritten is not None:
            stream = sys.stderr if self.stream is None else self.stream
            stream.write(self._unwritten + "\n")
            stream.flush()
            self._unwritten = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _has_bar(stream: TextIO | None) -> bool:
    """Whether what is written to a stream can be written over: on a terminal, and in the cells of a notebook."""
    if stream is None and in_notebook():
        return True
    return (sys.stderr if stream is None else stream).isatty()


def in_notebook() -> bool:
    """Whether this is the kernel of a notebook, and not a terminal, whose IPython has none."""
    ipython: Any = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return shell is not None and "IPKernelApp" in shell.config


def _new_bar(stream: TextIO | None, share: float | None, where: str, facts: str) -> Any:
    """Make a bar: of widgets in a notebook that has them, of text elsewhere."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a notebook without ipywidgets, whose bar of text will do
        from tqdm.auto import tqdm as notebook_tqdm
        from tqdm.std import tqdm as text_tqdm
    kind = notebook_tqdm if stream is None and in_notebook() else text_tqdm
    look = {"bar_format": NO_BAR} if share is None else {"bar_format": BAR, "total": 1.0, "initial": share}
    return kind(desc=where, unit=facts, file=sys.stderr if stream is None else stream, dynamic_ncols=True, **look)
