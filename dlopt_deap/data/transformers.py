"""Scaling by the transformers of scikit-learn, one fitted copy a column."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from dlopt_deap.checks import shortened, shown
from dlopt_deap.data.scaling import FloatArray, LineScaling, Scaling, TransformerRecord
from dlopt_deap.errors import DataError, SettingError

METHODS: Final = ("fit", "transform", "inverse_transform", "get_params")
"""What a transformer must be able to do."""

LOST: Final = 0.01
"""The share of a column's training range by which a value may differ after it was scaled and brought back."""

PLAIN: Final = (bool, int, float, str, type(None))


@dataclass(frozen=True, eq=False)
class TransformerScaling:
    """A fitted transformer a column, so that targets come back alone.

    Attributes:
        transformers: The fitted transformers, one a column.
        record: Which transformer they are copies of.
    """

    transformers: tuple[Any, ...]
    record: TransformerRecord

    def apply(self, values: FloatArray, columns: list[int]) -> FloatArray:
        """Return ``values``, shape (..., len(columns)) in the own units of those ``columns``, in scaled units."""
        return self._each(values, columns, "transform")

    def invert(self, scaled: FloatArray, columns: list[int]) -> FloatArray:
        """Return ``scaled``, shape (..., len(columns)) in scaled units, in the own units of those ``columns``."""
        return self._each(scaled, columns, "inverse_transform")

    def to_dict(self) -> dict[str, Any]:
        """Say which transformer it is; what it was fitted to is not saved."""
        return self.record.to_dict()

    def _each(self, values: FloatArray, columns: list[int], method: str) -> FloatArray:
        """Call a method of each column's transformer with what the last axis holds of the column."""
        changed = np.empty(values.shape)
        for place, column in enumerate(columns):
            part = values[..., place]
            changed[..., place] = _called(getattr(self.transformers[column], method), part).reshape(part.shape)
        return changed


def check_transformer(scale: Any) -> Any:
    """Return a copy of a transformer, not fitted, that gives the same result in each process.

    A ``random_state`` of ``None`` becomes 0: a series is fitted anew in each worker.

    Raises:
        SettingError: If it cannot be a scaling.
    """
    if isinstance(scale, type):
        raise SettingError(f"`scale` must be a transformer itself, got its class; write {scale.__name__}().")
    if lacking := [method for method in METHODS if not callable(getattr(scale, method, None))]:
        raise SettingError(
            f"`scale` must be a transformer with the methods {', '.join(METHODS)}, but {shown(scale)} lacks "
            f"{', '.join(lacking)}; forecasts could not be scaled, or not be turned into own units."
        )
    from sklearn.base import clone

    try:
        copied = clone(scale)
        free = [name for name, value in copied.get_params().items() if _is_seed(name) and value is None]
        copied.set_params(**dict.fromkeys(free, 0))
        transformer_record(copied)
    except SettingError:
        raise
    except Exception as error:  # a class of the user's
        raise SettingError(f"`scale` must be a transformer that can be copied: {shortened(str(error))}.") from error
    return copied


def fit_transformer(scale: Any, training: FloatArray, columns: tuple[str, ...]) -> Scaling:
    """Fit a copy of a transformer to each column's training rows.

    Args:
        scale: The transformer, not fitted.
        training: Shape (rows, columns), in the columns' own units.
        columns: The names of the columns, for messages.

    Returns:
        The straight lines, if the transformer is known to draw such.

    Raises:
        DataError: If it cannot be fitted, changes the shape, gives non-finite values, or values do not come back.
    """
    from sklearn.base import clone

    fitted = []
    for position, column in enumerate(columns):
        transformer, values = clone(scale), training[:, position]
        try:
            _called(transformer.fit, values, result=False)
            scaled = _called(transformer.transform, values)
            back = _called(transformer.inverse_transform, scaled)
        except Exception as error:  # whatever a class of the user's raises
            raise DataError(
                f"`scale` {shown(scale)} cannot be used for the column {column!r}: {shortened(str(error))}; take "
                "another scaling."
            ) from error
        _check_way_back(scale, column, values, scaled, back)
        fitted.append(transformer)
    return _lines(fitted) or TransformerScaling(tuple(fitted), transformer_record(scale))


def transformer_record(scale: Any) -> TransformerRecord:
    """Describe a transformer by its class and all parameters.

    Raises:
        SettingError: If a parameter has no value that JSON could hold and that tells it from others.
    """
    described = _described(scale, "")
    return TransformerRecord(described["class"], described["parameters"])


