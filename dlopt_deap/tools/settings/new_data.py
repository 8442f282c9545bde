"""New rows from the settings of a source of data."""

from dataclasses import replace
from typing import Any

from dlopt_deap.checks import listed, shown
from dlopt_deap.data import NewRows, SeriesDescription, TimeSeries, read_new_rows
from dlopt_deap.data.readers.new_rows import open_new
from dlopt_deap.errors import DataError, SettingError
from dlopt_deap.tools.predicting.predictions import KnownRows
from dlopt_deap.tools.settings.data import DataSource, FileSource

READING = ("time", "frequency", "gaps", "missing", "delimiter", "decimal")
"""The settings of a file that say how it is read: as that of the training was, where they are not set.

The others belong to the series that the model was trained with.
"""


def known_rows(source: DataSource, described: SeriesDescription) -> KnownRows:
    """Read rows to forecast from, with the truth if the data have it.

    Args:
        source: Where they come from. Its scaling and splits are of no use here, those of the model count.
        described: The series that the model was trained with.

    Raises:
        SettingError: If the source names other inputs or targets than the model has.
        DataError: If the data cannot be used.
    """
    data, options = _opened(source, described)
    every = tuple(dict.fromkeys([*described.inputs, *described.targets]))
    has_truth = set(every) <= set(open_new(described, data, options)[0].header)
    if has_truth:
        try:
            rows = read_new_rows(replace(described, inputs=every), data, **options)
        except DataError:
            if len(every) == len(described.inputs):
                raise
        else:
            inputs = replace(rows, description=described, values=rows.values[:, : len(described.inputs)])
            return KnownRows(inputs, rows.values[:, [every.index(name) for name in described.targets]])
    return KnownRows(read_new_rows(described, data, **options), None)


def numbers_of(source: DataSource) -> TimeSeries:
    """Read a series of numbers.

    Raises:
        SettingError: If the source holds a text.
        DataError: If it cannot be used.
    """
    series = source.read()
    if not isinstance(series, TimeSeries):
        raise SettingError(f"A series of numbers is needed, got the tokens of {series.name!r}; give a file of numbers.")
    return series


def new_rows(source: DataSource, described: SeriesDescription) -> NewRows:
    """Read rows with the inputs of a described series.

    Raises:
        DataError: If the data cannot be used.
    """
    data, options = _opened(source, described)
    return read_new_rows(described, data, **options)


def _opened(source: DataSource, described: SeriesDescription) -> tuple[Any, dict[str, Any]]:
    """Give what ``read_new_rows`` takes: files, or a series, and how to read them."""
    if not isinstance(source, FileSource):
        return source.read(), {}
    for name in ("inputs", "targets"):
        given = getattr(source, name)
        names = (given,) if isinstance(given, str) else given
        if names is not None and not set(names) <= set(described.columns):
            raise SettingError(
                f"`data.{name}` must be among the columns of the model, {listed(described.columns)}, got "
                f"{shown(list(names))}; leave it out."
            )
    options = {name: getattr(source, name) for name in READING if name in source.model_fields_set}
    return source.path if isinstance(source.path, str) else list(source.path), options
