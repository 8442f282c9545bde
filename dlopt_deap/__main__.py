"""The command ``dlopt-deap``, and ``python -m dlopt_deap``, which is the same."""

import os
import signal
from types import FrameType

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""


def run() -> None:
    """Load the command and run it; Ctrl-C ends a command that is not yet loaded without a word.

    A ``KeyboardInterrupt`` would show the traceback of whatever was being imported, or be lost in it. Where Ctrl-C is
    ignored, as after ``nohup``, it stays so.
    """
    is_ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_ours:
        signal.signal(signal.SIGINT, _end)
    from dlopt_deap.tools.command import run as run_command

    if is_ours:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run_command()
    from dlopt_deap.parallel.scoop_link import leave_scoop

    leave_scoop()  # it comes back only there; the script that pip makes of this function would go on with `sys.exit`


def _end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    """End the process at once: nothing is open yet."""
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    run()
