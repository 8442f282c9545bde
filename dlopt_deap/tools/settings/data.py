"""Settings that say which series, and what of it."""

from abc import abstractmethod
from typing import Any, Literal

from pydantic import Field

from dlopt_deap.checks import check_choice
from dlopt_deap.data import Series, TimeSeries, sine, sunspots
from dlopt_deap.data.readers.building import build_series
from dlopt_deap.data.readers.options import make_options
from dlopt_deap.data.readers.reading import open_file
from dlopt_deap.errors import SettingError
from dlopt_deap.tools.settings.base import Settings
from dlopt_deap.tools.unnamed_time import hint_at_dates


class DataSource(Settings):
    """Where a series comes from (abstract): a subclass names itself by its ``kind``, and reads the series."""

    kind: str
    """The source."""

    @abstractmethod
    def read(self) -> Series:
        """Read the series.

        Raises:
            DataError: If it cannot be used.
        """


class TransformerSettings(Settings):
    """A transformer of scikit-learn."""

    name: str
    """The class in sklearn.preprocessing, such as RobustScaler."""
    arguments: dict[str, float | int | bool | str | list[float]] = Field(default_factory=dict)
    """Its arguments."""

    def build(self) -> Any:
        """Make the transformer.

        Raises:
            SettingError: If there is none of that name, or it takes no such argument.
        """
        from sklearn import preprocessing
        from sklearn.base import TransformerMixin

        known = [
            name
            for name in preprocessing.__all__
            if isinstance(one := getattr(preprocessing, name), type) and issubclass(one, TransformerMixin)
        ]
        transformer = getattr(preprocessing, check_choice("data.scale.name", self.name, known))
        arguments = {name: tuple(value) if isinstance(value, list) else value for name, value in self.arguments.items()}
        try:
            return transformer(**arguments)
        except TypeError as error:
            raise SettingError(f"`data.scale.arguments` do not fit {self.name}: {error}.") from None


class SplitSource(DataSource):
    """A source whose rows can be scaled and split as one likes (abstract)."""

    scale: tuple[float, float] | Literal["min-max", "standard", "none"] | TransformerSettings = (-1.0, 1.0)
    """What networks see of the training rows: a range, their mean and deviation, or a transformer of scikit-learn."""
    shares: tuple[float, float, float] | None = Field(None, examples=[[0.64, 0.16, 0.2]])
    """The shares of the rows for training, validation and testing; 0.64, 0.16 and 0.2 unless split in another way."""
    split_rows: tuple[int, int] | None = Field(None, examples=[[800, 900]])
    """The first row of validation and of testing, counted from 0."""
    split_times: tuple[str | float, str | float] | None = Field(None, examples=[["2024-01-01", "2025-01-01"]])
    """The first time of validation and of testing."""
    season: int | None = Field(None, ge=1, examples=[12])
    """The rows of a season, for one of the naive forecasts."""

    def options(self) -> dict[str, Any]:
        """Give the settings above as the readers of series take them."""
        names = ("shares", "split_rows", "split_times", "season")
        scale = self.scale.build() if isinstance(self.scale, TransformerSettings) else self.scale
        return {"scale": None if scale == "none" else scale} | {name: getattr(self, name) for name in names}


class FileSource(SplitSource):
    """A file of your own, or several one after another: CSV, Parquet, or NumPy."""

    kind: Literal["file"] = "file"
    """The source."""
    path: str | tuple[str, ...] = Field(examples=["series.csv"])
    """The file, from the folder in which the command is given; its suffix tells its form."""
    targets: str | tuple[str, ...] | None = Field(None, examples=[["load"]])
    """The columns to forecast; needed if there are several."""
    inputs: str | tuple[str, ...] | None = Field(None, examples=[["load", "temperature"]])
    """The columns that networks read; the targets unless given."""
    time: str | None = Field(None, examples=["date"])
    """The column of dates or times, which must increase."""
    frequency: str | float | None = Field(None, examples=["D"])
    """The step of the time, such as h, D, MS or a number; found out unless given."""
    gaps: Literal["report", "refuse", "interpolate", "previous"] = "report"
    """What to do about rows that are missing altogether."""
    missing: Literal["refuse", "interpolate", "previous", "drop"] = "refuse"
    """What to do about missing values."""
    delimiter: str | None = Field(None, min_length=1, examples=[";"])
    """What separates the cells of a CSV file; found out unless given."""
    decimal: Literal[".", ","] = "."
    """The decimal mark of a CSV file."""

    def read(self) -> TimeSeries:
        """Read the file."""
        names = ("targets", "inputs", "time", "frequency", "gaps", "missing")
        chosen = {name: getattr(self, name) for name in names}
        # Files of other kinds refuse what is about the text of a CSV file.
        chosen |= {name: getattr(self, name) for name in ("delimiter", "decimal") if name in self.model_fields_set}
        paths = self.path if isinstance(self.path, str) else list(self.path)
        table, rest = open_file(paths, chosen | self.options())
        series = build_series(table, make_options(rest))
        hint_at_dates(table, series, "--set data.time=")
        return series


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
