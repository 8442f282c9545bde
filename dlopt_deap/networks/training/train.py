"""Gradient training: the one function for all engines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from dlopt_deap.checks import check_array, check_choice, check_integer, shown
from dlopt_deap.data import Series
from dlopt_deap.errors import DataError, SettingError
from dlopt_deap.networks.prediction.predict import check_tokens
from dlopt_deap.networks.spec import NetworkSpec
from dlopt_deap.networks.training.fit import check_reading
from dlopt_deap.networks.training.initializers import initial_weights
from dlopt_deap.networks.training.record import Training, Weights, Windows
from dlopt_deap.networks.training.settings import TrainingSettings

_ROUNDING: Final = 1e-3
"""By how much a sum of probabilities may differ from 1."""

ENGINES: Final = ("auto", "native", "keras")


def train(
    spec: NetworkSpec,
    series: Series,
    epochs: int,
    settings: TrainingSettings | None = None,
    weights: ArrayLike | None = None,
    seed: int = 0,
    engine: str = "auto",
) -> Training:
    """Train a network on the training split of a series, and validate it on the validation split after each epoch.

    Args:
        spec: The network; it reads the series' inputs and predicts its targets.
        series: The series, or sequence of tokens; its test split is not looked at.
        epochs: How often each window is used, from 0.
        settings: How to train; the defaults of :class:`TrainingSettings` unless given.
        weights: What to begin with, shape (num_weights,); drawn by ``settings.initializer`` unless given.
        seed: The initial weights, the order of the windows and the dropout are derived from it.
        engine: ``"native"``: compiled code on one thread of the CPU; other threads may run meanwhile. ``"keras"``:
            TensorFlow, on whatever it finds. ``"auto"``: native, since there is a kernel for every cell of a spec.

    Returns:
        The weights and how they came about. The native engine gives the same bits for the same arguments (on
        processors of one kind).

    Raises:
        SettingError: If an argument is not as above, or network and series do not fit.
        DataError: If the series is too short for the look-back.
        TrainingError: If the loss or a weight becomes infinite or NaN.

    Examples:
        >>> from dlopt_deap.data import sine
        >>> training = train(NetworkSpec(1, (4,), 1, look_back=8), sine(), epochs=3)
        >>> training.epochs, training.stopped_by, training.engine
        (3, 'epochs', 'native')
        >>> training.history["val_loss"][-1] < training.history["val_loss"][0]
        True
    """
    check_reading(spec, series)
    sizes = (len(series.inputs), len(series.targets))
    if sizes != (spec.inputs, spec.outputs):
        raise SettingError(
            f"A network must read the series' inputs ({sizes[0]}) and predict its targets ({sizes[1]}), "
            f"got {spec} for {series!r}."
        )
    x, y = series.training.windows(spec.look_back)
    validation = series.validation.windows(spec.look_back)
    return train_windows(spec, x, y, epochs, settings, validation=validation, weights=weights, seed=seed, engine=engine)


def train_windows(
    spec: NetworkSpec,
    x: ArrayLike,
    y: ArrayLike,
    epochs: int,
    settings: TrainingSettings | None = None,
    *,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    weights: ArrayLike | None = None,
    seed: int = 0,
    engine: str = "auto",
) -> Training:
    """Train a network on windows; see :func:`train`.

    Args:
        spec: The network.
        x: Windows, shape (windows, look_back, inputs), at least one.
        y: What is to be predicted, shape (windows, outputs).
        epochs: How often each window is used, from 0.
        settings: How to train; the defaults of :class:`TrainingSettings` unless given.
        validation: Windows and targets of the same kind to validate on; ``patience`` needs them.
        weights: What to begin with, shape (num_weights,); drawn by ``settings.initializer`` unless given.
        seed: The initial weights, the order of the windows and the dropout are derived from it.
        engine: ``"native"``, ``"keras"`` or ``"auto"``.

    Returns:
        The weights and how they came about.

    Raises:
        SettingError: If an argument is not as above.
        DataError: If there is no window, or a number in them is not finite.
        TrainingError: If the loss or a weight becomes infinite or NaN.
    """
    chosen, why = choose_engine(engine, spec)
    settings = TrainingSettings() if settings is None else settings
    loss = settings.loss_of(spec.activation)
    check_integer("epochs", epochs, low=0)
    check_integer("seed", seed, low=0)
    if settings.patience is not None and validation is None:
        raise SettingError(f"`patience` needs `validation`, got {settings.patience} and no windows to validate on.")
    data = (
        _checked_windows(spec, "", x, y),
        None if validation is None else _checked_windows(spec, "validation ", *validation),
    )
    if loss == "cross_entropy":
        for windows in data:
            _check_probabilities(windows)
    start = initial_weights(spec, settings.initializer, seed) if weights is None else _checked_weights(spec, weights)
    if chosen == "keras":
        from dlopt_deap.networks.training.with_keras import train_keras

        return train_keras(spec, start, data, epochs, settings, seed, why)
    from dlopt_deap.networks.training.native import train_native

    return train_native(spec, start, data, epochs, settings, seed, why)


def choose_engine(engine: str, spec: NetworkSpec) -> tuple[str, str]:
    """Return the engine that trains a network, and why it is this one.

    Args:
        engine: ``"auto"``, ``"native"`` or ``"keras"``.
        spec: The network.

    Raises:
        SettingError: If the engine is unknown.
    """
    check_choice("engine", engine, ENGINES)
    if engine == "auto":
        return "native", f"engine='auto': there is a compiled kernel for the cell {spec.cell!r}"
    return engine, f"engine={engine!r} was asked for"


def _checked_windows(spec: NetworkSpec, kind: str, x: ArrayLike, y: ArrayLike) -> Windows:
    """Return windows as the engines read them."""
    # An array of another type would be compiled for once more: the kernels take float32, in C order, writable.
    parts = tuple(
        np.require(check_array(name, array, np.float32), None, ["C", "W", "A"]) for name, array in (("x", x), ("y", y))
    )
    count = len(parts[0]) if parts[0].ndim else 0
    wanted: Sequence[tuple[str, tuple[Any, ...]]] = (
        ("x", (count, spec.look_back, spec.inputs)),
        ("y", (count, spec.outputs)),
    )
    for (name, shape), array in zip(wanted, parts, strict=True):
        if array.shape != shape:
            raise SettingError(f"The {kind}windows `{name}` must have the shape {shape} for {spec}, got {array.shape}.")
        if not np.isfinite(array).all():
            raise DataError(f"The {kind}windows `{name}` must be finite, got NaN or infinity; clean the data first.")
    if not count:
        raise DataError(f"There must be at least one {kind}window, got none.")
    if spec.embedding is not None:
        check_tokens("x", parts[0], spec.embedding[0])
    return Windows(*parts)


def _check_probabilities(windows: Windows | None) -> None:
    """Refuse targets of a cross-entropy that are no probabilities: what it means of others, Keras leaves open."""
    if windows is None:
        return
    wrong = (windows.y < 0).any(axis=1) | (np.abs(windows.y.sum(axis=1, dtype=np.float64) - 1) > _ROUNDING)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise DataError(
            "The targets of a cross-entropy must be probabilities that sum to 1 in each window, as one-hot tokens do, "
            f"got {shown(windows.y[row].tolist())} in window {row}; choose another `loss`, or other targets."
        )


def _checked_weights(spec: NetworkSpec, weights: ArrayLike) -> Weights:
    """Return given weights as float32; a copy, since training changes none of its arguments."""
    vector = check_array("weights", weights, np.float32).copy()
    if vector.shape != (spec.num_weights,) or not np.isfinite(vector).all():
        raise SettingError(
            f"`weights` must be finite and have the shape ({spec.num_weights},) for {spec}, got the shape "
            f"{vector.shape}{'' if np.isfinite(vector).all() else ' with NaN or infinity'}."
        )
    return vector
