"""Which map fits how the program was started."""

from dlopt_deap.checks import check_integer
from dlopt_deap.parallel.limits import Limits
from dlopt_deap.parallel.maps import Map, SerialMap
from dlopt_deap.parallel.pool import PoolMap
from dlopt_deap.parallel.scoop_map import ScoopMap
from dlopt_deap.parallel.signals import scoop_is_running


def open_map(workers: int | None = None, limits: Limits | None = None) -> Map:
    """Open the map that fits how the program was started.

    Args:
        workers: Processes of a local pool; 1 evaluates in this process unless there are limits, ``None`` takes every
            usable core. Under ``python -m scoop`` the number is SCOOP's (its option ``-n``), and this one is not
            looked at.
        limits: What an evaluation may take.

    Returns:
        A :class:`ScoopMap` under ``python -m scoop``, otherwise a :class:`PoolMap` or a :class:`SerialMap`.

    Raises:
        SettingError: If ``workers`` is below 1.
    """
    if workers is not None:
        check_integer("workers", workers, low=1)
    if scoop_is_running():
        return ScoopMap(limits)
    in_this_process = workers == 1 and not (limits is not None and limits.bounded)
    return SerialMap() if in_this_process else PoolMap(workers, limits)
