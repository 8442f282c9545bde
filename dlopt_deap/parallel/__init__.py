"""Where evaluations are carried out: in this process, in a local pool, or on SCOOP's workers."""

from dlopt_deap.parallel.limits import Limits
from dlopt_deap.parallel.maps import Map, SerialMap
from dlopt_deap.parallel.opening import open_map
from dlopt_deap.parallel.pool import PoolMap, usable_cores
from dlopt_deap.parallel.scoop_map import ScoopMap
from dlopt_deap.parallel.signals import scoop_is_running
from dlopt_deap.parallel.threads import bound_threads, thread_environment

__all__ = [
    "Limits",
    "Map",
    "PoolMap",
    "ScoopMap",
    "SerialMap",
    "bound_threads",
    "open_map",
    "scoop_is_running",
    "thread_environment",
    "usable_cores",
]
