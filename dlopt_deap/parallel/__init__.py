"""Where evaluations are carried out: in this process, in a local pool, or on SCOOP's workers."""

from dlopt_deap.parallel.maps import Map, PoolMap, ScoopMap, SerialMap, open_map
from dlopt_deap.parallel.signals import scoop_is_running
from dlopt_deap.parallel.threads import bound_threads, thread_environment

__all__ = [
    "Map",
    "PoolMap",
    "ScoopMap",
    "SerialMap",
    "bound_threads",
    "open_map",
    "scoop_is_running",
    "thread_environment",
]
