"""Ctrl-C and termination: a request to come to an end first, and only then an order."""

import signal
import threading
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

    Attributes:
        reason: ``None``, ``"interrupted"`` or ``"terminated"``.
    """

    def __init__(self) -> None:
        self.reason: str | None = None
        self._previous: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._previous = {number: signal.signal(number, self._note) for number in REASONS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - Python passes it
        """Note a request, or obey an order."""
        if self.reason is not None and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.reason = self.reason or REASONS[signal.Signals(number)]
