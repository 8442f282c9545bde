"""Problems, solutions, techniques and results: what a search is, whatever it searches."""

from dlopt_deap.core.algorithms.mu_lambda import ea_mu_comma_lambda, ea_mu_plus_lambda
from dlopt_deap.core.algorithms.selection import register_selection, sel_dominance_tournament
from dlopt_deap.core.algorithms.self_adjusting import SelfAdjustingMuPlusLambda
from dlopt_deap.core.algorithms.truncation import ea_truncation
from dlopt_deap.core.forecasts.ahead import forecast_ahead, forecast_following
from dlopt_deap.core.forecasts.forecast import compare_forecasts, errors_between, forecast_errors
from dlopt_deap.core.forecasts.forecast_base import Forecast
from dlopt_deap.core.individuals.solution import WORST, Fitness, Provenance, Solution, Values, has_failed
from dlopt_deap.core.problem import Problem
from dlopt_deap.core.results.candidate import Candidate, rank
from dlopt_deap.core.results.logbook_file import logbook_rows
from dlopt_deap.core.results.pareto import first_front, knee
from dlopt_deap.core.results.result import Result
from dlopt_deap.core.running.guard import Guarded, succeeded
from dlopt_deap.core.running.journal import Journal
from dlopt_deap.core.running.logbook_printer import LogbookPrinter
from dlopt_deap.core.running.search import Search
from dlopt_deap.core.running.signals import Interrupts
from dlopt_deap.core.running.state import Callback, SearchState
from dlopt_deap.core.running.stop import Stop
from dlopt_deap.core.techniques.ask_tell import AskTell
from dlopt_deap.core.techniques.evolution import Evolution
from dlopt_deap.core.techniques.optimization import ModelOptimization
from dlopt_deap.core.techniques.random_search import RandomSearch

__all__ = [
    "WORST",
    "AskTell",
    "Callback",
    "Candidate",
    "Evolution",
    "Fitness",
    "Forecast",
    "Guarded",
    "Interrupts",
    "Journal",
    "LogbookPrinter",
    "ModelOptimization",
    "Problem",
    "Provenance",
    "RandomSearch",
    "Result",
    "Search",
    "SearchState",
    "SelfAdjustingMuPlusLambda",
    "Solution",
    "Stop",
    "Values",
    "compare_forecasts",
    "ea_mu_comma_lambda",
    "ea_mu_plus_lambda",
    "ea_truncation",
    "errors_between",
    "first_front",
    "forecast_ahead",
    "forecast_errors",
    "forecast_following",
    "has_failed",
    "knee",
    "logbook_rows",
    "rank",
    "register_selection",
    "sel_dominance_tournament",
    "succeeded",
]
