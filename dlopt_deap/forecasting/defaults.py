"""What suits a series, if nobody says otherwise: by its rows, and by what was measured (docs/architectures.md)."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from dlopt_deap.architecture import Space
from dlopt_deap.data import Series, TokenSequence
from dlopt_deap.networks import TrainingSettings

EVALUATIONS: Final = 200
BUDGET_SECONDS: Final = 60.0
"""What a call takes that names neither: so many evaluations, but no longer than this."""

FINALISTS: Final = 10
"""How many of the best are trained for long at the end."""

LOOK_BACK: Final = 30
SEASONS: Final = 1.25
MOST_LOOK_BACK: Final = 120
"""Look-backs reach this far, or over a season and a quarter, but not over more rows than the last."""

SHARE_OF_ROWS: Final = 4
"""No window is longer than this part of the training rows, or there would be few of them."""

MANY_ROWS: Final = 5_000
"""From so many training rows on, layers may be twice as wide."""

ROWS_AS_MEASURED: Final = 2_000
"""Up to so many training rows, epochs are as many as was measured; beyond that the fewer, the more rows there are."""

BATCH_SIZES: Final = {2_000: 16, 10_000: 32, 50_000: 64}
LARGEST_BATCH: Final = 128
"""The windows in a batch up to so many training rows."""

ROWS_FOR_ONE_TRAINING: Final = 20_000
"""Beyond so many training rows, one final training of each of the best does instead of three."""

SHARE_OF_RANGE: Final = 0.05
"""The error that random sampling extrapolates to, as a share of the range of the targets: real series get no nearer."""


TOKEN_LOOK_BACK: Final = (4, 20)
TOKEN_UNITS: Final = (8, 64)
TOKEN_EMBEDDING: Final = (4, 32)
"""The limits of a search on tokens; the last for those that networks read as numbers."""

SHARE_OF_CHANCE: Final = 0.25
"""The cross-entropy that random sampling extrapolates to, as a share of that of equally probable tokens."""


def default_space(series: Series) -> Space:
    """Choose the limits of the search: 1 to 2 layers, as wide as the rows allow, looking back over a season.

    Args:
        series: The series, whose ``season`` is looked at, or a sequence of tokens.

    Examples:
        >>> from dlopt_deap.data import sunspots
        >>> default_space(sunspots())
        Space(look_back=(2, 30), layers=(1, 2), units=(1, 32), dropout=None, learning_rate=None, batch_size=None, \
cell='lstm', activation='linear', embedding=None)
    """
    rows = _training_rows(series)
    if isinstance(series, TokenSequence):
        low, high = (max(1, min(most, rows // SHARE_OF_ROWS)) for most in TOKEN_LOOK_BACK)
        embedding = TOKEN_EMBEDDING if series.encoding == "ids" else None
        return Space((low, high), (1, 2), TOKEN_UNITS, activation="softmax", embedding=embedding)
    season = series.season
    wanted = LOOK_BACK if season is None else min(max(LOOK_BACK, round(SEASONS * season)), MOST_LOOK_BACK)
    high = max(1, min(wanted, rows // SHARE_OF_ROWS))
    units = 32 if rows < MANY_ROWS else 64
    return Space((min(2, high), high), (1, 2), (1, units), activation="linear")


def default_training(series: Series) -> TrainingSettings:
    """Choose how networks are trained: as was measured, with larger batches for more rows."""
    rows = _training_rows(series)
    size = next((size for most, size in BATCH_SIZES.items() if rows <= most), LARGEST_BATCH)
    return TrainingSettings(batch_size=size, learning_rate=0.005)


def default_effort(series: Series) -> dict[str, int]:
    """Choose ``epochs``, ``final_epochs`` and ``final_repeats`` of a ``TrainingProblem``: about equal work for all."""
    share = min(1.0, ROWS_AS_MEASURED / _training_rows(series))
    return {
        "epochs": max(2, round(10 * share)),
        "final_epochs": max(20, round(300 * share)),
        "final_repeats": 3 if _training_rows(series) <= ROWS_FOR_ONE_TRAINING else 1,
    }


def default_sampling(series: Series) -> dict[str, Any]:
    """Choose threshold and limits of random sampling by the range of the targets, as networks see them.

    Of tokens the threshold is a share of the cross-entropy of chance, and the limits are those of the metric.
    """
    if isinstance(series, TokenSequence):
        return {"threshold": SHARE_OF_CHANCE * math.log(max(2, len(series.vocabulary)))}
    targets = series.scaled_targets[series.training.rows]
    width = float(np.ptp(targets, axis=0).max())
    width = width if width > 0 else 1.0
    return {"threshold": SHARE_OF_RANGE * width, "lower": 0.0, "upper": width}


def _training_rows(series: Series) -> int:
    """Count the rows of the training split."""
    return int(series.training.rows.stop)
