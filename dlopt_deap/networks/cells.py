"""The recurrent cells and the activations that the engine knows, in one table each."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Cell:
    """A kind of recurrent layer.

    Attributes:
        code: The number by which the compiled kernels know it.
        keras_class: The name of its Keras class.
        gates: Columns of its kernels per unit.
        bias_rows: Rows of its bias; the GRU has one for the inputs and one for the states (``reset_after=True``).
    """

    code: int
    keras_class: str
    gates: int
    bias_rows: int = 1

    def weight_shapes(self, inputs: int, units: int) -> list[tuple[int, ...]]:
        """Give the shapes of kernel, recurrent kernel and bias, as Keras has them."""
        columns = self.gates * units
        bias = (columns,) if self.bias_rows == 1 else (self.bias_rows, columns)
        return [(inputs, columns), (units, columns), bias]


CELLS: Final = {
    "lstm": Cell(code=0, keras_class="LSTM", gates=4),
    "gru": Cell(code=1, keras_class="GRU", gates=3, bias_rows=2),
    "simple_rnn": Cell(code=2, keras_class="SimpleRNN", gates=1),
}
"""By the name that ``NetworkSpec.cell`` takes. Gates are in Keras' order: i, f, c, o and z, r, h."""

ACTIVATIONS: Final = {"linear": 0, "tanh": 1, "sigmoid": 2, "relu": 3, "softmax": 4}
"""The number by which the compiled kernels know an activation of the dense output, by its Keras name."""
