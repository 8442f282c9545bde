"""Evaluations that do harm, by what the individual asks for."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from dlopt_deap.core import Values


def raise_an_exception() -> None:
    raise ArithmeticError("no")


def fault() -> None:
    ctypes.string_at(0)


def loop_in_python() -> None:
    while True:
        pass


def loop_in_compiled_code() -> None:
    """Hold the interpreter's lock for longer than anybody waits."""
    ctypes.PyDLL(None).sleep(10_000)


def hog_python() -> None:
    hoard = []
    while True:
        hoard.append(bytearray(10_000_000))


def hog_numpy() -> None:
    np.ones(10**9)


def hog_numba() -> None:
    import numba

    numba.njit(lambda size: np.ones(size).sum())(10**9)


DEEDS: dict[str, Callable[[], Any]] = {
    "raise": raise_an_exception,
    "sys.exit": lambda: sys.exit(3),
    "sys.exit(0)": lambda: sys.exit(0),
    "fault": fault,
    "exit": lambda: os._exit(3),
    "exit in peace": lambda: os._exit(0),
    "abort": os.abort,
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "alarm": lambda: os.kill(os.getpid(), signal.SIGALRM),
    "loop": loop_in_python,
    "compiled loop": loop_in_compiled_code,
    "hog": hog_python,
    "hog by numpy": hog_numpy,
    "hog by numba": hog_numba,
    "sleep": lambda: time.sleep(10_000),
}


def evaluate(individual: Any) -> Values:
    """Do what a word asks for, or square a number."""
    if isinstance(individual, str):
        DEEDS[individual]()
    return Values([float(individual) ** 2])


def fail_at_first(individual: tuple[str, str]) -> Values:
    """Do harm if a file is not yet there, which tells of the first try."""
    deed, marker = individual
    if not Path(marker).exists():
        Path(marker).touch()
        DEEDS[deed]()
    return Values([7.0])
