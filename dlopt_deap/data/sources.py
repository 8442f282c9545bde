"""Series that need no file of the user's: a sine wave, and the sunspot numbers that ship with the package."""

from importlib import resources

import numpy as np

from dlopt_deap import limits
from dlopt_deap.checks import check_number
from dlopt_deap.data.readers.csv_file import read_csv
from dlopt_deap.data.series import TimeSeries
from dlopt_deap.errors import SettingError


def sine(freq: float = 1.0, start: float = 0.0, stop: float = 100.0, step: float = 0.1) -> TimeSeries:
    """Sample a sine wave, sin(2 pi freq t).

    Args:
        freq: Periods per unit of time.
        start: The first time.
        stop: The end, which is not sampled itself.
        step: The time between two samples.

    Returns:
        One column, ``"sin"``, in [-1, 1], unscaled; its index is the time.

    Raises:
        SettingError: If an argument is no finite number, ``step`` is not positive, or ``stop`` is not after ``start``,
            or there are more rows than :mod:`dlopt_deap.limits` allows.
        DataError: If there are too few samples to train, validate and test on.

    Source:
        The sine wave of DLOPT's examples (Camero, Toutouh, Alba, arXiv:1807.03523).

    Examples:
        >>> sine()
        TimeSeries('sine', 1000 rows, sin -> sin)
        >>> x, y = sine().testing.windows(look_back=17)
        >>> x.shape, y.shape
        ((200, 17, 1), (200, 1))
    """
    freq, start, stop = check_number("freq", freq), check_number("start", start), check_number("stop", stop)
    step = check_number("step", step, above=0.0)
    if stop <= start:
        raise SettingError(f"`stop` must be greater than `start`, got start={start} and stop={stop}.")
    rows = (stop - start) / step  # infinite where it overflows
    if rows > limits.MAX_ROWS:
        raise SettingError(
            f"`step` must part `start` ... `stop` into at most {limits.MAX_ROWS} rows, got {rows:.3g}; choose a larger "
            "step, or widen `dlopt_deap.limits.MAX_ROWS`."
        )
    time = np.arange(start, stop, step)
    with np.errstate(over="ignore", invalid="ignore"):
        return TimeSeries(np.sin(2 * np.pi * freq * time), columns=["sin"], index=time, name="sine")


def sunspots() -> TimeSeries:
    """Read the yearly mean sunspot numbers of 1700 to 2008 that ship with the package.

    Returns:
        One column, ``"sunspots"``, scaled from its training range to [-1, 1]; its index is the year.

    Source:
        NOAA's National Geophysical Data Center, public domain; the file ``sunspots.csv`` tells the details.

    Examples:
        >>> sunspots()
        TimeSeries('sunspots', 309 rows, sunspots -> sunspots)
        >>> sunspots().testing.index[-1]
        np.float64(2008.0)
    """
    with resources.as_file(resources.files("dlopt_deap.data") / "sunspots.csv") as path:
        return read_csv(path, targets=["sunspots"], time="year")
