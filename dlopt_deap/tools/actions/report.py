"""The action that tells of runs."""

import json
from functools import cache
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from dlopt_deap.tools.action import ActionBase
from dlopt_deap.tools.page import NAME, write_page
from dlopt_deap.tools.reporting.run_figures import draw_run
from dlopt_deap.tools.reporting.run_report import run_report, told_run
from dlopt_deap.tools.saved.run_record import RunRecord, read_run
from dlopt_deap.tools.settings.run import OutputSettings


class ReportSettings(OutputSettings):
    """Settings of a report."""

    runs: str | tuple[str, ...] = Field(min_length=1, examples=[["runs/mine"]])
    """The folder of a run, or several: of optimize, train or sample, ended or not."""
    out: str | None = Field(None, min_length=1)
    """A folder for page and figures, of several runs one below it for each; that of each run unless given."""
    figures: bool = True
    """Whether figures are drawn; a page shows those that there are."""
    page: bool = True
    """Whether the page report.html is written."""
    format: Literal["text", "json"] = "text"
    """What is printed: text for people, or json for programs."""


class Report(ActionBase):
    """Tell what a run was asked, what it found and what it took, draw its figures, and write its page."""

    name = "report"
    description = "Tell of runs, ended or not: asked, found, how sure, failed; write report.html and figures anew."
    arguments: ClassVar = ("*runs",)
    essentials: ClassVar = {"runs": ["runs/mine"]}

    @classmethod
    @cache
    def settings_model(cls) -> type[ReportSettings]:
        """Give the settings."""
        return ReportSettings

    def run(self, settings: ReportSettings) -> int:
        """Read all runs, then tell of each, draw its figures and write its page."""
        folders = [settings.runs] if isinstance(settings.runs, str) else settings.runs
        records = [read_run(folder) for folder in folders]
        told = []
        for number, record in enumerate(records, start=1):
            place = _place(settings.out, record.folder, number if len(records) > 1 else 0)
            figures = draw_run(record, place) if settings.figures else []
            page = _page(record, place, bool(figures)) if settings.page else None
            if settings.format == "json":
                files = {"figures": [str(path) for path in figures], "page": None if page is None else str(page)}
                told.append(told_run(record) | files)
                continue
            drawn = f"\nfigures: {figures[0].parent} ({', '.join(path.name for path in figures)})" if figures else ""
            drawn += "" if page is None else f"\npage: {page}"
            print(run_report(record) + drawn, end="\n" if number == len(records) else "\n\n")
        if settings.format == "json":
            print(json.dumps(told, indent=2))
        return 0


def _page(record: RunRecord, place: Path | None, has_figures: bool) -> Path:
    """Write the page beside the figures that were drawn; in the run's folder, with its own figures, if none were."""
    if place is None:
        return write_page(record)
    return write_page(record, place / NAME, place if has_figures else None)


def _place(out: str | None, folder: Path, number: int) -> Path | None:
    """Give the folder of a run's figures; those of several runs are numbered, since their names may be the same."""
    if out is None:
        return None
    return Path(out) / f"{number}-{folder.resolve().name}" if number else Path(out)
