"""Architecture search by MAE random sampling."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dlopt_deap.architecture.problem import COSTS, ArchitectureProblem
from dlopt_deap.architecture.space import TRAINING_GENES, Space
from dlopt_deap.checks import check_choice, check_integer
from dlopt_deap.core import Values
from dlopt_deap.data import Series, TokenSequence
from dlopt_deap.errors import SettingError
from dlopt_deap.sampling import Sampling, mae_random_sampling
from dlopt_deap.sampling.metrics import default_metric
from dlopt_deap.seeding import derive

SAMPLED = ("log_p", "p", "mean", "std")
"""The targets that are estimated from the samples, and so are noisy."""


class RandomSamplingProblem(ArchitectureProblem):
    """Find the architecture that MAE random sampling promises most of, without any training.

    A solution's network is given random weights many times; the fitness is read off the errors on the validation split.

    Args:
        series: The time series, or sequence of tokens.
        space: The limits of the search.
        targets: What is optimised, of ``log_p``, ``p``, ``mean``, ``std``, ``num_weights``, ``multiply_adds`` and
            ``look_back``.
        num_samples: Random weightings an evaluation. The fitness is noisy, the more so the fewer they are.
        final_samples: Random weightings of each of the best at the end, with fresh noise.
        **sampling: Further keyword arguments of :func:`~dlopt_deap.sampling.mae_random_sampling`: ``threshold``,
            ``lower``, ``upper``, ``metric`` (of tokens the cross-entropy unless given), ``distribution``.

    Raises:
        SettingError: If a target is unknown, a setting makes no sense, or the space has genes of training.
        DataError: If the space looks back further than the series allows.

    Source:
        DLOPT's ``TimeSeriesMAERandSampProblem`` (its public code). It differs: the search sees the validation split
        and not the test split; every candidate is judged on the same rows, whatever its look-back; the best are
        estimated anew.
    """

    def __init__(
        self,
        series: Series,
        space: Space,
        targets: Mapping[str, int] | None = None,
        num_samples: int = 100,
        final_samples: int = 2_000,
        **sampling: Any,
    ) -> None:
        super().__init__(series, space, {"log_p": 1} if targets is None else targets)
        for name in self.targets:
            check_choice("targets", name, SAMPLED + COSTS)
        if useless := [name for name in TRAINING_GENES if name in space.head]:
            raise SettingError(f"Random sampling trains nothing, so its space must leave out {', '.join(useless)}.")
        self._samples = self.noisy = any(name in SAMPLED for name in self.targets)
        self.num_samples = check_integer("num_samples", num_samples, low=1, limit="MAX_SAMPLES")
        self.final_samples = check_integer("final_samples", final_samples, low=1, limit="MAX_SAMPLES")
        # Of a series of numbers nothing is added, so that its settings are written as before there were tokens.
        chosen = {"metric": default_metric(series)} if isinstance(series, TokenSequence) else {}
        self.sampling_settings = chosen | sampling
        self._check_by_example()

    @property
    def metric(self) -> str:
        """The name of the error that is sampled."""
        return str(self.sampling_settings.get("metric", "mae"))

    def sample(self, solution: Sequence[Any], num_samples: int, seed: int = 0) -> Sampling:
        """Sample the errors of a solution's network on the validation split, with weights of its own seed."""
        return mae_random_sampling(
            self.decode(solution),
            self.series.validation,
            num_samples=num_samples,
            seed=derive(seed, list(solution), "sampling"),
            **self.sampling_settings,
        )

    def final_sampling(self, solution: Sequence[Any], seed: int = 0) -> Sampling:
        """Sample a solution as it is sampled at the end of a run with this seed: afresh, ``final_samples`` times."""
        return self.sample(solution, self.final_samples, derive(seed, "reestimate"))

    def evaluate(self, solution: Sequence[Any], seed: int = 0) -> Values:
        """Estimate the targets from ``num_samples`` random weightings."""
        if not self._samples:
            known = self.costs(solution)
            return Values([known[name] for name in self.targets])
        return self._values(solution, self.sample(solution, self.num_samples, seed))

    def reestimate(self, solution: Sequence[Any], seed: int = 0) -> Values:
        """Estimate the targets anew, from ``final_samples`` fresh random weightings."""
        return self._values(solution, self.final_sampling(solution, seed))

    def network_weights(self, solution: Sequence[Any], seed: int = 0) -> NDArray[np.float32]:
        """Give the weights with the lowest error among ``final_samples`` random ones: shape (num_weights,)."""
        return self.final_sampling(solution, seed).best_weights

    def settings(self) -> dict[str, Any]:
        """Describe the problem as JSON values."""
        sampling = {name: str(value) if callable(value) else value for name, value in self.sampling_settings.items()}
        sizes = {"num_samples": self.num_samples, "final_samples": self.final_samples}
        return super().settings() | sizes | sampling

    def prepare(self) -> None:
        """Compile the kernels once, or load them, before workers do."""
        self.sample(self.space.smallest(), num_samples=2)

    def _values(self, solution: Sequence[Any], sampling: Sampling) -> Values:
        known = self.costs(solution) | {name: getattr(sampling, name) for name in SAMPLED}
        return Values([known[name] for name in self.targets], _metrics(sampling))

    def _check_by_example(self) -> None:
        """Sample the smallest network that looks back furthest once, so that wrong settings are told now."""
        genes = [self.space.look_back[1], *self.space.smallest()[1:]]
        try:
            self.sample(genes, num_samples=2)
        except TypeError as error:
            raise SettingError(f"`sampling` takes the arguments of mae_random_sampling: {error}") from None


def _metrics(sampling: Sampling) -> dict[str, Any]:
    """Take from a sampling what is worth keeping with each individual."""
    numbers = {
        name: float(getattr(sampling, name))
        for name in ("log_p", "log_p_low", "log_p_high", "p", "mean", "std")
        if math.isfinite(getattr(sampling, name))
    }
    lowest = float(sampling.samples[np.isfinite(sampling.samples)].min())
    return numbers | {"best": lowest, "num_samples": len(sampling.samples), "num_failed": sampling.num_failed}
