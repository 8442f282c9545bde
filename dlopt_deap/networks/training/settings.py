"""How a network is trained."""

from __future__ import annotations

from dataclasses import dataclass

from dlopt_deap.checks import check_choice, check_integer, check_number, shown
from dlopt_deap.errors import SettingError
from dlopt_deap.networks.losses import LOSSES, loss_for
from dlopt_deap.networks.optimizers import OPTIMIZERS
from dlopt_deap.networks.training.initializers import INITIALIZERS


@dataclass(frozen=True)
class TrainingSettings:
    """How a network is trained; how long is an argument of ``train``, since partial trainings share their settings.

    Attributes:
        batch_size: Windows in a batch; the last batch of an epoch may be smaller, as in Keras.
        loss: ``"mse"``, ``"mae"``, ``"huber"`` (with Keras' delta of 1), or, of a softmax, ``"cross_entropy"`` (Keras'
            categorical one); ``None``: the cross-entropy of a network with a softmax, the mean squared error of others.
        optimizer: ``"sgd"``, ``"rmsprop"``, ``"adam"``, ``"adagrad"``, ``"adadelta"``, ``"adamax"`` or ``"nadam"``,
            with Keras' definitions and constants.
        learning_rate: ``None`` for Keras' default: 0.01 for ``"sgd"``, 0.001 for all others.
        momentum: Of ``"sgd"``, in [0, 1).
        dropout: The share of the numbers that are set to zero after each recurrent layer, in [0, 1); the others are
            divided by 1 - ``dropout``, so nothing changes where no training takes place.
        clipnorm: The greatest norm of the gradient of each of Keras' variables; larger ones are scaled down.
        clipvalue: The greatest size of each number of the gradient.
        global_clipnorm: The greatest norm of the whole gradient. At most one of the three can be given.
        shuffle: Draw the order of the windows anew in each epoch.
        patience: Stop after so many epochs in a row without a better validation loss, and give the weights of the
            best epoch; ``None``: never, and give the last.
        min_delta: By how much a validation loss must be less than the least before to be better for ``patience``.
        max_seconds: Begin no epoch after so many seconds.
        initializer: ``"keras"`` or ``"uniform"``; see :func:`~dlopt_deap.networks.initial_weights`.

    Raises:
        SettingError: If a value is not as above.

    Examples:
        >>> TrainingSettings(optimizer="adm")
        Traceback (most recent call last):
        dlopt_deap.errors.SettingError: `optimizer` must be one of sgd, rmsprop, adam, adagrad, adadelta, adamax, \
nadam, got 'adm'; did you mean 'adam'?
    """

    batch_size: int = 32
    loss: str | None = None
    optimizer: str = "adam"
    learning_rate: float | None = None
    momentum: float = 0.0
    dropout: float = 0.0
    clipnorm: float | None = None
    clipvalue: float | None = None
    global_clipnorm: float | None = None
    shuffle: bool = True
    patience: int | None = None
    min_delta: float = 0.0
    max_seconds: float | None = None
    initializer: str = "keras"

    def __post_init__(self) -> None:
        self._set("batch_size", check_integer("batch_size", self.batch_size, low=1, limit="MAX_BATCH_SIZE"))
        if self.loss is not None:
            check_choice("loss", self.loss, LOSSES)
        check_choice("optimizer", self.optimizer, OPTIMIZERS)
        check_choice("initializer", self.initializer, INITIALIZERS)
        for name in ("learning_rate", "clipnorm", "clipvalue", "global_clipnorm", "max_seconds"):
            if getattr(self, name) is not None:
                self._set(name, check_number(name, getattr(self, name), above=0.0))
        for name in ("momentum", "dropout"):
            self._set(name, check_number(name, getattr(self, name), 0.0))
            if getattr(self, name) >= 1:
                raise SettingError(f"`{name}` must be at least 0 and less than 1, got {getattr(self, name)}.")
        self._set("min_delta", check_number("min_delta", self.min_delta, 0.0))
        if self.patience is not None:
            self._set("patience", check_integer("patience", self.patience, low=1))
        if not isinstance(self.shuffle, bool):
            raise SettingError(f"`shuffle` must be True or False, got {shown(self.shuffle)}.")
        self._check_combinations()

    def _check_combinations(self) -> None:
        """Refuse what would be ignored."""
        if self.momentum and self.optimizer != "sgd":
            raise SettingError(
                f"`momentum` is a setting of the optimizer 'sgd', got {self.momentum} with {self.optimizer!r}; "
                "leave it at 0."
            )
        given = [name for name in ("clipnorm", "clipvalue", "global_clipnorm") if getattr(self, name) is not None]
        if len(given) > 1:
            raise SettingError(f"A gradient can be clipped in one way only, got {' and '.join(given)}; choose one.")

    def _set(self, name: str, value: object) -> None:
        """Keep a checked value: numbers of numpy become Python's, so that equal settings are equal as JSON too."""
        object.__setattr__(self, name, value)

    def loss_of(self, activation: str) -> str:
        """Give the loss for a network whose output has this activation.

        Raises:
            SettingError: If it is the cross-entropy, and the activation no softmax.
        """
        return loss_for(self.loss, activation)

    @property
    def rate(self) -> float:
        """The learning rate, Keras' default if none was given."""
        return OPTIMIZERS[self.optimizer].learning_rate if self.learning_rate is None else self.learning_rate
