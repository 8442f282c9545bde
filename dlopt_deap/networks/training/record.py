"""What a training says of itself, and when it ends: the same for every engine."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.errors import TrainingError
from dlopt_deap.networks.training.settings import TrainingSettings

Weights = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Windows:
    """What a network reads and what it has to predict.

    Attributes:
        x: Shape (windows, look_back, inputs), float32, in C order.
        y: Shape (windows, outputs), float32, in C order.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Training:
    """What came of a training.

    Attributes:
        weights: Shape (num_weights,), float32: those of the epoch with the least validation loss if ``patience`` was
            set, otherwise the last.
        history: A number an epoch: ``"loss"``, the mean over the epoch while the weights changed, as Keras has it, and
            ``"val_loss"``, the validation loss after it, if there was validation.
        epochs: Epochs done.
        seconds: What they took; compiling is not in it for the native engine, but is for Keras.
        stopped_by: ``"epochs"``, ``"patience"`` or ``"max_seconds"``.
        engine: ``"native"`` or ``"keras"``.
        why: Why it was this engine.
    """

    weights: Weights
    history: dict[str, list[float]]
    epochs: int
    seconds: float
    stopped_by: str
    engine: str
    why: str

    @property
    def best_epoch(self) -> int:
        """The epoch with the least validation loss (or loss, without validation), from 1; 0 if there was none."""
        losses = self.history.get("val_loss", self.history["loss"])
        return 1 + int(np.argmin(losses)) if losses else 0


class Record:
    """Notes the losses of a training, keeps its best weights, and says when it has to end."""

    def __init__(self, settings: TrainingSettings, epochs: int, validated: bool) -> None:
        self.history: dict[str, list[float]] = {name: [] for name in ("loss", "val_loss")[: 1 + validated]}
        self.stopped_by = "epochs"
        self._settings = settings
        self._epochs = epochs
        self._best: Weights | None = None
        self._least = self._to_beat = math.inf
        self._waited = 0
        self._start = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds since the training began."""
        return time.perf_counter() - self._start

    def note(self, loss: float, val_loss: float | None, weights: Callable[[], Weights]) -> bool:
        """Note an epoch, and tell whether it was the last.

        Raises:
            TrainingError: If a loss is not finite.
        """
        for name, value in (("loss", loss), ("val_loss", val_loss)):
            if value is not None:
                self._check_finite(name, value)
                self.history[name].append(value)
        limit, patience = self._settings.max_seconds, self._settings.patience
        if patience is not None and val_loss is not None and self._waited_out(val_loss, weights, patience):
            self.stopped_by = "patience"
        elif len(self.history["loss"]) >= self._epochs:
            self.stopped_by = "epochs"
        elif limit is not None and self.seconds >= limit:
            self.stopped_by = "max_seconds"
        else:
            return False
        return True

    def training(self, last: Weights, engine: str, why: str) -> Training:
        """Conclude with the last weights, or with the best that were kept."""
        weights = last if self._best is None else self._best
        done = len(self.history["loss"])
        return Training(weights, self.history, done, self.seconds, self.stopped_by, engine, why)

    def _waited_out(self, val_loss: float, weights: Callable[[], Weights], patience: int) -> bool:
        """Keep the best weights, and tell whether the validation loss has not improved for too long."""
        if val_loss < self._least:
            self._least, self._best = val_loss, weights()
        self._waited += 1
        if val_loss < self._to_beat - self._settings.min_delta:
            self._to_beat, self._waited = val_loss, 0
        return self._waited >= patience

    def _check_finite(self, name: str, value: float) -> None:
        """Refuse a loss that is infinite or NaN."""
        if not math.isfinite(value):
            raise TrainingError(
                f"A training must keep its losses and weights finite; it diverged in epoch "
                f"{len(self.history['loss']) + (name == 'loss')} (`{name}` is {value}) with the optimizer "
                f"{self._settings.optimizer!r} at a learning rate of {self._settings.rate}; "
                "lower `learning_rate`, or set `clipnorm`."
            )
