"""Every architecture of a space, one at a time."""

from collections.abc import Iterator, Sequence
from itertools import product

from dlopt_deap.architecture.space import Space
from dlopt_deap.checks import check_integer, shown
from dlopt_deap.errors import SettingError


class Listing:
    """The architectures that :func:`list_architectures` lists: made while they are read, counted without being made."""

    def __init__(self, space: Space, pace: int, initial: tuple[int, ...]) -> None:
        self.widths = range(space.units[0], space.units[1] + 1, pace)
        self.lengths = range(max(space.layers[0], len(initial) + bool(initial)), space.layers[1] + 1)
        self.initial = initial

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        for length in self.lengths:
            for added in product(self.widths, repeat=length - len(self.initial)):
                yield self.initial + added

    def __len__(self) -> int:
        return self.count

    @property
    def count(self) -> int:
        """The number of architectures, also where it is too large for ``len``."""
        return sum(len(self.widths) ** (length - len(self.initial)) for length in self.lengths)


def list_architectures(space: Space, pace: int = 1, initial: Sequence[int] = ()) -> Listing:
    """List every architecture of a space, by length and then from narrow to wide.

    Args:
        space: The limits of layers and units; the look-back does not matter here.
        pace: The step from one number of units to the next.
        initial: The first layers, common to all that are listed, each of which adds at least one layer.

    Returns:
        An iterable of tuples of units, with ``count`` and ``len()``. It takes no memory, whatever their number.

    Raises:
        SettingError: If the pace is below 1, or the initial layers are not of the space or leave no room.

    Examples:
        >>> listing = list_architectures(Space(layers=(1, 2), units=(1, 5)), pace=2)
        >>> listing.count, list(listing)[:5]
        (12, [(1,), (3,), (5,), (1, 1), (1, 3)])

    Source:
        DLOPT's ``FullSpaceListing``, whose ``init_arch`` is ``initial`` here, and which builds them all at once.
    """
    check_integer("pace", pace, low=1)
    if not isinstance(initial, Sequence):
        raise SettingError(f"`initial` must be the units of the first layers, such as (4,), got {shown(initial)}.")
    first = tuple(check_integer(f"initial[{i}]", units, *space.units) for i, units in enumerate(initial))
    if len(first) >= space.layers[1] and first:
        raise SettingError(
            f"`initial` must leave room for one more layer within `layers`, {space.layers}, got {len(first)} layers."
        )
    return Listing(space, pace, first)
