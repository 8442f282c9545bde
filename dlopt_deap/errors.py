"""Exceptions and warnings, one tree each.

Every exception derives from :class:`DloptError` and from the built-in that fits it, so that both
``except DloptError`` and ``except ValueError`` do what their reader expects. A message says what must hold, which
value was received and where, and what to do about it.
"""


class DloptError(Exception):
    """Base of every exception that this package raises on purpose."""


class SettingError(DloptError, ValueError):
    """A setting or an argument has a value that it must not have."""


class DataError(DloptError, ValueError):
    """A series or a data file cannot be used as it is."""


class TrainingError(DloptError, RuntimeError):
    """A training diverged: a loss or a weight became infinite or NaN."""


class EvaluationError(DloptError, RuntimeError):
    """Too many candidates could not be evaluated."""


class CallbackError(DloptError, RuntimeError):
    """A callback raised something that this package did not raise on purpose.

    Attributes:
        search: The search as it was then, with its population, hall of fame and logbook.
    """

    def __init__(self, message: str, search: object = None) -> None:
        super().__init__(message)
        self.search = search


class RunFolderError(DloptError, OSError):
    """A run folder cannot be written, or holds something that must not be overwritten."""


class ModelFileError(DloptError, ValueError):
    """A model file is damaged, or holds a network that this package does not know."""


class WorkerError(DloptError, RuntimeError):
    """The workers of a parallel map are gone, or were not started as they must be."""


class DloptWarning(UserWarning):
    """Base of every warning that this package gives."""


class DataWarning(DloptWarning):
    """A series has a flaw that may be meant, such as rows that are missing."""
