"""Which layer and which neuron each weight of a network belongs to."""

from functools import lru_cache
from math import prod

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.checks import check_number, items_of
from dlopt_deap.errors import SettingError
from dlopt_deap.networks.cells import CELLS
from dlopt_deap.networks.spec import NetworkSpec


@lru_cache(maxsize=32)
def layer_of(spec: NetworkSpec) -> NDArray[np.intp]:
    """Return the layer of each weight: 0 for the first, an embedding if there is one, the last for the dense output.

    Args:
        spec: The network.

    Returns:
        Shape (num_weights,), read-only; equal specs share it.

    Examples:
        >>> layer_of(NetworkSpec(1, (2,), 1, 3, cell="simple_rnn")).tolist()
        [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1]
    """
    sizes = _layer_sizes(spec)
    return _read_only(np.repeat(np.arange(len(sizes)), sizes))


@lru_cache(maxsize=32)
def neuron_of(spec: NetworkSpec) -> NDArray[np.intp]:
    """Return the neuron that each weight feeds into, numbered from the first recurrent layer to the outputs.

    What feeds into a recurrent unit are the columns of all its gates in kernel, recurrent kernel and bias (both rows of
    the GRU's); what feeds into an output are its column of the dense kernel and its bias. The neurons of an embedding
    are its columns, and come first.

    Args:
        spec: The network.

    Returns:
        Shape (num_weights,), numbers from 0 to the sum of ``layer_widths(spec)`` less one, read-only; equal specs share
        it.

    Examples:
        >>> neuron_of(NetworkSpec(1, (2,), 1, 3, cell="simple_rnn")).tolist()
        [0, 1, 0, 1, 0, 1, 0, 1, 2, 2, 2]
    """
    widths = layer_widths(spec)
    firsts = np.cumsum([0, *widths])
    # The columns of a layer's arrays are gate by gate, and in each gate neuron by neuron. So neurons follow each other
    # through every row, and on into the next row and array, since all rows are whole multiples of the width.
    parts = [
        first + np.arange(size) % width for first, width, size in zip(firsts, widths, _layer_sizes(spec), strict=False)
    ]
    return _read_only(np.concatenate(parts))


def per_layer(spec: NetworkSpec, values: object, name: str, *, above: float | None = None) -> NDArray[np.float64]:
    """Turn one number, or one number a layer, into one number a weight.

    Args:
        spec: The network.
        values: A number, or a sequence of one for each recurrent layer and one for the dense output.
        name: What the values are called in a message.
        above: What every number must lie above.

    Returns:
        Shape (num_weights,).

    Raises:
        SettingError: If there are more or fewer numbers, or one is not finite or not above ``above``.

    Examples:
        >>> spec = NetworkSpec(1, (2,), 1, 3, cell="simple_rnn")
        >>> per_layer(spec, [0.5, 2], "sigma").tolist()
        [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 2.0, 2.0, 2.0]
        >>> per_layer(spec, [0.5, 2, 3], "sigma")
        Traceback (most recent call last):
        dlopt_deap.errors.SettingError: `sigma` must be one number, or 2 numbers for the layers (2, 1): each \
recurrent layer and the dense output; got 3.
    """
    items = None if isinstance(values, str) else items_of(values)
    if items is None:
        return np.full(len(layer_of(spec)), check_number(name, values, above=above))
    widths = layer_widths(spec)
    if len(items) != len(widths):
        raise SettingError(
            f"`{name}` must be one number, or {len(widths)} numbers for the layers {widths}: each recurrent layer and "
            f"the dense output; got {len(items)}."
        )
    numbers = [check_number(f"{name}[{layer}]", item, above=above) for layer, item in enumerate(items)]
    return np.array(numbers)[layer_of(spec)]


def layer_widths(spec: NetworkSpec) -> tuple[int, ...]:
    """Return the width of each layer that has weights: an embedding if there is one, the recurrent ones, the output."""
    return (*(() if spec.embedding is None else spec.embedding[1:]), *spec.units, spec.outputs)


def _layer_sizes(spec: NetworkSpec) -> list[int]:
    """Count the weights of each of these layers."""
    cell = CELLS[spec.cell]
    shapes = [cell.weight_shapes(*widths) for widths in zip((spec.features, *spec.units), spec.units, strict=False)]
    embedding = [] if spec.embedding is None else [prod(spec.embedding)]
    return [*embedding, *(sum(map(prod, layer)) for layer in shapes), (spec.units[-1] + 1) * spec.outputs]


def _read_only(array: NDArray[np.intp]) -> NDArray[np.intp]:
    """Protect an array that callers share."""
    array.flags.writeable = False
    return array
