"""One thread a worker: workers are what runs in parallel, and threads inside them would only fight for the cores."""

import os
import sys
from functools import lru_cache

_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def thread_environment(threads: int = 1) -> dict[str, str]:
    """Give the environment variables that bound the threads of libraries loaded by a process started with them."""
    return dict.fromkeys(_VARIABLES, str(threads))


@lru_cache(maxsize=1)
def bound_threads(threads: int = 1) -> None:
    """Bound the threads of BLAS, OpenMP and numba in this process, those loaded already and those yet to be.

    Calling it again costs nothing, so every chunk of work may begin with it.
    """
    from threadpoolctl import threadpool_limits

    for variable in _VARIABLES[:3]:
        os.environ[variable] = str(threads)
    threadpool_limits(limits=threads)
    if "numba" in sys.modules:
        sys.modules["numba"].set_num_threads(threads)
    else:
        os.environ["NUMBA_NUM_THREADS"] = str(threads)
