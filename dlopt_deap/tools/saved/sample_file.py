"""The file of a sampling: a JSON line an architecture, which goes on where an earlier session ended."""

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dlopt_deap.checks import shown
from dlopt_deap.errors import RunFolderError
from dlopt_deap.files import read_regular, write_text
from dlopt_deap.storage import FolderLock, new_run_folder
from dlopt_deap.storage.difference import differences

LINES, SETTINGS = "samples.jsonl", "settings.json"


class SampleFile:
    """A folder with the lines of a sampling, and the settings that it was made with; use it in a ``with`` block.

    Each line is whole or is made again, whatever ends the process.

    Args:
        folder: The folder: a new one, or that of a sampling to go on with.
        settings: What the sampling follows from, as JSON values.
        resume: Whether to go on with what the folder holds.

    Attributes:
        done: The lines that were there already.

    Raises:
        RunFolderError: If the folder is in use, holds no sampling to go on with, or one with other settings.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any], resume: bool = False) -> None:
        if resume:
            read_sample_settings(folder)
        else:
            new_run_folder(folder)
        self.path = folder / LINES
        self._open = ExitStack()
        self._open.callback(FolderLock(folder).release)
        try:
            self.done = self._resume(folder, settings) if resume else self._begin(folder, settings)
            self._file = self._open.enter_context(self.path.open("a", encoding="utf-8"))
        except BaseException:
            self._open.close()
            raise

    def write(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Write a line for each record, as it comes."""
        for record in records:
            self._file.write(json.dumps(record, allow_nan=False) + "\n")
            self._file.flush()

    def _begin(self, folder: Path, settings: Mapping[str, Any]) -> int:
        """Write down the settings, and begin with no lines."""
        write_text(folder / SETTINGS, json.dumps(settings, indent=2) + "\n")
        return 0

    def _resume(self, folder: Path, settings: Mapping[str, Any]) -> int:
        """See that the settings are the same, cut off a line that is not whole, and count the others."""
        found = read_sample_settings(folder)
        if other := differences(found, json.loads(json.dumps(settings))):
            raise RunFolderError(
                f"The sampling in {folder} was made with other settings, so it cannot go on with these: "
                f"{'; '.join(other[:5])}. Use the old settings, or choose another folder."
            )
        self.path.touch()
        whole = lines = 0
        with self.path.open("r+b") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    break
                whole, lines = whole + len(line), lines + 1
            file.truncate(whole)
        return lines

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.fsync(self._file.fileno())
        self._open.close()


def read_sample_settings(folder: Path) -> dict[str, Any]:
    """Read the settings of a sampling.

    Raises:
        RunFolderError: If there is none, or they are damaged.
    """
    if not (folder / SETTINGS).is_file():
        raise RunFolderError(f"There is no sampling in {folder}; start one there without resuming.")
    text = read_regular(folder / SETTINGS, "the settings of a sampling", "MAX_CONFIG_BYTES", RunFolderError)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise RunFolderError(f"{folder / SETTINGS} must hold the settings of a sampling, got {shown(text[:100])}.")
    return found
