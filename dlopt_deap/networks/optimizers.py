"""The optimizers that training knows, in one table, with Keras' definitions and defaults."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Optimizer:
    """A way to follow the gradient.

    Attributes:
        code: The number by which the compiled kernels know it.
        keras_class: The name of its Keras class.
        learning_rate: Keras' default.
        first: With what its first accumulator begins; all others begin with zero.
    """

    code: int
    keras_class: str
    learning_rate: float
    first: float = 0.0


OPTIMIZERS: Final = {
    "sgd": Optimizer(code=0, keras_class="SGD", learning_rate=0.01),
    "rmsprop": Optimizer(code=1, keras_class="RMSprop", learning_rate=0.001),
    "adam": Optimizer(code=2, keras_class="Adam", learning_rate=0.001),
    "adagrad": Optimizer(code=3, keras_class="Adagrad", learning_rate=0.001, first=0.1),
    "adadelta": Optimizer(code=4, keras_class="Adadelta", learning_rate=0.001),
    "adamax": Optimizer(code=5, keras_class="Adamax", learning_rate=0.001),
    "nadam": Optimizer(code=6, keras_class="Nadam", learning_rate=0.001),
}
"""By the name that ``TrainingSettings.optimizer`` takes."""
