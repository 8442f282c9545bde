"""For people at a terminal: options, progress, reports and the files of a run."""

from dlopt_deap.tools.output import save_run
from dlopt_deap.tools.progress import Progress
from dlopt_deap.tools.script import (
    announce,
    default_folder,
    finish,
    report,
    run_parser,
    run_script,
    search_parser,
)

__all__ = [
    "Progress",
    "announce",
    "default_folder",
    "finish",
    "report",
    "run_parser",
    "run_script",
    "save_run",
    "search_parser",
]
