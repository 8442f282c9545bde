"""Training in compiled code, on one thread."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.networks.cells import ACTIVATIONS, CELLS
from dlopt_deap.networks.losses import LOSSES
from dlopt_deap.networks.optimizers import OPTIMIZERS
from dlopt_deap.networks.spec import NetworkSpec
from dlopt_deap.networks.training.record import Record, Training, Weights, Windows
from dlopt_deap.networks.training.settings import TrainingSettings
from dlopt_deap.networks.training_layout import DIFFERENTIATE, EVALUATE, TRAIN, training_layout
from dlopt_deap.seeding import derive, generator

PART: Final = 16
"""Windows of a batch that are computed at once: few enough for the second cache, enough for whole tiles."""

_NO_DROPOUT: Final = -1.0


class NativeTrainer:
    """A network in training: its weights, and what its optimizer remembers.

    Each call of :meth:`train_epoch` goes on where the last one ended, so a training in pieces is the same as a whole.

    Args:
        spec: The network.
        weights: Those to begin with, shape (num_weights,).
        settings: How it is trained.
        seed: From which the order of the windows and the dropout are derived.
    """

    def __init__(self, spec: NetworkSpec, weights: Weights, settings: TrainingSettings, seed: int) -> None:
        self._settings = settings
        part = min(settings.batch_size, PART)
        self._layout = training_layout(spec, part, settings.dropout > 0)
        self._plain = training_layout(spec, PART, False)
        loss = LOSSES[settings.loss_of(spec.activation)]
        self._codes = (CELLS[spec.cell].code, ACTIVATIONS[spec.activation], loss, self._layout.embedded)
        self._sizes = (settings.batch_size, part)
        self._weights = self._layout.spread(weights)
        self._work = _floats(max(self._layout.work_size, self._plain.work_size))
        # The kernels read the number 1 from here, to add up gradients of biases by the same product as all others.
        self._work[0] = 1
        self._turned, self._gradient = _floats(self._layout.turned_size), _floats(self._layout.size)
        first = OPTIMIZERS[settings.optimizer].first
        self._memory = (_floats(self._layout.size, first), _floats(self._layout.size), np.ones(1))
        self._shuffle = generator(seed, "shuffle")
        self._dropout_seed = derive(seed, "dropout") % 2**63
        self._steps = 0

    @property
    def weights(self) -> Weights:
        """A copy of the weights, shape (num_weights,)."""
        return self._weights[self._layout.places]

    def compile(self, windows: Windows) -> None:
        """Compile the kernels, or load them from disk, so that no epoch is charged with it."""
        self._run(EVALUATE, windows, np.empty(0, np.int64))

    def train_epoch(self, windows: Windows) -> float:
        """Train with each window once; return the mean loss on the way, NaN as soon as it diverges."""
        count = len(windows.x)
        order = self._shuffle.permutation(count) if self._settings.shuffle else np.arange(count)
        loss = self._run(TRAIN, windows, order.astype(np.int64, copy=False))
        self._steps += -(-count // self._settings.batch_size)
        return loss

    def evaluate(self, windows: Windows) -> float:
        """Return the mean loss of the windows, without dropout."""
        return self._run(EVALUATE, windows, np.arange(len(windows.x), dtype=np.int64))

    def gradient(self, windows: Windows) -> tuple[float, Weights]:
        """Return the mean loss and its gradient, shape (num_weights,), for all windows as batches of the settings."""
        self._gradient[:] = 0
        loss = self._run(DIFFERENTIATE, windows, np.arange(len(windows.x), dtype=np.int64))
        gradient = self._gradient[self._layout.places]
        self._gradient[:] = 0
        return loss, gradient

    def _run(self, mode: int, windows: Windows, order: NDArray[np.int64]) -> float:
        """Call the compiled code."""
        from dlopt_deap.networks.kernels._training import run

        layout, sizes = (self._plain, (PART, PART)) if mode == EVALUATE else (self._layout, self._sizes)
        arrays = (self._work, self._weights, self._turned, self._gradient)
        data = (windows.x, windows.y)
        return float(run(mode, self._codes, layout.plan, data, order, sizes, arrays, self._learning()))

    def _learning(self) -> tuple[Any, ...]:
        """Give what the compiled code has to know of the optimizer."""
        settings = self._settings
        limits = (settings.clipnorm, settings.clipvalue, settings.global_clipnorm)
        clipping = next(((kind, limit) for kind, limit in enumerate(limits, start=1) if limit is not None), (0, 0.0))
        dropout = (settings.dropout or _NO_DROPOUT, self._dropout_seed)
        optimizer = OPTIMIZERS[settings.optimizer].code
        variables = self._layout.variables
        return optimizer, settings.rate, settings.momentum, self._memory, clipping, variables, dropout, self._steps


def train_native(
    spec: NetworkSpec,
    start: Weights,
    data: tuple[Windows, Windows | None],
    epochs: int,
    settings: TrainingSettings,
    seed: int,
    why: str,
) -> Training:
    """Train in compiled code; see :func:`~dlopt_deap.networks.train_windows`."""
    training, validation = data
    trainer = NativeTrainer(spec, start, settings, seed)
    trainer.compile(training)
    record = Record(settings, epochs, validation is not None)
    for _ in range(epochs):
        loss = trainer.train_epoch(training)
        # A training that has diverged is not validated.
        val_loss = trainer.evaluate(validation) if validation is not None and math.isfinite(loss) else None
        if record.note(loss, val_loss, lambda: trainer.weights):
            break
    return record.training(trainer.weights, "native", why)


def _floats(count: int, value: float = 0.0) -> NDArray[np.float32]:
    """Make a vector that begins where a line of the cache does."""
    spare = 16
    vector = np.full(count + spare, value, np.float32)
    first = -(vector.ctypes.data // 4) % spare
    return vector[first : first + count]
