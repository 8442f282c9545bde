"""The evaluations of a run, read by others than the one who runs it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dlopt_deap.storage.records import Evaluation
from dlopt_deap.storage.viewing import view_run


def read_evaluations(folder: str | Path, stage: str = "search") -> Iterator[Evaluation]:
    """Read the evaluations of a stage in their order, without what they learnt; the run may go on meanwhile.

    Args:
        folder: The run folder.
        stage: ``"search"``; ``"final"`` for the fresh estimates at its end, or the name of a later stage.

    Raises:
        RunFolderError: If there is no run, or something in it is damaged.
    """
    with view_run(folder) as view:
        yield from view.evaluations(stage)


def read_settings(folder: str | Path) -> dict[str, Any]:
    """Read the settings of a run: ``seed``, ``technique``, ``problem`` and more.

    Raises:
        RunFolderError: If there is no run, or something in it is damaged.
    """
    with view_run(folder) as view:
        return view.settings()
