"""Settings of a gradient training, and of a random sampling."""

from typing import Literal

from pydantic import Field

from dlopt_deap.networks import TrainingSettings
from dlopt_deap.sampling import Normal, Uniform
from dlopt_deap.tools.settings.base import Settings


class TrainingOptions(Settings):
    """How a network is trained."""

    batch_size: int = Field(16, ge=1)
    """Windows in a batch."""
    loss: Literal["mse", "mae", "huber", "cross_entropy"] | None = Field(None, examples=["mse"])
    """What is minimised; mse, or of tokens the cross-entropy, unless given."""
    optimizer: Literal["sgd", "rmsprop", "adam", "adagrad", "adadelta", "adamax", "nadam"] = "adam"
    """The optimizer, with Keras' definitions."""
    learning_rate: float | None = Field(0.005, gt=0)
    """The learning rate; null: Keras' default."""
    momentum: float = Field(0.0, ge=0, lt=1)
    """The momentum of sgd."""
    dropout: float = Field(0.0, ge=0, lt=1)
    """The share of numbers set to zero after each recurrent layer."""
    clipnorm: float | None = Field(None, gt=0)
    """The greatest norm of the gradient of each variable."""
    clipvalue: float | None = Field(None, gt=0)
    """The greatest size of each number of the gradient."""
    global_clipnorm: float | None = Field(None, gt=0)
    """The greatest norm of the whole gradient."""
    shuffle: bool = True
    """Whether the order of the windows is drawn anew in each epoch."""
    patience: int | None = Field(None, ge=1)
    """Epochs in a row without a better validation loss that end a training."""
    min_delta: float = Field(0.0, ge=0)
    """By how much a validation loss must be less to be better for patience."""
    max_seconds: float | None = Field(None, gt=0)
    """Seconds after which no epoch is begun."""
    initializer: Literal["keras", "uniform"] = "keras"
    """What the first weights are drawn by."""

    def check(self) -> None:
        """See that they fit together."""
        self.build()

    def build(self) -> TrainingSettings:
        """Make the settings of the training."""
        return TrainingSettings(**self.model_dump())


class NormalSettings(Settings):
    """The normal distribution."""

    kind: Literal["normal"] = "normal"
    """The distribution."""
    loc: float = 0.0
    """Its mean."""
    scale: float = Field(1.0, ge=0)
    """Its standard deviation."""

    def build(self) -> Normal:
        """Make the distribution."""
        return Normal(self.loc, self.scale)


class UniformSettings(Settings):
    """The uniform distribution."""

    kind: Literal["uniform"] = "uniform"
    """The distribution."""
    low: float = -1.0
    """Its left end."""
    high: float = 1.0
    """Its right end."""

    def check(self) -> None:
        """See that the left end is left of the right one."""
        self.build()

    def build(self) -> Uniform:
        """Make the distribution."""
        return Uniform(self.low, self.high)
