"""Ready-made callbacks: what is told, kept and shown of a search while it goes on."""

from dlopt_deap.callbacks.checkpoint import Checkpoint
from dlopt_deap.callbacks.csv_log import CsvLog
from dlopt_deap.callbacks.forgiving import Forgiving
from dlopt_deap.callbacks.population_log import PopulationLog
from dlopt_deap.callbacks.progress import Progress
from dlopt_deap.callbacks.tensorboard import TensorBoard
from dlopt_deap.core import LogbookPrinter

__all__ = ["Checkpoint", "CsvLog", "Forgiving", "LogbookPrinter", "PopulationLog", "Progress", "TensorBoard"]
