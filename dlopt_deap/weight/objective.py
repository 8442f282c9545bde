"""What a weight vector is worth: errors of its network's forecasts on some rows of a series."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.checks import check_choice, check_integer, check_number, shown
from dlopt_deap.core.running.description import plain
from dlopt_deap.data import Series, Split
from dlopt_deap.errors import SettingError
from dlopt_deap.networks import NetworkSpec, predict, predict_recursive
from dlopt_deap.networks.training.fit import check_reading
from dlopt_deap.sampling import METRICS
from dlopt_deap.sampling.metrics import Metric, check_metric, default_loss
from dlopt_deap.seeding import generator

Vectors = NDArray[np.float32]
Errors = NDArray[np.float64]

SPLITS = ("training", "validation")


@dataclass(frozen=True, eq=False)
class Objective:
    """How the vectors of one network are judged.

    Attributes:
        series: The time series, or sequence of tokens.
        spec: The network.
        metric: An error by its name, such as ``"mse"`` or ``"median_ae"``; a function like those of
            :mod:`dlopt_deap.sampling.metrics`; or several of them. Less is better. Unless given ``"mse"``, of tokens
            ``"cross_entropy"``.
        split: The rows to forecast: ``"training"``, or ``"validation"``, which nothing is left to choose by then.
        horizon: Steps to forecast from each window. From the second on a network reads its own forecasts (a closed
            loop), so it must forecast every column that it reads.
        batch_size: Windows that a generation is judged on, drawn anew for each; all of them if ``None``.
        weight_decay: What is added to each error for the sum of the squared weights.

    Raises:
        SettingError: If a setting is not as above, or network and series do not fit.
        DataError: If the series is too short for look-back and horizon.
    """

    series: Series
    spec: NetworkSpec
    metric: str | Metric | Sequence[str | Metric] | None = None
    split: str = "training"
    horizon: int = 1
    batch_size: int | None = None
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        check_choice("split", self.split, SPLITS)
        check_integer("horizon", self.horizon, low=1)
        check_number("weight_decay", self.weight_decay, low=0.0)
        series, spec = self.series, self.spec
        check_reading(spec, series)
        for metric in self.metrics.values():
            check_metric(metric, spec)
        if (spec.inputs, spec.outputs) != (len(series.inputs), len(series.targets)):
            raise SettingError(
                f"A network must read the series' inputs ({len(series.inputs)}) and forecast its targets "
                f"({len(series.targets)}), got {spec} for {series!r}."
            )
        if self.horizon > 1 and series.inputs != series.targets:
            raise SettingError(
                f"A `horizon` of {self.horizon} needs a network that forecasts what it reads: the series' inputs "
                f"{series.inputs} must be its targets {series.targets}."
            )
        count = len(self.windows(getattr(series, self.split))[1])
        if self.batch_size is not None:
            check_integer("batch_size", self.batch_size, 1, count)
        self.errors(np.zeros((1, spec.num_weights), np.float32))  # a metric that does not fit is told now

    @cached_property
    def metrics(self) -> dict[str, Metric]:
        """The errors, by their names."""
        metric = default_loss(self.series) if self.metric is None else self.metric
        single = isinstance(metric, str) or not isinstance(metric, Sequence)
        named = [_named(one) for one in ([metric] if single else metric)]  # type: ignore[union-attr]
        if not named or len(dict(named)) != len(named):
            raise SettingError(f"`metric` must name at least one error, each once, got {shown(self.metric)}.")
        return dict(named)

    def windows(self, split: Split) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Give what the network reads and what it has to forecast.

        Returns:
            ``x``, shape (windows, look_back, inputs), and ``y``, shape (windows, targets), or (windows, horizon,
            targets) if the horizon is longer than one step.
        """
        if self.horizon == 1:
            return split.windows(self.spec.look_back)
        return split.horizon_windows(self.spec.look_back, self.horizon)

    def errors(
        self, vectors: Vectors, split: str | None = None, batch: int | None = None, seed: int = 0, threads: int = 1
    ) -> Errors:
        """Measure many vectors in one call of the kernels.

        Args:
            vectors: Shape (samples, num_weights).
            split: The rows, instead of the objective's own.
            batch: The number of the mini-batch; all windows if ``None``.
            seed: What the windows of a mini-batch are derived from, beside its number.
            threads: Threads to compute with, which change no bit.

        Returns:
            Shape (metrics, samples); NaN or infinite for a network whose forecasts are.
        """
        x, y = self.windows(getattr(self.series, split or self.split))
        if batch is not None and self.batch_size is not None:
            chosen = np.sort(generator(seed, "mini-batch", batch).permutation(len(y))[: self.batch_size])
            x, y = x[chosen], y[chosen]
        if self.horizon == 1:
            forecasts = predict(self.spec, vectors, x, threads)
        else:
            forecasts = predict_recursive(self.spec, vectors, x, self.horizon, threads)
        found = np.stack([_checked(name, metric(forecasts, y), len(vectors)) for name, metric in self.metrics.items()])
        return found + self.penalties(vectors)

    def penalties(self, vectors: Vectors) -> Errors:
        """Give what is added to the errors of each vector for the size of its weights: shape (samples,)."""
        if not self.weight_decay:
            return np.zeros(len(vectors))
        squares: Errors = np.square(vectors, dtype=np.float64).sum(axis=1)
        with np.errstate(over="ignore"):
            return self.weight_decay * squares

    def to_dict(self) -> dict[str, Any]:
        """Give the objective as JSON values."""
        numbers = {name: getattr(self, name) for name in ("split", "horizon", "batch_size")}
        metrics = {name: plain(metric) for name, metric in self.metrics.items()}
        return {"metrics": metrics, **numbers, "weight_decay": float(self.weight_decay)}


def _named(metric: Any) -> tuple[str, Metric]:
    """Give the name of an error, and the function that measures it."""
    if callable(metric):
        return str(getattr(metric, "name", getattr(metric, "__name__", type(metric).__name__))), metric
    name = check_choice("metric", metric, METRICS)
    return name, METRICS[name]


def _checked(name: str, errors: Any, samples: int) -> Errors:
    """Refuse what is not one error a sample."""
    found = np.asarray(errors, dtype=np.float64)
    if found.shape != (samples,):
        raise SettingError(
            f"The metric {name!r} must give one error a sample, the shape ({samples},), got {found.shape}."
        )
    return found
