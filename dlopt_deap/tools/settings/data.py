"""Settings that say which series, and what of it."""

from abc import abstractmethod
from typing import Literal

from pydantic import Field

from dlopt_deap.data import TimeSeries, read_csv, sine, sunspots
from dlopt_deap.tools.settings.base import Settings

Scale = tuple[float, float] | Literal["min-max", "standard"] | None


class DataSource(Settings):
    """Where a series comes from (abstract): a subclass names itself by its ``kind``, and reads the series."""

    kind: str
    """The source."""

    @abstractmethod
    def read(self) -> TimeSeries:
        """Read the series.

        Raises:
            DataError: If it cannot be used.
        """


class FileSource(DataSource):
    """A file of your own, or several one after another."""

    kind: Literal["file"] = "file"
    """The source."""
    path: str | tuple[str, ...]
    """The file, from the folder in which the command is given; its suffix tells its form."""
    targets: str | tuple[str, ...] | None = None
    """The columns to forecast; needed if there are several."""
    inputs: str | tuple[str, ...] | None = None
    """The columns that networks read; the targets unless given."""
    time: str | None = None
    """The column of dates or times, which must increase."""
    delimiter: str | None = None
    """What separates the cells of a CSV file; found out unless given."""
    decimal: Literal[".", ","] = "."
    """The decimal mark of a CSV file."""
    missing: Literal["refuse", "interpolate", "previous", "drop"] = "refuse"
    """What to do about missing values."""
    shares: tuple[float, float, float] = (0.64, 0.16, 0.2)
    """The shares of the rows for training, validation and testing."""
    season: int | None = Field(None, ge=1)
    """The rows of a season, for one of the naive forecasts."""

    def read(self) -> TimeSeries:
        """Read the file."""
        targets = (self.targets,) if isinstance(self.targets, str) else self.targets
        inputs = (self.inputs,) if isinstance(self.inputs, str) else self.inputs
        return read_csv(
            str(self.path),
            inputs=inputs,
            targets=targets,
            time=self.time,
            delimiter=self.delimiter,
            decimal=self.decimal,
            missing=self.missing,
            shares=self.shares,
        )


class SineSource(DataSource):
    """DLOPT's sine wave."""

    kind: Literal["sine"] = "sine"
    """The source."""
    freq: float = Field(1.0, gt=0)
    """Its frequency."""
    start: float = 0.0
    """The first time."""
    stop: float = 100.0
    """The end, which is not in it."""
    step: float = Field(0.1, gt=0)
    """The time from one row to the next."""

    def read(self) -> TimeSeries:
        """Compute the wave."""
        return sine(self.freq, self.start, self.stop, self.step)


class SunspotsSource(DataSource):
    """The yearly sunspot numbers of 1700 to 2008, which come with the package."""

    kind: Literal["sunspots"] = "sunspots"
    """The source."""
    season: int | None = Field(11, ge=1)
    """The rows of a season, for one of the naive forecasts."""

    def read(self) -> TimeSeries:
        """Read the series."""
        return sunspots()
