"""Runs that nothing can lose: the run folder, what is written there, and how it is read again."""

from dlopt_deap.storage.evaluations import read_evaluations, read_settings
from dlopt_deap.storage.folder import new_run_folder, open_run
from dlopt_deap.storage.lock import FolderLock
from dlopt_deap.storage.records import Evaluation, Found, Generation, Individual, Snapshot
from dlopt_deap.storage.run_folder import RunFolder, versions
from dlopt_deap.storage.viewing import RunView, Session, view_run

__all__ = [
    "Evaluation",
    "FolderLock",
    "Found",
    "Generation",
    "Individual",
    "RunFolder",
    "RunView",
    "Session",
    "Snapshot",
    "new_run_folder",
    "open_run",
    "read_evaluations",
    "read_settings",
    "versions",
    "view_run",
]
