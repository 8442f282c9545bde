"""Programs whose output nobody reads to its end, as ``head`` does not."""

import os
import select
import sys
from collections.abc import Callable
from typing import TextIO

PIPE = 141
"""The exit code of such a program, as shells have it for SIGPIPE."""


def call_until_unread(main: Callable[[], int]) -> int:
    """Call a program's ``main``, and give its exit code; quietly if nobody reads its output any more.

    Args:
        main: The program.

    Returns:
        Its exit code, or :data:`PIPE`.
    """
    try:
        code = _code_of(main)
        sys.stdout.flush()  # now, and not when the interpreter has ended and can only complain
    except BrokenPipeError:
        if not _is_unread(sys.stdout):
            raise
        _discard_rest(sys.stdout)
        return PIPE
    return code


def _code_of(main: Callable[[], int]) -> int:
    """Call a program's ``main``; argparse ends it after a help."""
    try:
        return main()
    except SystemExit as ended:
        if ended.code:
            raise
        return 0


def _is_unread(stream: TextIO) -> bool:
    """Whether a stream is a pipe whose reader has gone."""
    poll = select.poll()
    poll.register(stream.fileno(), select.POLLOUT)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


def _discard_rest(stream: TextIO) -> None:
    """Let what is still to be written go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
