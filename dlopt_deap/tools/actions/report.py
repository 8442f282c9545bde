"""The action that tells of runs."""

import json
from functools import cache
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from dlopt_deap.tools.action import ActionBase
from dlopt_deap.tools.run_figures import draw_run
from dlopt_deap.tools.run_report import run_report, told_run
from dlopt_deap.tools.saved.run_record import read_run
from dlopt_deap.tools.settings.run import OutputSettings


class ReportSettings(OutputSettings):
    """Settings of a report."""

    runs: str | tuple[str, ...] = Field(min_length=1, examples=[["runs/mine"]])
    """The folder of a run, or several: of optimize, train or sample, ended or not."""
    out: str | None = Field(None, min_length=1)
    """A folder for the figures, of several runs one below it for each; that of each run, in figures, unless given."""
    figures: bool = True
    """Whether figures are drawn."""
    format: Literal["text", "json"] = "text"
    """What is printed: text for people, or json for programs."""


class Report(ActionBase):
    """Tell what a run was asked, what it found and what it took, and draw its figures."""

    name = "report"
    description = "Tell of runs, ended or not: asked, found, how sure, failed, the best; draw their figures anew."
    arguments: ClassVar = ("*runs",)
    essentials: ClassVar = {"runs": ["runs/mine"]}

    @classmethod
    @cache
    def settings_model(cls) -> type[ReportSettings]:
        """Give the settings."""
        return ReportSettings

    def run(self, settings: ReportSettings) -> int:
        """Read all runs, then tell of each and draw its figures."""
        folders = [settings.runs] if isinstance(settings.runs, str) else settings.runs
        records = [read_run(folder) for folder in folders]
        told = []
        for number, record in enumerate(records, start=1):
            figures = []
            if settings.figures:
                figures = draw_run(record, _place(settings.out, record.folder, number if len(records) > 1 else 0))
            if settings.format == "json":
                told.append(told_run(record) | {"figures": [str(path) for path in figures]})
                continue
            drawn = f"\nfigures: {figures[0].parent} ({', '.join(path.name for path in figures)})" if figures else ""
            print(run_report(record) + drawn, end="\n" if number == len(records) else "\n\n")
        if settings.format == "json":
            print(json.dumps(told, indent=2))
        return 0


def _place(out: str | None, folder: Path, number: int) -> Path | None:
    """Give the folder of a run's figures; those of several runs are numbered, since their names may be the same."""
    if out is None:
        return None
    return Path(out) / f"{number}-{folder.resolve().name}" if number else Path(out)
