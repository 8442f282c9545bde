"""What the first layer reads while a network is trained: windows, or what an embedding has for their tokens."""

from dlopt_deap.networks.kernels._layers import Integers, Layer
from dlopt_deap.networks.kernels._vectors import Floats, compiled


@compiled
def gather(x: Floats, chosen: Integers, work: Floats, first: int) -> None:
    """Copy windows into ``work``, time step after time step."""
    _, look_back, inputs = x.shape
    place = first
    for step in range(look_back):
        for n in chosen:
            for i in range(inputs):
                work[place] = x[n, step, i]
                place += 1


@compiled
def look_up(x: Floats, chosen: Integers, work: Floats, weights: Floats, layer: Layer) -> None:
    """Write the rows of the embedding that windows of tokens name into ``work``, time step after time step."""
    place, width = layer.below, layer.below_step
    for step in range(x.shape[1]):
        for n in chosen:
            first = int(x[n, step, 0]) * width
            for k in range(width):
                work[place + k] = weights[first + k]
            place += width


@compiled
def add_to_rows(x: Floats, chosen: Integers, work: Floats, gradient: Floats, layer: Layer) -> None:
    """Add the errors of what was looked up to the gradients of the embedding's rows."""
    place, width = layer.below_error, layer.below_step
    for step in range(x.shape[1]):
        for n in chosen:
            first = int(x[n, step, 0]) * width
            for k in range(width):
                gradient[first + k] += work[place + k]
            place += width
