"""JSON that anybody may have written, read entry by entry: what is not as it must be is told with its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dlopt_deap.checks import as_float, shown
from dlopt_deap.errors import RunFolderError
from dlopt_deap.files import read_regular

MAX_LENGTH = 1_000_000
"""Items of a list that is read."""


class Entries:
    """The entries of a JSON object.

    Args:
        where: What messages call it, such as a file.
        values: The entries; whatever the JSON holds in the place of an object.
        path: The names that lead to it in the file.

    Raises:
        RunFolderError: If it is no object.
    """

    def __init__(self, where: str, values: Any, path: str = "") -> None:
        self.where, self._path = where, path
        if not isinstance(values, dict):
            raise self._error(path or "it", "names with values", values)
        self.values: dict[str, Any] = values

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def text(self, name: str, default: str | None = None) -> str:
        """Give a text."""
        return str(self._one(name, default, "a text", lambda value: isinstance(value, str)))

    def flag(self, name: str, default: bool = False) -> bool:
        """Give what is true or false."""
        return bool(self._one(name, default, "true or false", lambda value: isinstance(value, bool)))

    def count(self, name: str, default: int | None = None) -> int:
        """Give a whole number of at least 0."""
        return int(self._one(name, default, "a whole number of at least 0", _is_count))

    def number(self, name: str, default: float | None = None) -> float:
        """Give a finite number."""
        return float(self._one(name, default, "a finite number", _is_number))

    def counts(self, name: str, most: int = MAX_LENGTH) -> list[int]:
        """Give a list of whole numbers of at least 0, with no more than so many; an empty one if there is none."""
        wanted = f"a list of whole numbers, at most {most:,}"
        return list(self._one(name, [], wanted, lambda value: _is_list_of(value, _is_count) and len(value) <= most))

    def numbers(self, name: str) -> list[float]:
        """Give a list of finite numbers; an empty one if there is none."""
        found = self._one(name, [], "a list of finite numbers", lambda value: _is_list_of(value, _is_number))
        return [float(one) for one in found]

    def named_numbers(self, name: str, gaps: bool = False) -> dict[str, float]:
        """Give finite numbers by name; those that are ``null`` are left out if there may be ``gaps``."""
        inner = self.inner(name)
        return {one: inner.number(one) for one in inner.values if not (gaps and inner.values[one] is None)}

    def inner(self, name: str) -> Entries:
        """Give an object within; an empty one if there is none."""
        value = self.values.get(name)
        return Entries(self.where, {} if value is None else value, self._dotted(name))

    def several(self, name: str) -> list[Entries]:
        """Give a list of objects; an empty one if there is none."""
        found = self._one(name, [], "a list", lambda value: isinstance(value, list) and len(value) <= MAX_LENGTH)
        return [Entries(self.where, one, f"{self._dotted(name)}[{place}]") for place, one in enumerate(found)]

    def _one(self, name: str, default: Any, wanted: str, fits: Callable[[Any], bool]) -> Any:
        """Give an entry if it fits; the default if it is not there and there is one."""
        value = self.values.get(name)
        if value is None and default is not None:
            return default
        if not fits(value):
            raise self._error(self._dotted(name), wanted, value, lacks=name not in self.values)
        return value

    def _dotted(self, name: str) -> str:
        """Name an entry with those that lead to it."""
        return f"{self._path}.{name}" if self._path else name

    def _error(self, name: str, wanted: str, value: Any, lacks: bool = False) -> RunFolderError:
        """Make the error that tells of an entry."""
        got = "but there is none" if lacks else f"got {shown(value)}"
        return RunFolderError(
            f"{self.where} is damaged, or not of this package: `{shown(name)[1:-1]}` must be {wanted}, {got}; put a "
            "whole copy back."
        )


def read_entries(path: Path, kind: str) -> Entries:
    """Read a JSON file that holds an object.

    Args:
        path: The file.
        kind: What it must be, for messages: ``"a result"``.

    Raises:
        RunFolderError: If it is missing, too large, no JSON, or holds something else.

    Examples:
        >>> path = getfixture("tmp_path") / "result.json"
        >>> _ = path.write_text('{"fitness": {"mae": "low"}}')
        >>> read_entries(path, "a result").named_numbers("fitness")
        Traceback (most recent call last):
        dlopt_deap.errors.RunFolderError: ...result.json is damaged, or not of this package: `fitness.mae` must be a \
finite number, got 'low'; put a whole copy back.
    """
    return parse_entries(read_regular(path, kind, "MAX_CONFIG_BYTES", RunFolderError), str(path))


def parse_entries(text: str | bytes, where: str) -> Entries:
    """Read the text of a JSON object.

    Args:
        text: The text.
        where: What messages call it.

    Raises:
        RunFolderError: If it is no JSON, or holds something else.
    """
    try:
        values = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise RunFolderError(f"{where} is damaged: it is no JSON ({error}); put a whole copy back.") from None
    return Entries(where, values)


def plain_mapping(value: Mapping[str, Any]) -> dict[str, Any]:
    """Give a mapping as it comes back from JSON: tuples as lists, numbers of numpy as numbers."""
    found: dict[str, Any] = json.loads(json.dumps(value))
    return found


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**64


def _is_number(value: Any) -> bool:
    return abs(as_float(value)) < float("inf")


def _is_list_of(value: Any, fits: Callable[[Any], bool]) -> bool:
    return isinstance(value, list) and len(value) <= MAX_LENGTH and all(map(fits, value))


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")
