"""How much of a search is done, and how long the rest will take."""

import sys
from dataclasses import dataclass

from dlopt_deap.core import SearchState


@dataclass(frozen=True)
class Outlook:
    """What is to be expected of a search.

    Attributes:
        share: The share that is done, in [0, 1]; ``None`` if nothing bounds the search but what it finds.
        left: The seconds until the first bound is met; ``None`` if they cannot be told.
    """

    share: float | None
    left: float | None


def outlook(search: SearchState, total: int | None = None) -> Outlook:
    """Look ahead from where a search stands, at the pace of this session.

    Args:
        search: The search.
        total: The evaluations after which it ends; those of its ``Stop`` unless given.
    """
    stop = search.stop
    total, generations = bound(search.total if total is None else total), bound(stop.max_generations)
    shares, left = [], []
    if total is not None:
        shares.append(search.evaluations / total)
        if search.evaluations_per_second:
            left.append((total - search.evaluations) / search.evaluations_per_second)
    if stop.max_seconds is not None:
        shares.append(search.seconds / stop.max_seconds)
        left.append(stop.max_seconds - search.seconds)
    if generations is not None:
        shares.append(search.generation / generations)
        if search.evaluations_per_second and search.generation:
            waiting = search.evaluations / search.generation * (generations - search.generation)
            left.append(waiting / search.evaluations_per_second)
    return Outlook(min(max(shares), 1.0) if shares else None, max(min(left), 0.0) if left else None)


def bound(number: int | None) -> int | None:
    """Give a whole number that a search may meet; none meets one that no float holds."""
    return None if number is None or number > sys.maxsize else number


def duration(seconds: float) -> str:
    """Say how long something takes, no more exactly than anybody can know.

    Examples:
        >>> duration(7.2), duration(400), duration(7000), duration(400_000)
        ('7 s', '7 min', '1.9 h', '4.6 days')
    """
    for limit, unit, name in ((120, 1, "s"), (7_000, 60, "min")):
        if seconds < limit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds / 3600:.1f} h" if seconds < 172_800 else f"{seconds / 86_400:.1f} days"
