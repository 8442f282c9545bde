"""BLAS on one thread: the last bits of a product or a norm depend on the number of threads that share it."""

from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any


def one_blas_thread() -> AbstractContextManager[Any]:
    """Bound BLAS to one thread in a ``with`` block; entering it costs some ten microseconds."""
    limited: AbstractContextManager[Any] = _libraries().limit(limits=1, user_api="blas")
    return limited


@lru_cache(maxsize=1)
def _libraries() -> Any:
    """Find the libraries with threads that this process has loaded, numpy's among them; looking takes milliseconds."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
