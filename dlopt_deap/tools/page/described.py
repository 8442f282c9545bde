"""The series of a run, as far as its result describes it."""

from __future__ import annotations

from typing import Any

from dlopt_deap.data import SeriesDescription
from dlopt_deap.errors import DataError, SettingError
from dlopt_deap.tools.saved.run_record import RunRecord


def is_of_tokens(record: RunRecord) -> bool:
    """Whether a run was about tokens."""
    series = record.result.series if record.result is not None else None
    return (series or {}).get("kind") == "tokens"


def described_series(record: RunRecord) -> SeriesDescription | None:
    """Read the description of a series of numbers; ``None`` if there is none, or it is damaged."""
    series = record.result.series if record.result is not None else None
    if series is None or is_of_tokens(record):
        return None
    try:
        return SeriesDescription.from_dict(series)
    except (DataError, SettingError):
        return None


def second_stage(record: RunRecord) -> dict[str, Any]:
    """Give the settings of the problem by which the best were trained in the end; empty if there was no such stage."""
    second = record.result.settings.get("second_stage") if record.result is not None else None
    problem = second.get("problem") if isinstance(second, dict) else None
    return problem if isinstance(problem, dict) else {}
