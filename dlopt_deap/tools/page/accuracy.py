"""How good a network is on the test split, beside what costs nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from dlopt_deap.errors import RunFolderError
from dlopt_deap.tools.page.blocks import Table
from dlopt_deap.tools.page.wording import column, named, share
from dlopt_deap.tools.saved.forecast_file import NAME, ForecastTable, read_forecast
from dlopt_deap.tools.saved.run_record import RunRecord

MEASURES = {
    "mae": ("MAE", "mean absolute error"),
    "rmse": ("RMSE", "root mean squared error"),
    "median_ae": ("median", "median absolute error"),
    "cross_entropy": ("nats", "cross-entropy a token"),
    "perplexity": ("perplexity", "how many equally likely tokens were as hard to tell"),
    "error_rate": ("wrong", "the share of tokens that were told wrong"),
}
"""The errors that are shown, if they were measured: what they are called, and what they are."""

METHODS = {
    "network": "the network",
    "last value": "the last value",
    "season ago": "the value a season ago",
    "training mean": "the training mean",
    "linear autoregression": "linear autoregression",
    "most frequent token": "the most frequent token",
    "last token": "the last token",
    "bigram": "the bigram model",
}
"""What methods are called."""

FITTED = ("linear autoregression", "bigram")
"""Methods that are not naive: they are fitted, in no time."""

CONFIDENCE = 0.95
FEWEST_ROWS = 20
"""With fewer rows nothing is said of chance."""


@dataclass(frozen=True)
class Lead:
    """How far a network is ahead of another method, row by row.

    Attributes:
        rows: On how many rows both were measured.
        nearer: On how many of them the network was nearer to what came.
        difference: The mean of its absolute errors minus that of the other's, in own units; below 0: it is better.
        low: The lower end of the interval of that.
        high: The upper end.
    """

    rows: int
    nearer: int
    difference: float
    low: float
    high: float

    @property
    def may_be_chance(self) -> bool:
        """Whether the interval holds 0."""
        return self.low <= 0.0 <= self.high


@dataclass(frozen=True, eq=False)
class Accuracy:
    """The errors on the test split.

    Attributes:
        criterion: The name of the error that methods are compared by.
        own: The network's.
        others: Those of the other methods, by name.
        targets: The names of what is forecast, as far as they are known.
        table: The forecasts themselves, if they were kept.
    """

    criterion: str
    own: float
    others: dict[str, float]
    targets: tuple[str, ...]
    table: ForecastTable | None

    @property
    def best(self) -> str:
        """The other method with the least error."""
        return min(self.others, key=lambda name: self.others[name])

    @property
    def best_naive(self) -> str | None:
        """The naive method with the least error."""
        naive = {name: one for name, one in self.others.items() if name not in FITTED}
        return min(naive, key=lambda name: naive[name]) if naive else None

    @property
    def rows(self) -> int:
        """The rows of the test split; 0 if they are not known."""
        return 0 if self.table is None else len(self.table.truth)

    def lead(self, method: str) -> Lead | None:
        """Compare the network with a method row by row; ``None`` if that cannot be done, or of too few rows.

        Source:
            Diebold and Mariano (1995) for absolute errors one step ahead, with the correction of Harvey, Leybourne and
            Newbold (1997) for few rows; the quantile is the normal one.
        """
        if self.table is None or self.rows < FEWEST_ROWS or method not in self.table.predictions:
            return None
        own, other = (
            np.abs(self.table.predictions[name] - self.table.truth).mean(axis=1)
            for name in (next(iter(self.table.predictions)), method)
        )
        difference = own - other
        count = len(difference)
        mean, deviation = float(difference.mean()), float(difference.std())
        # Harvey's factor for one step ahead is sqrt((n - 1) / n).
        half = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2) * deviation / math.sqrt(count - 1)
        return Lead(count, int((own < other).sum()), mean, mean - half, mean + half)


def accuracy_of(record: RunRecord) -> Accuracy | None:
    """Find the errors on the test split; ``None`` if none were measured."""
    result = record.result
    if result is None or not (criterion := result.criterion):
        return None
    errors = {method: one[criterion] for method, one in result.test.items() if criterion in one}
    own, *others = errors
    if not others:
        return None
    table = forecast_table(record)
    named_targets = (result.series or {}).get("targets")
    known = table.targets if table is not None else tuple(named_targets) if isinstance(named_targets, list) else ()
    return Accuracy(criterion, errors[own], {name: errors[name] for name in others}, known, table)


def forecast_table(record: RunRecord) -> ForecastTable | None:
    """Read the forecasts of the test split; ``None`` if there are none of numbers, or they are damaged."""
    if record.result is None or record.result.criterion != "mae":
        return None
    try:
        return read_forecast(record.folder / NAME, record.result.test)
    except RunFolderError:
        return None


def errors_table(record: RunRecord, accuracy: Accuracy) -> Table:
    """Lay out the errors of the network and of all other methods, the least first."""
    test = record.result.test if record.result is not None else {}
    own = next(iter(test))
    shown = [name for name in MEASURES if any(name in one for one in test.values())]
    ordered = sorted(test, key=lambda method: test[method].get(accuracy.criterion, math.inf))
    # The decimals are those that the network's own numbers need.
    columns = {name: column([test[own].get(name), *(test[one].get(name) for one in ordered)])[1:] for name in shown}
    rows = []
    for place, method in enumerate(ordered):
        error = test[method].get(accuracy.criterion)
        against = "" if method == own or error is None else relative(accuracy.own, error)
        first, *further = (columns[name][place] for name in shown)
        rows.append([method_name(method), first, against, *further])
    of_tokens = accuracy.criterion == "cross_entropy"
    units = "" if of_tokens else f", in the units of {units_of(accuracy.targets)}"
    first, *further = (MEASURES[name][0] for name in shown)
    told = "; ".join(f"{short}: {what}" for short, what in map(MEASURES.__getitem__, shown) if short != what)
    return Table(
        f"Errors on the test split{units}; less is better. {told}.",
        ["method", first, "network has", *further],
        rows,
        strong=ordered.index(own),
    )


def targets_table(accuracy: Accuracy) -> Table | None:
    """Lay out the mean absolute errors by target, where there are several: their units may differ."""
    if accuracy.table is None or len(accuracy.targets) < 2:
        return None
    table = accuracy.table
    errors = {name: np.abs(one - table.truth).mean(axis=0).tolist() for name, one in table.predictions.items()}
    own = next(iter(errors))
    rows = []
    for place, target in enumerate(accuracy.targets):
        best = min((name for name in errors if name != own), key=lambda name: errors[name][place])
        said = column([errors[own][place], errors[best][place]])
        rows.append([named(target), method_name(best), *said, relative(errors[own][place], errors[best][place])])
    header = ["target", "best other method", "network", "other", "network has"]
    return Table("Mean absolute error of each target on the test split, in its own units.", header, rows, texts=2)


def relative(own: float, other: float) -> str:
    """Say by how much one error is less or more than another.

    Examples:
        >>> relative(1.0, 2.0), relative(3.0, 2.0), relative(1.0, 1e-8), relative(0.0, 0.0)
        ('50 % less', '50 % more', '100,000,000 times', 'as much')
    """
    if own == other:
        return "as much"
    if other == 0 or own >= 10 * other:
        return "more" if other == 0 else f"{own / other:,.0f} times"
    return f"{share(1 - own / other)} less" if own < other else f"{share(own / other - 1)} more"


def method_name(method: str) -> str:
    """Give what a method is called."""
    return METHODS.get(method) or named(method)


def units_of(targets: tuple[str, ...]) -> str:
    """Name whose units numbers have."""
    if not targets:
        return "the series"
    return named(targets[0]) if len(targets) == 1 else "the targets, averaged"
