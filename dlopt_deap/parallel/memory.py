"""A bound on the memory that this process may take."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEGABYTE = 2**20


@contextmanager
def memory_bounded(megabytes: float | None) -> Iterator[None]:
    """Let allocations fail that would take more than ``megabytes`` beyond what this process has now.

    The system counts private memory when it is promised, not when it is touched, so that a huge array fails at once.
    ``None`` bounds nothing.
    """
    if megabytes is None:
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = data_size() + int(megabytes * MEGABYTE)
    resource.setrlimit(resource.RLIMIT_DATA, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def data_size() -> int:
    """Give the bytes of private memory that this process was promised: what ``RLIMIT_DATA`` bounds."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmData:")[2].split()[0]) * 1024
