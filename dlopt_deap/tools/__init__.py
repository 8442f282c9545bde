"""For people at a terminal: options, progress, reports and the files of a run."""

from dlopt_deap.callbacks import Progress
from dlopt_deap.tools.action import ActionBase
from dlopt_deap.tools.comparing.comparison import Comparison, compare_runs
from dlopt_deap.tools.comparing.comparison_figures import draw_comparison
from dlopt_deap.tools.exporting.export import export_run
from dlopt_deap.tools.exporting.optuna_export import export_to_optuna
from dlopt_deap.tools.output import save_run, save_training
from dlopt_deap.tools.page import write_page
from dlopt_deap.tools.predicting.predictions import KnownRows, Predictions, predict_rows
from dlopt_deap.tools.quiet import load_keras
from dlopt_deap.tools.reporting.run_figures import draw_run
from dlopt_deap.tools.reporting.run_report import run_report
from dlopt_deap.tools.run_options import default_folder, kept_options, parse_search
from dlopt_deap.tools.saved.run_record import RunRecord, read_run
from dlopt_deap.tools.saved.saved_network import SavedNetwork, load_saved
from dlopt_deap.tools.saved.saved_result import SavedResult, read_result
from dlopt_deap.tools.script import (
    announce,
    exit_code,
    finish,
    forecast_report,
    report,
    run_parser,
    run_script,
    script_parser,
    search_parser,
)
from dlopt_deap.tools.series_options import add_series_options, column_names, read_series, whole_numbers
from dlopt_deap.tools.session import Session, session_of

__all__ = [
    "ActionBase",
    "Comparison",
    "KnownRows",
    "Predictions",
    "Progress",
    "RunRecord",
    "SavedNetwork",
    "SavedResult",
    "Session",
    "add_series_options",
    "announce",
    "column_names",
    "compare_runs",
    "default_folder",
    "draw_comparison",
    "draw_run",
    "exit_code",
    "export_run",
    "export_to_optuna",
    "finish",
    "forecast_report",
    "kept_options",
    "load_keras",
    "load_saved",
    "parse_search",
    "predict_rows",
    "read_result",
    "read_run",
    "read_series",
    "report",
    "run_parser",
    "run_report",
    "run_script",
    "save_run",
    "save_training",
    "script_parser",
    "search_parser",
    "session_of",
    "whole_numbers",
    "write_page",
]
