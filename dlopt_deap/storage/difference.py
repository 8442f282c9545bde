"""What two settings differ in, field by field."""

from collections.abc import Mapping
from typing import Any

from dlopt_deap.storage.codec import dumps

MAX_SHOWN = 12
"""So many differences are told; who has more has other settings altogether."""


def differences(stored: Any, given: Any, field: str = "") -> list[str]:
    """Name every field in which two settings differ, with both values.

    Args:
        stored: JSON values.
        given: JSON values.
        field: The name of what is compared.

    Examples:
        >>> differences({"seed": 1, "space": {"units": [1, 10]}}, {"seed": 1, "space": {"units": [1, 20]}})
        ['space.units: [1, 10] in the run, [1, 20] now']
    """
    if isinstance(stored, Mapping) and isinstance(given, Mapping):
        names = [*stored, *(name for name in given if name not in stored)]
        return [
            difference
            for name in names
            for difference in differences(
                stored.get(name, MISSING), given.get(name, MISSING), f"{field}.{name}" if field else str(name)
            )
        ]
    if type(stored) is type(given) and (stored == given or dumps(stored) == dumps(given)):  # NaN differs from itself
        return []
    return [f"{field}: {_shown(stored)} in the run, {_shown(given)} now"]


class _Missing:
    """Stands for a field that is not there."""

    def __repr__(self) -> str:
        return "nothing"


MISSING = _Missing()


def _shown(value: Any) -> str:
    """Show a value, cut where it is long."""
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:97]}..."
