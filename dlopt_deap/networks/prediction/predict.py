"""Predictions of many networks at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.checks import check_array, check_integer
from dlopt_deap.errors import SettingError
from dlopt_deap.networks.cells import ACTIVATIONS, CELLS
from dlopt_deap.networks.layout import layout_of
from dlopt_deap.networks.spec import NetworkSpec


def predict(spec: NetworkSpec, weights: ArrayLike, x: ArrayLike, threads: int = 1) -> NDArray[np.float32]:
    """Predict with one network, or with many that differ in their weights only.

    Each network is computed on its own: neither ``threads`` nor which others are in the call changes a bit of what it
    predicts. A network with a weight that is not finite predicts NaN.

    Args:
        spec: The network.
        weights: Weight vectors, shape (samples, num_weights) or (num_weights,).
        x: Windows, shape (windows, look_back, inputs), of any strides; numbers of tokens if the network embeds them.
        threads: Threads to compute with, from 1; the samples are shared among them.

    Returns:
        Shape (samples, windows, outputs), or (windows, outputs) for one weight vector.

    Raises:
        SettingError: If a shape does not fit the network, ``threads`` is less than 1, or a number in ``x`` names no
            token of the network's embedding.

    Examples:
        >>> spec = NetworkSpec(inputs=1, units=(3,), outputs=2, look_back=4)
        >>> weights = np.zeros((5, spec.num_weights))
        >>> predict(spec, weights, np.ones((7, 4, 1))).shape
        (5, 7, 2)
    """
    return forecast(spec, weights, x, 1, threads)[..., 0, :]


def forecast(spec: NetworkSpec, weights: ArrayLike, x: ArrayLike, steps: int, threads: int) -> NDArray[np.float32]:
    """Forecast one step ahead with any network, or more with one that reads what it forecasts.

    Returns:
        Shape (samples, windows, steps, outputs), or (windows, steps, outputs) for one weight vector.
    """
    vectors, windows = _checked(spec, weights, x, threads)
    samples = vectors.reshape(-1, spec.num_weights)
    out = np.empty((len(samples), steps, len(windows), spec.outputs), np.float32)
    _run(spec, samples, windows, out, threads)
    shape = (*vectors.shape[:-1], len(windows), steps, spec.outputs)
    return np.ascontiguousarray(out.swapaxes(1, 2)).reshape(shape)


def _checked(
    spec: NetworkSpec, weights: ArrayLike, x: ArrayLike, threads: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return weights and windows as the kernels take them; refuse what does not fit the network."""
    # A read-only or unaligned array is another type to numba: it would compile everything again for it.
    vectors = np.require(check_array("weights", weights, np.float32), None, ["C", "W", "A"])
    windows = check_array("x", x, np.float32)
    check_integer("threads", threads, low=1, limit="MAX_THREADS")
    if vectors.ndim not in (1, 2) or vectors.shape[-1] != spec.num_weights:
        raise SettingError(
            f"`weights` must have the shape (samples, {spec.num_weights}) or ({spec.num_weights},) for {spec}, "
            f"got {vectors.shape}."
        )
    if windows.ndim != 3 or windows.shape[1:] != (spec.look_back, spec.inputs):
        raise SettingError(
            f"`x` must have the shape (windows, {spec.look_back}, {spec.inputs}) for {spec}, got {windows.shape}."
        )
    if spec.embedding is not None:
        check_tokens("x", windows, spec.embedding[0])
    return vectors, windows


def check_tokens(name: str, windows: NDArray[np.float32], vocabulary: int) -> None:
    """Refuse windows that hold something else than numbers of tokens.

    Raises:
        SettingError: If a number is not whole, or not from 0 to ``vocabulary`` - 1.
    """
    known = (windows >= 0) & (windows < vocabulary) & (windows == np.floor(windows))
    if not known.all():
        place = tuple(int(k) for k in np.argwhere(~known)[0])
        raise SettingError(
            f"`{name}` must hold the numbers of tokens, from 0 to {vocabulary - 1}, got {windows[place]} at {place}; "
            "read tokens with the vocabulary that the network was made for."
        )


def _run(
    spec: NetworkSpec,
    samples: NDArray[np.float32],
    windows: NDArray[np.float32],
    out: NDArray[np.float32],
    threads: int,
) -> None:
    """Share the samples among threads; the compiled code lets other threads run."""
    from dlopt_deap.networks.kernels._forward import forward
    from dlopt_deap.networks.kernels._units import LANES

    where = layout_of(spec)
    blocks = _blocks(windows, LANES)

    def run(part: slice) -> None:
        forward(
            CELLS[spec.cell].code,
            ACTIVATIONS[spec.activation],
            where.layers,
            where.order,
            where.extra,
            samples[part],
            blocks,
            out[part],
            0 if spec.embedding is None else spec.embedding[1],
        )

    ends = np.linspace(0, len(samples), min(threads, max(len(samples), 1)) + 1).astype(int)
    parts = [slice(start, end) for start, end in pairwise(ends)]
    if len(parts) == 1:
        run(parts[0])
        return
    with ThreadPoolExecutor(len(parts)) as executor:
        list(executor.map(run, parts))


def _blocks(windows: NDArray[np.float32], lanes: int) -> NDArray[np.float32]:
    """Arrange windows as the kernels read them, shape (blocks, look_back, inputs, lanes), filled up with zeros."""
    count = -(-len(windows) // lanes)
    padded = np.zeros((count * lanes, *windows.shape[1:]), np.float32)
    padded[: len(windows)] = windows
    return np.ascontiguousarray(padded.reshape(count, lanes, *windows.shape[1:]).transpose(0, 2, 3, 1))
