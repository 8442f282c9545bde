"""A setting that shrinks from generation to generation."""

from dataclasses import asdict, dataclass

from dlopt_deap.checks import check_number
from dlopt_deap.errors import SettingError


@dataclass(frozen=True)
class ExponentialDecay:
    """A number that is multiplied by ``rate`` after each generation until it has come down to ``floor``.

    Attributes:
        start: Its value in the first generation, above 0.
        rate: The factor of a generation, in (0, 1].
        floor: Its least value, above 0 and not above ``start``.

    Raises:
        SettingError: If a number is not as above.

    Examples:
        >>> decay = ExponentialDecay(0.1, rate=0.5, floor=0.02)
        >>> decay.at(0), decay.at(1), decay.at(1000)
        (0.1, 0.05, 0.02)
    """

    start: float
    rate: float
    floor: float

    def __post_init__(self) -> None:
        for name, high in (("start", None), ("rate", 1.0), ("floor", None)):
            object.__setattr__(self, name, check_number(name, getattr(self, name), high=high, above=0.0))
        if self.floor > self.start:
            raise SettingError(
                f"`floor` must not be above `start`, got {self.floor} and {self.start}; a number that decays from its "
                "start can never reach it."
            )

    def at(self, generation: int) -> float:
        """Return the value in a generation, counted from 0."""
        return float(max(self.floor, self.start * self.rate**generation))

    def to_dict(self) -> dict[str, float]:
        """Give the settings as JSON values."""
        return asdict(self)


def decaying(name: str, value: object, low: float, high: float) -> ExponentialDecay:
    """Return a setting that may decay as one that does: a plain number stays as it is.

    Raises:
        SettingError: If it is neither a decay nor a finite number, or leaves [``low``, ``high``].

    Examples:
        >>> decaying("sigma", 0.1, low=1e-3, high=1.0).at(1000)
        0.1
    """
    if isinstance(value, ExponentialDecay):
        check_number(f"{name}.start", value.start, low, high)
        check_number(f"{name}.floor", value.floor, low, high)
        return value
    number = check_number(name, value, low, high)
    return ExponentialDecay(number, rate=1.0, floor=number)
