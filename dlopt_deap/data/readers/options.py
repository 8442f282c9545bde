"""What all readers of series are told: which columns, and what to do with their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, TypedDict

from dlopt_deap.checks import check_choice, check_number, did_you_mean, shown
from dlopt_deap.errors import SettingError

MISSING: Final = ("refuse", "interpolate", "previous", "drop")
GAPS: Final = ("report", "refuse", "interpolate", "previous")


class MoreOptions(TypedDict, total=False):
    """Those of the options of :class:`SeriesOptions` that are less often needed."""

    frequency: str | float | None
    gaps: str
    split_rows: tuple[int, int] | None
    split_times: tuple[Any, Any] | None
    season: int | None
    name: str | None


class OtherOptions(MoreOptions, total=False):
    """The options of :class:`SeriesOptions` beside the columns."""

    time: str | None
    scale: Any
    missing: str
    shares: tuple[float, float, float] | None


class Options(OtherOptions, total=False):
    """All options of :class:`SeriesOptions`, as readers take them by name."""

    inputs: str | Sequence[str] | None
    targets: str | Sequence[str] | None


@dataclass(frozen=True)
class SeriesOptions:
    """What becomes of a table.

    Attributes:
        inputs: The columns that networks read; the targets unless given. One that is no target is an exogenous input.
        targets: The columns that networks predict; the numeric column unless given, if there is only one.
        time: The column of times, numbers or dates, which must increase from row to row; it becomes the index and is
            not seen by networks.
        scale: See :class:`TimeSeries`.
        missing: What to do about missing values in the columns used: ``"refuse"`` them; ``"interpolate"`` them
            linearly between the rows before and after (which lets the later row be seen early); repeat the
            ``"previous"`` value; or ``"drop"`` the row, so that its neighbours become neighbours.
        frequency: The step of the time; found out unless given. For dates an offset alias of pandas (``"h"``, ``"D"``,
            ``"B"`` for business days, ``"MS"``, ``"QS"``, ``"YS"``, ...), for numbers a number.
        gaps: What to do about rows that are missing altogether: ``"report"`` them by a ``DataWarning``; ``"refuse"``
            them; or put them in, by ``"interpolate"`` or the ``"previous"`` value.
        shares: See :class:`TimeSeries`, as the four below.
        split_rows: The first row of validation and of testing, counted from 0.
        split_times: The first time of validation and of testing.
        season: The rows of a season.
        name: What messages and figures call the series; that of the file unless given.

    Raises:
        SettingError: If one is none of the above.
    """

    inputs: str | Sequence[str] | None = None
    targets: str | Sequence[str] | None = None
    time: str | None = None
    scale: Any = (-1, 1)
    missing: str = "refuse"
    frequency: str | float | None = None
    gaps: str = "report"
    shares: tuple[float, float, float] | None = None
    split_rows: tuple[int, int] | None = None
    split_times: tuple[Any, Any] | None = None
    season: int | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        check_choice("missing", self.missing, MISSING)
        check_choice("gaps", self.gaps, GAPS)
        if self.fills_gaps and self.missing == "drop":
            raise SettingError(
                f"`gaps={self.gaps!r}` puts rows in and `missing='drop'` takes rows out; choose one of both."
            )
        if self.frequency is not None and not isinstance(self.frequency, str):
            check_number("frequency", self.frequency, above=0.0)
        if self.time is not None and not isinstance(self.time, str):
            raise SettingError(f"`time` must be the name of the column of times, got {shown(self.time)}.")
        if self.name is not None and not isinstance(self.name, str):
            raise SettingError(f"`name` must be a text, got {shown(self.name)}.")

    @property
    def treatment(self) -> dict[str, str]:
        """What is done about missing values and rows, where that was chosen."""
        chosen = {"missing": self.missing, "gaps": self.gaps}
        return {name: value for name, value in chosen.items() if value != getattr(SeriesOptions, name)}

    @property
    def fills_gaps(self) -> bool:
        """Whether rows are put in where they are missing."""
        return self.gaps in ("interpolate", "previous")


def make_options(options: Mapping[str, Any]) -> SeriesOptions:
    """Take options by name.

    Raises:
        SettingError: If one is unknown, or not as it must be.

    Examples:
        >>> make_options({"target": "load"})
        Traceback (most recent call last):
        dlopt_deap.errors.SettingError: There is no option 'target' of a series; did you mean 'targets'? The options \
are: inputs, targets, time, scale, missing, frequency, gaps, shares, split_rows, split_times, season, name.
    """
    known = [field.name for field in fields(SeriesOptions)]
    for name in options:
        if name not in known:
            raise SettingError(
                f"There is no option {shown(name)} of a series{did_you_mean(name, known, end='.')} "
                f"The options are: {', '.join(known)}."
            )
    return SeriesOptions(**options)
