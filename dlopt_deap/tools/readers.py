"""Programs whose output nobody reads to its end, as ``head`` does not."""

import os
import sys
from collections.abc import Callable
from typing import TextIO

PIPE = 141
"""The exit code of such a program, as shells have it for SIGPIPE."""


def call_until_unread(main: Callable[[], int]) -> int:
    """Call a program's ``main``, and give its exit code; quietly if nobody reads its output any more.

    Args:
        main: The program; argparse may end it after a help.

    Returns:
        Its exit code, or :data:`PIPE`.
    """
    try:
        code = main()
    except SystemExit as ended:
        if ended.code:
            raise
        code = 0
    except BrokenPipeError:
        if _has_reader(sys.stdout):
            raise
        return PIPE
    return code if _has_reader(sys.stdout) else PIPE


def _has_reader(stream: TextIO) -> bool:
    """Write what waits; if nobody reads it any more, let it and the rest go nowhere."""
    try:
        stream.flush()
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        return False
    return True
