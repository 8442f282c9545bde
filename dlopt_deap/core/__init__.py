"""Problems, solutions, techniques and results: what a search is, whatever it searches."""

from dlopt_deap.core.ahead import forecast_ahead, forecast_following
from dlopt_deap.core.algorithms import ea_mu_comma_lambda, ea_mu_plus_lambda, ea_truncation
from dlopt_deap.core.ask_tell import AskTell
from dlopt_deap.core.candidate import Candidate, rank
from dlopt_deap.core.evolution import Evolution
from dlopt_deap.core.forecast import compare_forecasts, errors_between, forecast_errors
from dlopt_deap.core.forecast_base import Forecast
from dlopt_deap.core.guard import Guarded, succeeded
from dlopt_deap.core.journal import Journal
from dlopt_deap.core.logbook_printer import LogbookPrinter
from dlopt_deap.core.optimization import ModelOptimization
from dlopt_deap.core.pareto import first_front, knee
from dlopt_deap.core.problem import Problem
from dlopt_deap.core.random_search import RandomSearch
from dlopt_deap.core.result import Result
from dlopt_deap.core.search import Search
from dlopt_deap.core.selection import register_selection, sel_dominance_tournament
from dlopt_deap.core.self_adjusting import SelfAdjustingMuPlusLambda
from dlopt_deap.core.signals import Interrupts
from dlopt_deap.core.solution import WORST, Fitness, Provenance, Solution, Values, has_failed
from dlopt_deap.core.state import Callback, SearchState
from dlopt_deap.core.stop import Stop

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
    "rank",
    "register_selection",
    "sel_dominance_tournament",
    "succeeded",
]
