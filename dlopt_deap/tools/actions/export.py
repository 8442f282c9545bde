"""The action that writes runs in the forms of other programs."""

from functools import cache
from typing import ClassVar, Literal

from pydantic import Field

from dlopt_deap.tools.action import ActionBase
from dlopt_deap.tools.exporting.export import export_run
from dlopt_deap.tools.settings.run import OutputSettings


class ExportSettings(OutputSettings):
    """Settings of an export."""

    run: str = Field(min_length=1, examples=["runs/mine"])
    """The folder of a run; for the network alone also a .keras file."""
    format: Literal["keras", "saved_model", "npz", "json", "csv", "tensorboard", "optuna"]
    """The network (keras, saved_model, npz), its architecture (json), or the search (csv, tensorboard, optuna)."""
    out: str | None = Field(None, min_length=1)
    """The file, or the folder of saved_model and tensorboard; one with the name of the run unless given."""
    overwrite: bool = False
    """Whether to replace what is there."""


class Export(ActionBase):
    """Write a run, or its network, in the form of another program."""

    name = "export"
    description = (
        "Write a run for other programs: its network (keras, saved_model, npz), its architecture (json), or its search "
        "(csv, tensorboard, optuna)."
    )
    arguments: ClassVar = ("run", "format")
    essentials: ClassVar = {"run": "runs/mine", "format": "keras"}

    @classmethod
    @cache
    def settings_model(cls) -> type[ExportSettings]:
        """Give the settings."""
        return ExportSettings

    def run(self, settings: ExportSettings) -> int:
        """Write it, and say where."""
        print(f"written: {export_run(settings.run, settings.format, settings.out, settings.overwrite)}")
        return 0
