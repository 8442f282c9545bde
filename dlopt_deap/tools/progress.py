"""How a search tells people where it stands."""

from __future__ import annotations

import math
import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TextIO

from dlopt_deap.core import Search

if TYPE_CHECKING:
    from tqdm import tqdm


class Progress:
    """A callback that shows a bar on a terminal, and writes a plain line now and then where there is none.

    Use it in a ``with`` block, which closes the bar.

    Args:
        total: The evaluations of the whole run, if they are bounded.
        quiet: Whether to show nothing.
        stream: Where to write; standard error if ``None``, so that standard output holds results only.
        interval: The least seconds between two plain lines; the last generation always has one.
    """

    def __init__(
        self, total: int | None = None, quiet: bool = False, stream: TextIO | None = None, interval: float = 1.0
    ) -> None:
        # A number that no float holds is no bound that a run will meet.
        self.total = None if total is None or total > sys.maxsize else total
        self.stream = sys.stderr if stream is None else stream
        self.quiet = quiet
        self.interval = interval
        self._bar: tqdm[Any] | None = None
        self._unwritten: str | None = None
        self._written = -math.inf

    def __call__(self, search: Search) -> None:
        """Show where the search stands."""
        if self.quiet:
            return
        if not self.stream.isatty():
            self._unwritten = self._line(search)
            if search.seconds - self._written >= self.interval:
                self._written = search.seconds
                self._write()
            return
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(total=self.total, unit="evaluation", file=self.stream, dynamic_ncols=True)
        self._bar.set_description(f"generation {search.generation}", refresh=False)
        self._bar.set_postfix_str(_best(search), refresh=False)
        self._bar.update(search.evaluations - self._bar.n)

    def close(self) -> None:
        """Write the last line, or leave the bar as it stands and the cursor on a line of its own."""
        self._write()
        if self._bar is not None:
            self._bar.close()

    def _write(self) -> None:
        """Write the line that is not written yet."""
        if self._unwritten is not None:
            self.stream.write(self._unwritten + "\n")
            self.stream.flush()
            self._unwritten = None

    def _line(self, search: Search) -> str:
        """Say in one line what the bar shows."""
        rate = search.evaluations / search.seconds if search.seconds > 0 else 0.0
        of_total = f"/{self.total}" if self.total else ""
        left = f", {(self.total - search.evaluations) / rate:.0f} s left" if self.total and rate else ""
        return (
            f"generation {search.generation}: {search.evaluations}{of_total} evaluations, "
            f"{rate:.1f} evaluations/s, {_best(search)}{left}"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _best(search: Search) -> str:
    """Name the best values so far."""
    if not len(search.hall_of_fame):
        return "nothing found yet"
    values = search.hall_of_fame[0].fitness.values
    best = ", ".join(f"{name} {value:.5g}" for name, value in zip(search.problem.targets, values, strict=True))
    failures = f", {search.failures} failed" if search.failures else ""
    return f"best {best}{failures}"
