"""The losses that training knows, in one table."""

from typing import Final

from dlopt_deap.errors import SettingError

LOSSES: Final = {"mse": 0, "mae": 1, "huber": 2, "cross_entropy": 3}
"""The number by which the compiled kernels know a loss.

Huber's delta is 1, as in Keras. The cross-entropy is Keras' categorical one, the mean over windows of -sum(y log p);
its logarithms are taken from what goes into the softmax, so no probability is clipped, as none is in Keras.
"""

KERAS_LOSSES: Final = {
    "mse": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "huber": "Huber",
    "cross_entropy": "CategoricalCrossentropy",
}
"""The Keras class of each loss."""


def loss_for(loss: str | None, activation: str) -> str:
    """Return the loss for a network: unless one was chosen, the cross-entropy of probabilities, or the squared error.

    Args:
        loss: The choice, or ``None``.
        activation: That of the network's output.

    Raises:
        SettingError: If the cross-entropy is wanted of what are no probabilities.
    """
    if loss == "cross_entropy" and activation != "softmax":
        raise SettingError(
            f"The loss 'cross_entropy' needs a network with the activation 'softmax', got {activation!r}; "
            "take `activation='softmax'`, or another `loss`."
        )
    if loss is None:
        return "cross_entropy" if activation == "softmax" else "mse"
    return loss
