"""Configuration files: TOML or JSON, and settings given beside them."""

import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from dlopt_deap.checks import shortened, shown
from dlopt_deap.errors import SettingError
from dlopt_deap.files import as_path, read_regular
from dlopt_deap.tools.settings.locating import PARSERS, line_of

SCHEMA = "$schema"
"""What a JSON file may hold beside its settings: where editors find the schema of it."""


@dataclass(frozen=True)
class Configuration:
    """Settings as they were given, and where.

    Attributes:
        values: The settings by name, groups of them as mappings.
        path: The file, if there is one.
        text: What it holds.
        given: The settings that were given beside the file, by their dotted names, and how, e.g. ``"--seed"``.
    """

    values: dict[str, Any]
    path: Path | None = None
    text: str = ""
    given: dict[str, str] = field(default_factory=dict)

    def where(self, path: tuple[str | int, ...]) -> str:
        """Say where a setting was given: in which line of which file, or how else; empty if that is not known."""
        dotted = ".".join(map(str, path))
        within = (how for name, how in self.given.items() if path and name.startswith(f"{dotted}."))
        around = (self.given.get(".".join(map(str, path[:length]))) for length in range(len(path), 0, -1))
        if how := next(filter(None, around), None) or next(within, None):
            return how
        if self.path is None:
            return ""
        line = line_of(self.text, PARSERS[self.path.suffix.lower()], path)
        return f"{self.path}, line {line}" if line else str(self.path)

    def changed(self, dotted: str, value: Any, how: str) -> "Configuration":
        """Give a configuration in which one setting is another.

        Args:
            dotted: Its name, with dots between groups and settings.
            value: Its value.
            how: How it was given.

        Raises:
            SettingError: If the name leads through a value that is no group.
        """
        names = dotted.split(".")
        if not all(names):
            raise SettingError(f"{how} must name a setting, such as problem.epochs=20, got {shown(dotted)}.")
        values = _with(self.values, names, value, how)
        return Configuration(values, self.path, self.text, self.given | {dotted: how})


def _with(values: Mapping[str, Any], names: list[str], value: Any, how: str) -> dict[str, Any]:
    """Give a mapping with one value changed, without touching the old one."""
    first, *rest = names
    if not rest:
        return {**values, first: value}
    group = values.get(first, {})
    if not isinstance(group, Mapping):
        raise SettingError(f"{how} names {first!r} as a group of settings, but it is {shown(group)}.")
    return {**values, first: _with(group, rest, value, how)}


def read_configuration(path: str | Path) -> Configuration:
    r"""Read a configuration file.

    Raises:
        SettingError: If it is missing, too large, no UTF-8, no JSON or TOML, or holds a name twice.

    Examples:
        >>> path = getfixture("tmp_path") / "search.toml"
        >>> _ = path.write_text("seed = 1\n[data]\nkind = 'sine'\n")
        >>> read_configuration(path).values
        {'seed': 1, 'data': {'kind': 'sine'}}
    """
    file = as_path(path)
    form = file.suffix.lower()
    if form not in PARSERS:
        raise SettingError(f"A configuration must end with {' or '.join(PARSERS)}, got {shown(str(file))}.")
    try:
        text = read_regular(file, "a configuration", "MAX_CONFIG_BYTES", SettingError).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingError(f"{file} must be text in UTF-8, but byte {error.start} is none; save it as UTF-8.") from None
    try:
        values = _parse_json(text) if form == ".json" else _plain(tomllib.loads(text))
    except RecursionError:
        raise SettingError(f"{file} holds groups within groups, too many to be read.") from None
    except ValueError as error:
        raise SettingError(f"{file} is no {form[1:].upper()}: {shortened(str(error))}.") from None
    if not isinstance(values, dict):
        raise SettingError(f"{file} must hold settings by name, got {shown(values)}.")
    return Configuration({name: value for name, value in values.items() if name != SCHEMA}, file, text)


def parse_value(text: str) -> Any:
    """Read a value as TOML has it; what is none is a text, or a list of texts that need no quotes.

    Examples:
        >>> parse_value("20"), parse_value("[1, 8]"), parse_value("true"), parse_value("sine"), parse_value("[a, b]")
        (20, [1, 8], True, 'sine', ['a', 'b'])
    """
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        is_list = text.startswith("[") and text.endswith("]") and not any(one in text[1:-1] for one in "[]{}\"'")
        return [parse_value(item.strip()) for item in text[1:-1].split(",")] if is_list else text
    return _plain(parsed["value"]) if parsed.keys() == {"value"} else text


def _parse_json(text: str) -> Any:
    """Read JSON in which no name stands twice, and no number is infinite or NaN."""
    return json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    twice = _more_than_once(name for name, _ in pairs)
    if twice:
        raise ValueError(f"the name {shown(twice[0])} stands twice in one group")
    return dict(pairs)


def _more_than_once(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no number")


def _plain(value: Any) -> Any:
    """Give values of TOML as JSON has them: dates become text."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date | datetime | time) else value
