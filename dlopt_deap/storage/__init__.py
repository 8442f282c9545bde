"""The run folder."""

from dlopt_deap.storage.folder import new_run_folder

__all__ = ["new_run_folder"]
