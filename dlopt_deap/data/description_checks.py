"""Checks of what was saved of a series, entry by entry."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from dlopt_deap.checks import as_float, shown
from dlopt_deap.data.readers.options import GAPS, MISSING
from dlopt_deap.errors import DataError

SPLITS: Final = ("training", "validation", "testing")
READING: Final[dict[str, tuple[str, ...] | None]] = {
    "delimiter": None,
    "decimal": (".", ","),
    "missing": MISSING,
    "gaps": GAPS,
}
"""How a file can be read, and what each may be; a delimiter is any one character."""


def _text(name: str, value: object) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise DataError(f"`{name}` of a described series must be a text, got {shown(value)}.")
    return value


def _names(name: str, value: object) -> tuple[str, ...]:
    """Return names that differ."""
    names = tuple(value) if isinstance(value, list | tuple) else ()
    if not names or not all(isinstance(one, str) for one in names) or len(set(names)) < len(names):
        raise DataError(f"`{name}` of a described series must hold different names, got {shown(value)}.")
    return names


def _count(name: str, value: object) -> int:
    """Return a whole number of at least 1."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise DataError(f"`{name}` of a described series must be a whole number of at least 1, got {shown(value)}.")
    return value


def _frequency(name: str, value: object) -> str | float | None:
    """Return a step of time."""
    if value is None or isinstance(value, str):
        return value
    if not 0 < (number := as_float(value)) < np.inf:
        raise DataError(f"`{name}` of a described series must be a text or a number above 0, got {shown(value)}.")
    return number


def _fingerprint(name: str, value: object) -> str:
    """Return a fingerprint."""
    if not isinstance(value, str) or not re.fullmatch("[0-9a-f]{64}", value):
        raise DataError(f"`{name}` of a described series must be 64 hexadecimal digits, got {shown(value)}.")
    return value


def check_splits(value: object, rows: int) -> dict[str, list[int]]:
    """Return splits that follow each other."""
    parts = [value.get(name) for name in SPLITS] if isinstance(value, Mapping) else []
    pairs = [part for part in parts if isinstance(part, list | tuple) and len(part) == 2]
    bounds = [bound for pair in pairs for bound in pair if isinstance(bound, int) and not isinstance(bound, bool)]
    follow = len(bounds) == 6 and bounds[0::2] == [0, bounds[1], bounds[3]] and bounds[5] == rows
    if not follow or sorted(bounds) != bounds:
        raise DataError(
            f"`splits` of a described series must be {', '.join(SPLITS)}, each with its first row and its end, from 0 "
            f"to {rows}, got {shown(value)}."
        )
    return {name: list(pair) for name, pair in zip(SPLITS, pairs, strict=True)}


def check_reading(name: str, value: object) -> dict[str, str]:
    """Return how a file was read."""
    entries = dict(value) if isinstance(value, Mapping) else None
    if entries is None or any(not _says_how(key, entry) for key, entry in entries.items()):
        raise DataError(
            f"`{name}` of a described series must say how its file was read, by {', '.join(READING)}, got "
            f"{shown(value)}."
        )
    return entries


def _says_how(name: object, value: object) -> bool:
    """Tell whether a text is one that a file can be read by."""
    if not isinstance(name, str) or name not in READING or not isinstance(value, str):
        return False
    choices = READING[name]
    return len(value) == 1 if choices is None else value in choices


CHECKS: Final[dict[str, Callable[[str, object], Any]]] = {
    "name": _text,
    "rows": _count,
    "columns": _names,
    "inputs": _names,
    "targets": _names,
    "season": lambda name, value: None if value is None else _count(name, value),
    "frequency": _frequency,
    "time": lambda name, value: None if value is None else _text(name, value),
    "fingerprint": _fingerprint,
}
"""What returns each entry that stands for itself, or refuses it."""
