"""How large the things may be that come from files and settings: beyond, they are refused before memory is taken.

The limits are far above what the package is made for. They are looked up when they are needed, so a program that needs
more widens one at its beginning, before it opens a pool, whose processes take over what stands then::

    import dlopt_deap.limits

    dlopt_deap.limits.MAX_CSV_BYTES = 2 * 2**30
"""

MAX_CSV_BYTES: int = 256 * 2**20
"""Bytes of a CSV file."""

MAX_CSV_CELLS: int = 20_000_000
"""Cells of a CSV file, used or not; each takes some 60 bytes while the file is read."""

MAX_TEXT_BYTES: int = 64 * 2**20
"""Bytes of a text that is read as tokens."""

MAX_COLUMNS: int = 10_000
"""Columns of a file."""

MAX_CELL_LENGTH: int = 10_000
"""Characters of a cell of a CSV file."""

MAX_ROWS: int = 10_000_000
"""Rows of a series that is computed, such as a sine wave, has its gaps filled, or comes from Parquet or NumPy."""

MAX_PARQUET_BYTES: int = 256 * 2**20
"""Bytes of a Parquet file."""

MAX_NUMPY_BYTES: int = 2**30
"""Bytes of a file of NumPy, as it lies on the disk and unpacked."""

MAX_COLUMN_BYTES: int = 2**28
"""Bytes of a column of a Parquet file, unpacked."""

MAX_MODEL_BYTES: int = 2**30
"""Bytes of a Keras file, as it lies on the disk and unpacked."""

MAX_CONFIG_BYTES: int = 16 * 2**20
"""Bytes of the description of the network in a Keras file, unpacked."""

MAX_FIGURE_BYTES: int = 16 * 2**20
"""Bytes of a figure that is put into a page."""

MAX_WEIGHTS: int = 2**26
"""Weights of a network, of which 67 million take 256 MB; the kernels count them in 32 bits."""

MAX_VOCABULARY: int = 1_000_000
"""Different tokens of a sequence; the kernels read their numbers as float32, which is exact up to 16 million."""

MAX_LAYERS: int = 1_000
"""Recurrent layers of a network."""

MAX_LOOK_BACK: int = 10_000_000
"""Rows that a network looks back."""

MAX_WINDOW_NUMBERS: int = 2**28
"""Numbers in all windows of a split: windows x look-back x inputs, of which 268 million take 1 GB."""

MAX_BATCH_SIZE: int = 2**31 - 1
"""Windows of a batch, as many as TensorFlow can count."""

MAX_SAMPLES: int = 10_000_000
"""Samples of a random sampling."""

MAX_POPULATION: int = 10_000_000
"""Individuals that are made or evaluated at a time."""

MAX_ARCHITECTURES: int = 10**9
"""Architectures that the script `sample_sine.py` samples one after another, at some hundreds a second."""

MAX_THREADS: int = 1_024
"""Threads that compute together."""

MAX_SHOWN: int = 200
"""Characters of a received value in a message."""


def all_limits() -> dict[str, int]:
    """Give the limits as they stand, for a process that is started."""
    return {name: value for name, value in globals().items() if name.startswith("MAX_")}


def take_over(values: dict[str, int]) -> None:
    """Set the limits as they stand in the process that started this one."""
    globals().update(values)
