"""An action."""

from functools import cache
from typing import ClassVar

from pydantic import Field

from dlopt_deap.tools import ActionBase
from dlopt_deap.tools.catalogue import load_all
from dlopt_deap.tools.settings import ActionSettings, DataSource, with_choices


class DescribeSettings(ActionSettings):
    """Settings of a description."""

    data: DataSource
    """The series."""
    digits: int = Field(3, ge=0, le=15)
    """The digits that are told."""


class Describe(ActionBase):
    """Describe a series."""

    name = "describe"
    description = "Tell the rows, the mean and the deviation of a series."
    essentials: ClassVar = {"data.kind": "file", "data.path": "series.csv"}

    @classmethod
    @cache
    def settings_model(cls) -> type[DescribeSettings]:
        """Give the settings, with the data sources of all packages."""
        return with_choices(DescribeSettings, {"data": list(load_all("data_sources").values())})

    def run(self, settings: DescribeSettings) -> int:
        """Tell them."""
        values = settings.data.read().values
        numbers = f"mean {values.mean():.{settings.digits}f}, deviation {values.std():.{settings.digits}f}"
        print(f"{len(values)} rows, {numbers}")
        return 0
