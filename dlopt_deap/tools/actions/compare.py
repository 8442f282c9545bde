"""The action that compares runs."""

import json
from functools import cache
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from dlopt_deap.files import write_text
from dlopt_deap.storage import new_run_folder
from dlopt_deap.tools.action import ActionBase
from dlopt_deap.tools.comparing.comparison import compare_runs
from dlopt_deap.tools.comparing.comparison_figures import draw_comparison
from dlopt_deap.tools.run_options import default_folder
from dlopt_deap.tools.settings.run import OutputSettings


class CompareSettings(OutputSettings):
    """Settings of a comparison."""

    runs: tuple[str, ...] = Field(min_length=2, examples=[["runs/one", "runs/other"]])
    """The folders of searches with the same targets; those with the same settings but for the seed are one group."""
    out: str | None = Field(None, min_length=1)
    """A new folder for the table (compare.csv, compare.json) and the figures; one below runs/ unless given."""


class Compare(ActionBase):
    """Compare searches over their seeds."""

    name = "compare"
    description = "Compare searches: median and quartiles over seeds, rank tests, the best so far."
    arguments: ClassVar = ("*runs",)
    essentials: ClassVar = {"runs": ["runs/one", "runs/other"]}

    @classmethod
    @cache
    def settings_model(cls) -> type[CompareSettings]:
        """Give the settings."""
        return CompareSettings

    def run(self, settings: CompareSettings) -> int:
        """Compare, print the table, and write it with its figures."""
        comparison = compare_runs(settings.runs)
        folder = new_run_folder(Path(settings.out or default_folder("comparison")))
        figures = draw_comparison(comparison, folder)
        write_text(folder / "compare.csv", comparison.to_csv())
        write_text(folder / "compare.json", json.dumps(comparison.to_dict(), indent=2) + "\n")
        print(comparison.to_text())
        print(f"written: {folder} (compare.csv, compare.json{''.join(f', {path.name}' for path in figures)})")
        return 0