def _described(value: Any, where: str) -> Any:
    """Return a parameter as JSON values."""
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, list | tuple):
        return [_described(item, where) for item in value]
    if isinstance(value, Mapping):
        return {str(name): _described(item, f"{where}.{name}") for name, item in value.items()}
    if not isinstance(value, type) and callable(getattr(value, "get_params", None)):
        inner = value.get_params(deep=False).items()
        return {"class": _name(type(value)), "parameters": {key: _described(item, key) for key, item in sorted(inner)}}
    name = getattr(value, "__qualname__", getattr(value, "__name__", "<"))
    if not callable(value) or "<" in name:
        raise SettingError(
            f"The parameter `{where}` of `scale` must be a number, a text, a list of such, a transformer or a function "
            f"with a name of its own, got {shown(value)}; it could not be told from another one in a saved run."
        )
    return f"{getattr(value, '__module__', None) or 'numpy'}.{name}"


def _name(kind: type) -> str:
    """Return the public name of a class: without the private modules in which scikit-learn keeps it."""
    return ".".join(part for part in [*kind.__module__.split("."), kind.__qualname__] if not part.startswith("_"))


def _is_seed(name: str) -> bool:
    """Tell whether a parameter is a seed, also of a transformer inside another."""
    return name == "random_state" or name.endswith("__random_state")


def _called(method: Callable[[FloatArray], Any], values: FloatArray, result: bool = True) -> FloatArray:
    """Call a method with one column, and return its one column; the checks that follow say more than its warnings."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        given = method(values.reshape(-1, 1))
    if not result:
        return values
    shape = np.shape(given) or getattr(given, "shape", ())  # numpy sees no shape of a sparse matrix
    if shape != (values.size, 1):
        raise DataError(f"it must turn one column into one column, but made the shape {shape} of {(values.size, 1)}")
    column: FloatArray = np.asarray(given, dtype=np.float64)
    return column


def _check_way_back(scale: Any, column: str, values: FloatArray, scaled: FloatArray, back: FloatArray) -> None:
    """Refuse a scaling after which nobody could tell what a forecast means."""
    if not np.isfinite(scaled).all():
        row = int(np.argmin(np.isfinite(scaled[:, 0])))
        raise DataError(
            f"`scale` {shown(scale)} must give finite values, but gives {scaled[row, 0]} for the value {values[row]} "
            f"of the column {column!r}; take another scaling."
        )
    with np.errstate(over="ignore"):
        lost = np.abs(back[:, 0] - values)
        allowed = LOST * (values.max() - values.min()) + 1e-9 * np.abs(values).max()
    if not (lost <= allowed).all():
        row = int(np.argmax(np.where(np.isnan(lost), np.inf, lost)))
        raise DataError(
            f"`scale` {shown(scale)} must bring values back, but makes {back[row, 0]} of {values[row]} in the column "
            f"{column!r}; give it the right inverse, or take another scaling."
        )


def _lines(fitted: list[Any]) -> LineScaling | None:
    """Return what some of scikit-learn's transformers do as straight lines; ``None`` if they do something else."""
    from sklearn import preprocessing

    lines: list[tuple[float, ...]] = []
    for one in fitted:
        if getattr(one, "clip", False):
            return None
        if type(one) is preprocessing.StandardScaler:
            lines.append((0.0, 1 / _first(one.scale_, 1.0), _first(one.mean_ if one.with_mean else None, 0.0)))
        elif type(one) is preprocessing.RobustScaler:
            lines.append((0.0, 1 / _first(one.scale_, 1.0), _first(one.center_, 0.0)))
        elif type(one) is preprocessing.MaxAbsScaler:
            lines.append((0.0, 1 / _first(one.scale_, 1.0), 0.0))
        elif type(one) is preprocessing.MinMaxScaler:
            lines.append((_first(one.min_, 0.0), _first(one.scale_, 1.0), 0.0))
        else:
            return None
    centre, slope, middle = np.array(lines).T
    usable = np.isfinite(slope).all() and (slope != 0).all() and np.isfinite([centre, middle]).all()
    return LineScaling(centre, slope, middle) if usable else None


def _first(values: Any, otherwise: float) -> np.float64:
    """Return the number that was fitted to the only column, or another one if none was asked for."""
    return np.float64(otherwise if values is None else values[0])
