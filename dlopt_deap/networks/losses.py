"""The losses that training knows, in one table."""

from typing import Final

LOSSES: Final = {"mse": 0, "mae": 1, "huber": 2}
"""The number by which the compiled kernels know a loss, by its Keras name; Huber's delta is 1, as in Keras."""

KERAS_LOSSES: Final = {"mse": "MeanSquaredError", "mae": "MeanAbsoluteError", "huber": "Huber"}
"""The Keras class of each loss."""
