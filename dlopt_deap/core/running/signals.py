"""Ctrl-C and termination: a request to come to an end first, and only then an order."""

import signal
import threading
from collections.abc import Sequence
from types import FrameType, TracebackType
from typing import Any, Self

REASONS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}
"""What a search says that it was stopped by."""


class Interrupts:
    """Within the ``with`` block, takes the first SIGINT and every SIGTERM as a request, told by ``reason``.

    A second SIGINT raises ``KeyboardInterrupt`` at once, as usual. Outside the main thread, where Python handles no
    signals, it does nothing.

    A request is noted rather than raised because an exception would end whatever Python happened to be doing, which
    under SCOOP is its own scheduler and not the search.

    Blocks may be nested: a request is noted by the innermost, and one that was noted around it before it was entered is
    its own too. So a program that searches and then saves loses no request between the two.

    Args:
        further: The names of further signals that are requests, such as ``"SIGUSR1"``, by which batch systems warn.

    Attributes:
        reason: ``None``, ``"interrupted"``, ``"terminated"``, or the name of a further signal.
    """

    def __init__(self, further: Sequence[str] = ()) -> None:
        self.reason: str | None = None
        self._reasons = REASONS | {signal.Signals[name]: name for name in further}
        self._previous: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._previous = {number: signal.signal(number, self._note) for number in self._reasons}
            around = (getattr(handler, "__self__", None) for handler in self._previous.values())
            noted = (block.reason for block in around if isinstance(block, Interrupts))
            self.reason = self.reason or next(noted, None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._previous.items():
            if handler is not None:  # one that is not Python's own cannot be set back by Python
                signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - Python passes it
        """Note a request, or obey an order."""
        if self.reason is not None and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.reason = self.reason or self._reasons[signal.Signals(number)]
