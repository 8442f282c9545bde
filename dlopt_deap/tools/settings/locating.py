"""Where in a file a setting stands."""

import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any

Path = Sequence[str | int]
"""The names (and places in lists) that lead to a value."""

MOST_TRIES = 200
"""Places that are tried for a name; where it is none of them, the line of the group around it has to do."""

_SENTINEL = "dlopt_deap_looks_for_this_key"


def line_of(text: str, parse: Callable[[str], Any], path: Path) -> int | None:
    r"""Find the line on which a setting stands, or the nearest one around it that is written down.

    Each place at which the name stands is renamed for a try: where that moves the setting, is its place.

    Args:
        text: The file, which ``parse`` can read.
        parse: Reads it.
        path: The names that lead to the setting.

    Returns:
        The line, from 1; ``None`` if none of the names is found.

    Examples:
        >>> text = '[space]\nunits = [1, 8]\n[network]\nunits = [3]\n'
        >>> line_of(text, tomllib.loads, ["network", "units"]), line_of(text, tomllib.loads, ["space", "units", 1])
        (4, 2)
    """
    for length in range(len(path), 0, -1):
        name = path[length - 1]
        if not isinstance(name, str):
            continue
        for found in islice(re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text), MOST_TRIES):
            renamed = text[: found.start()] + _SENTINEL + text[found.end() :]
            if _holds(renamed, parse, path[: length - 1]):
                return text.count("\n", 0, found.start()) + 1
    return None


def _holds(text: str, parse: Callable[[str], Any], path: Path) -> bool:
    """Whether the renamed key stands at the end of the path."""
    try:
        value = parse(text)
        for step in path:
            value = value[step]
    except (ValueError, LookupError, TypeError):
        return False
    return isinstance(value, Mapping) and _SENTINEL in value


PARSERS: dict[str, Callable[[str], Any]] = {".json": json.loads, ".toml": tomllib.loads}
"""How a configuration is read, by the suffix of its file."""
