"""The one place that knows SCOOP from the inside: how to send without waiting for ever, and to look without blocking.

SCOOP's own way to wait for a result never comes back when the broker is gone, and its scheduler takes the program's
thread meanwhile. Here the thread stays where it is.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

SEND_MILLISECONDS = 1000
"""SCOOP itself would wait for ever to send to a broker that is gone."""


class ScoopLink:
    """The root's connection to SCOOP's broker and workers.

    Attributes:
        gone: Whether SCOOP has come to its end: the broker does not listen any more, or has shut down.
    """

    def __init__(self) -> None:
        import scoop
        import zmq

        self.gone = False
        self._events = zmq.POLLOUT
        self._broken: tuple[type[Exception], ...] = (zmq.error.ZMQError, scoop._comm.Shutdown)
        self._communicator = scoop._control.execQueue.socket
        self._communicator.socket.setsockopt(zmq.SNDTIMEO, SEND_MILLISECONDS)

    @property
    def descriptors(self) -> list[int]:
        """File descriptors that tell of messages, though perhaps not of each; see :meth:`has_messages`."""
        link = self._communicator
        return [] if self.gone else [int(one.FD) for one in (link.direct_socket, link.socket, link.infoSocket)]

    @property
    def listens(self) -> bool:
        """Whether there is a broker to send to."""
        if not self.gone and not self._communicator.socket.poll(0, self._events):
            self.gone = True
        return not self.gone

    def has_messages(self) -> bool:
        """Whether there is something that :meth:`is_done` has not looked at."""
        return bool(self._try(lambda: self._communicator._poll(0)))

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Send a call, and give its future."""
        from scoop import futures

        future = futures.submit(function, *arguments)
        self.is_done(future)  # which is what makes SCOOP send it
        return future

    def is_done(self, future: Any) -> bool:
        """Whether there is a result; a future of which nobody knows is sent again."""
        return bool(self._try(future.done))

    @staticmethod
    def result(future: Any) -> Any:
        """Take the result of a future that is done, and let SCOOP forget it.

        Raises:
            Exception: What the call raised.
        """
        from scoop import futures

        next(iter(futures.as_completed([future])))
        return future.result()

    def close(self) -> None:
        """Spare SCOOP the good-bye to a broker that is gone, which would end the program with a traceback."""
        if not self.listens:
            self._communicator.ZMQcontext = None

    def _try(self, look: Callable[[], Any]) -> Any:
        """Ask SCOOP something that ends with an error when its broker has ended."""
        if self.gone:
            return None
        try:
            return look()
        except self._broken:
            self.gone = True
            return None


def leave_scoop() -> None:
    """End the root's process without a word, as SCOOP ends it when its program returns.

    SCOOP takes a program that ends by ``sys.exit``, as the scripts that pip makes do, for one that has failed, and
    prints the ``SystemExit`` with a traceback.
    """
    import scoop

    sys.stdout.flush()
    sys.stderr.flush()
    scoop._control.execQueue.shutdown()
    os._exit(0)
